package balancer

import (
	"time"

	"lbsim/algorithms"
)

// Config is what a balancer is told once, at its start.
type Config struct {
	Layer  Layer
	Pools  []PoolConfig // at least one
	Routes []Route      // nil: requests come with their Pool
	// InOrder lets the first route that matches count, as in HAProxy and Envoy; else it is
	// the most precise.
	InOrder bool

	// Zone is where this balancer is, and Callers how many there are of its kind in each
	// zone, it included: what zones that matter are held against.
	Zone    string
	Callers []Callers
}

// Layer says what is balanced.
type Layer uint8

const (
	L7 Layer = iota // each request
	L4              // each connection, with all requests on it
)

// String returns the word of the scenario language.
func (l Layer) String() string { return [...]string{"l7", "l4"}[l] }

// PoolConfig is a group of endpoints and the way to choose among them.
type PoolConfig struct {
	Name      string
	Algorithm algorithms.Choice
	Affinity  *Affinity // nil: none
	Subset    int       // how many endpoints each balancer uses, a choice of its own; 0: all
	Health    *HealthCheck
	Outliers  *OutlierDetection
	Retries   *Retries
	SlowStart *SlowStart
	Drain     *Drain
	Limits    *Limits
	Hedges    *Hedges
	Levels    bool   // priorities of endpoints matter
	Zones     *Zones // nil: zones do not matter
	// Overprovisioning is what the fit share of a priority level or a weighted zone is
	// multiplied by, percent, >= 100; 0: 140, Envoy's. 1000000 makes every level but the
	// first a last resort (NGINX's backup).
	Overprovisioning int
	// PanicBelow is the share of fit members, of those that were checked, below which
	// all are used; [0, 1]. 0: never, and without a fit one requests are rejected, as in
	// HAProxy. Envoy's default is 0.5.
	PanicBelow float64
}

// Affinity sends a client back to the endpoint that a cookie names, around the
// algorithm, whichever it is. The cookie names the endpoint and its expiry, so
// the balancer keeps nothing: a cookie that is expired, or whose endpoint is gone
// or not ready, is as if it were not there, and a new one is set. The life counts
// from when the cookie was set (Envoy's Max-Age), it is not renewed.
type Affinity struct {
	Cookie string        // the cookie's name
	TTL    time.Duration // 0: for the client's session
	// Strict rejects a request whose cookie is in force but whose endpoint is gone or
	// not ready, and tries no other (Envoy's strict). Else, as with ALB, NGINX's sticky
	// and HAProxy with redispatch, another is picked and a new cookie set.
	Strict bool
}

// Endpoint is a server as a balancer knows it.
type Endpoint struct {
	Name    string // unique in a pool: its identity
	Address string
	Zone    string
	Weight  float64 // > 0
	// Priority is the endpoint's level, >= 0: 0 is used first.
	Priority int
	// Down takes it out, whatever checks say; algorithms that place by the list of all
	// members count it (NGINX's down).
	Down bool
}

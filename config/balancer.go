// Package config is the language of the balancer's configuration: the file
// lb.yaml, and the same under the key balancer of a scenario.
package config

import (
	"io"
	"math"
	"time"

	"lbsim/algorithms"
	"lbsim/balancer"
	"lbsim/config/decode"
)

// Balancer is the balancer part of a configuration, as written, with defaults.
type Balancer struct {
	Layer     balancer.Layer
	Frontends int // balancer instances, each with a view of its own
	Pool          // the only one, or what Pools have where they say nothing else
	Pools     []Pool
	Routes    []Route // none: the only pool gets everything
	InOrder   bool    // of the routes that match the first counts, not the most precise
	Proxy     Proxy

	Zone    string        // where the instance is; "": the driver knows
	Callers []ZoneCallers // how many instances there are by zone; none: the driver knows
}

// Pool is a group of endpoints and the way to choose among them, as written.
type Pool struct {
	Name      string   // of one of several
	Servers   []string // groups of a scenario's servers that are its endpoints
	Algorithm algorithms.Choice
	Affinity  *Affinity           // nil: none
	Subset    int                 // endpoints that each instance uses; 0: all
	Health    *Health             // nil: nobody looks
	Retries   *Retries            // nil: none
	Limits    *Limits             // nil: none
	Hedge     *Hedge              // nil: one attempt at a time
	SlowStart *balancer.SlowStart // nil: none
	Drain     *balancer.Drain     // nil: who leaves does so at once
	Panic     float64             // below this share of fit endpoints all are used; 0: never
	Zones     *Zones              // nil: they do not matter
	// Overprovisioning is by how much a priority level's health is multiplied; 0: 140%.
	Overprovisioning float64
	Endpoints        []Endpoint // none: those that the driver brings
}

// Affinity sends a client back to where it was before.
type Affinity struct {
	Cookie Cookie
}

// Cookie is the cookie that remembers.
type Cookie struct {
	Name       string
	TTL        time.Duration // 0: the client's session
	OnDown     OnDown
	Secure     bool
	SameSite   string // lax, strict or none; "": the client's default
	SecretFile string // "": a secret of the process
}

// OnDown says what becomes of a request whose cookie names an endpoint that is gone,
// down or ejected.
type OnDown string

const (
	Repick OnDown = "repick" // another endpoint, and a new cookie
	Fail   OnDown = "fail"   // 503, until it is back or the cookie expires
)

// Endpoint is a server that the balancer may choose.
type Endpoint struct {
	Name    string
	Address string
	Weight  float64
	Zone    string
	// Priority is the level: 0 is used first.
	Priority int
	Down     bool // it gets nothing
}

// PoolName is the name of the only pool of a configuration without pools.
const PoolName = "default"

// Read parses the file of a balancer. The error, if any, is a decode.Problems
// with everything that is wrong.
func Read(name string, r io.Reader) (*Balancer, error) {
	doc, err := decode.Parse(name, r)
	if err != nil {
		return nil, err
	}
	b, _ := Table().Read(doc.Root())
	if err := doc.Err(); err != nil {
		return nil, err
	}
	return &b, nil
}

// Document returns the configuration in its canonical form: every default filled
// in. Read takes it back.
func (b *Balancer) Document() map[string]any { return Table().Write(*b).(map[string]any) }

// Schema returns the JSON Schema (draft 2020-12) of the balancer's file.
func Schema() decode.Schema {
	return decode.Describe[Balancer](Table(), "https://lbsim.dev/schema/balancer/v1", "lbsim balancer, version 1")
}

// Config returns what package balancer is told.
func (b *Balancer) Config() balancer.Config {
	cfg := balancer.Config{Layer: b.Layer, Routes: b.routes(), InOrder: b.InOrder, Zone: b.Zone}
	for _, c := range b.Callers {
		cfg.Callers = append(cfg.Callers, balancer.Callers{Zone: c.Zone, N: c.N})
	}
	for _, pool := range b.All() {
		cfg.Pools = append(cfg.Pools, pool.config())
	}
	return cfg
}

// All returns the pools: the only one, under the name PoolName, where none are named.
func (b *Balancer) All() []Pool {
	if len(b.Pools) > 0 {
		return b.Pools
	}
	only := b.Pool
	only.Name = PoolName
	return []Pool{only}
}

func (p *Pool) config() balancer.PoolConfig {
	pool := balancer.PoolConfig{Name: p.Name, Algorithm: p.Algorithm, Subset: p.Subset, PanicBelow: p.Panic}
	if p.Affinity != nil {
		pool.Affinity = &balancer.Affinity{Cookie: p.Affinity.Cookie.Name, TTL: p.Affinity.Cookie.TTL, Strict: p.Affinity.Cookie.OnDown == Fail}
	}
	if p.Health != nil {
		pool.Health, pool.Outliers = p.Health.Active, p.Health.Passive
	}
	if p.Retries != nil {
		pool.Retries = p.Retries.Policy()
	}
	if p.Limits != nil {
		pool.Limits = p.Limits.Policy()
	}
	if p.Hedge != nil {
		pool.Hedges = p.Hedge.Policy()
	}
	if p.Zones != nil {
		pool.Zones = p.Zones.Policy()
	}
	pool.Levels, pool.Overprovisioning = p.hasLevels(), int(math.Round(p.Overprovisioning*100))
	pool.SlowStart, pool.Drain = p.SlowStart, p.Drain
	return pool
}

// Members returns the endpoints as package balancer takes them.
func (p *Pool) Members() []balancer.Endpoint {
	members := make([]balancer.Endpoint, len(p.Endpoints))
	for i, e := range p.Endpoints {
		members[i] = balancer.Endpoint{Name: e.Name, Address: e.Address, Zone: e.Zone, Weight: e.Weight, Priority: e.Priority, Down: e.Down}
	}
	return members
}

// Package scenarios is the language in which an experiment is written: who sends
// requests, which servers answer them, what the balancer between them does, what
// happens when, and what is asked of the whole. It loads scenarios, says all that
// is wrong with them at once, and builds what package sim runs. Its library holds
// the scenarios that are shipped.
package scenarios

import (
	"time"

	"lbsim/config"
	"lbsim/sim"
	"lbsim/workloads"
)

// Scenario is a scenario as written, with every default filled in.
type Scenario struct {
	Name        string
	Description string
	Workload    Workload
	Servers     []Server
	Network     Network
	Balancer    config.Balancer
	Timeline    []Act
	Run         Run
	SLO         []config.Objective

	dir   string           // what relative file names are relative to
	trace *workloads.Trace // of arrivals of process trace
}

// Workload is what is asked of the servers.
type Workload struct {
	Arrivals Arrivals
	Classes  []Class
	Keys     *Keys     // nil: requests have no key
	Clients  *Clients  // nil: nobody in particular, who waits for ever
	Sessions *Sessions // nil: each request stands for itself
}

// Class is a kind of request.
type Class struct {
	Name     string
	Share    float64 // of all requests; the shares sum to 1
	Service  Distribution
	Method   string
	Priority Priority
	Copies   sim.Copies
	Needs    Needs
	Host     string // what routes look at
	Path     string
	Headers  []config.Header
}

// Server is a group of servers.
type Server struct {
	Name       string   // the servers are name-1 … name-count, or have the names of endpoints
	Match      []string // patterns of the endpoints that they are; none: those of their names
	Count      int
	Workers    int
	Queue      int // sim.Unlimited, or the places to wait
	Discipline Discipline
	Speed      float64
	Weight     float64
	Zone       string
	Priority   int    // level: 0 is used first
	Cache      *Cache // nil: none
	CPUShare   float64
	Autoscale  *Autoscale    // nil: as many as Count says
	HourPrice  float64       // 0: not known
	Sessions   *SessionStore // nil: in memory
	DependsOn  []string      // outside of the scenario's servers
	StartUp    time.Duration // from a start until it listens
	WarmUp     *Warming      // nil: none
	Health     *CheckWork    // nil: health checks take no work
	Calls      *Calls        // nil: it calls nobody

	endpoints []config.Endpoint // that its servers model, by number; without a name: none
}

// Network says how far things are apart.
type Network struct {
	Latency   Latency
	Frontends []string // zone of each frontend, taken in turn; empty: the first server's
	Discovery Discovery
}

// Latency is the time of one way, from a frontend to a server or back.
type Latency struct {
	Within  time.Duration // in one zone
	Between time.Duration // from one zone to another
	Pairs   []Pair        // exceptions, both ways
}

// Pair is the latency between two zones.
type Pair struct {
	Zones   []string
	Latency time.Duration
}

// Run says how long and how often.
type Run struct {
	Duration     time.Duration // 0: Requests says when to stop
	Requests     int           // 0: Duration does
	WarmUp       WarmUp
	Replications int
	Seed         uint64
	Interval     time.Duration // of the timeline; 0: chosen
	Drain        time.Duration // how long running requests may go on; Unlimited: to their end
}

// WarmUp is how much of the beginning is not measured.
type WarmUp struct {
	Auto bool // found by pilot runs
	Cut  time.Duration
}

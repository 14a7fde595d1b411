package sim

import (
	"time"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/sim/cache"
	"lbsim/workloads"
)

// Model is a world to simulate: who sends what, the servers, and the balancer
// between them. It is read only, so that replications may share one.
type Model struct {
	Arrivals func() workloads.Process // makes the open loop's arrivals; nil otherwise
	Trace    *workloads.Trace         // instants, classes, keys and demands as recorded; nil otherwise
	Closed   *Closed                  // the closed loop; nil otherwise

	Classes  []Class            // at least one
	Keys     workloads.Keys     // nil: requests have no key
	Clients  *workloads.Clients // nil: nobody in particular, who waits for ever
	Sessions *Sessions          // of clients; nil: each request stands for itself
	Servers  []Server           // at least one
	Network  Network            // zero: no latency
	Acts     []Act              // in order of time
	Tiers    []Tier             // which servers call others

	Autoscalers []Autoscaler // of different groups

	Balancer  balancer.Config
	Frontends int // how many balancers, each with a view of its own; at least 1

	Horizon  clock.Time    // no request arrives at or after it
	Requests uint64        // no more than so many requests arrive; 0: no such limit
	WarmUp   clock.Time    // requests that arrive before it are not measured
	Drain    time.Duration // how long after the horizon the run may go on; 0: until all is done
	Interval time.Duration // of the timeline; 0: no timeline

	// Stationary says that the law of the load does not change over time, so that
	// a steady state may be asked for.
	Stationary bool
}

// Closed is a population of users who each wait for an answer, think, and ask
// again.
type Closed struct {
	Users int
	Think workloads.Distribution // seconds
}

// Class is a kind of request.
type Class struct {
	Name    string
	Share   float64                // of all requests; shares sum to 1
	Service workloads.Distribution // seconds on a server of speed 1
	Method  string
	// Priority is how much it matters, to balancers that shed or let requests wait and to
	// servers whose discipline it is.
	Priority balancer.Priority
	Without  uint64               // dependencies of servers that the requests do not need, by bit
	Copies   Copies               // what an attempt after the first needs
	About    *balancer.Attributes // what routes look at; nil: nothing is known
}

// Copies says how much work the attempts of a request are.
type Copies uint8

const (
	Same        Copies = iota // each as much as the first
	Independent               // each drawn anew, by request and attempt
)

// String returns the word of the scenario language.
func (c Copies) String() string { return [...]string{"same", "independent"}[c] }

// Server is a machine that does the work.
type Server struct {
	Name       string
	Group      string
	Zone       int // index into Network.Zones
	Priority   int // its level for balancers; 0 is used first
	Pool       balancer.PoolID
	Workers    int // at least 1
	Queue      int // waiting places; Unlimited
	Discipline Discipline
	Speed      float64       // > 0; a demand of d seconds takes d/Speed
	Weight     float64       // declared to the balancer
	Down       bool          // whether the balancer is told to send it nothing
	Cache      *Cache        // nil: none
	Sessions   *SessionStore // nil: in its memory
	DependsOn  uint64        // dependencies, by bit
	CPUShare   float64       // of a worker's time at work: in which it burns CPU; 0: all of it
	Checks     *CheckWork    // nil: health checks take no work
	HourPrice  float64       // what it costs an hour; 0: not known
	StartUp    time.Duration // from its start until it listens; servers of the beginning listen and are warm
	WarmUp     *WarmUp       // nil: as fast as ever at once
}

// cpuShare is CPUShare as a factor.
func (s *Server) cpuShare() float64 {
	if s.CPUShare == 0 {
		return 1
	}
	return s.CPUShare
}

// Cache is what a server keeps of the objects that it was asked for by their keys.
// A request looks its key up when its service begins. On a miss the service takes
// Penalty longer, and the object is there from that instant on: who asks for it while
// it is being fetched has a hit. Caches start empty, and are empty again after Return.
type Cache struct {
	Capacity int // objects, from 1 to 2^30
	Policy   cache.Policy
	Penalty  workloads.Distribution // seconds more on a server of speed 1
}

// Unlimited is a queue without a bound.
const Unlimited = -1

// Discipline is the order of service.
type Discipline uint8

const (
	FIFO Discipline = iota // each worker serves one request to its end, in order of arrival
	PS                     // processor sharing: n requests run at once, each at min(1, workers/n) of the speed
	// ByPriority is FIFO within a priority, the more important one first; who is in
	// service stays (non-preemptive, head of the line). PriorityPreemptive is the same but
	// that a newcomer displaces who matters less and came last; whoever is displaced goes
	// on later where it stopped (preemptive resume). A full queue refuses either way.
	ByPriority
	PriorityPreemptive
)

// Network says how far things are apart.
type Network struct {
	Zones     []string          // at least one when latencies are given
	OneWay    [][]time.Duration // from zone to zone; nil: none
	Frontends []int             // zone of each frontend, taken in turn; nil: all in zone 0
	Discovery time.Duration     // until balancers hear of a change of servers
	Announce  Announcement      // when they are told of a server that starts
}

// Act is a change of the world at an instant.
type Act struct {
	At         clock.Time
	Kind       ActKind
	Servers    []int       // indices into the servers, those added by earlier acts included
	Factor     float64     // Slow: service takes Factor times as long; Rate: so many times as many arrive as declared
	Ratio      float64     // Errors, Flaky: of the attempts, in (0, 1]
	Status     int         // Errors, Flaky, DependencyDown: how those are answered, 500 … 599
	Add        []Server    // Add
	Deploy     *DeployPlan // Deploy: of Servers, by Add where it is blue-green
	Dependency int         // DependencyDown, DependencyUp: which, from 0
	Zone, From int         // LoseZone, RestoreZone: the zone; Partition: it and another one
	Silent     bool        // Partition: what is sent hangs instead of being refused
	Label      string      // for charts: "scale api to 8"

	After time.Duration // DependencyDown: what a worker spends on it before it gives up; 0: servers know at once

	Balancer *balancer.Config // Configure: what every frontend is told
	Anew     bool             // Configure: its pickers begin anew
}

// ActKind is what an act does.
type ActKind uint8

const (
	Slow           ActKind = iota // the servers become slower by Factor
	Restore                       // the servers are as they were declared, and sound
	Add                           // new servers start, and balancers learn of them
	Remove                        // balancers forget the servers, drained first where they drain; running work is finished
	Leave                         // Remove, of servers that may Return
	Return                        // servers that left are known again, with empty caches
	Crash                         // what the servers have fails at once, and nobody listens any more
	Hang                          // the servers take everything and answer nothing
	Errors                        // the servers answer some attempts at once, with an error
	Flaky                         // so they do, and fail as many of their health checks
	Configure                     // balancers get other settings
	Rate                          // requests come faster or more slowly, of an open loop whose law does not change over time
	Drain                         // balancers send the servers no new work, until Restore
	Deploy                        // the servers are replaced, as a process
	DependencyDown                // what Servers depend on fails, and so do requests that need it
	DependencyUp
	LoseZone    // Servers crash, all of a zone, and its frontends are gone
	Partition   // frontends of either zone reach no server of the other
	RestoreZone // Servers, frontends and connections of a zone are as they were declared
)

// String returns the word of the scenario language.
func (k ActKind) String() string {
	return [...]string{"slow", "restore", "scale", "scale", "remove", "add", "crash", "hang", "errors", "flaky", "configure", "rate", "drain", "deploy", "dependency_down", "dependency_up", "lose_zone", "partition", "restore"}[k]
}

// ZoneName returns a zone's name, "" without zones.
func (m *Model) ZoneName(i int) string {
	if i < len(m.Network.Zones) {
		return m.Network.Zones[i]
	}
	return ""
}

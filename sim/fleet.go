package sim

import (
	"math"

	"lbsim/balancer"
	"lbsim/clock"
)

// fleet is the servers and their workers.
type fleet struct {
	servers []server
	records []record // by server
	workers []worker
	oneEach bool // every server has one event source, of its own number

	preempts bool // some server displaces who is in service
}

// server is a machine at work and what is counted of it, in one cache line: with
// many servers, what an event costs is the lines that it touches. attempts and
// served are modulo 2^32, which is as many requests as a run may have.
type server struct {
	slowness float64 // nanoseconds for a nanosecond of demand
	busy     int32   // workers at work or, sharing, requests in service
	waiting  int32
	room     int32 // how many may wait
	head     int32 // of the queue; noRequest when empty
	tail     int32
	free     int32  // an idle worker; -1 when none
	extra    *extra // nil for a plain server
	attempts uint32
	served   uint32

	busyTime   uint64 // worker-nanoseconds in the window
	activeTime uint64 // request-nanoseconds in the window
}

// record is what is rarely asked or counted of a server.
type record struct {
	first      int32 // of its workers
	workers    int32
	refused    uint32
	withdrawn  uint32
	restarts   uint32       // how often it has restarted
	unmeasured uint32       // attempts of requests from outside the measured window
	status     *[600]uint32 // of measured attempts that failed here, by HTTP status; nil: none did
}

// extra is what only some servers have.
type extra struct {
	sharing   *sharing           // processor sharing
	latency   *latencies         // what probes are told
	told      int32              // the frontend that was told the server is idle; -1
	cache     *caching           // of keys
	meter     *meter             // what its autoscaler is told
	left      clock.Time         // when a request last left it
	store     *SessionStore      // of sessions; nil: memory
	ranked    *ranked            // requests have priorities here
	dependsOn uint64             // dependencies, a bit each
	lacks     []balancer.Outcome // by worker: how what it serves will fail; nil: nobody waits in vain
	prepares  bool               // something comes before a service: prepare
	calls     *tier              // what comes after it; nil: nothing
	checking  *checking          // work on health checks; nil: they take none

	fault      fault
	errorRatio float64          // of attempts, while erring
	errorAs    balancer.Outcome // how they are answered
	flaky      bool             // health checks fail as often
	remains    []float64        // by worker, while hung: nanoseconds of demand that its service still needs
}

// worker serves one request at a time. It is an event source of the same number:
// its event is the end of service. Idle ones are a list through ref: ^(next+1).
type worker struct {
	ref    int32 // the request in service; when idle, negative
	server int32
}

// none ends a list of workers.
const none = -1

// buildFleet makes all servers, those that autoscalers may start and acts will add
// included.
func (e *engine) buildFleet() {
	total := e.m.Total()
	e.servers, e.records = make([]server, total), make([]record, total)
	for i := range e.servers {
		e.buildServer(int32(i), e.m.Server(i))
	}
	e.oneEach = len(e.workers) == total
	e.buildLives()
}

func (e *engine) buildServer(id int32, d Server) {
	s := &e.servers[id]
	*s = server{slowness: 1 / d.Speed, room: math.MaxInt32, free: none}
	e.records[id] = record{first: int32(len(e.workers)), workers: int32(d.Workers)}
	if d.Queue != Unlimited {
		s.room = int32(d.Queue)
	}
	if d.Cache != nil {
		s.more().cache = e.newCache(id, d.Cache)
		s.extra.prepares = true
	}
	if _, calls := e.m.tiersOf(d.Group); calls >= 0 {
		s.more().calls = &e.tiers[calls]
	}
	if d.DependsOn != 0 {
		s.more().dependsOn = d.DependsOn
		if e.m.waitsInVain(d.DependsOn) {
			s.extra.lacks = make([]balancer.Outcome, d.Workers)
		}
	}
	if d.Checks != nil {
		s.more().checking = e.newChecking(d.Checks)
	}
	if e.m.Sessions != nil {
		s.more().store = d.Sessions
		s.extra.prepares = true
	}
	if d.Discipline == PS {
		s.more().sharing = &sharing{workers: int32(d.Workers), first: int32(len(e.workers))}
		e.workers = append(e.workers, worker{ref: none, server: id})
		return
	}
	if d.Discipline == ByPriority || d.Discipline == PriorityPreemptive {
		s.more().ranked = newRanked(int32(len(e.workers)), d.Workers, d.Discipline == PriorityPreemptive)
	}
	for range d.Workers {
		e.workers = append(e.workers, worker{server: id})
	}
	for w := int32(len(e.workers)) - 1; w >= e.records[id].first; w-- {
		e.workers[w].ref = ^(s.free + 1)
		s.free = w
	}
}

// more returns the server's extra, which it now has.
func (s *server) more() *extra {
	if s.extra == nil {
		s.extra = &extra{told: -1}
	}
	return s.extra
}

// Total is how many servers there ever are.
func (m *Model) Total() int {
	n := m.firstAdded()
	for _, a := range m.Acts {
		n += len(a.Add)
	}
	return n
}

// firstAdded is the index of the first server that an act adds.
func (m *Model) firstAdded() int {
	n := len(m.Servers)
	for i := range m.Autoscalers {
		n += len(m.Autoscalers[i].Spare)
	}
	return n
}

// Server returns the declared server of an index: one of the beginning, one that an
// autoscaler may start, or one that an act adds.
func (m *Model) Server(i int) Server {
	if i < len(m.Servers) {
		return m.Servers[i]
	}
	i -= len(m.Servers)
	for k := range m.Autoscalers {
		spare := m.Autoscalers[k].Spare
		if i < len(spare) {
			return spare[i]
		}
		i -= len(spare)
	}
	for _, a := range m.Acts {
		if i < len(a.Add) {
			return a.Add[i]
		}
		i -= len(a.Add)
	}
	panic("sim: no such server")
}

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
}

// server is a machine at work and what is counted of it, in one cache line: with
// many servers, what an event costs is the lines that it touches. attempts and
// served are modulo 2^32, which is as many requests as a run may have.
type server struct {
	slowness float64 // nanoseconds for a nanosecond of demand
	busy     int32   // workers at work or, sharing, requests in service
	waiting  int32
	room     int32 // how many may wait
	head     int32 // of the queue; -1 when empty
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
	unmeasured uint32 // attempts of requests from outside the measured window
}

// extra is what only some servers have.
type extra struct {
	sharing *sharing   // processor sharing
	latency *latencies // what probes are told
	told    int32      // the frontend that was told the server is idle; -1
}

// worker serves one request at a time. It is an event source of the same number:
// its event is the end of service. Idle ones are a list through ref: ^(next+1).
type worker struct {
	ref    int32 // the request in service; when idle, negative
	server int32
}

// none ends a list of workers or of requests.
const none = -1

// buildFleet makes all servers, those that acts will add included.
func (e *engine) buildFleet() {
	total := len(e.m.Servers)
	for _, a := range e.m.Acts {
		total += len(a.Add)
	}
	e.servers, e.records = make([]server, total), make([]record, total)
	for i := range e.servers {
		e.buildServer(int32(i), e.m.Server(i))
	}
	e.oneEach = len(e.workers) == total
}

func (e *engine) buildServer(id int32, d Server) {
	s := &e.servers[id]
	*s = server{slowness: 1 / d.Speed, room: math.MaxInt32, head: none, tail: none, free: none}
	e.records[id] = record{first: int32(len(e.workers)), workers: int32(d.Workers)}
	if d.Queue != Unlimited {
		s.room = int32(d.Queue)
	}
	if d.Discipline == PS {
		s.more().sharing = &sharing{workers: int32(d.Workers), first: int32(len(e.workers))}
		e.workers = append(e.workers, worker{ref: none, server: id})
		return
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

// Server returns the declared server of an index, which may be one that an act
// adds.
func (m *Model) Server(i int) Server {
	if i < len(m.Servers) {
		return m.Servers[i]
	}
	i -= len(m.Servers)
	for _, a := range m.Acts {
		if i < len(a.Add) {
			return a.Add[i]
		}
		i -= len(a.Add)
	}
	panic("sim: no such server")
}

// reach hands an attempt to its server.
func (e *engine) reach(ref int32, r *request) {
	s := &e.servers[r.server]
	s.attempts++
	if r.flags&measured == 0 {
		e.records[r.server].unmeasured++
	}
	r.reached = e.now
	r.flags |= there
	if s.extra != nil {
		r.load = uint8(min(s.busy+s.waiting, maxLoad))
		if s.extra.told >= 0 {
			e.withdrawIdle(r.server, s)
		}
		if s.extra.sharing != nil {
			e.join(ref, r, s)
			return
		}
	}
	if w := s.free; w >= 0 {
		s.free = ^e.workers[w].ref - 1
		s.busy++
		e.begin(w, ref, r, s)
		return
	}
	if s.waiting >= s.room {
		e.fellOut(r, balancer.Refused)
		r.state = onWire
		e.answer(ref, r, balancer.Refused)
		return
	}
	e.enqueue(ref, r, s)
}

// begin puts worker w to work on a request.
func (e *engine) begin(w, ref int32, r *request, s *server) {
	e.workers[w].ref = ref
	r.begun, r.state, r.place = e.now, serving, w
	e.schedule(w, e.now+lasting(r.demand*s.slowness))
}

// lasting rounds nanoseconds to whole ones; what lasts too long never ends.
func lasting(ns float64) clock.Time {
	if ns >= math.MaxInt64/2 {
		return math.MaxInt64 / 2
	}
	return clock.Time(ns + 0.5)
}

func (e *engine) enqueue(ref int32, r *request, s *server) {
	r.state, r.next, r.place = waiting, none, s.tail
	if s.tail >= 0 {
		e.slab[s.tail].next = ref
	} else {
		s.head = ref
	}
	s.tail = ref
	s.waiting++
	if e.patience != nil {
		e.losePatience(ref, r)
	}
}

// unqueue takes a waiting request out, wherever in the queue it is.
func (e *engine) unqueue(ref int32, r *request) {
	s := &e.servers[r.server]
	before := int32(none)
	if s.head == ref {
		s.head = r.next
	} else {
		before = r.place
		e.slab[before].next = r.next
	}
	if r.next >= 0 {
		e.slab[r.next].place = before
	} else {
		s.tail = before
	}
	s.waiting--
}

// depart ends the service of whoever the source's event is about.
func (e *engine) depart(source int32) {
	w := &e.workers[source]
	id := source
	if !e.oneEach { // a branch, so that the server is fetched beside its worker, not after it
		id = w.server
	}
	s := &e.servers[id]
	ref := w.ref
	var r *request
	if s.extra == nil || s.extra.sharing == nil {
		r = &e.slab[ref]
		s.busyTime += e.within(r.begun)
		e.turn(source, w, s)
	} else {
		ref = e.leaveShared(id, s)
		r = &e.slab[ref]
	}
	s.served++
	s.activeTime += e.within(r.reached)
	if s.extra != nil && s.extra.latency != nil && r.load != unseen {
		s.extra.latency.add(int32(r.load), e.now.Sub(r.reached))
	}
	if r.flags&orphan != 0 {
		e.release(ref, r)
		return
	}
	if e.path == nil {
		e.answered(ref, r, balancer.OK)
		return
	}
	r.state = onWire
	e.answer(ref, r, balancer.OK)
}

// turn gives a worker that is done its next request, or lets it idle.
func (e *engine) turn(source int32, w *worker, s *server) {
	if ref := s.head; ref >= 0 {
		r := &e.slab[ref]
		// The next head's place goes stale, which saves a look at it.
		if s.head = r.next; s.head < 0 {
			s.tail = none
		}
		s.waiting--
		e.begin(source, ref, r, s)
		return
	}
	e.schedule(source, clock.Never)
	w.ref = ^(s.free + 1)
	s.free = source
	s.busy--
	if e.reports && s.busy == 0 {
		e.tellIdle(w.server, s)
	}
}

// abort stops the service of a request.
func (e *engine) abort(ref int32, r *request) {
	s := &e.servers[r.server]
	if s.extra != nil && s.extra.sharing != nil {
		e.dropShared(r.server, s, int(r.place))
		return
	}
	s.busyTime += e.within(r.begun)
	e.turn(r.place, &e.workers[r.place], s)
}

// setSlowness changes how fast a server works, for what is in service too.
func (e *engine) setSlowness(id int, slowness float64) {
	s := &e.servers[id]
	if s.extra != nil && s.extra.sharing != nil {
		e.catchUp(s)
		s.slowness = slowness
		e.rearm(s)
		return
	}
	first := e.records[id].first
	for w := first; w < first+e.records[id].workers; w++ {
		if e.workers[w].ref >= 0 {
			left := float64(e.agenda.pending(w) - e.now)
			e.schedule(w, e.now+lasting(left/s.slowness*slowness))
		}
	}
	s.slowness = slowness
}

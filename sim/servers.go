package sim

import (
	"math"

	"lbsim/balancer"
	"lbsim/clock"
)

// fleet is the servers and their workers.
type fleet struct {
	servers []server
	workers []worker
}

// server is a machine at work and what is counted of it, in two cache lines: with
// many servers, what an event costs is the lines that it touches.
type server struct {
	slowness float64 // nanoseconds for a nanosecond of demand
	workers  int32
	busy     int32 // workers at work or, sharing, requests in service
	waiting  int32
	room     int32 // how many may wait
	head     int32 // of the queue; -1 when empty
	tail     int32
	free     int32 // an idle worker; -1 when none
	first    int32 // the first of its workers
	attempts uint32
	served   uint32
	measured uint64 // attempts of measured requests
	extra    *extra // nil for a plain server

	busyTime   uint64  // worker-nanoseconds in the window
	activeTime uint64  // request-nanoseconds in the window
	completed  uint64  // measured requests
	latency    float64 // their sum, nanoseconds
	refused    uint32
	withdrawn  uint32
	_          [3]uint64
}

// extra is what only some servers have.
type extra struct {
	sharing *sharing   // processor sharing
	latency *latencies // what probes are told
	told    int32      // the frontend that was told the server is idle; -1
}

// worker serves one request at a time. It is an event source of the same number:
// its event is the end of service.
type worker struct {
	ref    int32 // the request in service
	server int32
	next   int32 // in the server's list of idle workers
}

// buildFleet makes all servers, those that acts will add included.
func (e *engine) buildFleet() {
	total := len(e.m.Servers)
	for _, a := range e.m.Acts {
		total += len(a.Add)
	}
	e.servers = make([]server, total)
	for i := range e.servers {
		e.buildServer(int32(i), e.m.Server(i))
	}
}

func (e *engine) buildServer(id int32, d Server) {
	s := &e.servers[id]
	*s = server{slowness: 1 / d.Speed, workers: int32(d.Workers), room: math.MaxInt32,
		head: -1, tail: -1, free: -1, first: int32(len(e.workers))}
	if d.Queue != Unlimited {
		s.room = int32(d.Queue)
	}
	if d.Discipline == PS {
		s.more().sharing = &sharing{}
		e.workers = append(e.workers, worker{ref: -1, server: id, next: -1})
		return
	}
	for range d.Workers {
		e.workers = append(e.workers, worker{ref: -1, server: id, next: -1})
	}
	for w := int32(len(e.workers)) - 1; w >= s.first; w-- {
		e.workers[w].next = s.free
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
	s.measured += uint64(r.flags & measured)
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
		s.free = e.workers[w].next
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
	r.state, r.next, r.place = waiting, -1, s.tail
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
	if r.place >= 0 {
		e.slab[r.place].next = r.next
	} else {
		s.head = r.next
	}
	if r.next >= 0 {
		e.slab[r.next].place = r.place
	} else {
		s.tail = r.place
	}
	s.waiting--
}

// depart ends the service of whoever the source's event is about.
func (e *engine) depart(source int32) {
	w := &e.workers[source]
	s := &e.servers[w.server]
	ref := w.ref
	var r *request
	if s.extra == nil || s.extra.sharing == nil {
		r = &e.slab[ref]
		s.busyTime += e.within(r.begun)
		e.turn(source, w, s)
	} else {
		ref = e.leaveShared(w.server, s)
		r = &e.slab[ref]
	}
	s.served++
	s.activeTime += e.within(r.reached)
	if s.extra != nil && s.extra.latency != nil {
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
		s.head = r.next
		if s.head >= 0 {
			e.slab[s.head].place = -1
		} else {
			s.tail = -1
		}
		s.waiting--
		e.begin(source, ref, r, s)
		return
	}
	e.schedule(source, clock.Never)
	w.ref, w.next = -1, s.free
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
	for w := s.first; w < s.first+s.workers; w++ {
		if e.workers[w].ref >= 0 {
			left := float64(e.pending(w) - e.now)
			e.schedule(w, e.now+lasting(left/s.slowness*slowness))
		}
	}
	s.slowness = slowness
}

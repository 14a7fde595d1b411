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

// server is a machine at work. busy and waiting are what a look at it shows; the
// rest is how it goes about.
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
	told     int32 // the frontend that was told it is idle; -1
	sharing  *sharing
	latency  *latencies // what probes are told; nil unless probes come
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
	add := func(s Server) {
		id := int32(len(e.servers))
		x := server{slowness: 1 / s.Speed, workers: int32(s.Workers), room: math.MaxInt32,
			head: -1, tail: -1, free: -1, first: int32(len(e.workers)), told: -1}
		if s.Queue != Unlimited {
			x.room = int32(s.Queue)
		}
		if s.Discipline == PS {
			x.sharing = &sharing{server: id}
			e.workers = append(e.workers, worker{ref: -1, server: id, next: -1})
		} else {
			for w := s.Workers - 1; w >= 0; w-- {
				e.workers = append(e.workers, worker{ref: -1, server: id, next: x.free})
				x.free = int32(len(e.workers) - 1)
			}
		}
		e.servers = append(e.servers, x)
	}
	for _, s := range e.m.Servers {
		add(s)
	}
	for _, a := range e.m.Acts {
		for _, s := range a.Add {
			add(s)
		}
	}
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
func (e *engine) reach(ref int32) {
	r := &e.slab[ref]
	s := &e.servers[r.server]
	r.reached = e.now
	r.load = uint8(min(s.busy+s.waiting, maxLoad))
	if s.told >= 0 {
		e.withdrawIdle(r.server, s)
	}
	switch {
	case s.sharing != nil:
		e.join(ref, r, s)
	case s.free >= 0:
		w := s.free
		s.free = e.workers[w].next
		s.busy++
		e.begin(w, ref, r, s)
	case s.waiting >= s.room:
		e.fellOut(r, balancer.Refused)
		r.state = onWire
		e.answer(ref, balancer.Refused)
	default:
		e.enqueue(ref, r, s)
	}
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
	r.state, r.next, r.prev = waiting, -1, s.tail
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
	if r.prev >= 0 {
		e.slab[r.prev].next = r.next
	} else {
		s.head = r.next
	}
	if r.next >= 0 {
		e.slab[r.next].prev = r.prev
	} else {
		s.tail = r.prev
	}
	s.waiting--
}

// depart ends the service of whoever the source's event is about.
func (e *engine) depart(source int32) {
	w := &e.workers[source]
	s := &e.servers[w.server]
	var ref int32
	if s.sharing != nil {
		ref = e.leaveShared(s)
	} else {
		ref = w.ref
		e.account(&e.slab[ref])
		e.turn(source, w, s)
	}
	r := &e.slab[ref]
	e.served(r, s)
	if r.orphan {
		e.release(ref)
		return
	}
	r.state = onWire
	e.answer(ref, balancer.OK)
}

// turn gives a worker that is done its next request, or lets it idle.
func (e *engine) turn(source int32, w *worker, s *server) {
	if ref := s.head; ref >= 0 {
		r := &e.slab[ref]
		s.head = r.next
		if s.head >= 0 {
			e.slab[s.head].prev = -1
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
	if s.busy == 0 && e.reports {
		e.tellIdle(w.server, s)
	}
}

// abort stops the service of a request.
func (e *engine) abort(ref int32, r *request) {
	s := &e.servers[r.server]
	if s.sharing != nil {
		e.quitShared(r, s)
		return
	}
	e.account(r)
	e.turn(r.place, &e.workers[r.place], s)
}

// setSlowness changes how fast a server works, for what is in service too.
func (e *engine) setSlowness(id int, slowness float64) {
	s := &e.servers[id]
	if s.sharing != nil {
		e.slowShared(s, slowness)
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

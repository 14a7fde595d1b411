package sim

import (
	"slices"

	"lbsim/balancer"
	"lbsim/clock"
)

// fault is what is wrong with a server, beside being slow.
type fault uint8

const (
	sound    fault = iota
	crashed        // nobody listens: whoever comes is refused at once
	hung           // takes everything and answers nothing, as a stopped process does
	erring         // answers some at once, with an error; its health checks pass unless it is flaky
	starting       // does not listen yet
	closed         // does not listen any more, and finishes what it has
)

// hangs reports whether a server's work stands still.
func (s *server) hangs() bool { return s.extra != nil && s.extra.fault == hung }

// silent reports whether a server can say nothing of itself.
func (s *server) silent() bool {
	return s.extra != nil && (s.extra.fault == hung || s.extra.fault == crashed || s.extra.fault == starting)
}

// erring reports whether a server ever errs. Then requests have a number, by which
// it is drawn who meets an error.
func (e *engine) erring() bool {
	return slices.ContainsFunc(e.m.Acts, func(a Act) bool { return a.Kind == Errors || a.Kind == Flaky })
}

// falter is what a faulty server makes of an attempt that has reached it. It reports
// false where the attempt goes on as usual.
func (e *engine) falter(ref int32, r *request, s *server) bool {
	switch s.extra.fault {
	case crashed, starting, closed:
		e.turnAway(ref, r, balancer.Unreachable)
		return true
	case erring:
		draws := e.errorDraws.At(e.stories[ref].id, uint64(r.attempts)+uint64(e.stories[ref].before))
		if draws.Float64() >= s.extra.errorRatio {
			return false
		}
		e.turnAway(ref, r, s.extra.errorAs)
		return true
	}
	if s.extra.sharing != nil {
		return false // it joins the others, who all stand still
	}
	e.enqueue(ref, r, s) // whatever the queue's bound: a listening socket takes it
	return true
}

// waitsForCalls is what remains of a service that is done.
const waitsForCalls = -1

// crash lets everything that a server has fail at once.
func (e *engine) crash(id int32) {
	s := &e.servers[id]
	var victims []victim
	x := s.more()
	x.told = -1
	if x.sharing != nil {
		e.catchUp(s)
		for _, j := range x.sharing.jobs {
			victims = append(victims, e.victim(j.ref))
		}
		x.sharing.jobs, s.busy = x.sharing.jobs[:0], 0
		e.rearm(s)
	}
	e.eachBusy(id, func(source int32, w *worker) {
		victims = append(victims, e.victim(w.ref))
		e.charge(s, e.slab[w.ref].begun)
		e.rest(source, w, s)
	})
	for ref := s.head; ref != noRequest; ref = e.slab[ref].next {
		victims = append(victims, e.victim(ref))
	}
	s.head, s.tail, s.waiting = noRequest, noRequest, 0
	if x.ranked != nil {
		x.ranked.last = [ranks]int32{}
	}
	s.extra.fault = crashed
	for _, v := range victims {
		r := &e.slab[v.ref]
		e.fellOut(r, balancer.Reset)
		r.state = onWire
	}
	for _, v := range victims {
		if !e.isStill(v) || e.slab[v.ref].state != onWire {
			continue // what followed from another one has ended it
		}
		if e.calls != nil {
			e.cancelCalls(v.ref)
		}
		e.answer(v.ref, &e.slab[v.ref], balancer.Reset)
	}
}

// victim is an attempt that something ends together with others. The end of one may be the
// end of another, whose place is another's then.
type victim struct {
	ref      int32
	gen      uint32
	attempts uint8
}

func (e *engine) victim(ref int32) victim {
	r := &e.slab[ref]
	return victim{ref, r.gen, r.attempts}
}

// isStill reports whether an attempt is the one under way in its place.
func (e *engine) isStill(v victim) bool { return e.victim(v.ref) == v }

// hang stops a server's work where it is.
func (e *engine) hang(id int32) {
	s := &e.servers[id]
	x := s.more()
	if x.fault == hung {
		return
	}
	x.told = -1
	if x.sharing != nil {
		e.catchUp(s)
		x.fault = hung
		e.rearm(s)
		return
	}
	x.fault = hung
	first := e.records[id].first
	x.remains = make([]float64, e.records[id].workers)
	e.eachBusy(id, func(source int32, _ *worker) {
		if e.agenda.pending(source) == clock.Never {
			x.remains[source-first] = waitsForCalls
			return
		}
		x.remains[source-first] = float64(e.agenda.pending(source)-e.now) / s.slowness
		e.schedule(source, clock.Never)
	})
}

// err lets a server answer a ratio of what comes with an error; where it is flaky, of
// its health checks too.
func (e *engine) err(id int32, ratio float64, status int, flaky bool) {
	e.repair(id)
	x := e.servers[id].more()
	x.fault, x.errorRatio, x.errorAs, x.flaky = erring, ratio, balancer.Answered(status), flaky
}

// failsCheck reports whether a server fails a health check: a deep one where something
// is down that it depends on, any in its share where it is flaky. The draw
// belongs to the server, the frontend that asks, and the instant at which it did.
func (e *engine) failsCheck(p *probe, s *server) bool {
	if p.ticket.Deep && s.extra.dependsOn&e.down != 0 {
		return true
	}
	if s.extra.fault != erring || !s.extra.flaky || !p.ticket.Health {
		return false
	}
	draws := e.checkDraws.At(uint64(p.server)<<32|uint64(p.frontend), uint64(p.ticket.At))
	return draws.Float64() < s.extra.errorRatio
}

// repair ends a server's fault. One that hung goes on where it stopped, one that
// crashed begins with an empty cache.
func (e *engine) repair(id int32) {
	s := &e.servers[id]
	if s.extra == nil || s.extra.fault == sound || s.extra.fault >= starting {
		return
	}
	x, was := s.extra, s.extra.fault
	if was == crashed {
		e.forget(id)
	}
	if x.sharing != nil {
		e.catchUp(s)
		x.fault = sound
		e.rearm(s)
	} else if x.fault = sound; was == hung {
		first := e.records[id].first
		e.eachBusy(id, func(source int32, _ *worker) {
			if left := x.remains[source-first]; left != waitsForCalls {
				e.schedule(source, e.now+lasting(left*s.slowness))
			}
		})
		e.admitWaiting(s)
	}
	if e.reports && s.busy == 0 && was != erring {
		e.tellIdle(id, s)
	}
}

// eachBusy calls f with each worker of a first-come-first-served server that serves
// a request.
func (e *engine) eachBusy(id int32, f func(source int32, w *worker)) {
	if s := &e.servers[id]; s.extra.sharing != nil {
		return
	}
	first := e.records[id].first
	for source := first; source < first+e.records[id].workers; source++ {
		if w := &e.workers[source]; w.ref >= 0 {
			f(source, w)
		}
	}
}

package sim

import (
	"lbsim/balancer"
	"lbsim/clock"
)

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
		if s.extra.fault != sound && r.flags&aCheck == 0 && e.falter(ref, r, s) {
			return
		}
		if s.extra.dependsOn&e.refuse != 0 && r.flags&aCheck == 0 {
			if o := e.misses(r, s); o != balancer.OK {
				e.turnAway(ref, r, o)
				return
			}
		}
		r.load = uint8(min(s.busy+s.waiting, maxLoad))
		if s.extra.told >= 0 {
			e.withdrawIdle(r.server, s)
		}
		if s.extra.sharing != nil {
			e.join(ref, r, s)
			return
		}
		if s.extra.ranked != nil && e.reachRanked(ref, r, s) {
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
		e.turnAway(ref, r, balancer.Refused)
		return
	}
	e.enqueue(ref, r, s)
}

// turnAway ends an attempt that its server does not take.
func (e *engine) turnAway(ref int32, r *request, o balancer.Outcome) {
	e.fellOut(r, o)
	r.state = onWire
	e.answer(ref, r, o)
}

// begin puts worker w to work on a request.
func (e *engine) begin(w, ref int32, r *request, s *server) {
	e.workers[w].ref = ref
	r.begun, r.state, r.place = e.now, serving, w
	demand := r.demand
	if s.extra != nil {
		demand = e.beginSpecially(w, ref, r, s)
	}
	e.schedule(w, e.now+lasting(demand*s.slowness))
}

// prepare is what a server does where a service begins, and returns the demand, in
// nanoseconds at speed 1, that it adds.
func (e *engine) prepare(ref int32, r *request, x *extra) (more float64) {
	if x.cache != nil {
		more = e.look(ref, r, x.cache)
	}
	if e.sessions.clients != nil {
		more += e.recall(ref, r)
	}
	return more
}

// beginSpecially is what begins with a service on a server that is not plain. It
// returns the service's demand.
func (e *engine) beginSpecially(w, ref int32, r *request, s *server) float64 {
	demand, anew := r.demand, true
	if s.extra.ranked != nil {
		demand, anew = e.startSpell(w, ref, r, s)
	}
	if r.flags&aCheck != 0 {
		e.checkBegins(w, r, s.extra, anew)
		return demand
	}
	if s.extra.lacks != nil {
		if wait := e.waitInVain(w, r, s); wait > 0 {
			return wait
		}
	}
	if s.extra.prepares && anew {
		demand += e.prepare(ref, r, s.extra)
	}
	return demand
}

// depart ends the service of whoever the source's event is about.
func (e *engine) depart(source int32) {
	w := &e.workers[source]
	id := source
	if !e.oneEach { // a branch, so that the server is fetched beside its worker, not after it
		id = w.server
	}
	s := &e.servers[id]
	ref, o := w.ref, balancer.OK
	var r *request
	if s.extra == nil || s.extra.sharing == nil {
		if s.extra != nil && s.extra.lacks != nil {
			o = s.extra.lacks[source-e.records[id].first]
		}
		if s.extra != nil && s.extra.calls != nil && o == balancer.OK && e.slab[ref].flags&aCheck == 0 && e.callOut(source, ref, s.extra.calls) {
			return
		}
		r = &e.slab[ref]
		if e.keeps {
			e.fetched = e.queries[ref].Pool
		}
		s.busyTime += e.within(r.begun)
		e.turn(source, w, s)
	} else {
		ref = e.leaveShared(id, s)
		r = &e.slab[ref]
	}
	s.served++
	s.activeTime += e.within(r.reached)
	if s.extra != nil {
		e.noteServed(r, s)
		if s.extra.calls != nil && o == balancer.OK {
			o = e.conveyed(ref)
		}
	}
	if e.parties != nil {
		e.served(ref, r)
	}
	if r.flags&orphan != 0 {
		e.endOrphan(ref, r, o)
		return
	}
	if e.near {
		e.answered(ref, r, o)
		return
	}
	r.state = onWire
	e.answer(ref, r, o)
}

// noteServed is for whoever wants to know what a server has done.
func (e *engine) noteServed(r *request, s *server) {
	x := s.extra
	if r.flags&aCheck != 0 {
		e.checkServed(r, s)
		return
	}
	x.left = e.now
	if x.latency != nil && r.load != unseen {
		x.latency.add(int32(r.load), e.now.Sub(r.reached))
	}
	if x.meter != nil {
		x.meter.metered(r, s, e.now)
	}
}

// turn gives a worker that is done its next request, or lets it idle.
func (e *engine) turn(source int32, w *worker, s *server) {
	if ref := s.head; ref != noRequest {
		r := &e.slab[ref]
		// The next head's place goes stale, which saves a look at it.
		tail := s.tail
		if r.next == noRequest {
			tail = noRequest
		}
		s.head, s.tail = r.next, tail
		s.waiting--
		e.begin(source, ref, r, s)
		return
	}
	e.rest(source, w, s)
	if e.reports && s.busy == 0 {
		e.tellIdle(w.server, s)
	}
}

// rest lets a worker idle.
func (e *engine) rest(source int32, w *worker, s *server) {
	e.schedule(source, clock.Never)
	w.ref = ^(s.free + 1)
	s.free = source
	s.busy--
	if s.extra != nil && s.extra.ranked != nil {
		s.extra.ranked.endSpell(source)
	}
}

// abort stops the service of a request.
func (e *engine) abort(ref int32, r *request) {
	s := &e.servers[r.server]
	if e.calls != nil {
		e.cancelCalls(ref)
	}
	if s.extra != nil && s.extra.sharing != nil {
		e.dropShared(r.server, s, int(r.place))
		return
	}
	e.charge(s, r.begun)
	if s.hangs() {
		e.rest(r.place, &e.workers[r.place], s)
		return
	}
	e.turn(r.place, &e.workers[r.place], s)
}

package sim

import (
	"lbsim/balancer"
	"lbsim/clock"
)

// finish closes what is open when the last event has happened.
func (e *engine) finish() {
	if !e.windowClosed {
		if e.now < e.m.Horizon && e.m.Horizon != clock.Never {
			e.now = e.m.Horizon
		}
		if !e.windowOpen {
			e.openWindow()
		}
		e.closeWindow()
	}
	e.closeTimeline()
	e.accountRest()
	e.eachUnderWay(func(ref int32, r *request, request bool) {
		if !request || r.flags&(shadow|aCall) != 0 {
			return
		}
		if e.apart {
			e.countApart(ref, r, Unfinished)
		}
		e.overlap += e.within(r.arrived)
		if r.flags&measured != 0 {
			e.classes[r.class].outcomes[Unfinished]++
		}
	})
}

// accountRest adds the work on what is still at servers.
func (e *engine) accountRest() {
	for i := range e.workers {
		w := &e.workers[i]
		s := &e.servers[w.server]
		if s.extra != nil && s.extra.sharing != nil {
			e.catchUp(s)
			for _, j := range s.extra.sharing.jobs {
				e.accountStay(s, j.ref)
				e.wasteRest(j.ref)
			}
		} else if w.ref >= 0 {
			s.busyTime += e.within(e.slab[w.ref].begun)
			e.accountStay(s, w.ref)
			e.wasteRest(w.ref)
		}
	}
	for i := range e.servers {
		s := &e.servers[i]
		for ref := s.head; ref != noRequest; ref = e.slab[ref].next {
			e.accountStay(s, ref)
		}
	}
}

// accountStay adds the time that a request has been at a server.
func (e *engine) accountStay(s *server, ref int32) {
	if r := &e.slab[ref]; r.flags&aCheck == 0 {
		s.activeTime += e.within(r.reached)
	}
}

// endOrphan gives back the place of what nobody waits for as for a request.
func (e *engine) endOrphan(ref int32, r *request, o balancer.Outcome) {
	if r.flags&aCheck != 0 {
		e.checkEnds(ref, r, o)
	} else {
		e.release(ref, r)
	}
}

// wasteRest counts the work on an attempt in service that is in vain.
func (e *engine) wasteRest(ref int32) {
	if e.parties != nil && e.parties[ref].lost {
		e.wasted += e.workOn(ref, &e.slab[ref])
	}
}

// eachUnderWay calls f with every attempt that is not over, and whether it has the
// place of a request, which may be between two attempts.
func (e *engine) eachUnderWay(f func(ref int32, r *request, request bool)) {
	free := e.freePlaces()
	for ref := range e.slab {
		if r := &e.slab[ref]; !free[ref] && r.flags&orphan == 0 {
			f(int32(ref), r, e.parties == nil || int(e.parties[ref].of) == ref)
		}
	}
}

// freePlaces says which places of the slab hold no request.
func (e *engine) freePlaces() []bool {
	free := make([]bool, len(e.slab))
	free[noRequest] = true
	for ref := e.idle; ref != noRequest; ref = e.slab[ref].next {
		free[ref] = true
	}
	return free
}

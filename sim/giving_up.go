package sim

import "lbsim/balancer"

// giveUp is a client's end of patience, or the end of its frontend: the balancer learns that nobody waits any
// more, and the server too if clients cancel.
func (e *engine) giveUp(ref int32, o balancer.Outcome) {
	copies := e.giveUpCopies(ref, o)
	r := &e.slab[ref]
	frontend := int32(r.frontend)
	if r.state != atBalancer {
		e.failedAt(r, o)
		e.settle(ref, r, o)
	} else if e.keeps && !copies {
		e.frontends[r.frontend].Cancel(e.now, &e.queries[ref])
		r.flags &^= held
	}
	if !e.abandons || o == balancer.Cancelled {
		e.withdraw(ref, r)
	}
	how, status := TimedOut, 499
	if o == balancer.Reset {
		how, status = outcomeOf(o)
	}
	e.over(ref, r, how, status)
	if e.drainable && e.frontends[frontend].Events() {
		e.followUp(frontend) // it may have been the last that was waited for
	}
}

// giveUpAttempt is a balancer's end of patience with an attempt, or the beginning of a
// copy beside it.
func (e *engine) giveUpAttempt(ref int32, r *request) {
	if !e.overdue(ref, r) {
		e.breakOff(ref, r, balancer.TooSlow)
	}
}

// breakOff ends an attempt for its balancer, and for its server unless clients abandon.
func (e *engine) breakOff(ref int32, r *request, o balancer.Outcome) {
	if r.state == onWire || !e.abandons {
		e.withdraw(ref, r)
	} else {
		e.leaveBehind(ref)
		r = &e.slab[ref]
	}
	e.answered(ref, r, o)
}

// leaveBehind lets a server go on with an attempt that nobody waits for: it gets a
// place of its own in the slab, which it gives back when it is done.
func (e *engine) leaveBehind(ref int32) {
	copied := e.twin(ref)
	r := &e.slab[ref]
	e.slab[copied].flags |= orphan
	if e.calls != nil {
		e.passCalls(ref, copied)
	}
	s := &e.servers[r.server]
	switch {
	case r.state == waiting:
		if s.extra != nil && s.extra.ranked != nil && s.extra.ranked.last[e.rank(r)] == ref {
			s.extra.ranked.last[e.rank(r)] = copied
		}
		if s.head == ref {
			s.head = copied
		} else {
			e.slab[r.place].next = copied
		}
		if r.next == noRequest {
			s.tail = copied
		} else {
			e.slab[r.next].place = copied
		}
	case s.extra != nil && s.extra.sharing != nil:
		s.extra.sharing.jobs[r.place].ref = copied
	default:
		e.workers[r.place].ref = copied
	}
}

// withdraw takes a request from the server that has it, if one has.
func (e *engine) withdraw(ref int32, r *request) {
	switch r.state {
	case waiting:
		e.unqueue(ref, r)
	case serving:
		e.abort(ref, r)
	default:
		return
	}
	e.fellOut(r, balancer.Cancelled)
	r.state = atBalancer
}

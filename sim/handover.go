package sim

// show brings what the general way counts of servers up to date.
func (x *express) show(e *engine) {
	for i := range x.posts {
		p, s := &x.posts[i], &e.servers[i]
		s.attempts, s.busyTime, s.activeTime = p.attempts, x.sums[i].busyTime, x.sums[i].activeTime
		there := int32(e.frontends[0].InFlight(0, int32(i)))
		s.busy = min(there, 1)
		s.waiting = there - s.busy
		s.served = p.attempts - uint32(there)
	}
}

// countAttempts counts the attempts since the timeline's last tick, where they are counted:
// one for each arrival.
func (x *express) countAttempts(e *engine) {
	if e.keeps {
		e.bucket.attempts = e.arrived - e.before
	}
}

// handOver puts what is under way where the general way looks for it.
func (e *engine) handOver() {
	x := e.express
	e.express = nil
	x.show(e)
	x.integrate(e)
	x.countAttempts(e)
	for i := range x.posts {
		p, slot := &x.posts[i], int32(i)
		if p.arrived == vacant {
			continue
		}
		s := &e.servers[i]
		s.free, s.waiting = none, 0
		ref := e.handOverOne(x, slot, waiter{p.arrived, p.demand, nobodyWaits, p.class}, nameIn(x.served, slot))
		r := &e.slab[ref]
		e.workers[slot].ref = ref
		r.begun, r.state, r.place = e.agenda.pending(slot)-x.lasting(slot, p.demand), serving, slot
		for at := p.head; at != nobodyWaits; at = x.line[at].next {
			ref := e.handOverOne(x, slot, x.line[at], nameIn(x.queued, at))
			e.enqueue(ref, &e.slab[ref], s)
		}
	}
}

// nameIn is by what number a balancer knows a request, where it knows any.
func nameIn(ids []uint64, i int32) (id uint64) {
	if ids != nil {
		id = ids[i]
	}
	return id
}

// handOverOne makes a request of one that is at a server.
func (e *engine) handOverOne(x *express, slot int32, w waiter, id uint64) (ref int32) {
	ref = e.take()
	r := &e.slab[ref]
	r.arrived, r.begun, r.demand, r.class = w.arrived, w.arrived, w.demand, w.class
	r.flags, r.attempts, r.frontend = 0, 0, 0
	if w.arrived >= e.warmUp {
		r.flags = measured
	}
	if e.keeps {
		e.introduce(ref, r, id)
	}
	r.assign(x.lb.Ticket(e.queryOf(ref), slot, w.arrived), slot)
	r.flags |= there
	return ref
}

package sim

import (
	"slices"

	"lbsim/balancer"
	"lbsim/random"
)

// hedging is what a run needs where a request may have several attempts at once. A
// request's first attempt, and its retries, have the request's own place in the slab;
// each further attempt has a place of its own, which is no request: nobody counts it in
// or out. All that ends is told by its own place, and settled at the request's.
type hedging struct {
	parties  []party // parallel to the slab; nil where balancers do not hedge
	hedged   Hedged
	wasted   float64 // nanoseconds of Hedged.Wasted
	redraws  []bool  // by class: each attempt has a demand of its own; nil: none has
	demanded random.Index
}

// party is whom a place in the slab belongs to.
type party struct {
	of     int32 // the request's place, which may be this one
	next   int32 // of the request's, or of one of its copies: another copy; noRequest ends the list
	sent   uint8 // attempts of the request; at its own place
	copies uint8 // of them, copies, as the balancer counts them; at its own place
	lost   bool  // another attempt of its request was answered
}

// Hedged counts measured requests, not what servers ask of each other, and the attempts that they had beside another one.
type Hedged struct {
	Requests uint64 // with a copy; each time that their clients sent them
	Copies   uint64 // that reached a server
	Won      uint64 // requests that a copy answered
	// Lost counts attempts that reached a server and whose request another one answered,
	// Wasted the worker-seconds in the window that such attempts took, those of requests
	// that are not measured too: a part of what servers were busy.
	Lost   uint64
	Wasted float64
}

// hedges reports whether balancers hedge, those of calls too. Those of connections see no
// requests.
func (e *engine) hedges() bool {
	return e.m.Balancer.Layer != balancer.L4 &&
		slices.ContainsFunc(e.m.everywhere(), func(p *balancer.PoolConfig) bool { return p.Hedges != nil })
}

func (e *engine) buildHedging() {
	if e.hedges() {
		e.parties = []party{}
	}
	for _, c := range e.m.Classes {
		if again := e.keeps || e.m.Clients != nil && e.m.Clients.Retries != nil; again && c.Copies == Independent {
			e.redraws = make([]bool, len(e.m.Classes))
			e.demanded = e.index("demands of attempts")
		}
	}
	for i := range e.redraws {
		e.redraws[i] = e.m.Classes[i].Copies == Independent
	}
}

// hedge carries out a balancer's wish for a copy, if its request is still there.
func (e *engine) hedge(handle uint64) {
	ref := int32(uint32(handle))
	r := &e.slab[ref]
	if r.gen != uint32(handle>>32) || r.flags&orphan != 0 {
		return
	}
	e.beside(ref, r, e.frontends[r.frontend].Hedge(e.now, &e.queries[ref]))
}

// overdue sends a copy where hedges begin when the time of an attempt has passed, and
// reports false where that ends the attempt.
func (e *engine) overdue(ref int32, r *request) bool {
	if e.parties == nil {
		return false
	}
	root := e.parties[ref].of
	q := &e.queries[root]
	pool := &e.inForce.Pools[q.Pool]
	if r.flags&aCall != 0 {
		pool = &e.m.Tiers[int(r.frontend)-e.fronts].Balancer.Pools[0]
	}
	if h := pool.Hedges; h == nil || !h.OnPerTry {
		return false
	}
	e.beside(root, &e.slab[root], e.frontends[r.frontend].Overdue(e.now, q, r.ticket(q.Pool)))
	return true
}

// beside sends a copy of a request, if the balancer says so.
func (e *engine) beside(ref int32, r *request, d balancer.Decision) {
	if d.Kind != balancer.Send {
		return
	}
	if r.state != atBalancer {
		ref = e.split(ref)
	}
	e.attempt(ref, &e.slab[ref], d.Ticket)
}

// split makes a place for a copy of the request at ref.
func (e *engine) split(ref int32) int32 {
	place := e.twin(ref)
	x := &e.slab[place]
	x.state = atBalancer
	x.flags &= measured | aCall
	e.parties[place] = party{of: ref, next: e.parties[ref].next}
	e.parties[ref].next = place
	return place
}

// enumerate gives an attempt its number among all of its request, and notes whether it
// is a copy.
func (e *engine) enumerate(ref int32, r *request) {
	root := e.parties[ref].of
	p := &e.parties[root]
	p.sent++
	r.attempts = p.sent
	e.stories[ref].work = 0
	r.flags &^= aCopy
	if copies := uint8(e.queries[root].Copies()); copies > p.copies {
		r.flags |= aCopy
		if p.copies == 0 && r.flags&(measured|aCall) == measured {
			e.hedged.Requests++
		}
		p.copies = copies
	}
}

// countCopy counts a copy that reaches its server.
func (e *engine) countCopy(r *request) {
	if r.flags&(aCopy|measured|aCall) == aCopy|measured {
		e.hedged.Copies++
	}
}

// attemptsOf returns how many attempts the present send of a request has had.
func (e *engine) attemptsOf(ref int32, r *request) int {
	if e.parties != nil {
		return int(e.parties[ref].sent)
	}
	return int(r.attempts)
}

// redraw gives an attempt after the first, the n-th of its client's present send, a
// demand of its own, by request and attempt.
func (e *engine) redraw(ref int32, r *request, n uint8) {
	if e.redraws[r.class] && r.flags&aCall == 0 {
		x := &e.stories[ref]
		e.own = e.demanded.At(x.id, uint64(x.before)+uint64(n))
		r.demand = e.services[r.class].Sample(&e.own) * 1e9
	}
}

// answeredAmong is the end of an attempt that may have others beside it.
func (e *engine) answeredAmong(ref int32, r *request, o balancer.Outcome) {
	root := e.parties[ref].of
	d := e.settle(root, r, o)
	if d.Kind == balancer.Finished && o == balancer.OK {
		e.win(ref)
		return
	}
	if ref != root && e.slab[root].state == atBalancer || d.Kind == balancer.Await {
		e.leave(ref)
		ref = root
	}
	if d.Kind != balancer.Await {
		e.carryOut(ref, &e.slab[ref], d, o)
	}
}

// win ends a request with the answer of the attempt at ref, and its other attempts.
func (e *engine) win(ref int32) {
	root := e.parties[ref].of
	if e.slab[ref].flags&(aCopy|measured|aCall) == aCopy|measured {
		e.hedged.Won++
	}
	if ref != root {
		e.supersede(root, root)
	}
	for place := e.parties[root].next; place != noRequest; {
		next := e.parties[place].next
		if place != ref {
			e.supersede(place, root)
		}
		place = next
	}
	e.leave(ref)
	e.complete(root, &e.slab[root])
}

// supersede ends an attempt because another one of its request was answered.
func (e *engine) supersede(ref, root int32) {
	r := &e.slab[ref]
	if r.state == atBalancer {
		return
	}
	e.loses(ref, r)
	e.failedAt(r, balancer.Cancelled)
	e.settle(root, r, balancer.Cancelled)
	e.drop(ref, e.abandons)
}

// loses counts an attempt as one that was in vain. What it takes of its server is counted
// when its service is over, where its server goes on with it.
func (e *engine) loses(ref int32, r *request) {
	if r.flags&there == 0 || r.flags&aCall != 0 {
		return
	}
	e.parties[ref].lost = true
	if r.flags&measured != 0 {
		e.hedged.Lost++
	}
	switch {
	case r.state == onWire:
		e.wasted += e.stories[ref].work
	case r.state == serving && !e.abandons:
		e.wasted += e.workOn(ref, r)
	}
}

// workOn is how many worker-nanoseconds of the window the service of an attempt has taken:
// where several share workers, its share of them.
func (e *engine) workOn(ref int32, r *request) float64 {
	s, x := &e.servers[r.server], &e.stories[ref]
	inside := float64(e.within(r.begun))
	if s.extra == nil || s.extra.sharing == nil {
		return inside + float64(x.worked)
	}
	if e.now == r.begun {
		return 0
	}
	if s.extra.sharing.at != e.now { // else it has, and may have lost the last of its jobs since
		e.catchUp(s)
	}
	return float64((s.extra.sharing.v-x.work)*s.slowness) * (inside / float64(e.now-r.begun))
}

// served notes what an attempt that is over at its server has taken of it, which an answer
// that is under way may turn out to have been in vain.
func (e *engine) served(ref int32, r *request) {
	work := e.workOn(ref, r)
	e.stories[ref].work = work
	if e.parties[ref].lost {
		e.wasted += work
	}
}

// drop takes an attempt from where it is, or leaves it to its server, which goes on.
func (e *engine) drop(ref int32, goesOn bool) {
	r := &e.slab[ref]
	if r.state == onWire || !goesOn {
		e.withdraw(ref, r)
	} else {
		e.leaveBehind(ref)
	}
	e.slab[ref].state = atBalancer
	e.leave(ref)
}

// leave gives back the place of a copy, and lets the request know where it was.
func (e *engine) leave(ref int32) {
	root := e.parties[ref].of
	if ref == root {
		return
	}
	x, r := &e.slab[ref], &e.slab[root]
	if r.state == atBalancer {
		r.server, r.begun, r.reached, r.demand, r.load = x.server, x.begun, x.reached, x.demand, x.load
		r.flags |= x.flags & there
	}
	before := root
	for e.parties[before].next != ref {
		before = e.parties[before].next
	}
	e.parties[before].next = e.parties[ref].next
	e.release(ref, x)
}

// giveUpCopies ends the copies of a request whose client has gone, and reports whether
// there were any.
func (e *engine) giveUpCopies(root int32, o balancer.Outcome) bool {
	if e.parties == nil || e.parties[root].next == noRequest {
		return false
	}
	for place := e.parties[root].next; place != noRequest; place = e.parties[root].next {
		r := &e.slab[place]
		e.failedAt(r, o)
		e.settle(root, r, o)
		e.drop(place, e.abandons && o != balancer.Cancelled)
	}
	return true
}

// allWait reports whether a request waits in queues and is nowhere else.
func (e *engine) allWait(root int32) bool {
	waits := false
	for place := root; ; place = e.parties[place].next {
		switch e.slab[place].state {
		case waiting:
			waits = true
		case atBalancer:
			waits = waits || e.slab[place].flags&held != 0
		default:
			return false
		}
		if e.parties == nil || e.parties[place].next == noRequest {
			return waits
		}
	}
}

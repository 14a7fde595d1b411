package sim

import (
	"lbsim/balancer"
)

// mirror sends a copy of a request to a pool, where it is work like any. Nobody waits
// for it: it is no request of a client, and ends without being counted as one.
func (e *engine) mirror(x *balancer.Event) {
	from := int32(uint32(x.Handle))
	ref := e.take()
	r, original := &e.slab[ref], &e.slab[from]
	gen := r.gen
	*r = request{arrived: e.now, begun: e.now, demand: original.demand, server: -1, gen: gen,
		class: original.class, frontend: original.frontend, flags: original.flags&measured | shadow}
	e.stories[ref] = e.stories[from]
	e.stories[ref].session = 0 // whose state it does not touch
	if e.parties != nil {
		e.parties[ref] = party{of: ref}
	}
	asked := &e.queries[from]
	q := balancer.Request{Pool: x.Pool, Copied: true, ID: asked.ID, Handle: e.handle(ref), Priority: asked.Priority}
	q.Client, q.Key, q.HasKey = asked.Client, asked.Key, asked.HasKey
	e.queries[ref] = q
	if r.flags&measured != 0 {
		e.copies[x.Pool]++
	}
	e.sendCopy(ref, r)
}

func (e *engine) sendCopy(ref int32, r *request) {
	q := &e.queries[ref]
	d := e.frontends[r.frontend].Start(e.now, q)
	q.SetCookie = false
	e.carryOut(ref, r, d, balancer.OK)
}

// vanish ends a copy.
func (e *engine) vanish(ref int32, r *request) {
	if r.state != atBalancer {
		r.flags |= orphan
	} else {
		e.release(ref, r)
	}
}

// mirroring reports whether balancers send copies.
func (m *Model) mirroring() bool {
	for i := range m.Balancer.Routes {
		if m.Balancer.Routes[i].Mirror != nil {
			return true
		}
	}
	return false
}

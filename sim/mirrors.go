package sim

import (
	"slices"

	"lbsim/balancer"
)

// mirror makes the copy of a request that its balancer asked for, which is then work
// like any. Nobody waits for it: it is no request of a client, and ends without being
// counted as one.
func (e *engine) mirror(from int32) int32 {
	ref := e.take()
	r, original := &e.slab[ref], &e.slab[from]
	gen := r.gen
	*r = request{arrived: e.now, begun: e.now, demand: original.demand, server: -1, gen: gen,
		class: original.class, frontend: original.frontend, flags: original.flags&measured | shadow}
	e.stories[ref] = e.stories[from]
	e.stories[ref].session = 0 // whose state it does not touch
	asked := &e.queries[from]
	asked.Mirrored = false
	e.queries[ref] = balancer.Request{Pool: asked.MirrorTo, Copied: true, ID: asked.ID, Handle: e.handle(ref), Priority: asked.Priority}
	if r.flags&measured != 0 {
		e.copies[asked.MirrorTo]++
	}
	return ref
}

// mirroring reports whether balancers send copies.
func (m *Model) mirroring() bool {
	return slices.ContainsFunc(m.routes(), func(r *balancer.Route) bool { return r.Mirror != nil })
}

package sim

import (
	"cmp"
	"slices"

	"lbsim/balancer"
)

// drainEnd is that a balancer has nothing in flight at a server that drains, or that
// its time to drain is over.
type drainEnd struct {
	frontend int32
	server   int32
	over     bool // what is in flight is to be cut
}

// drain lets a server take no new work, and then do what is to be done.
func (e *engine) drain(id int32, then afterwards) {
	x := e.processOf(id)
	x.then = max(x.then, then)
	switch {
	case !x.drains:
		first, end, _ := e.frontsOf(e.edgeOf(id))
		x.drains, x.awaits = true, int32(end-first)
		e.spread(news{what: drains, server: id})
	case x.awaits == 0:
		e.drained(id)
	}
}

// isLeaving reports whether a server is being drained so that it may leave.
func (e *engine) isLeaving(id int32) bool {
	x := e.processOf(id)
	return x.drains && x.then == leaves
}

// takeBack ends a drain, or what comes of it.
func (e *engine) takeBack(id int32) {
	x := e.processOf(id)
	x.drains, x.then = false, stays
	e.spread(news{what: undrains, server: id})
}

// tellDrain lets every balancer drain a server.
func (e *engine) tellDrain(id int32) {
	slot := e.slotOf[id]
	if slot < 0 {
		e.processOf(id).awaits = 0
		e.drained(id)
		return
	}
	first, end, pool := e.frontsOf(e.edgeOf(id))
	for f := first; f < end; f++ {
		if !e.frontends[f].Drain(e.now, pool, slot) { // its settings know of no draining any more
			e.endDrain(drainEnd{frontend: int32(f), server: id})
			continue
		}
		e.followUp(int32(f))
	}
}

// endDrain is the end of a balancer's drain.
func (e *engine) endDrain(d drainEnd) {
	x := e.processOf(d.server)
	if !x.drains || x.awaits == 0 {
		return // it has been restored, or has left, meanwhile
	}
	if d.over {
		e.cut(d.frontend, d.server)
	}
	if x.awaits--; x.awaits == 0 {
		e.drained(d.server)
	}
}

// drained is what comes after a drain.
func (e *engine) drained(id int32) {
	x := e.processOf(id)
	then := x.then
	x.then = stays
	switch then {
	case leaves:
		x.gone = true
		e.dismiss(id)
	case restarts:
		e.dismiss(id)
		e.restart(id)
	}
	e.proceed()
}

// cut ends everything that a balancer has in flight at a server: it closes the
// connections, so that clients and retries see a broken one.
func (e *engine) cut(f, id int32) {
	if e.switchboard != nil {
		e.hangUpOn(e.poolOf(id), e.slotOf[id])
	}
	for _, ref := range e.heldBy(id) {
		r := &e.slab[ref]
		if r.state == atBalancer || r.flags&orphan != 0 || r.server != id || int32(r.frontend) != f {
			continue
		}
		e.countCut(r)
		e.breakOff(ref, r, balancer.Reset)
	}
}

func (e *engine) countCut(r *request) {
	if r.flags&(measured|orphan) == measured {
		e.cuts++
	}
}

// heldBy returns the requests whose attempt is at a server, or on its way, the last sent
// first: if they all end now, none begins to be served because one before it has ended. It
// looks at all requests under way.
func (e *engine) heldBy(id int32) (refs []int32) {
	free := e.freePlaces()
	for ref := range e.slab {
		if r := &e.slab[ref]; !free[ref] && r.server == id && r.state != atBalancer {
			refs = append(refs, int32(ref))
		}
	}
	slices.SortStableFunc(refs, func(a, b int32) int {
		x, y := &e.slab[a], &e.slab[b]
		return cmp.Or(cmp.Compare(y.reached, x.reached), cmp.Compare(y.arrived, x.arrived))
	})
	return refs
}

// retire lets servers leave: drained first, where balancers drain, or at once.
func (e *engine) retire(ids []int32) {
	var atOnce []int32
	for _, id := range ids {
		if e.settingsOf(id).Drain != nil {
			e.drain(id, leaves)
			continue
		}
		e.processOf(id).gone = true
		atOnce = append(atOnce, id)
	}
	if len(atOnce) > 0 {
		e.dismiss(atOnce...)
	}
}

// Drains reports whether balancers drain who leaves, at least for a time.
func (m *Model) Drains() bool {
	drains := func(p *balancer.PoolConfig) bool { return p.Drain != nil }
	return slices.ContainsFunc(m.settings(), drains) ||
		slices.ContainsFunc(m.Tiers, func(x Tier) bool { return drains(&x.Balancer.Pools[0]) })
}

func narrow(ids []int) (out []int32) {
	for _, id := range ids {
		out = append(out, int32(id))
	}
	return out
}

// drainEvent keeps that a balancer's drain is over, for when its events are carried out.
func (e *engine) drainEvent(f int32, x *balancer.Event) {
	if x.Kind == balancer.Drained || x.Kind == balancer.DrainOver {
		e.ended = append(e.ended, drainEnd{frontend: f, server: e.edgeTo(f, x.Pool).serverOf[x.Slot], over: x.Kind == balancer.DrainOver})
	}
}

// aftermath carries out the ends of drains that came as events.
func (e *engine) aftermath() {
	for len(e.ended) > 0 {
		d := e.ended[0]
		e.ended = e.ended[1:]
		e.endDrain(d)
	}
	if e.deploy != nil {
		e.proceed()
	}
}

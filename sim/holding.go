package sim

import (
	"slices"

	"lbsim/balancer"
)

// limiting reports whether balancers have limits. Then each request has a query of its
// own, by which one that waits is known. Balancers of connections see no requests, so
// they have none.
func (m *Model) limiting() bool {
	limited := func(p *balancer.PoolConfig) bool { return p.Limits != nil }
	return m.Balancer.Layer != balancer.L4 && slices.ContainsFunc(m.everywhere(), limited)
}

func byClient(x balancer.RateLimit) bool { return x.PerClient }

// ratesByClient reports whether a rate limit tells clients apart.
func (m *Model) ratesByClient() bool {
	if m.Balancer.Layer == balancer.L4 {
		return false
	}
	return slices.ContainsFunc(m.settings(), func(p *balancer.PoolConfig) bool {
		return p.Limits != nil && slices.ContainsFunc(p.Limits.Rates, byClient)
	}) || slices.ContainsFunc(m.routes(), func(r *balancer.Route) bool { return slices.ContainsFunc(r.Rates, byClient) })
}

// hold lets a request wait at its balancer, until an event lets it go.
func (e *engine) hold(ref int32, r *request) {
	r.flags |= held
	if e.patience != nil {
		e.losePatience(ref, r)
	}
}

// endWait carries out what a balancer decided about a request that waited.
func (e *engine) endWait(f int32, x *balancer.Event) {
	ref := int32(uint32(x.Handle))
	r := &e.slab[ref]
	if r.gen != uint32(x.Handle>>32) || r.flags&held == 0 {
		e.tooLate(f, x)
		return
	}
	r.flags &^= held
	if x.Kind == balancer.Rejected {
		e.reject(ref, r, x.Reason)
		return
	}
	if x.Cookie.Endpoint != "" {
		q := &e.queries[ref]
		q.Cookie = x.Cookie
		e.keepCookie(ref, q)
	}
	if e.parties != nil {
		x.Note(&e.queries[ref])
	}
	e.attempt(ref, r, x.Ticket)
}

// tooLate gives back what a request was granted at the very instant at which it was given
// up.
func (e *engine) tooLate(f int32, x *balancer.Event) {
	if x.Kind != balancer.Granted {
		return
	}
	var q balancer.Request
	x.Note(&q)
	e.frontends[f].Finish(e.now, &q, x.Ticket, balancer.Cancelled)
}

// handle is a request's name in its balancer's events.
func (e *engine) handle(ref int32) uint64 { return uint64(e.slab[ref].gen)<<32 | uint64(ref) }

// reject ends a request that its balancer does not let through.
func (e *engine) reject(ref int32, r *request, why balancer.Reason) {
	e.why = why
	e.over(ref, r, Rejected, why.Status())
	e.why = balancer.NoReason
}

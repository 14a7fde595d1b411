package sim

import (
	"net/netip"
	"strconv"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/workloads"
)

// describing finds out what the balancer needs to know of a request, and whether it
// needs anything at all.
func (e *engine) describing() bool {
	e.needsClient = e.m.ratesByClient()
	for i := range e.m.Tiers {
		e.needsKey = e.needsKey || e.m.Tiers[i].Balancer.Pools[0].Algorithm.Spec.NeedsKey
	}
	for _, pool := range e.m.settings() {
		e.needsClient = e.needsClient || pool.Algorithm.Spec.NeedsClient
		e.needsKey = e.needsKey || pool.Algorithm.Spec.NeedsKey
		e.sticky = e.sticky || pool.Affinity != nil
	}
	e.describes = e.needsClient || e.needsKey || e.sticky
	return e.describes
}

// describe fills q with what the algorithm may ask about a request.
func (e *engine) describe(ref int32, q *balancer.Request) {
	x := &e.stories[ref]
	if e.needsKey && e.m.Keys != nil {
		q.Key, q.HasKey = e.hashKey(x.key), true
	}
	if x.client < 0 {
		q.Cookie = balancer.Cookie{} // nobody in particular keeps none
		return
	}
	if e.needsClient {
		q.Client = e.address(x.client)
	}
	if e.sticky {
		q.Cookie = e.cookies[x.client]
	}
}

// hashKey returns the hash by which the algorithm places a key: of its 8 bytes or,
// where a product's own hash is used, of its decimal digits, as such a product would
// meet it in a header or an address.
func (e *engine) hashKey(key uint64) uint64 {
	if e.keyText == nil {
		return workloads.KeyHash(key)
	}
	e.keyText = strconv.AppendUint(e.keyText[:0], key, 10)
	return e.frontends[0].HashKey(0, e.keyText)
}

// keepCookie lets a client keep the cookie that came with the decision.
func (e *engine) keepCookie(ref int32, q *balancer.Request) {
	if client := e.stories[ref].client; client >= 0 {
		e.cookies[client] = q.Cookie
	}
	q.SetCookie = false
}

// address returns where a client is now: one that roams moves on after a fixed
// time, from a random moment on.
func (e *engine) address(client int32) netip.Addr {
	c := e.m.Clients
	if c.Roam == 0 {
		return c.Address(int(client), 0)
	}
	draws := e.roamDraws.At(uint64(client), 0)
	return c.Address(int(client), int(e.now.Seconds()/c.Roam+draws.Float64()))
}

// losePatience starts the clock of a client whose request has to wait.
func (e *engine) losePatience(ref int32, r *request) {
	if r.flags&(aCall|aCheck) != 0 {
		return // servers have patience, and so have those who check them
	}
	if e.parties != nil {
		ref = e.parties[ref].of
	}
	e.own = e.patienceDraws.At(e.stories[ref].id, 0)
	at := r.arrived + clock.FromSeconds(e.patience.Sample(&e.own))
	e.after(max(at, e.now), patience, ref, e.slab[ref].gen)
}

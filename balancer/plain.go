package balancer

import (
	"lbsim/algorithms"
	"lbsim/clock"
)

// Plain is a balancer's short way: of one that has a single pool, in which nothing but
// the picker has a say. Every request is sent at once, every attempt's end is the
// request's, and nothing is ever due or told. It is the same balancer: its calls may
// alternate with Start and Finish, as long as no endpoint comes or goes.
type Plain struct{ p *pool }

// Plain returns the short way; ok is false where there is more to a decision than the
// pick, or no endpoint is ready.
func (b *Balancer) Plain() (short Plain, ok bool) {
	p := b.pools[0]
	return Plain{p}, len(b.pools) == 1 && p.plain && p.checks == nil && p.ramps == nil && len(p.set.Ready) > 0
}

// Start sends a request that came at now, and returns where to. It does not allocate.
func (x Plain) Start(now clock.Time, r *Request) (slot int32) {
	p := x.p
	slot = p.picker.Pick(now, &p.set, &r.Request)
	p.set.InFlight[slot]++
	if p.watches {
		p.picker.Changed(&p.set, slot, algorithms.Started)
	}
	return slot
}

// Finish tells that an attempt, sent to slot at the instant sent, was answered. It does
// not allocate.
func (x Plain) Finish(now clock.Time, slot int32, sent clock.Time) {
	x.p.finish(slot)
	if x.p.observer != nil {
		x.p.learn(now, Ticket{Slot: slot, At: sent}, OK)
	}
}

// Ticket is the ticket of an attempt that was sent to slot at the instant sent and has
// not ended, so that it can end by Balancer.Finish.
func (x Plain) Ticket(slot int32, sent clock.Time) Ticket {
	return Ticket{Pool: x.p.id, Slot: slot, Gen: x.p.gen[slot], At: sent}
}

package balancer

import (
	"lbsim/algorithms"
	"lbsim/clock"
)

// Plain is a balancer's short way: of one that has a single pool, whose requests are all
// sent at once, and for as long as every attempt is answered well, so that its end is the
// request's. Health checks, outlier detection, retries, slow start and draining are ready
// meanwhile: what they count is counted, and what is due happens. It is the same balancer:
// its calls may alternate with Start and Finish, and the first thing that goes wrong is
// theirs.
type Plain struct {
	p *pool
	b *Balancer // nil where nothing but the picker has a say
}

// Plain returns the short way; ok is false where a request may have to wait or to be
// rejected, or where the balancer must know something of it.
func (b *Balancer) Plain() (short Plain, ok bool) {
	p := b.pools[0]
	if len(b.pools) > 1 || p.limits != nil || p.hedges != nil || p.affinity != nil || p.prober != nil || p.routed {
		return Plain{}, false
	}
	if p.plain && p.checks == nil && p.ramps == nil {
		return Plain{p: p}, true
	}
	return Plain{p, b}, true
}

// Ready reports whether there is an endpoint to send a request to, without which Start must
// not be called.
func (x Plain) Ready() bool { return len(x.p.set.Ready) > 0 }

// Quiet reports whether nothing is ever due and there are no events.
func (x Plain) Quiet() bool { return x.b == nil }

// Start sends a request that came at now, and returns where to. It does not allocate.
func (x Plain) Start(now clock.Time, r *Request) (slot int32) {
	p := x.p
	if x.b != nil {
		x.b.startsPlainly(now, p)
	}
	slot = p.picker.Pick(now, &p.set, &r.Request)
	p.set.InFlight[slot]++
	if p.watches {
		p.picker.Changed(&p.set, slot, algorithms.Started)
	}
	return slot
}

// startsPlainly is what Start does besides picking.
func (b *Balancer) startsPlainly(now clock.Time, p *pool) {
	if now < b.now || now >= b.wake {
		b.turnTo(now)
	}
	b.now = now
	if x := p.retries; x != nil {
		x.attempts++
		if x.budget != nil {
			x.budget.requested(now)
		}
	}
}

// Finish tells that an attempt, sent to slot at the instant sent, was answered. It does
// not allocate.
func (x Plain) Finish(now clock.Time, slot int32, sent clock.Time) {
	if x.b != nil && (now < x.b.now || now >= x.b.wake) {
		x.b.turnTo(now)
	}
	x.p.finish(slot)
	if x.p.observer != nil {
		x.p.learn(now, Ticket{Slot: slot, At: sent}, OK)
	}
	if x.b != nil {
		x.b.endsPlainly(now, x.p, slot)
	}
}

// endsPlainly is what Finish does besides counting out.
func (b *Balancer) endsPlainly(now clock.Time, p *pool, slot int32) {
	b.now = now
	if p.outliers != nil {
		b.sawAnswer(now, p, slot, OK)
	}
	if p.drains != nil {
		b.drainIdle(now, p, slot)
	}
	if x := p.retries; x != nil {
		x.attempts--
		if x.budget != nil {
			x.budget.ended(false, true)
		}
	}
}

// Ticket is the ticket of an attempt that was sent to slot at the instant sent and has
// not ended, so that it can end by Balancer.Finish, for which r is made what Start would
// have left of it.
func (x Plain) Ticket(r *Request, slot int32, sent clock.Time) Ticket {
	if x.p.retries != nil {
		r.countedBy, r.counted = x.p.retries.gen, 1
	}
	return Ticket{Pool: x.p.id, Slot: slot, Gen: x.p.gen[slot], At: sent}
}

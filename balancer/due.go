package balancer

import (
	"fmt"

	"lbsim/clock"
)

// advance moves time to now and lets everything due until then happen at its
// nominal instant. Start and Finish, which nearly always have nothing due, ask
// that themselves.
func (b *Balancer) advance(now clock.Time) {
	b.turnTo(now)
	b.now = now
}

func (b *Balancer) turnTo(now clock.Time) {
	if now < b.now {
		panic(fmt.Sprintf("balancer: time ran backwards, from %v to %v", b.now, now))
	}
	if now >= b.wake {
		b.due(now)
	}
}

func (b *Balancer) due(now clock.Time) {
	for b.wake <= now {
		at := b.wake
		for _, p := range b.pools {
			if p.prober != nil && p.prober.NextProbe() <= at {
				b.probe(at, p, true)
			}
			b.dueIn(at, p)
		}
		b.arm()
		if b.wake <= at {
			panic("balancer: a deadline did not move on")
		}
	}
}

// dueIn lets a pool's own deadlines until at happen.
func (b *Balancer) dueIn(at clock.Time, p *pool) {
	if p.checks != nil {
		for {
			first, slot := p.checks.due.first()
			if first > at {
				break
			}
			b.checkDue(first, p, slot)
		}
	}
	if p.hedges != nil {
		b.hedgesDue(at, p)
	}
	if p.outliers != nil && p.outliers.next <= at {
		b.sweep(p.outliers.next, p)
	}
	if p.outliers != nil && p.outliers.windows != nil {
		for first, slot := p.outliers.windows.due.first(); first <= at; first, slot = p.outliers.windows.due.first() {
			b.mayTry(first, p, slot)
		}
	}
	if p.ramps != nil {
		for first, slot := p.ramps.due.first(); first <= at; first, slot = p.ramps.due.first() {
			b.rampDue(first, p, slot)
		}
	}
	if p.drains != nil {
		for first, slot := p.drains.due.first(); first <= at; first, slot = p.drains.due.first() {
			b.drainDue(first, p, slot)
		}
	}
	if p.limits != nil {
		b.limitsDue(at, p)
	}
}

// probe turns the probes that p's picker wants into events.
func (b *Balancer) probe(now clock.Time, p *pool, idle bool) {
	b.probes = p.prober.AppendProbes(now, &p.set, idle, b.probes[:0])
	for _, slot := range b.probes {
		b.events = append(b.events, Event{At: now, Kind: ProbeDue, Pool: p.id, Slot: slot,
			Probe: ProbeTicket{Ticket: Ticket{Pool: p.id, Slot: slot, Gen: p.gen[slot], At: now}}})
	}
	b.arm()
}

// arm recomputes the earliest deadline.
func (b *Balancer) arm() {
	b.wake = clock.Never
	for _, p := range b.pools {
		if p.prober != nil {
			b.wake = min(b.wake, max(p.prober.NextProbe(), b.now)) // one that has just got its first members is late
		}
		if p.checks != nil {
			b.wake = min(b.wake, p.checks.due.next())
		}
		if p.hedges != nil {
			b.wake = min(b.wake, p.hedges.due.next())
		}
		if p.outliers != nil {
			b.wake = min(b.wake, p.outliers.next)
			if p.outliers.windows != nil {
				b.wake = min(b.wake, p.outliers.windows.due.next())
			}
		}
		if p.ramps != nil {
			b.wake = min(b.wake, p.ramps.due.next())
		}
		if p.drains != nil {
			b.wake = min(b.wake, p.drains.due.next())
		}
		if p.limits != nil {
			b.wake = min(b.wake, p.limits.next())
		}
	}
}

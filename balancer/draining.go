package balancer

import (
	"time"

	"lbsim/clock"
)

// Drain lets an endpoint that is about to leave finish what it has.
type Drain struct {
	// Timeout is how long it may take, >= 0; what then still runs is to be ended by the
	// driver. ALB's default is 300 s, Traefik's 10 s.
	Timeout time.Duration
	// Keep lets clients whose cookie names the endpoint go on to it until the timeout,
	// however little is in flight before (HAProxy's drain, NGINX Plus, ALB); otherwise
	// they get another one.
	Keep bool
}

// drains is the draining of a pool.
type drains struct {
	Drain
	sticky bool      // clients may be kept
	due    deadlines // the timeouts
}

// Drain lets an endpoint take no new work. It is drained when nothing of it is in
// flight, or with Keep at the timeout. What is in flight at the timeout the driver
// ends, when the event DrainOver asks for it. It needs PoolConfig.Drain; without it,
// and for an endpoint that drains already, nothing happens, and it returns false.
func (b *Balancer) Drain(now clock.Time, pool PoolID, slot int32) bool {
	b.advance(now)
	p := b.pools[pool]
	if p.drains == nil || p.standing[slot]&draining != 0 || p.set.Members[slot].Key == "" {
		return false
	}
	until := now.Add(p.drains.Timeout)
	p.drains.due.set(slot, until)
	b.events = append(b.events, Event{At: now, Kind: Draining, Pool: pool, Slot: slot, Until: until})
	b.mark(now, p, slot, draining, true)
	b.drainIdle(now, p, slot)
	b.arm()
	b.turnTo(now) // without any time it is over at once
	return true
}

// Undrain lets an endpoint that drained take work again.
func (b *Balancer) Undrain(now clock.Time, pool PoolID, slot int32) {
	b.advance(now)
	p := b.pools[pool]
	if p.standing[slot]&draining == 0 {
		return
	}
	if p.drains != nil {
		p.drains.due.set(slot, clock.Never)
	}
	b.events = append(b.events, Event{At: now, Kind: Undrained, Pool: pool, Slot: slot})
	b.mark(now, p, slot, draining, false)
	b.letGo(now, p)
	b.arm()
}

// drainIdle ends the draining of an endpoint with nothing in flight.
func (b *Balancer) drainIdle(now clock.Time, p *pool, slot int32) {
	d := p.drains
	if p.standing[slot]&draining == 0 || p.set.InFlight[slot] > 0 || d.sticky || !d.due.has(slot) {
		return
	}
	d.due.set(slot, clock.Never)
	b.events = append(b.events, Event{At: now, Kind: Drained, Pool: p.id, Slot: slot})
}

// drainDue is the end of the time to drain.
func (b *Balancer) drainDue(at clock.Time, p *pool, slot int32) {
	p.drains.due.set(slot, clock.Never)
	kind := Drained
	if p.set.InFlight[slot] > 0 {
		kind = DrainOver
	}
	b.events = append(b.events, Event{At: at, Kind: kind, Pool: p.id, Slot: slot})
}

// keeps reports whether a slot that takes no new work takes that of its own clients.
func (p *pool) keeps(slot int32) bool {
	return p.drains != nil && p.drains.sticky && p.standing[slot] == draining && p.drains.due.has(slot)
}

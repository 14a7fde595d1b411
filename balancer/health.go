package balancer

import (
	"time"

	"lbsim/clock"
	"lbsim/random"
)

// HealthCheck asks every endpoint from time to time whether it is well. The next
// check begins an interval after the last one ended (HAProxy, Envoy).
type HealthCheck struct {
	// What is asked for, and what answers pass, is for a driver that really asks: Connect
	// is a TCP connection and no more, GRPC gRPC's health service, about Service, or the
	// whole server. Port is asked instead of the endpoint's, unless it is 0.
	Path    string
	Connect bool
	GRPC    bool
	Service string
	Port    int
	Expect  Statuses
	// Deep checks ask for what the endpoint depends on too, so that they fail everywhere
	// at once with what all endpoints share.
	Deep     bool
	Interval time.Duration // > 0; from the end of a check to the next
	// DownInterval and TransitionInterval are used instead where the endpoint is down,
	// and after a result that speaks against what it is taken for (HAProxy's downinter
	// and fastinter, the latter first); 0: Interval.
	DownInterval, TransitionInterval time.Duration
	Timeout                          time.Duration // >= 0; without an answer by then the check has failed; 0: Interval, as in HAProxy
	Healthy                          int           // passed checks in a row that bring one up; >= 1
	Unhealthy                        int           // failed checks in a row that take one down; >= 1
	// Jitter is the share of an interval by which it is longer, at most: uniform in
	// [0, Jitter). 0: none, and everything that starts together is checked together
	// for ever.
	Jitter float64
	// Trusted lets a new endpoint have traffic before its first check has ended
	// (HAProxy's init-state up). Else it waits for it (Envoy, ALB). In either case the
	// first check decides alone (Envoy).
	Trusted bool
}

// Statuses is a range of HTTP statuses; the zero range stands for 200 to 399.
type Statuses struct{ First, Last int }

// Has reports whether a status is in the range.
func (s Statuses) Has(status int) bool {
	if s == (Statuses{}) {
		s = Statuses{200, 399}
	}
	return status >= s.First && status <= s.Last
}

// checks is the health checks of a pool.
type checks struct {
	HealthCheck
	slots []check
	due   deadlines // of the next check or, while one is under way, of its time-out
	draws random.Index
}

// check is what is known of an endpoint's health checks.
type check struct {
	sent   clock.Time // of the one under way
	out    bool       // one is
	first  bool       // none has ended yet
	streak int32      // results in a row against what the endpoint is taken for
	count  uint64     // sent so far: what the jitter's draws belong to
}

func newChecks(cfg *HealthCheck, draws random.Index) *checks {
	c := &checks{HealthCheck: *cfg, draws: draws}
	if c.DownInterval == 0 {
		c.DownInterval = c.Interval
	}
	if c.TransitionInterval == 0 {
		c.TransitionInterval = c.Interval
	}
	if c.Timeout == 0 {
		c.Timeout = c.Interval
	}
	return c
}

// begin lets a new endpoint be checked, at once whatever the jitter, as nobody can use it
// before, and returns its standing until then.
func (c *checks) begin(now clock.Time, slot int32) standing {
	for int(slot) >= len(c.slots) {
		c.slots = append(c.slots, check{})
	}
	c.slots[slot] = check{first: true, count: c.slots[slot].count}
	c.due.set(slot, now)
	if c.Trusted {
		return 0
	}
	return unchecked
}

// end forgets an endpoint.
func (c *checks) end(slot int32) {
	c.slots[slot].out = false
	c.due.set(slot, clock.Never)
}

func (c *checks) jitter(slot int32, interval time.Duration) time.Duration {
	if c.Jitter == 0 {
		return 0
	}
	draws := c.draws.At(uint64(slot), c.slots[slot].count)
	return time.Duration(float64(draws.Float64() * float64(c.Jitter*float64(interval))))
}

// checkDue sends a check, or notes that one has got no answer in time.
func (b *Balancer) checkDue(at clock.Time, p *pool, slot int32) {
	x := &p.checks.slots[slot]
	if x.out {
		b.checked(at, p, slot, false)
		return
	}
	x.out, x.sent = true, at
	x.count++
	p.checks.due.set(slot, at.Add(p.checks.Timeout))
	b.events = append(b.events, Event{At: at, Kind: ProbeDue, Pool: p.id, Slot: slot,
		Probe: ProbeTicket{Ticket: Ticket{Pool: p.id, Slot: slot, Gen: p.gen[slot], At: at}, Health: true, Deep: p.checks.Deep, Connect: p.checks.Connect}})
}

// checkDone takes the answer to a check, unless it comes too late.
func (b *Balancer) checkDone(now clock.Time, p *pool, t ProbeTicket, passed bool) {
	if x := &p.checks.slots[t.Slot]; x.out && x.sent == t.At {
		b.checked(now, p, t.Slot, passed)
		b.arm()
	}
}

// checked draws the consequences of a check that has ended.
func (b *Balancer) checked(now clock.Time, p *pool, slot int32, passed bool) {
	c := p.checks
	x := &c.slots[slot]
	x.out = false
	up := p.standing[slot]&(unchecked|down) == 0
	switch {
	case x.first:
		x.first = false
		b.turn(now, p, slot, passed, true)
	case passed == up:
		x.streak = 0
	default:
		x.streak++
		if up && int(x.streak) >= c.Unhealthy || !up && int(x.streak) >= c.Healthy {
			x.streak = 0
			b.turn(now, p, slot, passed, false)
		}
	}
	if passed && p.outliers != nil && p.outliers.windows == nil && p.outliers.RestoreOnCheck && p.standing[slot]&ejected != 0 {
		b.restore(now, p, slot)
	}
	interval := c.Interval
	switch {
	case x.streak > 0:
		interval = c.TransitionInterval
	case p.standing[slot]&down != 0:
		interval = c.DownInterval
	}
	c.due.set(slot, now.Add(interval+c.jitter(slot, interval)))
}

// turn takes an endpoint up or down.
func (b *Balancer) turn(now clock.Time, p *pool, slot int32, up, first bool) {
	kind := Down
	if up {
		kind = Up
	}
	b.events = append(b.events, Event{At: now, Kind: kind, Pool: p.id, Slot: slot, First: first})
	b.mark(now, p, slot, down, !up)
	b.mark(now, p, slot, unchecked, false)
	if up && p.ramps != nil && (!first || p.ramps.fresh[slot]) {
		b.came(now, p, slot)
	}
}

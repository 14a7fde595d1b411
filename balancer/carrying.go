package balancer

import (
	"math/bits"
	"slices"
	"time"

	"lbsim/clock"
)

// configureLimits puts limits in, takes them out or changes them.
//
// What is in flight counts from the first moment. Who waits keeps the place, and has the
// new time-out, from when it came; where there is no queue any more nobody else gets a
// place, and where nothing is bounded any more all go at once: the queue that is returned
// is theirs. Rates see carry. An adaptive bound whose settings stay goes on; else it begins
// with a measurement.
func (p *pool) configureLimits(now clock.Time, l *limits) (freed *queue) {
	was, waiting := p.limits, p.emptied
	if was != nil && was.queue != nil {
		waiting = was.queue
	}
	p.limits, p.emptied = l, nil
	p.eachMember(func(slot int32) { p.standing[slot] &^= full })
	if l == nil {
		p.emptied = waiting
		return waiting
	}
	l.inFlight = p.gone
	p.eachMember(func(slot int32) {
		n := int(p.set.InFlight[slot])
		l.inFlight += n
		if l.PerEndpoint > 0 && n >= l.PerEndpoint {
			p.standing[slot] |= full
		}
	})
	if waiting != nil {
		settings := WaitQueue{Timeout: waiting.Timeout} // of no places
		if l.queue != nil {
			settings = l.queue.WaitQueue
			waiting.postpone(now, settings.Timeout-waiting.Timeout)
		}
		waiting.WaitQueue, l.queue = settings, waiting
	}
	if was != nil {
		l.rates.carry(now, was.rates)
	}
	if g := l.gradient; g != nil && was != nil && was.gradient != nil && was.gradient.Gradient == g.Gradient {
		l.gradient = was.gradient
	} else if g != nil {
		g.measure(now)
	}
	return nil
}

// postpone moves when those who wait have waited too long: from now on, at the earliest.
func (q *queue) postpone(now clock.Time, by time.Duration) {
	for i := q.age.first; i != 0; i = q.places[i].byAge.after {
		q.places[i].until = max(now, q.places[i].until.Add(by))
	}
}

// carry takes over the tallies of the rates that a route had of the same name.
func (x *routes) carry(now clock.Time, was *routes) {
	if x == nil || was == nil {
		return
	}
	for i := range x.all {
		if k := slices.IndexFunc(was.all, func(r Route) bool { return r.Name == x.all[i].Name }); k >= 0 {
			x.rates[i].carry(now, was.rates[k])
		}
	}
}

// carry takes over the tallies of rates of before. The n-th of a rule and a scope (one
// client, all) has those of the n-th that there was; one more begins as at the start. A
// token bucket keeps its tokens, at most its new size, and is refilled at the new rate from
// now on. Of a leaky bucket the excess stays, and all that has passed since the last
// request counts at the new rate, as after a reload of NGINX, whose zone stays in memory.
func (x *rates) carry(now clock.Time, was *rates) {
	if x == nil || was == nil {
		return
	}
	taken := make([]bool, len(was.all))
	for i := range x.all {
		m := &x.all[i]
		for k := range was.all {
			if old := &was.all[k]; !taken[k] && old.Rule == m.Rule && old.PerClient == m.PerClient {
				taken[k] = true
				m.carry(now, old)
				break
			}
		}
	}
}

func (m *rate) carry(now clock.Time, old *rate) {
	if m.RateLimit == old.RateLimit {
		m.tallies = old.tallies
		return
	}
	all := old.tallies.entries
	if len(all) == 0 {
		return
	}
	surplus := len(all) - 1 - m.tallies.most // of those whose clients were heard of the longest ago
	for i := all[0].newer; i != 0; i = all[i].newer {
		if surplus--; surplus >= 0 {
			continue
		}
		x := all[i].tally
		if m.Rule == Bucket {
			x = old.filled(x, now)
			high, low := bits.Mul64(uint64(x.level), uint64(m.cost))
			level, _ := bits.Div64(high, low, uint64(old.cost)) // at most a million tokens of 1e12 parts
			x.level = min(int64(level), m.full)
		}
		slot, _ := m.tallies.of(all[i].client)
		m.tallies.entries[slot].tally = x
	}
}

// configureHedges puts hedges in, takes them out or changes them. What is under way goes
// on: copies in flight stay, and one whose time was set comes then, unless there are to be
// none. An attempt that was sent before there were hedges gets no copies.
//
// Hedges that were taken out are still there, and ask for nothing: copies in flight have to
// be counted out.
func (p *pool) configureHedges(cfg *Hedges) {
	was := p.hedges
	switch {
	case cfg == nil && was == nil:
		return
	case cfg == nil:
		for i := range was.timers {
			if was.due.has(int32(i)) {
				was.free(int32(i))
			}
		}
		was.Hedges, was.delay, was.latency, was.budget = Hedges{Attempts: 1}, -1, nil, nil
		return
	}
	p.hedges = newHedges(cfg)
	if was == nil {
		return
	}
	h := p.hedges
	h.attempts, h.beside, h.due, h.timers, h.spare = was.attempts, was.beside, was.due, was.timers, was.spare
	if h.latency != nil && was.latency != nil {
		h.latency = was.latency
		if cfg.Percentile == was.Percentile {
			h.delay = was.delay
		}
	}
	if cfg.Budget != nil && was.budget != nil && *cfg.Budget == was.budget.Budget {
		h.budget = was.budget
	}
}

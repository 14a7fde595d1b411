package algorithms

import (
	"time"

	"lbsim/clock"
	"lbsim/random"
)

func init() {
	Register(Spec{
		Name:     "peak_ewma",
		Aliases:  []string{"ewma"},
		Title:    "Peak EWMA",
		Summary:  "The better of two distinct endpoints drawn at random by latency estimate x (in_flight + 1); the estimate jumps to a peak at once and forgets it slowly.",
		Use:      "Endpoints whose speed differs or changes without notice: a slow one is avoided after its first slow answer.",
		Avoid:    "Endpoints that fail fast: a quick error looks like a quick endpoint (see failures). Latencies that differ by kind of request rather than by endpoint.",
		Cost:     "equal weights: O(1); unequal: O(log n)",
		Source:   "finagle PeakEwma.scala and P2CPick.scala; tower load/peak_ewma.rs for default_rtt",
		Weighted: true,
		Params: []Param{
			decayParam, defaultRTTParam,
			{Name: "failures", Type: Word, Default: "count", Words: []string{"count", "ignore"},
				Doc: "whether the latency of a failed attempt counts like any (Finagle, tower) or is ignored"},
		},
		New: func(v Values, rnd random.Source) (Picker, error) {
			latency := newPeakEWMA(v)
			latency.ignoreFailures = v.Text("failures") == "ignore"
			return &powerOfTwoEWMA{powerOfTwo: powerOfTwo{choices: 2, plain: true, rnd: rnd}, latency: latency}, nil
		},
	})
}

var (
	decayParam = Param{Name: "decay", Type: Duration, Default: "10s",
		Doc: "time constant of the latency estimate: how long an old peak weighs"}
	defaultRTTParam = Param{Name: "default_rtt", Type: Duration, Default: "30ms",
		Doc: "the estimate of an endpoint that has not answered yet"}
)

// powerOfTwoEWMA compares the candidates of powerOfTwo by peak EWMA.
type powerOfTwoEWMA struct {
	powerOfTwo
	latency peakEWMA
}

func (p *powerOfTwoEWMA) Rebuilt(s *Set) {
	p.powerOfTwo.Rebuilt(s)
	p.latency.rebuilt(s)
}

func (p *powerOfTwoEWMA) Observe(now clock.Time, _ *Set, slot int32, o Observation) {
	if o.Kind == Answer {
		p.latency.observe(now, slot, o)
	}
}

func (p *powerOfTwoEWMA) Pick(now clock.Time, s *Set, r *Request) int32 {
	if p.plain && p.weights.even() && r.Tried.Len() == 0 {
		a, b := p.pair(s)
		if a == b || p.latency.load(now, s, a) <= p.latency.load(now, s, b) {
			return a
		}
		return b
	}
	var c candidates
	p.draw(s, r, &c)
	best, least := c.slots[0], p.latency.load(now, s, c.slots[0])
	for _, slot := range c.slots[1:c.n] {
		if load := p.latency.load(now, s, slot); load < least {
			best, least = slot, load
		}
	}
	return best
}

// peakEWMA estimates each member's latency. A sample x at time t meets the
// estimate c of time t0:
//
//	c := x                    if x > c (a peak counts at once)
//	c := x (1-w) + c w        otherwise, with w = exp(-(t-t0)/decay)
//
// Read at t it is c w: with no news the estimate falls towards 0, so that an
// endpoint that was slow once is tried again. Finagle and tower store the fallen
// value whenever they read it, and so the estimate depends on how often it is
// read; here reading changes nothing. Without reads between two samples the
// estimates are the same.
type peakEWMA struct {
	who            tenants
	members        []latencyEstimate
	decay          float64 // ns
	initial        float64 // ns
	ignoreFailures bool
}

type latencyEstimate struct {
	cost     float64 // ns, at time at
	at       clock.Time
	measured bool // otherwise cost is the initial one and does not fall
}

func newPeakEWMA(v Values) peakEWMA {
	return peakEWMA{decay: float64(v.Duration("decay")), initial: float64(v.Duration("default_rtt"))}
}

func (e *peakEWMA) rebuilt(s *Set) {
	e.who.update(s, func(slot int32) {
		if int(slot) == len(e.members) {
			e.members = append(e.members, latencyEstimate{})
		}
		e.members[slot] = latencyEstimate{cost: e.initial}
	})
}

func (e *peakEWMA) observe(now clock.Time, slot int32, o Observation) {
	if o.Failed && e.ignoreFailures {
		return
	}
	m := &e.members[slot]
	x := float64(max(o.Latency, 0))
	if !m.measured || x > m.cost {
		m.cost = x
	} else {
		w := e.remaining(now.Sub(m.at))
		m.cost = float64(x*(1-w)) + float64(m.cost*w)
	}
	m.at, m.measured = now, true
}

// remaining returns the share of an estimate that is left after d.
func (e *peakEWMA) remaining(d time.Duration) float64 {
	return random.Exp(-float64(max(d, 0)) / e.decay)
}

// load returns estimate x (in_flight + 1) / weight in ns.
func (e *peakEWMA) load(now clock.Time, s *Set, slot int32) float64 {
	m := &e.members[slot]
	cost := m.cost
	if m.measured && now > m.at {
		cost *= e.remaining(now.Sub(m.at))
	}
	return float64(cost*float64(s.InFlight[slot]+1)) / s.Weight[slot]
}

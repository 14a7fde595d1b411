package balancer

import (
	"fmt"
	"slices"
	"time"

	"lbsim/algorithms"
	"lbsim/clock"
	"lbsim/random"
)

// SlowStart gives an endpoint that has just come its share of the requests bit by
// bit: its weight rises over a window. It begins when the endpoint joins, which where
// there are health checks is when its first one passes, and again whenever they bring
// it up. An endpoint that joins a pool without any has its full weight at once, as
// there is nobody to relieve it (ALB); under Envoy all of them ramp alike, which comes
// to the same. Who else joins or leaves moves no ramp.
//
// It works through weights, so the algorithm has to follow them as they change.
type SlowStart struct {
	Window  time.Duration // > 0
	Profile RampProfile
	// Aggression is the speed of RampEnvoy, > 0: 1 rises linearly, more rises faster
	// at first. 0: 1.
	Aggression float64
	// MinWeight is the least share of the weight in RampEnvoy, (0, 1]. 0: 10%, Envoy's
	// default.
	MinWeight float64
	// AfterEjection lets it begin as well when an ejection ends. Envoy's does not.
	AfterEjection bool
}

// RampProfile is the product whose ramp it is.
type RampProfile uint8

const (
	// RampEnvoy: t after the start the weight is
	//
	//	weight · max(MinWeight, (max(t, 1 s) / Window)^(1/Aggression))
	//
	// and at most the full one (Envoy's documentation; its code has 1 ms for 1 s). For a
	// window below 2 s, of which 1 s would leave little, it is a tenth of the window. Envoy
	// computes it with every pick; here it moves in steps of at most 1/500 of the window.
	RampEnvoy RampProfile = iota
	// RampHAProxy: with t and S the whole seconds since the start and of the window, the
	// weight is floor((16t + S) / S) sixteenths, looked at every second or, if that is
	// longer, twentieth of the window (server.c, server_recalc_eweight and server_warmup).
	// Only who comes up after a failure ramps, not who joins.
	RampHAProxy
)

// String returns the word of the configuration.
func (p RampProfile) String() string { return [...]string{"envoy", "haproxy"}[p] }

// Ramps reports whether an algorithm follows weights that change: those that place
// keys or clients honour them only where members come and go, and the
// schedules lvs and haproxy_static know declared weights alone.
func Ramps(c algorithms.Choice) bool {
	s := c.Spec
	return s.Weighted && !s.NeedsKey && !s.NeedsClient && (s.Name != "weighted_round_robin" || !slices.Contains([]string{"lvs", "haproxy_static"}, c.Values.Text("schedule")))
}

// ramps is the slow starts of a pool.
type ramps struct {
	SlowStart
	step  time.Duration
	least time.Duration // what counts as t right after the start
	fresh []bool        // by slot: ramps with its first passed check
	since []clock.Time  // by slot: the ramp's start
	share []float64     // by slot: of the weight, now
	due   deadlines     // of the next step
}

func newRamps(cfg *SlowStart, algorithm algorithms.Choice) (*ramps, error) {
	if !Ramps(algorithm) {
		return nil, fmt.Errorf("slow start needs an algorithm that follows weights as they change, which %v does not", algorithm)
	}
	r := &ramps{SlowStart: *cfg}
	if r.Aggression == 0 {
		r.Aggression = 1
	}
	if r.MinWeight == 0 {
		r.MinWeight = 0.1
	}
	r.step, r.least = rampStep(r.Window/500), time.Second
	if r.Window < 2*time.Second {
		r.least = r.Window / 10
	}
	if r.Profile == RampHAProxy {
		r.Window = (r.Window + time.Second - 1).Truncate(time.Second)
		r.step = max(time.Second, r.Window/20)
	}
	return r, nil
}

// rampStep returns the longest of 1, 2 or 5 times a power of ten that is at most
// longest, so that steps fall on round instants.
func rampStep(longest time.Duration) time.Duration {
	step := time.Duration(1)
	for power := time.Duration(1); power <= longest; power *= 10 {
		for _, times := range [...]time.Duration{1, 2, 5} {
			if times*power <= longest {
				step = times * power
			}
		}
	}
	return step
}

// at returns the share of the weight that an endpoint has t after its ramp began.
func (r *ramps) at(t time.Duration) float64 {
	if t >= r.Window {
		return 1
	}
	if r.Profile == RampHAProxy {
		seconds, window := int64(t/time.Second), int64(r.Window/time.Second)
		return float64((16*seconds+window)/window) / 16
	}
	x := float64(max(t, r.least)) / float64(r.Window)
	if r.Aggression != 1 {
		x = random.Pow(x, 1/r.Aggression)
	}
	return min(1, max(r.MinWeight, x))
}

// join lets a new endpoint have its share; alone says that the pool was empty. With
// waits it is its first check that lets it in.
func (r *ramps) join(now clock.Time, slot int32, alone, waits bool) {
	for int(slot) >= len(r.share) {
		r.fresh, r.since, r.share = append(r.fresh, false), append(r.since, 0), append(r.share, 1)
	}
	r.share[slot], r.fresh[slot] = 1, false
	switch {
	case alone || r.Profile == RampHAProxy:
	case waits:
		r.fresh[slot] = true
	default:
		r.begin(now, slot)
	}
}

func (r *ramps) begin(now clock.Time, slot int32) {
	r.fresh[slot], r.since[slot] = false, now
	r.share[slot] = r.at(0)
	r.due.set(slot, now.Add(min(r.step, r.Window)))
}

// end forgets an endpoint.
func (r *ramps) end(slot int32) {
	r.fresh[slot] = false
	r.due.set(slot, clock.Never)
}

// came begins the ramp of an endpoint that its checks, or the end of an ejection, let
// in.
func (b *Balancer) came(now clock.Time, p *pool, slot int32) {
	p.ramps.begin(now, slot)
	b.reweigh(p, slot)
	b.arm()
}

// rampDue takes a ramp one step further.
func (b *Balancer) rampDue(at clock.Time, p *pool, slot int32) {
	r := p.ramps
	t := at.Sub(r.since[slot])
	r.share[slot] = r.at(t)
	next := clock.Never
	if t < r.Window {
		next = min(at.Add(r.step), r.since[slot].Add(r.Window))
	}
	r.due.set(slot, next)
	b.reweigh(p, slot)
}

// reweigh tells the picker of a slot's weight.
func (b *Balancer) reweigh(p *pool, slot int32) {
	if w := p.weightOf(slot); w != p.set.Weight[slot] {
		p.set.Weight[slot] = w
		p.picker.Changed(&p.set, slot, algorithms.Reweighted)
	}
}

// weightOf is the effective weight of a slot.
func (p *pool) weightOf(slot int32) float64 {
	w := p.set.Members[slot].Weight
	if p.ramps != nil {
		w *= p.ramps.share[slot]
	}
	return w
}

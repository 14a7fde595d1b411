package workloads

import (
	"lbsim/clock"
	"lbsim/random"
)

const second = 1e9 // nanoseconds

// Poisson is the process of arrivals that know nothing of each other: gaps are
// independent and exponential with mean 1/λ, counts in a window t have mean and
// variance λt. An arrival costs one exponential draw.
type Poisson struct {
	now instant
	gap float64 // mean, ns
}

// NewPoisson returns the Poisson process of the given rate λ > 0 a second.
func NewPoisson(rate float64) (*Poisson, error) {
	return &Poisson{gap: second / rate}, positive("rate", rate)
}

func (p *Poisson) Next(src *random.Source) (clock.Time, bool) {
	u := src.Uint64()
	x, ok := random.ExponentialOf(u)
	if !ok {
		x = src.ExponentialFrom(u)
	}
	return p.now.advance(p.gap * x)
}

// instants is Next in a loop, of gaps drawn together.
func (p *Poisson) instants(src *random.Source, dst []clock.Time) {
	var gaps [64]float64
	for len(dst) > 0 {
		n := min(len(dst), len(gaps))
		Exponential{p.gap}.samples(src, gaps[:n])
		now := p.now
		for i, gap := range gaps[:n] {
			dst[i], _ = now.advance(gap) // clock.Never when there is none
		}
		p.now, dst = now, dst[n:]
	}
}

func (p *Poisson) MeanRate() float64 { return second / p.gap }
func (p *Poisson) Stationary() bool  { return true }

// Regular is the process of equal gaps: the n-th arrival is at n/λ, rounded down
// to the nanosecond. It draws nothing.
type Regular struct {
	gap   float64 // ns
	count float64
}

// NewRegular returns the process of the given rate λ > 0 a second.
func NewRegular(rate float64) (*Regular, error) {
	return &Regular{gap: second / rate}, positive("rate", rate)
}

func (r *Regular) Next(*random.Source) (clock.Time, bool) {
	r.count++
	ns := r.count * r.gap
	if !(ns < farthest) {
		return clock.Never, false
	}
	return clock.Time(ns), true
}
func (r *Regular) MeanRate() float64 { return second / r.gap }
func (r *Regular) Stationary() bool  { return true }

// Renewal is the process of independent gaps of one law. In the long run counts in
// a window t have mean t/m and variance t cv²/m, for gaps of mean m and
// coefficient of variation cv. The first gap is a whole one.
type Renewal struct {
	now instant
	gap Distribution // seconds
}

// NewRenewal returns the process whose gaps, in seconds, have the given law. Its
// mean must be > 0.
func NewRenewal(gap Distribution) (*Renewal, error) {
	return &Renewal{gap: gap}, positive("mean", gap.Mean())
}

func (r *Renewal) Next(src *random.Source) (clock.Time, bool) {
	return r.now.advance(second * r.gap.Sample(src))
}
func (r *Renewal) MeanRate() float64 { return 1 / r.gap.Mean() }
func (r *Renewal) Stationary() bool  { return true }

package workloads

import (
	"math"

	"lbsim/clock"
	"lbsim/random"
)

// Diurnal is a Poisson process whose rate swings like a day's load:
//
//	λ(t) = base (1 + amplitude sin(2π t/period + phase))
//
// Arrivals are thinned from a Poisson process of the peak rate (P. A. W. Lewis and
// G. S. Shedler, "Simulation of nonhomogeneous Poisson processes by thinning",
// Nav. Res. Logist. Q. 26(3), 1979): exact. A candidate costs an exponential and a
// uniform draw, and a sine only where the lowest rate does not decide; an arrival
// takes 1 + amplitude candidates on average.
type Diurnal struct {
	now       instant
	gap       float64 // between candidates, mean, ns
	base      float64
	amplitude float64
	period    clock.Time
	phase     float64 // in half turns
}

// NewDiurnal returns the process of base > 0 arrivals a second, amplitude in
// [0, 1], period > 0 in seconds (a nanosecond at least) and phase in radians.
func NewDiurnal(base, amplitude, period, phase float64) (*Diurnal, error) {
	err := first(positive("rate", base), within("amplitude", amplitude, 0, 1), positive("period", period),
		within("phase", phase, -2*math.Pi, 2*math.Pi))
	if err == nil && clock.FromSeconds(period) == 0 {
		err = broken("period", period, "must be at least a nanosecond")
	}
	return &Diurnal{
		gap: second / (base * (1 + amplitude)), base: base, amplitude: amplitude,
		period: clock.FromSeconds(period), phase: phase / math.Pi,
	}, err
}

func (d *Diurnal) Next(src *random.Source) (clock.Time, bool) {
	for {
		at, ok := d.now.advance(d.gap * src.Exponential())
		if !ok {
			return at, false
		}
		u := float64(src.Float64() * (1 + d.amplitude))
		if u < 1-d.amplitude {
			return at, true
		}
		turn := (float64(at%d.period) + float64(d.now.part())) / float64(d.period)
		if u < 1+float64(d.amplitude*random.SinPi(float64(2*turn)+d.phase)) {
			return at, true
		}
	}
}

// MeanRate returns the base rate, the mean over whole periods.
func (d *Diurnal) MeanRate() float64 { return d.base }
func (d *Diurnal) Stationary() bool  { return d.amplitude == 0 }

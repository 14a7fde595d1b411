package workloads

import (
	"math"

	"lbsim/clock"
	"lbsim/random"
)

// Ramp is a Poisson process whose rate goes in a straight line from one value to
// another and then stays:
//
//	λ(t) = from                             t < start
//	λ(t) = from + (to-from)(t-start)/duration   start <= t < start+duration
//	λ(t) = to                               later
//
// It inverts the rate's integral, which is exact; an arrival costs one exponential
// draw and, on the slope, a square root.
type Ramp struct {
	now        instant
	from, to   float64 // per ns
	slope      float64 // per ns²
	start, end clock.Time
}

// NewRamp returns the process that goes from rate from >= 0 to rate to >= 0 within
// duration > 0 seconds, beginning at start >= 0 seconds. Not both rates may be 0.
func NewRamp(from, to, start, duration float64) (*Ramp, error) {
	err := first(nonNegative("from", from), nonNegative("to", to), nonNegative("start", start), positive("duration", duration))
	if err == nil && from == 0 && to == 0 {
		err = broken("to", to, "must be > 0 where from is 0")
	}
	return &Ramp{
		from: from / second, to: to / second, slope: (to - from) / duration / second / second,
		start: clock.FromSeconds(start), end: clock.FromSeconds(start + duration),
	}, err
}

func (r *Ramp) Next(src *random.Source) (clock.Time, bool) {
	due := src.Exponential()
	if before := r.now.until(r.start); before > 0 {
		if due < float64(r.from*before) {
			return r.now.advance(due / r.from)
		}
		due -= float64(r.from * before)
		r.now.jump(r.start)
	}
	if before := r.now.until(r.end); before > 0 {
		// The integral of the rate from here on is rate x + slope x²/2. It stops
		// rising where a falling rate reaches 0, which is not before the end.
		rate := max(0, r.to-float64(r.slope*before))
		if area := float64((rate + r.to) / 2 * before); due < area {
			root := math.Sqrt(max(0, float64(rate*rate)+float64(2*r.slope*due)))
			return r.now.advance(min(before, 2*due/(rate+root)))
		} else {
			due -= area
		}
		r.now.jump(r.end)
	}
	return r.now.advance(due / r.to)
}
func (r *Ramp) MeanRate() float64 { return 0 }
func (r *Ramp) Stationary() bool  { return false }

package workloads

import "lbsim/clock"

// instant is a point in time of full precision: whole nanoseconds and the part of
// one that is left. Rounding each gap by itself would shift the rate (by 0.1% at
// a million arrivals a second), so what is rounded off is carried to the next. The
// part is kept as a whole number because adding those takes one cycle: where
// arrival follows arrival, this sum is what the processor waits for.
type instant struct {
	at   clock.Time
	rest uint64 // in [0, partsPerNanosecond)
}

const (
	partBits           = 62
	partsPerNanosecond = 1 << partBits
	// farthest is the longest gap in nanoseconds, 146 years: an arrival beyond
	// never comes.
	farthest = 1 << 62
)

// advance moves t by ns >= 0; ok is false if that is beyond all time.
func (t *instant) advance(ns float64) (at clock.Time, ok bool) {
	ns = float64(ns) // keeps a product in the caller rounded
	if !(ns < farthest) || t.at >= farthest {
		return clock.Never, false
	}
	whole := int64(ns)
	t.rest += uint64(int64((ns - float64(whole)) * partsPerNanosecond))
	t.at += clock.Time(whole + int64(t.rest>>partBits))
	t.rest &= partsPerNanosecond - 1
	return t.at, true
}

// part returns the part of a nanosecond that is left, in [0, 1].
func (t *instant) part() float64 { return float64(int64(t.rest)) / partsPerNanosecond }

// until returns the nanoseconds from t to u, which may be below 0.
func (t *instant) until(u clock.Time) float64 { return float64(u-t.at) - float64(t.part()) }

// jump moves t to the whole instant u.
func (t *instant) jump(u clock.Time) { t.at, t.rest = u, 0 }

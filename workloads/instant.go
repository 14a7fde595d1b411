package workloads

import "lbsim/clock"

// instant is a point in time of full precision: whole nanoseconds and the part of
// one that is left. Rounding each gap by itself would shift the rate (by 0.1% at
// a million arrivals a second), so what is rounded off is carried to the next.
type instant struct {
	at   clock.Time
	rest float64 // in [0, 1) ns
}

// farthest is the longest gap in nanoseconds, 146 years: an arrival beyond never
// comes.
const farthest = 1 << 62

// advance moves t by ns >= 0; ok is false if that is beyond all time.
func (t *instant) advance(ns float64) (at clock.Time, ok bool) {
	ns = float64(ns) + t.rest // the conversion keeps a product in the caller rounded
	if !(ns < farthest) || t.at >= farthest {
		return clock.Never, false
	}
	whole := int64(ns)
	t.rest = ns - float64(whole)
	t.at += clock.Time(whole)
	return t.at, true
}

// until returns the nanoseconds from t to u, which may be below 0.
func (t *instant) until(u clock.Time) float64 { return float64(u-t.at) - t.rest }

// jump moves t to the whole instant u.
func (t *instant) jump(u clock.Time) { t.at, t.rest = u, 0 }

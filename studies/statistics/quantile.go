package statistics

import "math"

// samplesBeyond is how many samples must lie beyond a quantile.
const samplesBeyond = 100

// QuantileKnown reports whether n samples support the q-quantile: n(1-q) ≥ 100, so
// that its rank is known to ±10% of the share beyond it. q lies in (0, 1).
func QuantileKnown(q float64, n uint64) bool {
	return n >= SamplesFor(q)
}

// SamplesFor is the smallest number of samples that supports the q-quantile:
// 10,000 for p99. It is 2^64-1 where q is 1 or more.
func SamplesFor(q float64) uint64 {
	if !(q < 1) {
		return math.MaxUint64
	}
	// 1-0.9 is a little less than a tenth in binary; a billionth forgives that.
	return uint64(math.Ceil(samplesBeyond / (1 - q) * (1 - 1e-9)))
}

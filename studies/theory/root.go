package theory

import "math"

// quantile inverts a tail P(X > t): the t at which it falls to 1-q, to the last
// bits of a float64. scale is a first guess of the distance to look at. A tail that
// is below 1-q at 0 already has quantile 0.
func quantile(tail func(t float64) float64, q, scale float64) float64 {
	if !(q >= 0 && q < 1) || !(scale > 0) {
		return math.NaN()
	}
	beyond := 1 - q
	if tail(0) <= beyond {
		return 0
	}
	low, high := 0.0, scale
	for tail(high) > beyond {
		low, high = high, 2*high
		if math.IsInf(high, 1) {
			return high
		}
	}
	return crossing(func(t float64) bool { return tail(t) > beyond }, low, high)
}

// crossing finds where a monotone predicate turns from true (at low) to false (at
// high), by bisection until the interval cannot be halved.
func crossing(holds func(x float64) bool, low, high float64) float64 {
	for {
		middle := low + (high-low)/2
		if !(low < middle && middle < high) {
			return high
		}
		if holds(middle) {
			low = middle
		} else {
			high = middle
		}
	}
}

// smallest finds the first integer from low on at which a property holds that,
// once true, stays true. It must hold somewhere.
func smallest(low int, holds func(n int) bool) int {
	if holds(low) {
		return low
	}
	step := 1
	for !holds(low + step) {
		step *= 2
	}
	without, with := low+step/2, low+step
	if step == 1 {
		without = low
	}
	for with-without > 1 {
		if middle := (without + with) / 2; holds(middle) {
			with = middle
		} else {
			without = middle
		}
	}
	return with
}

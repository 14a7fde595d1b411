package statistics

import (
	"fmt"
	"math"
)

// rounding is the relative size below which a difference of two figures is
// floating-point noise, not a difference.
const rounding = 1e-12

// Difference is candidate - baseline over paired replications.
type Difference struct {
	Interval         // of the differences
	Baseline float64 // the baseline's mean
	// P is the two-sided p-value of the hypothesis that the mean difference is 0;
	// 1 where it is not testable.
	P float64
	// Testable is false with fewer than two pairs.
	Testable bool
}

// Relative is the difference over the absolute value of the baseline's mean: ±Inf
// when only the baseline is 0, 0 when both are.
func (d Difference) Relative() float64 {
	if d.Mean == 0 {
		return 0
	}
	return d.Mean / math.Abs(d.Baseline)
}

// Paired compares two variants that met the same arrivals and work in each
// replication, with Student's t on the differences:
//
//	t = mean(d)/(s(d)/√n), p = 2·P(T(n-1) > |t|)
//
// All differences zero: p = 1. All differences equal but not zero: the effect is
// certain within the model, p = 0, and there are no bounds. A difference below
// 1e-12 of the two figures is rounding and counts as zero.
//
// It is an error if the samples differ in length or hold a value that is not
// finite. O(n), one allocation. Source: Law (2015), section 10.2.1.
func Paired(baseline, candidate []float64, confidence float64) (Difference, error) {
	if len(baseline) != len(candidate) {
		return Difference{}, fmt.Errorf("paired comparison of %d and %d replications", len(baseline), len(candidate))
	}
	differences := make([]float64, len(baseline))
	for i, b := range baseline {
		c := candidate[i]
		if !finite(b) || !finite(c) {
			return Difference{}, fmt.Errorf("replication %d: %v and %v cannot be compared", i, b, c)
		}
		if d := c - b; math.Abs(d) > rounding*math.Max(math.Abs(b), math.Abs(c)) {
			differences[i] = d
		}
	}
	result := Difference{
		Interval: Mean(differences, confidence),
		Baseline: Mean(baseline, confidence).Mean,
		P:        1,
		Testable: len(differences) >= 2,
	}
	if result.Testable {
		result.P = twoSided(result.Interval)
	}
	return result, nil
}

// twoSided is the p-value of a zero mean.
func twoSided(i Interval) float64 {
	if !i.Bounded {
		if i.Mean == 0 {
			return 1
		}
		return 0
	}
	t := math.Abs(i.Mean) / (i.SD / math.Sqrt(float64(i.N)))
	return math.Min(1, 2*tTail(t, i.N-1))
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

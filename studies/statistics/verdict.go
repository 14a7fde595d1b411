package statistics

import "math"

// Goal says which way a metric is good.
type Goal int

// The goals: latency is to be low, throughput high.
const (
	LowerIsBetter Goal = iota
	HigherIsBetter
)

// Verdict is what a comparison says about the candidate.
type Verdict string

// The verdicts. Undecided is only for what cannot be tested: fewer than two
// pairs.
const (
	Better       Verdict = "better"
	Worse        Verdict = "worse"
	NoDifference Verdict = "no_difference"
	Undecided    Verdict = "undecided"
)

// Test is the rule of a verdict.
type Test struct {
	// Alpha is the chance that any verdict of the family is wrong where nothing
	// differs; 0.05 is usual.
	Alpha float64
	// MinEffect is the relative difference below which nobody would care, 0.02 for
	// `--min-effect 2%`.
	MinEffect float64
}

// Verdict judges a difference by its Holm-adjusted p-value. The candidate is
// better or worse if, and only if, both hold:
//
//	adjusted p < Alpha, and |difference| ≥ MinEffect · |baseline's mean|
//
// Otherwise it is no_difference: none that this many replications can show, or one
// too small to matter. That is not a proof that the variants are equal; the
// interval says how large a difference may still hide.
func (t Test) Verdict(d Difference, adjusted float64, goal Goal) Verdict {
	switch {
	case !d.Testable:
		return Undecided
	case adjusted >= t.Alpha, d.Mean == 0, math.Abs(d.Relative()) < t.MinEffect:
		return NoDifference
	case (d.Mean < 0) == (goal == LowerIsBetter):
		return Better
	default:
		return Worse
	}
}

// Verdicts judges a family of comparisons shown together: it adjusts their
// p-values by Holm's method and judges each by t. What is not testable takes no
// part in the family. Goals are in the order of the differences. O(n log n).
func (t Test) Verdicts(family []Difference, goals []Goal) (verdicts []Verdict, adjusted []float64) {
	raw := make([]float64, 0, len(family))
	for _, d := range family {
		if d.Testable {
			raw = append(raw, d.P)
		}
	}
	holm := Holm(raw)
	verdicts = make([]Verdict, len(family))
	adjusted = make([]float64, len(family))
	next := 0
	for i, d := range family {
		adjusted[i] = 1
		if d.Testable {
			adjusted[i] = holm[next]
			next++
		}
		verdicts[i] = t.Verdict(d, adjusted[i], goals[i])
	}
	return verdicts, adjusted
}

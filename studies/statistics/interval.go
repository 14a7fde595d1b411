package statistics

import (
	"math"
	"strconv"

	"gonum.org/v1/gonum/stat/distuv"
)

// Confidence is the level of every interval that a report shows.
const Confidence = 0.95

// Interval is a mean over replications with its Student t interval.
type Interval struct {
	N    int     // replications
	Mean float64 // NaN when N is 0
	Low  float64 // Mean where there are no bounds
	High float64
	// Bounded is false where no interval exists: fewer than two replications, or
	// all of them identical, so that nothing is random.
	Bounded bool
	// SD is the standard deviation over replications, n-1 in the denominator.
	SD float64
}

// HalfWidth is half the interval's width, 0 where there are no bounds.
func (i Interval) HalfWidth() float64 { return (i.High - i.Low) / 2 }

// Holds reports whether x lies in the interval. Without bounds only the mean
// itself does.
func (i Interval) Holds(x float64) bool { return i.Low <= x && x <= i.High }

// Mean estimates a mean from one figure a replication:
//
//	mean ± t · s/√n
//
// with s the sample's standard deviation and t Student's quantile
// (1+confidence)/2 with n-1 degrees of freedom. The confidence lies in (0, 1).
//
// Where nothing is random there is no interval: with n < 2, or when all values
// are equal. (A zero-width interval would claim a certainty that a count that
// happened to be 0 in every replication does not have.)
//
// O(n), no allocation. Source: Law, Simulation Modeling and Analysis, 5th ed.
// (2015), section 9.4.1 (replication/deletion).
func Mean(sample []float64, confidence float64) Interval {
	n := len(sample)
	if n == 0 {
		return Interval{Mean: math.NaN(), Low: math.NaN(), High: math.NaN()}
	}
	if identical(sample) {
		x := sample[0]
		return Interval{N: n, Mean: x, Low: x, High: x}
	}
	mean, sd := moments(sample)
	half := float64(TQuantile((1+confidence)/2, n-1)*sd) / math.Sqrt(float64(n))
	return Interval{N: n, Mean: mean, Low: mean - half, High: mean + half, Bounded: true, SD: sd}
}

// TQuantile is the p-quantile of Student's t with df degrees of freedom, p in
// (0, 1), df at least 1; NaN outside. Rounded to twelve significant digits.
func TQuantile(p float64, df int) float64 {
	if df < 1 || !(p > 0 && p < 1) {
		return math.NaN()
	}
	if p == 0.5 {
		return 0
	}
	return rounded(distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(df)}.Quantile(p))
}

// tTail is P(T > t) for Student's t with df degrees of freedom.
func tTail(t float64, df int) float64 {
	return rounded(distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(df)}.CDF(-t))
}

// rounded cuts what the last bits of a platform's logarithm would change.
func rounded(x float64) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(x, 'e', 11, 64), 64)
	if err != nil {
		return x
	}
	return r
}

func identical(sample []float64) bool {
	for _, x := range sample[1:] {
		if x != sample[0] {
			return false
		}
	}
	return true
}

// moments returns mean and standard deviation in two passes, which loses no
// digits where the spread is small beside the mean. It needs two values.
func moments(sample []float64) (mean, sd float64) {
	n := float64(len(sample))
	sum := 0.0
	for _, x := range sample {
		sum += x
	}
	mean = sum / n
	squares := 0.0
	for _, x := range sample {
		d := x - mean
		squares += float64(d * d)
	}
	return mean, math.Sqrt(squares / (n - 1))
}

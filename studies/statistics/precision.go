package statistics

import "math"

// minReplications is the fewest on which a standard deviation is trusted to plan.
const minReplications = 5

// Precision is the wish that a mean be known to ± Relative of itself.
type Precision struct {
	Relative   float64 // half-width over |mean|, 0.02 for `--precision 2%`
	Confidence float64 // of the interval
	Limit      int     // never more replications than this
}

// Reached reports whether the sample's interval is as narrow as wished. A sample
// of at least five in which nothing varies is.
func (p Precision) Reached(sample []float64) bool {
	if len(sample) < minReplications {
		return false
	}
	i := Mean(sample, p.Confidence)
	return !i.Bounded || i.HalfWidth() <= p.Relative*math.Abs(i.Mean)
}

// NeedMore says how many replications, in all, to have next; the answer equals
// len(sample) when there are enough. Replications are added in index order, so
// that the set for a count is always the same.
//
// The rule: at least five; then the smallest m with
//
//	t(m-1)·s/√m ≤ Relative·|mean|
//
// for the s and mean seen so far, but at most twice the present count at a time,
// because a deviation from few replications is itself uncertain; at most Limit.
// A mean of 0 that varies can never be reached and runs to the Limit.
//
// Stopping by looking at the interval makes it cover slightly less than its level;
// with five or more at the start and growth in steps the loss is a percent or two.
// Source: Law (2015), section 9.4.1, the sequential procedure.
func (p Precision) NeedMore(sample []float64) int {
	n := len(sample)
	if n >= p.Limit || p.Reached(sample) {
		return n
	}
	if n < minReplications {
		return min(minReplications, p.Limit)
	}
	most := min(2*n, p.Limit)
	i := Mean(sample, p.Confidence)
	wished := p.Relative * math.Abs(i.Mean)
	low, high := n+1, most
	for low < high {
		m := (low + high) / 2
		if TQuantile((1+p.Confidence)/2, m-1)*i.SD/math.Sqrt(float64(m)) <= wished {
			high = m
		} else {
			low = m + 1
		}
	}
	return low
}

// NeedMoreOf is NeedMore for several metrics: the greatest of their counts.
// A metric that has no figure at all takes no part.
func (p Precision) NeedMoreOf(samples ...[]float64) int {
	most := 0
	for _, sample := range samples {
		if len(sample) > 0 {
			most = max(most, p.NeedMore(sample))
		}
	}
	return most
}

package fit

import "math"

// instant is when the rate changes, and the set of instants that may be meant.
type instant struct{ at, low, high float64 }

// instantDrop is how far the logarithm of the likelihood may be below its maximum in the set
// of 95%. Seen from the true instant, the likelihood of an earlier one, over that of the true
// one, is a product of independent factors with mean 1, a martingale: that it ever exceeds
// e^x has a chance of e^-x at most (Ville). So has that of a later one, of other requests. The
// set misses the true instant where either does: 1-(1-e^-x)² = 5% at x = -ln(1-√0.95). Sources:
// D. Siegmund, "Confidence sets in change-point problems", Int. Stat. Review 56, 1988;
// K. J. Worsley, "Confidence regions and tests for a change-point in a sequence of
// exponential family random variables", Biometrika 73, 1986.
var instantDrop = -math.Log(1 - math.Sqrt(0.95))

// error is what an interval of the same length says of a normal law. The law here is none.
func (i instant) error() float64 { return (i.high - i.low) / (2 * z95) }

func (i instant) parameter() Parameter { return within("at", i.at, i.low, i.high) }

// instant finds the one between two at which the rate changes, and the set of those that may
// be meant: the likelihood of two rates, each the best before and after.
func (f *flow) instant(from, to float64) instant {
	width := float64(f.fine.width) / 1e9
	first, last := f.fine.inside(from, to)
	c := change{sums: make([]float64, last-first+1)}
	for i, n := range f.fine.n[first:last] {
		c.sums[i+1] = c.sums[i] + n
	}
	// Points are at least pointsOfSpan for each span that cuts were found in: finer ones tell
	// nothing new. A part shorter than half such a span would be chance.
	step := 1 / math.Max(1, math.Ceil(pointsOfSpan*width/f.width))
	spans := float64(last - first)
	margin := math.Min(spans/4, f.width/width/2)
	begin, end := int(math.Ceil(margin/step)), int((spans-margin)/step)
	at := make([]float64, max(1, end-begin+1))
	best := 0
	for i := range at {
		at[i] = c.likelihood(step*float64(begin+i)) / f.scatter
		if at[i] > at[best] {
			best = i
		}
	}
	low, high := best, best
	for i := range at {
		if at[i] >= at[best]-instantDrop {
			low, high = min(low, i), max(high, i)
		}
	}
	place := func(i int) float64 { return width * (float64(first) + step*float64(begin+i)) }
	// The next points are out: the set ends somewhere before them.
	return instant{place(best), place(low) - step*width, place(high) + step*width}
}

const pointsOfSpan = 16

// inside are the counts that lie between two instants as a whole; where there are none, those
// that these lie in.
func (c *counts) inside(from, to float64) (first, last int) {
	width := float64(c.width) / 1e9
	first, last = int(math.Ceil(from/width-1e-6)), min(len(c.n), int(to/width+1e-6))
	if last <= first {
		first, last = min(len(c.n)-1, int(from/width)), min(len(c.n), int(math.Ceil(to/width)))
	}
	return first, max(first+1, last)
}

// rate is that of the counts between two instants.
func (c *counts) rate(from, to float64) float64 {
	first, last := c.inside(from, to)
	return total(c.n[first:last]) / (float64(last-first) * float64(c.width) / 1e9)
}

// change is a part of the counts in which the rate changes once.
type change struct {
	sums []float64 // of the counts before each
}

// likelihood is that of a change after so many counts and a part of the next one, of which the
// number alone is known: those before the change and after it are expected by the rates.
func (c *change) likelihood(at float64) float64 {
	n := len(c.sums) - 1
	i := min(int(at), n-1)
	part := at - float64(i)
	left, right, split := c.sums[i], c.sums[n]-c.sums[i+1], c.sums[i+1]-c.sums[i]
	a, b := (left+split*part)/at, (right+split*(1-part))/(float64(n)-at)
	for range 20 {
		mean := a*part + b*(1-part)
		if part == 0 || part == 1 || mean == 0 {
			break
		}
		share := a * part / mean
		a, b = (left+split*share)/at, (right+split*(1-share))/(float64(n)-at)
	}
	mean := a*part + b*(1-part)
	return logs(left, a) + logs(split, mean) + logs(right, b) - a*float64(i) - mean - b*float64(n-i-1)
}

// logs is n times the logarithm of a rate, nothing where there is nothing.
func logs(n, rate float64) float64 {
	if n == 0 {
		return 0
	}
	return n * math.Log(rate)
}

package fit

import (
	"math"
	"slices"
	"sort"

	"lbsim/workloads"
)

// cuts finds where the rate changes: the partition of the spans with the greatest likelihood
// less 3/2·ln(n) for each further part, which has a rate and a beginning. Source: B. Jackson et
// al., "An algorithm for optimal partitioning of data on an interval", IEEE Signal Processing
// Letters 12, 2005.
func (f *flow) cuts() []int {
	n := len(f.counts)
	sums := make([]float64, n+1)
	for i, x := range f.counts {
		sums[i+1] = sums[i] + x
	}
	gain := func(from, to int) float64 {
		x := sums[to] - sums[from]
		if x == 0 {
			return 0
		}
		return (x*math.Log(x/float64(to-from)) - x) / f.scatter
	}
	penalty := 1.5 * math.Log(float64(n))
	best, before := make([]float64, n+1), make([]int, n+1)
	best[0] = penalty
	for to := 1; to <= n; to++ {
		best[to] = math.Inf(-1)
		for from := range to {
			if v := best[from] + gain(from, to) - penalty; v > best[to] {
				best[to], before[to] = v, from
			}
		}
	}
	var cuts []int
	for at := n; at > 0; at = before[at] {
		cuts = append(cuts, before[at])
	}
	slices.Reverse(cuts)
	return cuts
}

// stretch is a part of the log in which the rate stays.
type stretch struct{ at, rate Parameter }

// stretches are the parts between cuts, the instants of which are looked for between those
// beside them in the finest counts, twice over, since each depends on the others. That there
// are so many parts was chosen too, but seldom wrongly: a cut too many costs 1.5·ln(n) of the
// likelihood, which chance gains in 1% to 3% of logs. So nothing is added for that.
func (f *flow) stretches(cuts []int) (out []stretch) {
	at := append(f.changes(cuts), f.span()) // the beginnings of parts, and the end
	instants := make([]instant, len(at))
	for range 2 {
		for i := 1; i+1 < len(at); i++ {
			instants[i] = f.instant(at[i-1], at[i+1])
			at[i] = instants[i].at
		}
	}
	rates := make([]float64, len(at)-1)
	for i := range rates {
		rates[i] = f.fine.rate(at[i], at[i+1])
	}
	for i, rate := range rates {
		span := at[i+1] - at[i]
		variance := max(rate, 1/span) * f.scatter / span
		// What an instant is off by gives requests of one part to the other.
		if i > 0 {
			variance += math.Pow((rates[i-1]-rate)*instants[i].error()/span, 2)
		}
		if i+1 < len(rates) {
			variance += math.Pow((rates[i+1]-rate)*instants[i+1].error()/span, 2)
		}
		part := stretch{Parameter{Name: "at"}, estimated("rate", rate, math.Sqrt(variance))}
		if i > 0 {
			part.at = instants[i].parameter()
		}
		out = append(out, part)
	}
	return out
}

// changes are about where parts begin, by the cuts. A change within a span makes that span a
// part of its own, whose rate is between those beside it: that is one change and not two.
func (f *flow) changes(cuts []int) (out []float64) {
	rate := func(i int) float64 {
		to := len(f.counts)
		if i+1 < len(cuts) {
			to = cuts[i+1]
		}
		return total(f.counts[cuts[i]:to]) / float64(to-cuts[i])
	}
	for i := 0; i < len(cuts); i++ {
		at := f.width * float64(cuts[i])
		if i > 0 && i+1 < len(cuts) && cuts[i+1] == cuts[i]+1 {
			if within := rate(i); (within-rate(i-1))*(rate(i+1)-within) > 0 {
				at += f.width / 2
				i++
			}
		}
		out = append(out, at)
	}
	return out
}

func (f *flow) stepped(cuts []int) choice {
	parts := f.stretches(cuts)
	c := choice{spec: workloads.ArrivalSpec{Process: "steps"}, free: 2*len(parts) - 1, why: "the least BIC: the rate changes at certain instants and stays in between"}
	before := make([]float64, len(parts)) // requests until the part begins
	for i, part := range parts {
		if i > 0 {
			before[i] = before[i-1] + parts[i-1].rate.Value*(part.at.Value-parts[i-1].at.Value)
		}
		c.parameters = append(c.parameters, part.at, part.rate)
		c.spec.Steps = append(c.spec.Steps, workloads.StepSpec{At: &part.at.Value, Rate: &part.rate.Value})
	}
	during := func(at float64) int {
		return sort.Search(len(parts)-1, func(i int) bool { return parts[i+1].at.Value > at })
	}
	c.at = func(at float64) float64 { return max(parts[during(at)].rate.Value, 1e-9) }
	c.likelihood = f.likelihood(func(at float64) float64 {
		i := during(at)
		return before[i] + parts[i].rate.Value*(at-parts[i].at.Value)
	})
	return c
}

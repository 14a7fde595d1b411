package fit

import (
	"cmp"
	"math"
	"slices"

	"lbsim/workloads"
)

// profiles fits how the rate goes over time to the counts, the best by BIC first. The
// likelihood is Poisson's; where counts scatter more or less than that, by the scatter of
// neighbours, it is divided by it (quasi-likelihood: R. W. M. Wedderburn, Biometrika 61, 1974).
func (f *flow) profiles() []choice {
	n := float64(len(f.counts))
	mean := f.mean()
	rate := estimated("rate", mean, math.Sqrt(mean*f.scatter/f.span()))
	all := []choice{{spec: workloads.ArrivalSpec{Process: "poisson"}, rate: &rate.Value, parameters: []Parameter{rate}, free: 1,
		likelihood: f.likelihood(func(at float64) float64 { return mean * at })}}
	cuts := f.cuts()
	if len(cuts) == 1 {
		return all // where no part differs from another there is no slope either
	}
	all = append(all, f.stepped(cuts))
	for _, fit := range []func() (choice, bool){f.ramp, f.diurnal} {
		if c, ok := fit(); ok {
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b choice) int { return cmp.Compare(a.bic(n), b.bic(n)) })
	return all
}

// likelihood is the counts' over the scatter; until is how many requests are expected until
// an instant: the integral of the rate, so that a change within a span counts for its part.
func (f *flow) likelihood(until func(at float64) float64) float64 {
	sum := 0.0
	before := until(0)
	for i, n := range f.counts {
		now := until(float64(i+1) * f.width)
		mean := max(now-before, 1e-9)
		before = now
		sum += n*math.Log(mean) - mean
		if n > 0 { // against the rate that the count itself has, so that numbers stay small
			sum -= n*math.Log(n) - n
		}
	}
	return sum / f.scatter
}

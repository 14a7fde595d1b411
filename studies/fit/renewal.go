package fit

import (
	"math"
	"slices"

	"lbsim/workloads"
)

// regular recognizes equal gaps, which have no density.
func (f *flow) regular() (choice, bool) {
	mean, variance := meanAndVariance(f.gaps)
	// The clock's step alone gives gaps a variance of step²/6; the spread within it as much.
	if sd := math.Sqrt(variance); sd > 1e-3*mean && sd > 0.9*f.resolution || f.resolution > mean/4 {
		return choice{}, false
	}
	n := float64(len(f.gaps))
	rate := estimated("rate", 1/mean, max(f.resolution, 1e-9)/(n*mean*mean))
	return choice{spec: workloads.ArrivalSpec{Process: "constant"}, rate: &rate.Value, parameters: []Parameter{rate}, why: "all gaps are equal, as far as the clock tells"}, true
}

// renewals fits the laws of the language to the gaps, where the clock is fine enough to show
// them; else what counts say of their variance, if that is not of a rate that changes.
func (f *flow) renewals(changing bool) []choice {
	mean, _ := meanAndVariance(f.gaps)
	switch {
	case f.resolution > mean/4 && changing:
		return nil
	case f.resolution > mean/4:
		return f.renewalOfCounts()
	}
	values := slices.Clone(f.gaps)
	for i, g := range values {
		values[i] = max(g, 1e-9)
	}
	var out []choice
	for _, l := range laws(newSample(values)) {
		if l.Dist == "exponential" {
			continue // poisson
		}
		interval, parameters, ok := gapLaw(&l)
		if !ok {
			continue
		}
		free := 2
		if l.Dist == "erlang" || l.Dist == "uniform" {
			free = 1 + len(parameters) - 1
		}
		if l.Dist == "pareto" {
			free = 3
		}
		out = append(out, choice{spec: workloads.ArrivalSpec{Process: "renewal", Interval: interval}, parameters: parameters,
			free: free, likelihood: *l.Likelihood, why: "the least BIC: gaps are independent and have a " + l.Dist + " law"})
	}
	return out
}

// gapLaw turns a law of gaps into what renewal takes: without a mean.
func gapLaw(l *Law) (d workloads.DistributionSpec, parameters []Parameter, ok bool) {
	d.Dist = l.Dist
	cvOf := l.law().CV()
	byName := map[string]*Parameter{}
	for i := range l.Parameters {
		byName[l.Parameters[i].Name] = &l.Parameters[i]
	}
	switch l.Dist {
	case "erlang", "gamma", "weibull":
		parameters = []Parameter{*byName["shape"]}
		d.Shape = &parameters[0].Value
	case "lognormal":
		parameters = []Parameter{*byName["cv"]}
		d.CV = &parameters[0].Value
	case "hyperexponential":
		cv := estimated("cv", cvOf, math.NaN())
		if p := byName["cv"]; p != nil {
			cv = *p
		}
		parameters = []Parameter{cv}
		d.CV = &parameters[0].Value
	case "uniform":
		low, high := byName["min"], byName["max"]
		parameters = []Parameter{estimated("cv", cvOf, cvOf*(*low.Error)/(high.Value-low.Value)*2)}
		d.CV = &parameters[0].Value
	case "pareto":
		low, high := byName["low"].Value, byName["high"].Value
		parameters = []Parameter{*byName["alpha"], estimated("ratio", high/low, high/low*(*byName["high"].Error)/high)}
		d.Alpha, d.Ratio = &parameters[0].Value, &parameters[1].Value
	default:
		return d, nil, false
	}
	return d, parameters, true
}

// renewalOfCounts says with a renewal process what counts show where gaps can't be seen: in
// the long run its counts have the variance cv² times the mean.
func (f *flow) renewalOfCounts() []choice {
	k := float64(len(f.counts))
	i := index(f.counts)
	if k < 20 || math.Abs(i-1) < 3*math.Sqrt(2/k) {
		return nil
	}
	dist := "gamma"
	if i > 1 {
		dist = "hyperexponential"
	}
	// The likelihood of a normal law of counts, in place of that of the gaps.
	gain := k / 2 * (i - 1 - math.Log(i))
	cv := estimated("cv", math.Sqrt(i), math.Sqrt(i)*math.Sqrt(2/k)/2)
	mean, n := 0.0, float64(len(f.gaps))
	for _, g := range f.gaps {
		mean += g / n
	}
	return []choice{{spec: workloads.ArrivalSpec{Process: "renewal", Interval: workloads.DistributionSpec{Dist: dist, CV: &cv.Value}}, parameters: []Parameter{cv},
		free: 2, likelihood: -n*(math.Log(mean)+1) + gain, why: "counts scatter otherwise than those of poisson; gaps are too short for the clock of the log, so their law is not known"}}
}

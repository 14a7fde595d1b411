package fit

import (
	"cmp"
	"math"
	"slices"
	"sort"

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
		likelihood: f.likelihood(func(float64) float64 { return mean })}}
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

// likelihood is the counts' under a rate, by the middle of each span, over the scatter.
func (f *flow) likelihood(rate func(at float64) float64) float64 {
	sum := 0.0
	for i, n := range f.counts {
		mean := rate((float64(i)+0.5)*f.width) * f.width
		if !(mean > 0) {
			mean = 1e-9
		}
		sum += n*math.Log(mean) - mean
		if n > 0 { // against the rate that the count itself has, so that numbers stay small
			sum -= n*math.Log(n) - n
		}
	}
	return sum / f.scatter
}

// cuts finds where the rate changes: the partition of the spans with the greatest likelihood
// less ln(n) for each further part, which has a rate and a beginning. Source: B. Jackson et
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
type stretch struct{ at, atError, rate, rateError float64 }

// stretches are the parts between cuts. A change within a span makes that span a part of its
// own, whose rate is between those beside it: how far tells when the change was.
func (f *flow) stretches(cuts []int) (out []stretch) {
	rate := func(i int) float64 {
		to := len(f.counts)
		if i+1 < len(cuts) {
			to = cuts[i+1]
		}
		return total(f.counts[cuts[i]:to]) / (f.width * float64(to-cuts[i]))
	}
	for i := 0; i < len(cuts); i++ {
		at, atError := f.width*float64(cuts[i]), f.width/2
		if i > 0 && i+1 < len(cuts) && cuts[i+1] == cuts[i]+1 {
			before, within, after := rate(i-1), rate(i), rate(i+1)
			if (within-before)*(after-within) > 0 {
				at += f.width * (within - after) / (before - after)
				atError = math.Sqrt(within*f.width*f.scatter) / math.Abs(after-before)
				i++
			}
		}
		span := f.span() - f.width*float64(cuts[i])
		if i+1 < len(cuts) {
			span = f.width * float64(cuts[i+1]-cuts[i])
		}
		r := rate(i)
		out = append(out, stretch{at, atError, r, math.Sqrt(max(r, 1/span) * f.scatter / span)})
	}
	return out
}

func (f *flow) stepped(cuts []int) choice {
	parts := f.stretches(cuts)
	c := choice{spec: workloads.ArrivalSpec{Process: "steps"}, free: 2*len(parts) - 1, why: "the least BIC: the rate changes at certain instants and stays in between"}
	for i, part := range parts {
		at, rate := estimated("at", part.at, part.atError), estimated("rate", part.rate, part.rateError)
		if i == 0 {
			at = Parameter{Name: "at"}
		}
		c.parameters = append(c.parameters, at, rate)
		c.spec.Steps = append(c.spec.Steps, workloads.StepSpec{At: &at.Value, Rate: &rate.Value})
	}
	c.at = func(at float64) float64 {
		i := sort.Search(len(parts)-1, func(i int) bool { return parts[i+1].at > at })
		return max(parts[i].rate, 1e-9)
	}
	c.likelihood = f.likelihood(c.at)
	return c
}

// ramp fits a rate that goes in a straight line from one value to another.
func (f *flow) ramp() (choice, bool) {
	span := f.span()
	rate := func(x []float64, at float64) float64 {
		return x[0] + (x[1]-x[0])*math.Max(0, math.Min(1, (at-x[2])/x[3]))
	}
	negative := func(x []float64) float64 {
		if !(x[0] >= 0 && x[1] >= 0 && x[2] >= 0 && x[3] > 0 && x[2]+x[3] <= span*1.001) {
			return math.Inf(1)
		}
		return -f.likelihood(func(at float64) float64 { return rate(x, at) })
	}
	mean := f.mean()
	of := func(y []float64) []float64 {
		return []float64{mean * math.Exp(y[0]), mean * math.Exp(y[1]), span * y[2], span * y[3]}
	}
	best, least := []float64(nil), math.Inf(1)
	n := len(f.counts)
	for _, start := range []float64{0, 0.25, 0.5} {
		for _, length := range []float64{0.25, 0.45, 0.9} {
			if start+length > 1 {
				continue
			}
			head := f.counts[:max(1, int(start*float64(n)))]
			tail := f.counts[min(n-1, int((start+length)*float64(n))):]
			y := []float64{logOver(head, f.width, mean), logOver(tail, f.width, mean), start + 0.02, length - 0.03}
			if x, v := minimize(func(y []float64) float64 { return negative(of(y)) }, y, 1e-6, 600); v < least {
				best, least = of(x), v
			}
		}
	}
	if best == nil || math.IsInf(least, 0) || best[3] < 2*f.width {
		return choice{}, false // within two spans it is a step
	}
	errors := standardErrors(negative, best)
	var p []Parameter
	for i, name := range []string{"from", "to", "start", "duration"} {
		p = append(p, estimated(name, best[i], errors[i]))
	}
	return choice{spec: workloads.ArrivalSpec{Process: "ramp", From: &p[0].Value, To: &p[1].Value, Start: &p[2].Value, Duration: &p[3].Value},
		parameters: p, free: 4, likelihood: -least, why: "the least BIC: the rate goes evenly from one value to another",
		at: func(at float64) float64 { return max(1e-9, rate(best, at)) }}, true
}

func logOver(n []float64, width, mean float64) float64 {
	return math.Log((total(n) + 0.5) / (width * float64(len(n))) / mean)
}

// diurnal fits a sine. Periods are tried from a tenth of the log to twice its length.
func (f *flow) diurnal() (choice, bool) {
	span := f.span()
	rate := func(x []float64, at float64) float64 { return x[0] * (1 + x[1]*math.Sin(2*math.Pi*at/x[2]+x[3])) }
	negative := func(x []float64) float64 {
		if !(x[0] > 0 && x[1] >= 0 && x[1] <= 1 && x[2] > 0) {
			return math.Inf(1)
		}
		return -f.likelihood(func(at float64) float64 { return rate(x, at) })
	}
	best, least := []float64(nil), math.Inf(1)
	for cycles := 0.5; cycles <= 10; cycles *= 1.12 {
		period := span / cycles
		base, amplitude, phase := f.sine(period)
		if x := []float64{base, amplitude, period, phase}; negative(x) < least {
			best, least = x, negative(x)
		}
	}
	if best == nil {
		return choice{}, false
	}
	of := func(y []float64) []float64 {
		return []float64{best[0] * math.Exp(y[0]), 1 / (1 + math.Exp(-y[1])), best[2] * math.Exp(y[2]), best[3] + y[3]}
	}
	a := math.Min(0.98, math.Max(0.02, best[1]))
	y, v := minimize(func(y []float64) float64 { return negative(of(y)) }, []float64{0, math.Log(a / (1 - a)), 0, 0}, 1e-6, 800)
	best, least = of(y), v
	errors := standardErrors(negative, best)
	best[3] = math.Remainder(best[3], 2*math.Pi)
	var p []Parameter
	for i, name := range []string{"rate", "amplitude", "period", "phase"} {
		p = append(p, estimated(name, best[i], errors[i]))
	}
	if best[2] > 2*span { // less than half of a period says nothing about it
		return choice{}, false
	}
	return choice{spec: workloads.ArrivalSpec{Process: "diurnal", Amplitude: &p[1].Value, Period: &p[2].Value, Phase: &p[3].Value}, rate: &p[0].Value,
		parameters: p, free: 4, likelihood: -least, why: "the least BIC: the rate swings like a sine",
		at: func(at float64) float64 { return max(1e-9, rate(best, at)) }}, true
}

// sine is the least-squares sine of a period.
func (f *flow) sine(period float64) (base, amplitude, phase float64) {
	base = f.mean()
	m := [][]float64{{0, 0, 0}, {0, 0, 0}, {0, 0, 0}}
	v := []float64{0, 0, 0}
	for i, n := range f.counts {
		angle := 2 * math.Pi * (float64(i) + 0.5) * f.width / period
		x := []float64{1, math.Sin(angle), math.Cos(angle)}
		for j := range x {
			v[j] += x[j] * n / f.width
			for k := range x {
				m[j][k] += x[j] * x[k]
			}
		}
	}
	inverse, ok := inverted(m)
	if !ok {
		return base, 0.1, 0
	}
	var c [3]float64
	for j := range c {
		for k := range v {
			c[j] += inverse[j][k] * v[k]
		}
	}
	if !(c[0] > 0) {
		return base, 0.1, 0
	}
	return c[0], math.Min(0.99, math.Hypot(c[1], c[2])/c[0]), math.Atan2(c[2], c[1])
}

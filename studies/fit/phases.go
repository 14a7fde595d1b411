package fit

import (
	"math"

	"lbsim/workloads"
)

// hyperexponential fits two exponentials by expectation and maximization, from the law of
// balanced means. Where those meet the sample as well with one parameter less, mean and cv
// say it; else the phases do.
func hyperexponential(s *sample) (candidate, bool) {
	cv := s.cv()
	if !(cv > 1.02) {
		return candidate{}, false
	}
	root := math.Sqrt((cv*cv - 1) / (cv*cv + 1))
	h := mixed{(1 + root) / 2, s.mean / (1 + root), s.mean / (1 - root)}
	few := s.thinned(20_000)
	for range 200 {
		before := h
		h = h.improved(few)
		if math.Abs(h.share-before.share) < 1e-7 {
			break
		}
	}
	// The last steps, which EM takes slowly, are Nelder and Mead's.
	start := []float64{math.Log(h.share / (1 - h.share)), math.Log(h.short), math.Log(h.long)}
	of := func(x []float64) mixed { return mixed{1 / (1 + math.Exp(-x[0])), math.Exp(x[1]), math.Exp(x[2])} }
	best, _ := minimize(func(x []float64) float64 { return -of(x).likelihood(s.values) }, start, 1e-7, 250)
	if h = of(best); !(h.short > 0 && h.long > h.short && h.share > 1e-6 && h.share < 1-1e-6) {
		return candidate{}, false
	}
	full := h.likelihood(s.values)
	if c, ok := balanced(s); ok && full-c.likelihood < math.Log(s.n())/2 {
		return c, true
	}
	errors := standardErrors(func(x []float64) float64 { return -mixed{x[0], x[1], x[2]}.likelihood(s.values) }, []float64{h.share, h.short, h.long})
	share, short, long := estimated("share", h.share, errors[0]), estimated("short mean", h.short, errors[1]), estimated("long mean", h.long, errors[2])
	d := workloads.DistributionSpec{Dist: "hyperexponential", Phases: []workloads.Phase{
		{Share: share.Value, Mean: short.Value}, {Share: 1 - share.Value, Mean: long.Value}}}
	return candidate{d, []Parameter{share, short, long}, 3, full, h.cdf}, true
}

// balanced fits the law whose two phases contribute half of the mean each, by mean and cv.
func balanced(s *sample) (candidate, bool) {
	of := func(mean, cv float64) mixed {
		root := math.Sqrt((cv*cv - 1) / (cv*cv + 1))
		return mixed{(1 + root) / 2, mean / (1 + root), mean / (1 - root)}
	}
	negative := func(x []float64) float64 {
		if !(x[0] > 0 && x[1] > 1) {
			return math.Inf(1)
		}
		return -of(x[0], x[1]).likelihood(s.values)
	}
	best, _ := minimize(func(x []float64) float64 { return negative([]float64{math.Exp(x[0]), 1 + math.Exp(x[1])}) },
		[]float64{math.Log(s.mean), math.Log(s.cv() - 1)}, 1e-7, 200)
	m, c := math.Exp(best[0]), 1+math.Exp(best[1])
	h := of(m, c)
	errors := standardErrors(negative, []float64{m, c})
	mean, cv := estimated("mean", m, errors[0]), estimated("cv", c, errors[1])
	return candidate{spec("hyperexponential", mean, cv), []Parameter{mean, cv}, 2, h.likelihood(s.values), h.cdf}, !math.IsNaN(errors[1])
}

// mixed is a choice among two exponentials: the short one with that share.
type mixed struct{ share, short, long float64 }

func (h mixed) likelihood(values []float64) float64 {
	sum := logSum{product: 1}
	a, b := h.share/h.short, (1-h.share)/h.long
	for _, x := range values {
		sum.add(a*math.Exp(-x/h.short) + b*math.Exp(-x/h.long))
	}
	return sum.value()
}

func (h mixed) cdf(x float64) float64 {
	return -h.share*math.Expm1(-x/h.short) - (1-h.share)*math.Expm1(-x/h.long)
}

// improved is one step of expectation and maximization.
func (h mixed) improved(values []float64) mixed {
	a, b := h.share/h.short, (1-h.share)/h.long
	count, sum, all := 0.0, 0.0, 0.0
	for _, x := range values {
		p := a * math.Exp(-x/h.short)
		p /= p + b*math.Exp(-x/h.long)
		count += p
		sum += p * x
		all += x
	}
	n := float64(len(values))
	return mixed{count / n, sum / count, (all - sum) / (n - count)}
}

// thinned takes every so-manieth value.
func (s *sample) thinned(most int) []float64 {
	if len(s.values) <= most {
		return s.values
	}
	out := make([]float64, most)
	for i := range out {
		out[i] = s.values[i*len(s.values)/most]
	}
	return out
}

// digamma is the derivative of ln Γ, trigamma that of digamma: recurrence up to 8, then the
// asymptotic series (Abramowitz and Stegun 6.3.18 and 6.4.12).
func digamma(x float64) float64 {
	sum := 0.0
	for ; x < 8; x++ {
		sum -= 1 / x
	}
	y := 1 / (x * x)
	return sum + math.Log(x) - 1/(2*x) - y*(1.0/12-y*(1.0/120-y*(1.0/252-y*(1.0/240-y/132))))
}

func trigamma(x float64) float64 {
	sum := 0.0
	for ; x < 8; x++ {
		sum += 1 / (x * x)
	}
	y := 1 / (x * x)
	return sum + 1/x + y/2 + y/x*(1.0/6-y*(1.0/30-y*(1.0/42-y/30)))
}

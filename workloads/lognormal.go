package workloads

import (
	"math"

	"lbsim/random"
)

// Lognormal is the law of e^N for a normal N:
//
//	f(x) = e^(-(ln x - μ)²/2σ²) / (x σ √2π), x > 0
//
// with σ² = ln(1+cv²) and μ = ln(mean) - σ²/2. Many measured service times look
// like it.
type Lognormal struct{ mean, cv, median, sigma float64 }

// NewLognormal returns the lognormal law with the given mean, > 0, and cv in
// (0, 1000].
func NewLognormal(mean, cv float64) (Lognormal, error) {
	err := first(positive("mean", mean), positive("cv", cv), within("cv", cv, 0, 1000))
	square := float64(cv * cv)
	return Lognormal{mean, cv, mean / math.Sqrt(1+square), math.Sqrt(random.Log1p(square))}, err
}

func (l Lognormal) Sample(src *random.Source) float64 {
	return l.median * random.Exp(l.sigma*src.Normal())
}
func (l Lognormal) Mean() float64 { return l.mean }
func (l Lognormal) CV() float64   { return l.cv }
func (l Lognormal) Quantile(p float64) float64 {
	return l.median * random.Exp(l.sigma*random.NormalQuantile(p))
}

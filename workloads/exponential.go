package workloads

import "lbsim/random"

// Exponential is the law without memory:
//
//	f(x) = e^(-x/m) / m, x >= 0
//
// with mean m > 0 and CV 1. A sample costs one draw of random.Source.Exponential.
type Exponential struct{ mean float64 }

// NewExponential returns the exponential law with the given mean, > 0.
func NewExponential(mean float64) (Exponential, error) {
	return Exponential{mean}, positive("mean", mean)
}

func (e Exponential) Sample(src *random.Source) float64 {
	u := src.Uint64()
	x, ok := random.ExponentialOf(u)
	if !ok {
		x = src.ExponentialFrom(u)
	}
	return e.mean * x
}

// samples is Sample in a loop that keeps the generator in registers, but for the
// one draw in a hundred that has to look further.
func (e Exponential) samples(src *random.Source, dst []float64) {
	s := *src
	for i := range dst {
		u := s.Uint64()
		x, ok := random.ExponentialOf(u)
		if !ok {
			t := s
			x = t.ExponentialFrom(u)
			s = t
		}
		dst[i] = e.mean * x
	}
	*src = s
}

func (e Exponential) Mean() float64              { return e.mean }
func (e Exponential) CV() float64                { return 1 }
func (e Exponential) Quantile(p float64) float64 { return -e.mean * random.Log1p(-p) }

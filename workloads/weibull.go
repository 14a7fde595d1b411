package workloads

import (
	"math"

	"lbsim/random"
)

// Weibull is the law
//
//	P(X > x) = e^-(x/b)^k, x >= 0
//
// with shape k and scale b: mean b Γ(1+1/k), CV² = Γ(1+2/k)/Γ(1+1/k)² - 1. Below
// shape 1 its tail is heavier than exponential.
type Weibull struct{ mean, shape, scale float64 }

// The shapes accepted, and the coefficients of variation that they give.
const (
	minWeibullShape, maxWeibullShape = 0.1, 1000
	minWeibullCV, maxWeibullCV       = 0.0013, 429.8
)

// NewWeibull returns the Weibull law with the given mean, > 0, and shape in
// [0.1, 1000].
func NewWeibull(mean, shape float64) (Weibull, error) {
	err := first(positive("mean", mean), within("shape", shape, minWeibullShape, maxWeibullShape))
	return Weibull{mean, shape, mean / random.Exp(random.LogGamma(1+1/shape))}, err
}

// WeibullByCV returns the Weibull law with the given mean, > 0, and cv in
// [0.0013, 429.8]. The shape is found by bisection, as CV falls with it.
func WeibullByCV(mean, cv float64) (Weibull, error) {
	if err := first(positive("mean", mean), within("cv", cv, minWeibullCV, maxWeibullCV)); err != nil {
		return Weibull{}, err
	}
	low, high := minWeibullShape, float64(maxWeibullShape)
	for high-low > 1e-15*high {
		middle := math.Sqrt(low * high)
		if middle <= low || middle >= high {
			break
		}
		if weibullCV(middle) > cv {
			low = middle
		} else {
			high = middle
		}
	}
	return NewWeibull(mean, low)
}

func weibullCV(shape float64) float64 {
	excess := random.LogGamma(1+2/shape) - float64(2*random.LogGamma(1+1/shape))
	return math.Sqrt(max(0, random.Expm1(excess)))
}

func (w Weibull) Sample(src *random.Source) float64 { return w.at(src.Exponential()) }
func (w Weibull) Mean() float64                     { return w.mean }
func (w Weibull) CV() float64                       { return weibullCV(w.shape) }
func (w Weibull) Quantile(p float64) float64        { return w.at(-random.Log1p(-p)) }

// at returns b e^(1/k).
func (w Weibull) at(e float64) float64 {
	switch w.shape {
	case 0.5:
		return w.scale * e * e
	case 1:
		return w.scale * e
	case 2:
		return w.scale * math.Sqrt(e)
	}
	return w.scale * random.Exp(random.Log(e)/w.shape)
}

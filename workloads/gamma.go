package workloads

import (
	"math"

	"lbsim/random"
)

// Gamma is the law
//
//	f(x) = x^(a-1) e^(-x/b) / (Γ(a) b^a), x > 0
//
// with shape a and scale b: mean ab, CV 1/√a. Shape 1 is the exponential law;
// larger shapes are steadier, smaller ones burstier. A sample takes constant time
// (random.Source.Gamma).
type Gamma struct{ shape, scale float64 }

// The shapes that the accuracy of the quantile has been tested for.
const minShape, maxShape = 1e-2, 1e6

// NewGamma returns the gamma law with the given mean, > 0, and shape in
// [0.01, 1e6].
func NewGamma(mean, shape float64) (Gamma, error) {
	err := first(positive("mean", mean), within("shape", shape, minShape, maxShape))
	return Gamma{shape, mean / shape}, err
}

// GammaByCV returns the gamma law with the given mean, > 0, and cv in [0.001, 10].
func GammaByCV(mean, cv float64) (Gamma, error) {
	err := first(positive("mean", mean), within("cv", cv, 1e-3, 10))
	shape := 1 / float64(cv*cv)
	return Gamma{shape, mean / shape}, err
}

func (g Gamma) Sample(src *random.Source) float64 { return g.scale * src.Gamma(g.shape) }
func (g Gamma) Mean() float64                     { return g.shape * g.scale }
func (g Gamma) CV() float64                       { return 1 / math.Sqrt(g.shape) }
func (g Gamma) Quantile(p float64) float64        { return g.scale * random.GammaQuantile(g.shape, p) }

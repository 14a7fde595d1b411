package workloads

import (
	"math"

	"lbsim/random"
)

// Erlang is the law of a sum of k independent exponential stages, that is the
// gamma law of a whole shape k >= 1: mean m, CV 1/√k. A sample takes constant
// time: up to three stages are drawn one by one, more as a gamma number.
type Erlang struct {
	stages int
	stage  float64 // mean of one
}

// NewErlang returns the Erlang law with the given mean, > 0, and shape, a whole
// number from 1 to 1,000,000.
func NewErlang(mean, shape float64) (Erlang, error) {
	err := first(positive("mean", mean), within("shape", shape, 1, maxShape))
	if err == nil && shape != math.Trunc(shape) {
		err = broken("shape", shape, "must be a whole number: use gamma for shapes between")
	}
	return Erlang{int(shape), mean / shape}, err
}

// ErlangByCV returns the Erlang law with the given mean, > 0, and a cv that is
// 1/√k for a whole k, to within half a percent of k.
func ErlangByCV(mean, cv float64) (Erlang, error) {
	if err := first(positive("mean", mean), within("cv", cv, 1e-3, 1)); err != nil {
		return Erlang{}, err
	}
	shape := 1 / float64(cv*cv)
	whole := math.Round(shape)
	if math.Abs(shape-whole) > 5e-3*whole {
		return Erlang{}, broken("cv", cv, "must be 1/√k for a whole k (1, 0.707, 0.577, 0.5 …): use gamma for others")
	}
	return NewErlang(mean, whole)
}

func (e Erlang) Sample(src *random.Source) float64 {
	switch e.stages {
	case 1:
		return e.stage * src.Exponential()
	case 2:
		return e.stage * (src.Exponential() + src.Exponential())
	case 3:
		return e.stage * (src.Exponential() + src.Exponential() + src.Exponential())
	}
	return e.stage * src.Gamma(float64(e.stages))
}
func (e Erlang) Mean() float64 { return float64(e.stages) * e.stage }
func (e Erlang) CV() float64   { return 1 / math.Sqrt(float64(e.stages)) }
func (e Erlang) Quantile(p float64) float64 {
	return e.stage * random.GammaQuantile(float64(e.stages), p)
}

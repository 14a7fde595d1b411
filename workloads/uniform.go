package workloads

import (
	"math"

	"lbsim/random"
)

// Uniform is the law that spreads evenly over [min, max):
//
//	f(x) = 1 / (max - min), 0 <= min <= x < max
//
// with mean (min+max)/2 and CV (max-min) / (√3 (max+min)), at most 1/√3 = 0.577.
type Uniform struct{ low, width float64 }

// NewUniform returns the law over [min, max), 0 <= min < max.
func NewUniform(min, max float64) (Uniform, error) {
	err := first(nonNegative("min", min), positive("max", max))
	if err == nil && min >= max {
		err = broken("max", max, "must be > min = %v", min)
	}
	return Uniform{min, max - min}, err
}

// UniformByCV returns the uniform law with the given mean > 0 and 0 < cv <= 1/√3.
func UniformByCV(mean, cv float64) (Uniform, error) {
	err := first(positive("mean", mean), positive("cv", cv))
	half := cv * math.Sqrt(3)
	if err == nil && half > 1+1e-3 { // 0.577 and 0.5774 stand for the root
		err = broken("cv", cv, "must be <= 0.577 (1/√3), or the uniform law would reach below 0")
	}
	half = float64(mean * min(half, 1))
	return Uniform{mean - half, 2 * half}, err
}

func (u Uniform) Sample(src *random.Source) float64 {
	return u.low + float64(src.Float64()*u.width)
}
func (u Uniform) Mean() float64              { return u.low + float64(u.width/2) }
func (u Uniform) CV() float64                { return u.width / math.Sqrt(12) / u.Mean() }
func (u Uniform) Quantile(p float64) float64 { return u.low + float64(p*u.width) }

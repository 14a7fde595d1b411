package workloads

import "lbsim/random"

// Constant is the law of one value, c >= 0: mean c, CV 0. It draws nothing.
type Constant struct{ value float64 }

// NewConstant returns the constant with the given mean, >= 0.
func NewConstant(mean float64) (Constant, error) {
	return Constant{mean}, nonNegative("mean", mean)
}

func (c Constant) Sample(*random.Source) float64 { return c.value }
func (c Constant) Mean() float64                 { return c.value }
func (c Constant) CV() float64                   { return 0 }
func (c Constant) Quantile(float64) float64      { return c.value }

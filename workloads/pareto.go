package workloads

import (
	"math"

	"lbsim/random"
)

// Pareto is the bounded Pareto law, a power law between two limits:
//
//	f(x) = α L^α x^(-α-1) / (1 - (L/H)^α), L <= x <= H
//
// for α > 0 and 0 < L < H. It is not rescaled: its mean follows from α, L and H.
// Source: M. Harchol-Balter, M. Crovella and C. Murta, "On choosing a task
// assignment policy for a distributed server system", JPDC 59, 1999, section 3.
type Pareto struct {
	alpha, low, high float64
	mass             float64 // 1 - (L/H)^α
}

// NewPareto returns the bounded Pareto law of exponent alpha in [0.01, 100] over
// [low, high], 0 < low < high.
func NewPareto(alpha, low, high float64) (Pareto, error) {
	err := first(within("alpha", alpha, 0.01, 100), positive("low", low), positive("high", high))
	if err == nil && low >= high {
		err = broken("high", high, "must be > low = %v", low)
	}
	return Pareto{alpha, low, high, -random.Expm1(alpha * random.Log(low/high))}, err
}

// ParetoByRatio returns the bounded Pareto law with the given mean, > 0, exponent
// alpha in [0.01, 100] and ratio H/L in (1, 1e12].
func ParetoByRatio(mean, alpha, ratio float64) (Pareto, error) {
	err := positive("mean", mean)
	if err == nil && !(ratio > 1 && ratio <= 1e12) {
		err = broken("ratio", ratio, "must be > 1 and <= 1000000000000")
	}
	if err != nil {
		return Pareto{}, err
	}
	unit, err := NewPareto(alpha, 1, ratio)
	if err != nil {
		return Pareto{}, err
	}
	low := mean / unit.Mean()
	return NewPareto(alpha, low, low*ratio)
}

func (d Pareto) Sample(src *random.Source) float64 { return d.Quantile(src.Float64()) }

// Quantile returns L (1 - p (1 - (L/H)^α))^(-1/α).
func (d Pareto) Quantile(p float64) float64 {
	x := d.low * random.Exp(-random.Log(1-float64(p*d.mass))/d.alpha)
	return min(x, d.high)
}

func (d Pareto) Mean() float64 { return d.moment(1) }

func (d Pareto) CV() float64 {
	m := d.moment(1)
	return math.Sqrt(max(0, d.moment(2)/float64(m*m)-1))
}

// moment returns E[X^n] = α L^n / (1 - (L/H)^α) · ∫ t^(α-n-1) dt over [L/H, 1].
func (d Pareto) moment(n float64) float64 {
	c, logRatio := d.alpha-n, random.Log(d.low/d.high)
	integral := -logRatio
	if c != 0 {
		integral = -random.Expm1(c*logRatio) / c
	}
	return d.alpha * random.Pow(d.low, n) / d.mass * integral
}

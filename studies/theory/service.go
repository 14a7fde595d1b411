package theory

import (
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// Service is a law of service times, as far as the queues with one server need it.
type Service interface {
	// Moment is E[S^k], k = 1, 2, 3.
	Moment(k int) float64
	// CDF is P(S ≤ x).
	CDF(x float64) float64
	// LimitedMean is E[min(S, x)], the integral of the tail up to x.
	LimitedMean(x float64) float64
}

// CV2 is the squared coefficient of variation of a law.
func CV2(s Service) float64 {
	m := s.Moment(1)
	return s.Moment(2)/(m*m) - 1
}

// Deterministic is a constant.
type Deterministic struct{ Value float64 }

// Moment implements Service.
func (d Deterministic) Moment(k int) float64 { return math.Pow(d.Value, float64(k)) }

// CDF implements Service.
func (d Deterministic) CDF(x float64) float64 {
	if x >= d.Value {
		return 1
	}
	return 0
}

// LimitedMean implements Service.
func (d Deterministic) LimitedMean(x float64) float64 { return math.Min(d.Value, x) }

// Uniform is flat between Low and High.
type Uniform struct{ Low, High float64 }

// Moment implements Service.
func (u Uniform) Moment(k int) float64 {
	n := float64(k + 1)
	return (math.Pow(u.High, n) - math.Pow(u.Low, n)) / (n * (u.High - u.Low))
}

// CDF implements Service.
func (u Uniform) CDF(x float64) float64 {
	return math.Min(1, math.Max(0, (x-u.Low)/(u.High-u.Low)))
}

// LimitedMean implements Service.
func (u Uniform) LimitedMean(x float64) float64 {
	if x <= u.Low {
		return x
	}
	x = math.Min(x, u.High)
	return x - (x-u.Low)*(x-u.Low)/(2*(u.High-u.Low))
}

// Lognormal has the given mean and squared coefficient of variation: ln S is normal
// with σ² = ln(1+cv²) and mean ln(mean) - σ²/2.
type Lognormal struct{ Mean, CV2 float64 }

func (l Lognormal) parameters() (mu, sigma float64) {
	variance := math.Log1p(l.CV2)
	return math.Log(l.Mean) - variance/2, math.Sqrt(variance)
}

// Moment implements Service.
func (l Lognormal) Moment(k int) float64 {
	mu, sigma := l.parameters()
	n := float64(k)
	return math.Exp(n*mu + n*n*sigma*sigma/2)
}

// CDF implements Service.
func (l Lognormal) CDF(x float64) float64 {
	if x <= 0 {
		return 0
	}
	mu, sigma := l.parameters()
	return distuv.UnitNormal.CDF((math.Log(x) - mu) / sigma)
}

// LimitedMean implements Service.
func (l Lognormal) LimitedMean(x float64) float64 {
	if x <= 0 {
		return 0
	}
	mu, sigma := l.parameters()
	z := (math.Log(x) - mu) / sigma
	return l.Mean*distuv.UnitNormal.CDF(z-sigma) + x*distuv.UnitNormal.CDF(-z)
}

// Weibull has tail e^-(x/Scale)^Shape.
type Weibull struct{ Shape, Scale float64 }

// Moment implements Service.
func (w Weibull) Moment(k int) float64 {
	return math.Pow(w.Scale, float64(k)) * math.Gamma(1+float64(k)/w.Shape)
}

// CDF implements Service.
func (w Weibull) CDF(x float64) float64 {
	return -math.Expm1(-math.Pow(math.Max(0, x)/w.Scale, w.Shape))
}

// LimitedMean implements Service.
func (w Weibull) LimitedMean(x float64) float64 {
	if x <= 0 {
		return 0
	}
	return w.Moment(1) * mathext.GammaIncReg(1/w.Shape, math.Pow(x/w.Scale, w.Shape))
}

// BoundedPareto has tail ((L/x)^α - (L/H)^α)/(1 - (L/H)^α) between Low and High. It
// is not rescaled: its mean follows from α, Low and High. α is none of 1, 2, 3.
type BoundedPareto struct{ Alpha, Low, High float64 }

// norm is 1 - (L/H)^α.
func (b BoundedPareto) norm() float64 { return 1 - math.Pow(b.Low/b.High, b.Alpha) }

// Moment implements Service.
func (b BoundedPareto) Moment(k int) float64 {
	n := float64(k)
	return b.Alpha * math.Pow(b.Low, b.Alpha) / b.norm() *
		(math.Pow(b.High, n-b.Alpha) - math.Pow(b.Low, n-b.Alpha)) / (n - b.Alpha)
}

// CDF implements Service.
func (b BoundedPareto) CDF(x float64) float64 {
	switch {
	case x <= b.Low:
		return 0
	case x >= b.High:
		return 1
	default:
		return (1 - math.Pow(b.Low/x, b.Alpha)) / b.norm()
	}
}

// LimitedMean implements Service.
func (b BoundedPareto) LimitedMean(x float64) float64 {
	if x <= b.Low {
		return math.Max(0, x)
	}
	x = math.Min(x, b.High)
	tail := math.Pow(b.Low, b.Alpha) * (math.Pow(b.Low, 1-b.Alpha) - math.Pow(x, 1-b.Alpha)) / (b.Alpha - 1)
	return b.Low + (tail-math.Pow(b.Low/b.High, b.Alpha)*(x-b.Low))/b.norm()
}

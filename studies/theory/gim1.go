package theory

import "math"

// Arrivals is a renewal process by the Laplace transform of its intervals.
type Arrivals struct {
	Rate float64
	// Transform is A*(s) = E[e^-sX] and its derivative.
	Transform func(s float64) (value, slope float64)
}

// GammaArrivals have gamma intervals with a squared coefficient of variation cv2 > 0:
// A*(s) = (1 + s·cv2/λ)^(-1/cv2).
func GammaArrivals(rate, cv2 float64) Arrivals {
	shape := 1 / cv2
	return Arrivals{Rate: rate, Transform: func(s float64) (float64, float64) {
		value := math.Exp(-shape * math.Log1p(s/(shape*rate)))
		return value, -shape * value / (shape*rate + s)
	}}
}

// ErlangArrivals have intervals of n exponential phases: what one of n servers sees
// when Poisson arrivals are dealt round robin. rate is the server's.
func ErlangArrivals(n int, rate float64) Arrivals { return GammaArrivals(rate, 1/float64(n)) }

// ConstantArrivals come on the beat.
func ConstantArrivals(rate float64) Arrivals {
	return Arrivals{Rate: rate, Transform: func(s float64) (float64, float64) {
		value := math.Exp(-s / rate)
		return value, -value / rate
	}}
}

// HyperexponentialArrivals have balanced-means H2 intervals; see BalancedH2.
func HyperexponentialArrivals(rate, cv2 float64) Arrivals {
	p := balanced(cv2)
	fast, slow := 2*p*rate, 2*(1-p)*rate
	return Arrivals{Rate: rate, Transform: func(s float64) (float64, float64) {
		a, b := p*fast/(fast+s), (1-p)*slow/(slow+s)
		return a + b, -a/(fast+s) - b/(slow+s)
	}}
}

// GIM1 is one first-come server with renewal arrivals and exponential service. An
// arrival finds n in the system with probability (1-σ)σⁿ, where σ is the root in
// (0, 1) of
//
//	σ = A*(μ(1-σ))
//
// so it waits with probability σ, and T is exponential with rate μ(1-σ). Source:
// Kleinrock vol. 1 (1975), chapter 6.
type GIM1 struct {
	Arrivals Arrivals
	Mu       float64
}

// Sigma is the root, by Newton's method from 0, which rises monotonically to it
// because A* is convex; 1 when unstable.
func (g GIM1) Sigma() float64 {
	if g.Arrivals.Rate >= g.Mu {
		return 1
	}
	sigma := 0.0
	for range 200 {
		value, slope := g.Arrivals.Transform(g.Mu * (1 - sigma))
		next := sigma + (value-sigma)/(1+g.Mu*slope)
		if !(next > sigma) {
			break
		}
		sigma = next
	}
	return sigma
}

// decay is μ(1-σ).
func (g GIM1) decay() float64 { return g.Mu * (1 - g.Sigma()) }

// Utilization is λ/μ; an arrival's chance to wait is Sigma, not this.
func (g GIM1) Utilization() float64 { return g.Arrivals.Rate / g.Mu }

// MeanResponse is 1/(μ(1-σ)).
func (g GIM1) MeanResponse() float64 { return 1 / g.decay() }

// MeanWait is σ/(μ(1-σ)).
func (g GIM1) MeanWait() float64 { return g.Sigma() / g.decay() }

// MeanNumber is λE[T].
func (g GIM1) MeanNumber() float64 { return g.Arrivals.Rate * g.MeanResponse() }

// ResponseQuantile is -ln(1-q)/(μ(1-σ)).
func (g GIM1) ResponseQuantile(q float64) float64 { return -math.Log1p(-q) / g.decay() }

// WaitQuantile is ln(σ/(1-q))/(μ(1-σ)), but 0 for q ≤ 1-σ.
func (g GIM1) WaitQuantile(q float64) float64 {
	return math.Max(0, math.Log(g.Sigma()/(1-q))) / g.decay()
}

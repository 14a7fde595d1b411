package theory

import "math"

// MeanNumberAt is E[N(t)] of M/M/1 that starts empty at 0; stable or not.
//
// By uniformisation: the chain jumps at rate λ+μ, up with probability λ/(λ+μ), else
// down (or, when empty, nowhere), so
//
//	E[N(t)] = Σ_k e^-(λ+μ)t ((λ+μ)t)^k/k! · E[N after k jumps]
//
// The truncation error is below 1e-12 of the result. O(((λ+μ)t)²) time. Source:
// Grassmann 1977; the law itself in Abate & Whitt, Queueing Systems 2 (1987).
func (m MM1) MeanNumberAt(t float64) float64 {
	rate := m.Lambda + m.Mu
	up := m.Lambda / rate
	jumps := poissonReach(rate * t)
	state, next := make([]float64, jumps+2), make([]float64, jumps+2)
	state[0] = 1
	mean, result := 0.0, 0.0
	for k := range jumps {
		result += poisson(k, rate*t) * mean
		// The mean moves up with chance p, down with 1-p unless empty.
		mean += up - (1-up)*(1-state[0])
		next[0] = (1 - up) * (state[0] + state[1])
		for n := 1; n <= k+1; n++ {
			next[n] = up*state[n-1] + (1-up)*state[n+1]
		}
		state, next = next, state
	}
	return result
}

// poisson is the probability of k under mean m.
func poisson(k int, m float64) float64 {
	if m == 0 {
		if k == 0 {
			return 1
		}
		return 0
	}
	g, _ := math.Lgamma(float64(k) + 1)
	return math.Exp(float64(k)*math.Log(m) - m - g)
}

// poissonReach is a count that a Poisson number of mean m exceeds with a chance
// below 1e-16.
func poissonReach(m float64) int { return int(m+10*math.Sqrt(m)) + 40 }

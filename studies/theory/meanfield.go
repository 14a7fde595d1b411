package theory

import "math"

// MeanField is JSQ(d) with infinitely many servers: each request asks d servers
// chosen at random and joins the one with the fewest requests, its own work being
// exponential. It is the limit of "power of d choices"; N servers are slower by a
// share of order 1/N (1-2% at N = 100, d = 2, ρ = 0.9), see RefinedMeanField.
//
// Sources: Vvedenskaya, Dobrushin & Karpelevich 1996; Mitzenmacher, The power of two
// choices in randomized load balancing, IEEE TPDS 12 (2001).
type MeanField struct {
	D   int     // choices, ≥ 1
	Rho float64 // load of a server, in (0, 1)
	Mu  float64 // rate of a server
}

// Tail is the share of servers with at least k requests, ρ^((d^k-1)/(d-1)).
func (m MeanField) Tail(k int) float64 {
	exponent := 0.0 // 1 + d + … + d^(k-1)
	for range k {
		exponent = 1 + float64(m.D)*exponent
	}
	return math.Pow(m.Rho, exponent)
}

// MeanResponse is Σ_{k≥1} Tail(k)/λ, by Little's law.
func (m MeanField) MeanResponse() float64 {
	sum := 0.0
	for k := 1; ; k++ {
		term := m.Tail(k)
		sum += term
		if term < 1e-18*sum {
			return sum / (m.Rho * m.Mu)
		}
	}
}

// MeanWait is E[T] - 1/μ.
func (m MeanField) MeanWait() float64 { return m.MeanResponse() - 1/m.Mu }

// WaitProbability is the chance that all d are busy, ρ^d.
func (m MeanField) WaitProbability() float64 { return math.Pow(m.Rho, float64(m.D)) }

// ResponseTail is P(T > t) in first-come order: who joins a server with k requests
// (chance Tail(k)^d - Tail(k+1)^d) stays for k+1 exponential services.
func (m MeanField) ResponseTail(t float64) float64 {
	x := m.Mu * t
	tail, ended, stage := 0.0, 0.0, math.Exp(-x)
	// ended is P(Poisson(μt) ≤ k) = P(k+1 services > t)
	for k := 0; ; k++ {
		ended += stage
		stage *= x / float64(k+1)
		reach := math.Pow(m.Tail(k), float64(m.D))
		beyond := math.Pow(m.Tail(k+1), float64(m.D))
		tail += (reach - beyond) * ended
		if beyond < 1e-18 {
			return tail
		}
	}
}

// ResponseQuantile inverts ResponseTail by bisection to the last bits.
func (m MeanField) ResponseQuantile(q float64) float64 {
	return quantile(m.ResponseTail, q, m.MeanResponse())
}

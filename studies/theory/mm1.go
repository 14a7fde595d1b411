package theory

import "math"

// MM1 is one server with Poisson arrivals, exponential service and a first-come
// queue without bound. Source of all its formulas, unless one is named: Kleinrock,
// Queueing Systems vol. 1 (1975), chapter 3.
type MM1 struct {
	Lambda float64 // arrival rate, > 0
	Mu     float64 // service rate, > 0
}

// Utilization is ρ = λ/μ, also the chance to wait.
func (m MM1) Utilization() float64 { return m.Lambda / m.Mu }

// slack is the rate μ-λ of the exponential response time; 0 when unstable.
func (m MM1) slack() float64 { return math.Max(0, m.Mu-m.Lambda) }

// MeanResponse is E[T] = 1/(μ-λ).
func (m MM1) MeanResponse() float64 { return 1 / m.slack() }

// MeanWait is E[W] = ρ/(μ-λ).
func (m MM1) MeanWait() float64 { return m.Utilization() / m.slack() }

// MeanNumber is E[N] = ρ/(1-ρ), by Little's law λE[T].
func (m MM1) MeanNumber() float64 { return m.Lambda / m.slack() }

// VarResponse is Var T = 1/(μ-λ)².
func (m MM1) VarResponse() float64 { return 1 / (m.slack() * m.slack()) }

// ResponseTail is P(T > t) = e^-(μ-λ)t: also the share of requests that miss a
// deadline t that sheds no work.
func (m MM1) ResponseTail(t float64) float64 { return math.Exp(-m.slack() * t) }

// ResponseQuantile is -ln(1-q)/(μ-λ), 0 ≤ q < 1.
func (m MM1) ResponseQuantile(q float64) float64 { return -math.Log1p(-q) / m.slack() }

// WaitQuantile inverts P(W > t) = ρ e^-(μ-λ)t: ln(ρ/(1-q))/(μ-λ), but 0 for
// q ≤ 1-ρ.
func (m MM1) WaitQuantile(q float64) float64 {
	return math.Max(0, math.Log(m.Utilization()/(1-q))) / m.slack()
}

// WaitVariance is lim n·Var of the mean wait of n consecutive customers: how
// strongly they are correlated, which decides how long to run.
//
//	ρ(2 + 5ρ - 4ρ² + ρ³) / (μ²(1-ρ)⁴)
//
// Source: Daley, The serial correlation coefficients of waiting times in a
// stationary single server queue, J. Austral. Math. Soc. 8 (1968).
func (m MM1) WaitVariance() float64 {
	rho := m.Utilization()
	idle := m.slack() / m.Mu
	return rho * (2 + 5*rho - 4*rho*rho + rho*rho*rho) / (m.Mu * m.Mu * math.Pow(idle, 4))
}

// RunLength is how many customers give a mean response time with a standard error
// of relative size precision (0.01 for one percent): WaitVariance over
// (precision·E[T])². At ρ = 0.9 that is 3.6 million for one percent. Service times
// themselves add less than their variance over n and are left out.
func (m MM1) RunLength(precision float64) float64 {
	wished := precision * m.MeanResponse()
	return m.WaitVariance() / (wished * wished)
}

package theory

import "math"

// MMC is c servers behind one first-come queue: Poisson arrivals, exponential
// service. It is one host with c workers, and also what sending each request to the
// server with the least work left achieves. Source: Kleinrock vol. 1 (1975),
// section 3.5; Gross & Harris, Fundamentals of Queueing Theory, section 2.3.
type MMC struct {
	C      int     // servers, ≥ 1
	Lambda float64 // arrival rate, > 0
	Mu     float64 // rate of one server, > 0
}

// Utilization is ρ = λ/(cμ).
func (m MMC) Utilization() float64 { return m.Lambda / (float64(m.C) * m.Mu) }

func (m MMC) slack() float64 { return math.Max(0, float64(m.C)*m.Mu-m.Lambda) }

// WaitProbability is Erlang's C.
func (m MMC) WaitProbability() float64 { return ErlangC(m.C, m.Lambda/m.Mu) }

// MeanWait is E[W] = C/(cμ-λ).
func (m MMC) MeanWait() float64 { return m.WaitProbability() / m.slack() }

// MeanResponse is E[T] = E[W] + 1/μ.
func (m MMC) MeanResponse() float64 { return m.MeanWait() + 1/m.Mu }

// MeanNumber is λE[T].
func (m MMC) MeanNumber() float64 { return m.Lambda * m.MeanResponse() }

// WaitTail is P(W > t) = C e^-(cμ-λ)t.
func (m MMC) WaitTail(t float64) float64 { return m.WaitProbability() * math.Exp(-m.slack()*t) }

// WaitQuantile is ln(C/(1-q))/(cμ-λ), but 0 for q ≤ 1-C. 0 ≤ q < 1.
func (m MMC) WaitQuantile(q float64) float64 {
	return math.Max(0, math.Log(m.WaitProbability()/(1-q))) / m.slack()
}

// ResponseTail is P(T > t), the wait and an independent exponential service:
//
//	e^-μt · (1 + C·μ·(1-e^-δt)/δ), δ = cμ-λ-μ
//
// with t for (1-e^-δt)/δ where δ = 0.
func (m MMC) ResponseTail(t float64) float64 { return m.responseTail(m.WaitProbability(), t) }

func (m MMC) responseTail(wait, t float64) float64 {
	delta := m.slack() - m.Mu
	grown := t
	if delta*t != 0 {
		grown = -math.Expm1(-delta*t) / delta
	}
	return math.Exp(-m.Mu*t) * (1 + wait*m.Mu*grown)
}

// ResponseQuantile inverts ResponseTail by bisection to the last bits.
func (m MMC) ResponseQuantile(q float64) float64 {
	if m.slack() == 0 {
		return math.Inf(1)
	}
	wait := m.WaitProbability()
	return quantile(func(t float64) float64 { return m.responseTail(wait, t) }, q, 1/m.Mu)
}

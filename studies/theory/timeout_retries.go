package theory

import "math"

// TimeoutRetries is clients who give up an attempt after a time and try again, at many
// M/M/1 servers chosen at random, which go on with what was given up. With long
// back-offs attempts are Poisson, of a rate that feeds itself:
//
//	l = λ·Σ_{k≤r} q^k, q = exp(-(μ-l)τ), q = 1 where l ≥ μ
//
// Where λ(r+1) ≥ μ there is a fixed point at which every attempt times out, beside the
// healthy ones, if there are any: a trigger can leave the system in it for good.
type TimeoutRetries struct {
	Lambda, Mu float64 // of a server; > 0
	Timeout    float64 // τ > 0, of an attempt
	Retries    int     // r >= 0
}

// TimeoutProbability is that of an attempt where they come at rate l.
func (m TimeoutRetries) TimeoutProbability(l float64) float64 {
	if l >= m.Mu {
		return 1
	}
	return math.Exp(-(m.Mu - l) * m.Timeout)
}

// Attempts is the rate of attempts that a rate l of them leads to.
func (m TimeoutRetries) Attempts(l float64) float64 {
	q := m.TimeoutProbability(l)
	sum, power := 0.0, 1.0
	for range m.Retries + 1 {
		sum += power
		power *= q
	}
	return m.Lambda * sum
}

// FixedPoints are the rates of attempts that keep themselves, ascending: those below μ,
// looked for between a hundred thousand points, and the collapsed one.
func (m TimeoutRetries) FixedPoints() (points []float64) {
	excess := func(l float64) float64 { return m.Attempts(l) - l }
	const steps = 100_000
	low := 0.0
	for i := 1; i < steps; i++ {
		high := m.Mu * float64(i) / steps
		if a, b := excess(low), excess(high); (a > 0) != (b > 0) {
			points = append(points, crossing(func(l float64) bool { return (excess(l) > 0) == (a > 0) }, low, high))
		}
		low = high
	}
	if all := m.Lambda * float64(m.Retries+1); all >= m.Mu {
		points = append(points, all)
	}
	return points
}

// CriticalRate is the largest arrival rate of a server with a healthy fixed point: the
// greatest λ = l/Σq(l)^k over l < μ. The Lambda of m does not matter.
func (m TimeoutRetries) CriticalRate() float64 {
	rate := func(l float64) float64 {
		x := m
		x.Lambda = 1
		return l / x.Attempts(l)
	}
	// It rises to one maximum and falls: golden sections keep it between.
	const golden = 0.6180339887498949
	low, high := 0.0, m.Mu
	for range 200 {
		a, b := high-golden*(high-low), low+golden*(high-low)
		if rate(a) < rate(b) {
			low = a
		} else {
			high = b
		}
	}
	return rate((low + high) / 2)
}

package theory

import "math"

// MDC is c first-come servers with one queue, Poisson arrivals and a constant
// service time. A round-robin split of Poisson arrivals over c servers of constant
// service is the same system: whoever comes finds the next server in turn freed
// first.
type MDC struct {
	C       int
	Lambda  float64
	Service float64 // the constant
}

// Utilization is ρ = λD/c.
func (m MDC) Utilization() float64 { return m.Lambda * m.Service / float64(m.C) }

// MeanWait is E[waiting]/λ.
func (m MDC) MeanWait() float64 {
	rho := m.Utilization()
	switch {
	case rho >= 1:
		return math.Inf(1)
	case m.C == 1:
		return rho * m.Service / (2 * (1 - rho))
	}
	mean := 0.0
	m.slots(func(_ int, k int, p float64) { mean += float64(k) * p })
	return mean / m.Lambda
}

// MeanResponse is E[W] + D.
func (m MDC) MeanResponse() float64 { return m.MeanWait() + m.Service }

// slots visits P(S_n = k)/n for k > 0, S_n being the arrivals in n services less
// the nc requests that n services can take away: the number waiting one service
// time after the other is a random walk with these steps held at 0, and Spitzer's
// identity gives its law from them. It stops where both n and k add nothing.
func (m MDC) slots(visit func(n, k int, p float64)) {
	a := m.Lambda * m.Service
	for n := 1; ; n++ {
		mean := float64(n) * a
		sum := 0.0
		for k := 1; ; k++ {
			p := poisson(n*m.C+k, mean) / float64(n)
			if p < 1e-25 {
				break
			}
			visit(n, k, p)
			sum += p
		}
		if sum < 1e-18 {
			return
		}
	}
}

// waiting is P(at most k requests wait) for k = 0, 1, … until it is 1:
//
//	m(0) = exp(-Σ_k a(k)), m(k) = (1/k) Σ_{j=1}^k j·a(j)·m(k-j), a(k) = Σ_n P(S_n = k)/n
//
// Source: Spitzer 1956; Asmussen (2003), section VIII.4.
func (m MDC) waiting() []float64 {
	var a []float64
	m.slots(func(_, k int, p float64) {
		for len(a) <= k {
			a = append(a, 0)
		}
		a[k] += p
	})
	pmf := []float64{math.Exp(-total(a))}
	cumulated := []float64{pmf[0]}
	// The tail falls at least as e^-2(1-ρ)k, roughly; stop when it is gone.
	for k := 1; 1-cumulated[k-1] > 1e-15 && pmf[k-1] > 1e-18; k++ {
		sum := 0.0
		for j := 1; j <= k && j < len(a); j++ {
			sum += float64(j) * a[j] * pmf[k-j]
		}
		pmf = append(pmf, sum/float64(k))
		cumulated = append(cumulated, cumulated[k-1]+pmf[k])
	}
	return cumulated
}

// WaitQuantile inverts, for (k-1)D ≤ t < kD and Q(j) = P(at most j wait),
//
//	P(W ≤ t) = Σ_{j=0}^{kc-1} Q(kc-1-j)·e^-λ(kD-t) (λ(kD-t))^j/j!
//
// whose terms are all positive. Source: Franx, A simple solution for the M/D/c
// waiting time distribution, Oper. Res. Letters 29 (2001). Error below 1e-12.
func (m MDC) WaitQuantile(q float64) float64 {
	if m.Utilization() >= 1 {
		return math.Inf(1)
	}
	waiting := m.waiting()
	return quantile(func(t float64) float64 { return 1 - m.waitCDF(waiting, t) }, q, m.Service)
}

// ResponseQuantile is the wait's plus D.
func (m MDC) ResponseQuantile(q float64) float64 { return m.WaitQuantile(q) + m.Service }

func (m MDC) waitCDF(waiting []float64, t float64) float64 {
	k := int(t/m.Service) + 1
	mean := m.Lambda * (float64(k)*m.Service - t)
	last := k*m.C - 1
	sum := 0.0
	for j := 0; j <= min(last, poissonReach(mean)); j++ {
		sum += waiting[min(last-j, len(waiting)-1)] * poisson(j, mean)
	}
	return sum
}

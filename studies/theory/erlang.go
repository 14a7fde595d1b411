package theory

import "math"

// ErlangB is the share of requests lost by c servers without a queue at an offered
// load of a = λ/μ Erlangs:
//
//	B(0) = 1, B(k) = a·B(k-1)/(k + a·B(k-1))
//
// It holds for every service law with the same mean (Sevastyanov 1957). c ≥ 0, a ≥ 0.
// O(c), no overflow at any size. Source: Erlang 1917; recursion in Cooper,
// Introduction to Queueing Theory (1981), section 3.3.
func ErlangB(c int, a float64) float64 {
	if c < 0 || !(a >= 0) {
		return math.NaN()
	}
	b := 1.0
	for k := 1; k <= c; k++ {
		b = a * b / (float64(k) + a*b)
	}
	return b
}

// ErlangC is the chance that a request finds all c servers of M/M/c busy and waits:
//
//	C = B/(1 - ρ(1-B)), ρ = a/c, B = ErlangB(c, a)
//
// c ≥ 1, a ≥ 0; 1 where a ≥ c. O(c). Source: Kleinrock, Queueing Systems vol. 1
// (1975), section 3.5.
func ErlangC(c int, a float64) float64 {
	if c < 1 || !(a >= 0) {
		return math.NaN()
	}
	rho := a / float64(c)
	if rho >= 1 {
		return 1
	}
	b := ErlangB(c, a)
	return b / (1 - rho*(1-b))
}

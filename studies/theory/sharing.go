package theory

import "math"

// SharedServer is one server that all its requests share equally (egalitarian
// processor sharing, PS), with Poisson arrivals. What is said here holds for every
// law of service with the mean (insensitivity). Sources: Sakata, Noguchi & Oizumi
// 1971; Kleinrock, Queueing Systems vol. 2 (1976), section 4.4.
type SharedServer struct {
	Lambda float64
	Mean   float64 // E[S], alone
}

// Utilization is ρ = λE[S].
func (s SharedServer) Utilization() float64 { return s.Lambda * s.Mean }

// Slowdown is E[T | size x]/x = 1/(1-ρ), the same for every size x.
func (s SharedServer) Slowdown() float64 { return 1 / math.Max(0, 1-s.Utilization()) }

// MeanResponse is E[S]/(1-ρ).
func (s SharedServer) MeanResponse() float64 { return s.Mean * s.Slowdown() }

// MeanNumber is ρ/(1-ρ); the number is geometric.
func (s SharedServer) MeanNumber() float64 { return s.Utilization() * s.Slowdown() }

// ExponentialVariance is Var T where the sizes are exponential, which is not
// insensitive: E[S]²(2+ρ)/((2-ρ)(1-ρ)²). Source: Coffman, Muntz & Trotter, Waiting
// time distributions for processor-sharing systems, J. ACM 17 (1970).
func (s SharedServer) ExponentialVariance() float64 {
	rho := s.Utilization()
	slow := s.MeanResponse()
	return slow * slow * (2 + rho) / (2 - rho)
}

// ExponentialQuantile is the q-quantile of T where the sizes are exponential. A
// request that shares the server with n others ends at rate μ/(n+1), another one at
// rate nμ/(n+1), a new one comes at rate λ; at its arrival n is geometric. Numeric
// (uniformisation of that chain, cut where n has a chance below 1e-15); relative
// error about 1e-10. O(n·(λ+μ)t).
func (s SharedServer) ExponentialQuantile(q float64) float64 {
	rho := s.Utilization()
	if rho >= 1 {
		return math.Inf(1)
	}
	states := 64 + int(math.Ceil(2*math.Log(1e-15)/math.Log(rho)))
	start := make([]float64, states)
	for n := range start {
		start[n] = (1 - rho) * math.Pow(rho, float64(n))
	}
	up, down := rho/(1+rho), 1/(1+rho)
	x := &absorption{rate: s.Lambda + 1/s.Mean, state: start, step: func(from, to []float64) {
		for n := range to {
			to[n] = 0
			if n > 0 {
				to[n] += up * from[n-1]
			}
			if n+1 < len(from) {
				to[n] += down * from[n+1] * float64(n+1) / float64(n+2)
			}
		}
		to[len(to)-1] += up * from[len(from)-1] // the cut: no more come
	}}
	return quantile(x.tail, q, s.MeanResponse())
}

// SharedHostMeanResponse is E[T] of a host with c cores that n requests share, each
// running at speed min(1, c/n). The number is that of M/M/c whatever the law of
// service, so E[T] is MMC's. Source: Kelly, Reversibility and Stochastic Networks
// (1979), section 3.3.
func SharedHostMeanResponse(c int, lambda, mean float64) float64 {
	return MMC{C: c, Lambda: lambda, Mu: 1 / mean}.MeanResponse()
}

package theory

import (
	"math"
	"slices"
)

// RandomSplit is a Poisson stream dealt at random over independent first-come
// servers with exponential service: thinning makes each an M/M/1.
type RandomSplit struct {
	Lambda float64   // of the whole stream
	Mu     []float64 // rates of the servers
	Shares []float64 // of the stream, in any unit; nil for equal shares
}

// stations visits each server that gets anything, with its share of the requests.
func (r RandomSplit) stations(visit func(share float64, station MM1)) {
	weight := 0.0
	for i := range r.Mu {
		weight += r.share(i)
	}
	for i, mu := range r.Mu {
		if share := r.share(i) / weight; share > 0 {
			visit(share, MM1{Lambda: r.Lambda * share, Mu: mu})
		}
	}
}

func (r RandomSplit) share(i int) float64 {
	if r.Shares == nil {
		return 1
	}
	return r.Shares[i]
}

// MeanResponse is the servers' mean responses, weighted by their shares.
func (r RandomSplit) MeanResponse() float64 {
	mean := 0.0
	r.stations(func(share float64, s MM1) { mean += share * s.MeanResponse() })
	return mean
}

// MeanWait is the servers' mean waits, weighted by their shares.
func (r RandomSplit) MeanWait() float64 {
	mean := 0.0
	r.stations(func(share float64, s MM1) { mean += share * s.MeanWait() })
	return mean
}

// MeanNumber is λE[T].
func (r RandomSplit) MeanNumber() float64 { return r.Lambda * r.MeanResponse() }

// ResponseTail is the mixture Σ share·e^-(μ-λ·share)t.
func (r RandomSplit) ResponseTail(t float64) float64 {
	tail := 0.0
	r.stations(func(share float64, s MM1) { tail += share * s.ResponseTail(t) })
	return tail
}

// ResponseQuantile inverts the mixture by bisection to the last bits.
func (r RandomSplit) ResponseQuantile(q float64) float64 {
	mean := r.MeanResponse()
	if math.IsInf(mean, 1) {
		return mean
	}
	return quantile(r.ResponseTail, q, mean)
}

// OptimalShares are the shares of a Poisson stream over servers with exponential
// service that give the least mean response of any static random split:
//
//	λ_i = μ_i - √μ_i·(Σμ - λ)/Σ√μ
//
// the sums going over the servers that are used: the slowest are left out while
// their λ_i would be negative. λ < Σμ. O(n log n). Sources: Buzen & Chen, Optimal
// load balancing in memory hierarchies (1974); Tantawi & Towsley, Optimal static
// load balancing in distributed computer systems, J. ACM 32 (1985).
func OptimalShares(lambda float64, mu []float64) []float64 {
	order := make([]int, len(mu))
	spare, roots := -lambda, 0.0
	for i, m := range mu {
		order[i] = i
		spare += m
		roots += math.Sqrt(m)
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case mu[a] < mu[b]:
			return -1
		case mu[a] > mu[b]:
			return 1
		default:
			return 0
		}
	})
	shares := make([]float64, len(mu))
	used := order
	for len(used) > 1 && math.Sqrt(mu[used[0]]) <= spare/roots {
		spare -= mu[used[0]]
		roots -= math.Sqrt(mu[used[0]])
		used = used[1:]
	}
	for _, i := range used {
		shares[i] = (mu[i] - math.Sqrt(mu[i])*spare/roots) / lambda
	}
	return shares
}

// stable reports whether every server keeps up.
func (r RandomSplit) stable() bool {
	stable := true
	r.stations(func(_ float64, s MM1) { stable = stable && s.Lambda < s.Mu })
	return stable
}

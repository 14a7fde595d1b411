package theory

// MMCK is M/M/c with room for K requests in all, those in service included; who
// finds it full is refused. Stable at any load. Source: birth-death product form,
// Gross & Harris section 2.5.
type MMCK struct {
	C      int     // servers, ≥ 1
	K      int     // capacity, ≥ c
	Lambda float64 // arrival rate, > 0
	Mu     float64 // rate of one server, > 0
}

// Distribution is P(N = n) for n = 0…K, also what an arrival finds.
func (m MMCK) Distribution() []float64 {
	p := make([]float64, m.K+1)
	p[0] = 1
	sum := 1.0
	for n := 1; n <= m.K; n++ {
		p[n] = p[n-1] * m.Lambda / (float64(min(n, m.C)) * m.Mu)
		sum += p[n]
		if sum > 1e200 { // keep far from overflow; only ratios matter
			for i := range n + 1 {
				p[i] /= sum
			}
			sum = 1
		}
	}
	for n := range p {
		p[n] /= sum
	}
	return p
}

// Loss is the share of requests refused, P(N = K).
func (m MMCK) Loss() float64 { return m.Distribution()[m.K] }

// Throughput is λ(1 - Loss).
func (m MMCK) Throughput() float64 { return m.Lambda * (1 - m.Loss()) }

// Utilization is the busy share of the servers, Throughput/(cμ).
func (m MMCK) Utilization() float64 { return m.Throughput() / (float64(m.C) * m.Mu) }

// MeanNumber is E[N].
func (m MMCK) MeanNumber() float64 {
	mean := 0.0
	for n, p := range m.Distribution() {
		mean += float64(n) * p
	}
	return mean
}

// MeanResponse is E[T] of the accepted, by Little's law.
func (m MMCK) MeanResponse() float64 { return m.MeanNumber() / m.Throughput() }

// ResponseQuantile is the quantile of T of the accepted: who finds n ≥ c waits for
// n-c+1 departures at rate cμ, then is served. Numeric (uniformisation), error
// below 1e-12 relative; O((K-c)·cμt).
func (m MMCK) ResponseQuantile(q float64) float64 {
	waiting := m.K - m.C
	found := m.Distribution()
	accepted := 1 - found[m.K]
	start := make([]float64, waiting+1) // by departures still to wait for
	for n, p := range found[:m.K] {
		start[max(0, n-m.C+1)] += p / accepted
	}
	served := 1 / float64(m.C) // a service ends in a jump of rate cμ with chance 1/c
	x := &absorption{rate: float64(m.C) * m.Mu, state: start, step: func(from, to []float64) {
		to[0] = from[0] * (1 - served)
		for j := 1; j <= waiting; j++ {
			to[j] = 0
			to[j-1] += from[j]
		}
	}}
	return quantile(x.tail, q, 1/m.Mu)
}

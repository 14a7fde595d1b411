package theory

import "math"

// ClosedMMC is a closed loop: N users who each think for an exponential time of mean
// Z, then send a request to one queue with c servers, and wait for its answer
// (machine repair, M/M/c//N). Source: product form, Gross & Harris section 2.8. It
// holds for any law of thinking.
type ClosedMMC struct {
	C       int
	Users   int
	Think   float64 // mean Z, > 0
	Service float64 // mean s of the exponential service
}

// Throughput is X = Σ P(n)·min(n, c)/s, with
//
//	P(n+1)/P(n) = (N-n)/Z · s/min(n+1, c)
func (m ClosedMMC) Throughput() float64 {
	p, sum, busy := 1.0, 1.0, 0.0
	for n := range m.Users {
		servers := float64(min(n+1, m.C))
		p *= float64(m.Users-n) / m.Think * m.Service / servers
		sum += p
		busy += servers * p
		if sum > 1e200 {
			p, busy, sum = p/sum, busy/sum, 1
		}
	}
	return busy / sum / m.Service
}

// MeanResponse is R = N/X - Z.
func (m ClosedMMC) MeanResponse() float64 {
	return InteractiveResponse(float64(m.Users), m.Throughput(), m.Think)
}

// Utilization is Xs/c.
func (m ClosedMMC) Utilization() float64 { return m.Throughput() * m.Service / float64(m.C) }

// ClosedRandom is a closed loop whose requests go to one of K equal servers at
// random: first-come with exponential service, or shared with any law of service.
type ClosedRandom struct {
	Servers int
	Users   int
	Think   float64
	Service float64
}

// Throughput is exact mean value analysis, user by user: with Q the mean number at
// one server,
//
//	R(n) = s(1 + Q(n-1)), X(n) = n/(Z + R(n)), Q(n) = X(n)R(n)/K
//
// O(N). Source: Reiser & Lavenberg, Mean-value analysis of closed multichain
// queuing networks, J. ACM 27 (1980).
func (m ClosedRandom) Throughput() float64 {
	x, queue := 0.0, 0.0
	for n := 1; n <= m.Users; n++ {
		response := m.Service * (1 + queue)
		x = float64(n) / (m.Think + response)
		queue = x * response / float64(m.Servers)
	}
	return x
}

// MeanResponse is R = N/X - Z.
func (m ClosedRandom) MeanResponse() float64 {
	return InteractiveResponse(float64(m.Users), m.Throughput(), m.Think)
}

// Little is the mean number in a system, λE[T], whatever the system. Source: Little,
// A proof for the queuing formula L = λW, Oper. Res. 9 (1961).
func Little(lambda, meanResponse float64) float64 { return lambda * meanResponse }

// InteractiveResponse is R = N/X - Z: Little's law around a closed loop. Source:
// Denning & Buzen, The operational analysis of queueing network models, ACM
// Computing Surveys 10 (1978).
func InteractiveResponse(users, throughput, think float64) float64 {
	return users/throughput - think
}

// ThroughputBound is the most that a closed loop can do: min(1/D_max, N/(D+Z)), with
// D_max the work a request brings to the busiest server and D that to all of them.
// Source: Denning & Buzen 1978.
func ThroughputBound(users, think, busiest, demand float64) float64 {
	return math.Min(1/busiest, users/(demand+think))
}

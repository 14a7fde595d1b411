package theory

import "math"

// ErlangA is M/M/c whose waiting requests give up, and are taken from the queue,
// after an exponential patience. Stable at any load. Source: Palm 1937; Mandelbaum
// & Zeltyn, Service engineering in action: the Palm/Erlang-A queue (2007).
type ErlangA struct {
	C      int
	Lambda float64
	Mu     float64
	Theta  float64 // rate of giving up, 1 over the mean patience; > 0
}

// Abandonment is the share of requests that give up, θE[waiting]/λ, from the
// birth-death chain with death rates min(n,c)μ + max(n-c,0)θ, summed until the rest
// is below 1e-16.
func (m ErlangA) Abandonment() float64 { return m.Theta * m.meanWaiting() / m.Lambda }

// MeanWait is the time in queue of all requests, those that give up included, by
// Little's law.
func (m ErlangA) MeanWait() float64 { return m.meanWaiting() / m.Lambda }

func (m ErlangA) meanWaiting() float64 {
	p, sum, waiting := 1.0, 1.0, 0.0
	for n := 1; ; n++ {
		queue := float64(max(n-m.C, 0))
		p *= m.Lambda / (float64(min(n, m.C))*m.Mu + queue*m.Theta)
		sum += p
		waiting += queue * p
		falling := m.Lambda < float64(min(n, m.C))*m.Mu+queue*m.Theta
		if falling && p*(queue+1) < 1e-17*(sum+waiting) {
			return waiting / sum
		}
		if sum > 1e200 {
			p, waiting, sum = p/sum, waiting/sum, 1
		}
		if math.IsNaN(p) {
			return math.NaN()
		}
	}
}

package theory

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// HalfinWhittWait is the chance to wait where c servers are a + β√a for an offered load of
// a Erlangs, in the limit of many:
//
//	1/(1 + βΦ(β)/φ(β))
//
// β > 0. Source: Halfin & Whitt, Heavy-traffic limits for queues with many exponential
// servers, Oper. Res. 29 (1981).
func HalfinWhittWait(beta float64) float64 {
	n := distuv.UnitNormal
	return 1 / (1 + beta*n.CDF(beta)/n.Prob(beta))
}

// SquareRootSurplus is the β of square-root staffing, c = a + β√a, by which a request waits
// with chance wait, in (0, 1).
func SquareRootSurplus(wait float64) float64 {
	if !(wait > 0 && wait < 1) {
		return math.NaN()
	}
	return crossing(func(beta float64) bool { return HalfinWhittWait(beta) > wait }, 0, 40)
}

// AllenCunneen is G/G/c with c equal servers behind one first-come queue: the wait of M/M/c
// stretched by (Ca² + Cs²)/2,
//
//	P(W > t) = C e^-(cμ-λ)t/s, s = (Ca² + Cs²)/2
//
// with C Erlang's. Exact for M/M/c, and its mean for M/G/1; else an approximation. Source:
// Allen, Probability, Statistics, and Queueing Theory (1990), section 5.3.
type AllenCunneen struct {
	MMC
	ArrivalCV2, ServiceCV2 float64
}

// Stretch is (Ca² + Cs²)/2.
func (m AllenCunneen) Stretch() float64 { return (m.ArrivalCV2 + m.ServiceCV2) / 2 }

// MeanWait is that of M/M/c, stretched.
func (m AllenCunneen) MeanWait() float64 { return m.MMC.MeanWait() * m.Stretch() }

// MeanResponse is E[W] + 1/μ.
func (m AllenCunneen) MeanResponse() float64 { return m.MeanWait() + 1/m.Mu }

// WaitTail is P(W > t).
func (m AllenCunneen) WaitTail(t float64) float64 {
	if m.slack() == 0 {
		return 1
	}
	if m.Stretch() == 0 {
		return 0
	}
	return m.WaitProbability() * math.Exp(-m.slack()*t/m.Stretch())
}

// ResponseTail is P(W + S > t), the service given as equally likely demands in seconds:
// enough of them stand for any law. O(len(demands)).
func (m AllenCunneen) ResponseTail(t float64, demands []float64) float64 {
	sum := 0.0
	wait := m.WaitProbability()
	for _, s := range demands {
		switch {
		case s > t:
			sum++
		case m.slack() == 0:
			sum++
		case m.Stretch() > 0:
			sum += wait * math.Exp(-m.slack()*(t-s)/m.Stretch())
		}
	}
	return sum / float64(len(demands))
}

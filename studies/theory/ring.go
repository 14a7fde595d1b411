package theory

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Ring is a hash ring of equal nodes with so many points each, which fall uniformly
// and independently. A node's share of the ring is a sum of arcs, so the shares are
// Dirichlet(V, …, V): gamma variates of shape V = Points, over their sum.
type Ring struct {
	Nodes, Points int
}

// CV is the coefficient of variation of a node's share, sqrt((n-1)/(nV+1)).
func (r Ring) CV() float64 {
	n, v := float64(r.Nodes), float64(r.Points)
	return math.Sqrt((n - 1) / (n*v + 1))
}

// Peak is the expected greatest share over the mean share: E[max of n Gamma(V)]/V,
// because the shares do not depend on the sum. It is
//
//	1/V ∫ (1 - F(x)^n) dx       F: distribution function of Gamma(V)
//
// by Simpson's rule on 20,000 intervals up to where 1-F is below 1e-20.
func (r Ring) Peak() float64 {
	n, v := float64(r.Nodes), float64(r.Points)
	const intervals = 20_000
	step := (v + 12*math.Sqrt(v) + 60) / intervals
	above := func(i int) float64 { return 1 - math.Pow(mathext.GammaIncReg(v, float64(i)*step), n) }
	sum := above(0) + above(intervals)
	for i := 1; i < intervals; i++ {
		weight := 2.0
		if i%2 == 1 {
			weight = 4
		}
		sum += weight * above(i)
	}
	return sum * step / 3 / v
}

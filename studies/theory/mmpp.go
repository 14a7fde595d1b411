package theory

import "math"

// MMPP2 is one first-come server with exponential service whose Poisson arrivals
// switch between two rates (a Markov-modulated Poisson process): bursts.
type MMPP2 struct {
	Rate   [2]float64 // arrival rates of the phases
	Switch [2]float64 // rates of leaving phase 0 and phase 1
	Mu     float64
}

// MeanRate is the arrival rate over time.
func (m MMPP2) MeanRate() float64 {
	return (m.Rate[0]*m.Switch[1] + m.Rate[1]*m.Switch[0]) / (m.Switch[0] + m.Switch[1])
}

// MeanNumber is E[N]. The chance vectors of n requests are π(n) = π(0)Rⁿ, with R the
// least solution of
//
//	Λ + R(Q - Λ - μ) + μR² = 0
//
// π(0) = π(I-R) follows from the phases' shares of time π, and E[N] = πR(I-R)^-1·1.
// R = Λ(Λ + μ - Q - ΛG)^-1 with G the phases in which busy periods end, found by
// functional iteration. Source: Neuts,
// Matrix-Geometric Solutions in Stochastic Models (1981), section 6.2.
func (m MMPP2) MeanNumber() float64 {
	if m.MeanRate() >= m.Mu {
		return math.Inf(1)
	}
	r := m.rate(m.passage())
	// π(I-R)^-1 R 1 with π the phases' shares of time
	share := m.Switch[1] / (m.Switch[0] + m.Switch[1])
	y := matrix2{{1 - r[0][0], -r[0][1]}, {-r[1][0], 1 - r[1][1]}}.inverse()
	sums := [2]float64{r[0][0] + r[0][1], r[1][0] + r[1][1]}
	return share*(y[0][0]*sums[0]+y[0][1]*sums[1]) + (1-share)*(y[1][0]*sums[0]+y[1][1]*sums[1])
}

// MeanResponse is E[N]/λ.
func (m MMPP2) MeanResponse() float64 { return m.MeanNumber() / m.MeanRate() }

// outward is Λ + μ - Q - up, with up = ΛG.
func (m MMPP2) outward(up matrix2) matrix2 {
	return matrix2{
		{m.Rate[0] + m.Mu + m.Switch[0] - up[0][0], -m.Switch[0] - up[0][1]},
		{-m.Switch[1] - up[1][0], m.Rate[1] + m.Mu + m.Switch[1] - up[1][1]},
	}
}

// passage is G, the limit of G = (Λ + μ - Q - ΛG)^-1·μ from 0, which converges
// monotonically.
func (m MMPP2) passage() matrix2 {
	var g matrix2
	for range 10_000_000 {
		next := m.outward(matrix2{
			{m.Rate[0] * g[0][0], m.Rate[0] * g[0][1]},
			{m.Rate[1] * g[1][0], m.Rate[1] * g[1][1]},
		}).inverse()
		change := 0.0
		for i := range next {
			for j := range next[i] {
				next[i][j] *= m.Mu
				change = math.Max(change, math.Abs(next[i][j]-g[i][j]))
			}
		}
		g = next
		if change < 1e-16 {
			break
		}
	}
	return g
}

// rate is R = Λ(Λ + μ - Q - ΛG)^-1.
func (m MMPP2) rate(g matrix2) matrix2 {
	inverse := m.outward(matrix2{
		{m.Rate[0] * g[0][0], m.Rate[0] * g[0][1]},
		{m.Rate[1] * g[1][0], m.Rate[1] * g[1][1]},
	}).inverse()
	for i := range inverse {
		for j := range inverse[i] {
			inverse[i][j] *= m.Rate[i]
		}
	}
	return inverse
}

type matrix2 [2][2]float64

func (a matrix2) inverse() matrix2 {
	determinant := a[0][0]*a[1][1] - a[0][1]*a[1][0]
	return matrix2{
		{a[1][1] / determinant, -a[0][1] / determinant},
		{-a[1][0] / determinant, a[0][0] / determinant},
	}
}

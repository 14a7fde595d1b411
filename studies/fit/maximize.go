package fit

import (
	"math"
	"slices"
)

// minimize finds a minimum of f near start by the simplex method of Nelder and Mead ("A
// simplex method for function minimization", Comput. J. 7, 1965). Where f is no number it
// counts as infinite, so f may refuse what is out of range. It ends when values agree to
// within tolerance or after so many evaluations.
func minimize(f func([]float64) float64, start []float64, tolerance float64, evaluations int) ([]float64, float64) {
	n := len(start)
	type corner struct {
		x []float64
		y float64
	}
	at := func(x []float64) corner {
		evaluations--
		y := f(x)
		if math.IsNaN(y) {
			y = math.Inf(1)
		}
		return corner{x, y}
	}
	simplex := []corner{at(slices.Clone(start))}
	for i := range n {
		x := slices.Clone(start)
		x[i] += 0.1
		simplex = append(simplex, at(x))
	}
	order := func() {
		slices.SortStableFunc(simplex, func(a, b corner) int {
			switch {
			case a.y < b.y:
				return -1
			case a.y > b.y:
				return 1
			}
			return 0
		})
	}
	for order(); evaluations > 0 && !(simplex[n].y-simplex[0].y <= tolerance); order() {
		center := make([]float64, n)
		for _, c := range simplex[:n] {
			for i := range center {
				center[i] += c.x[i] / float64(n)
			}
		}
		along := func(t float64) corner {
			x := make([]float64, n)
			for i := range x {
				x[i] = center[i] + t*(simplex[n].x[i]-center[i])
			}
			return at(x)
		}
		reflected := along(-1)
		switch {
		case reflected.y < simplex[0].y:
			if further := along(-2); further.y < reflected.y {
				reflected = further
			}
			simplex[n] = reflected
		case reflected.y < simplex[n-1].y:
			simplex[n] = reflected
		default:
			t := 0.5
			if reflected.y < simplex[n].y {
				t = -0.5
			}
			if nearer := along(t); nearer.y < simplex[n].y {
				simplex[n] = nearer
				continue
			}
			for i := 1; i <= n; i++ {
				x := make([]float64, n)
				for j := range x {
					x[j] = (simplex[0].x[j] + simplex[i].x[j]) / 2
				}
				simplex[i] = at(x)
			}
		}
	}
	return simplex[0].x, simplex[0].y
}

// standardErrors returns those of maximum-likelihood estimates: the roots of the diagonal of
// the inverse of the observed information, the second derivatives of the negative
// log-likelihood at its minimum, by central differences. A parameter that the likelihood
// says nothing about has none (NaN).
func standardErrors(negative func([]float64) float64, at []float64) []float64 {
	n := len(at)
	steps := make([]float64, n)
	for i, x := range at {
		steps[i] = 1e-3 * max(math.Abs(x), 1e-9)
	}
	shifted := func(i int, a float64, j int, b float64) float64 {
		x := slices.Clone(at)
		x[i] += a * steps[i]
		x[j] += b * steps[j]
		return negative(x)
	}
	here := negative(at)
	information := make([][]float64, n)
	for i := range information {
		information[i] = make([]float64, n)
	}
	for i := range n {
		information[i][i] = (shifted(i, 1, i, 0) - 2*here + shifted(i, -1, i, 0)) / (steps[i] * steps[i])
		for j := range i {
			mixed := (shifted(i, 1, j, 1) - shifted(i, 1, j, -1) - shifted(i, -1, j, 1) + shifted(i, -1, j, -1)) / (4 * steps[i] * steps[j])
			information[i][j], information[j][i] = mixed, mixed
		}
	}
	inverse, ok := inverted(information)
	errors := make([]float64, n)
	for i := range errors {
		errors[i] = math.NaN()
		if ok && inverse[i][i] > 0 {
			errors[i] = math.Sqrt(inverse[i][i])
		}
	}
	return errors
}

// inverted returns the inverse of a matrix by Gauss and Jordan, with the greatest pivots. It
// changes m.
func inverted(m [][]float64) ([][]float64, bool) {
	n := len(m)
	inverse := make([][]float64, n)
	for i := range inverse {
		inverse[i] = make([]float64, n)
		inverse[i][i] = 1
	}
	for i := range n {
		pivot := i
		for j := i + 1; j < n; j++ {
			if math.Abs(m[j][i]) > math.Abs(m[pivot][i]) {
				pivot = j
			}
		}
		if !(math.Abs(m[pivot][i]) > 0) || math.IsInf(m[pivot][i], 0) {
			return nil, false
		}
		m[i], m[pivot] = m[pivot], m[i]
		inverse[i], inverse[pivot] = inverse[pivot], inverse[i]
		by := m[i][i]
		for k := range n {
			m[i][k] /= by
			inverse[i][k] /= by
		}
		for j := range n {
			if j == i {
				continue
			}
			by := m[j][i]
			for k := range n {
				m[j][k] -= by * m[i][k]
				inverse[j][k] -= by * inverse[i][k]
			}
		}
	}
	return inverse, true
}

package theory

import "math"

// eliminate solves a linear system given as rows with the right side last, by Gauss
// with partial pivoting. It overwrites the system. O(n³).
func eliminate(system [][]float64) []float64 {
	n := len(system)
	for column := range n {
		pivot := column
		for row := column + 1; row < n; row++ {
			if math.Abs(system[row][column]) > math.Abs(system[pivot][column]) {
				pivot = row
			}
		}
		system[column], system[pivot] = system[pivot], system[column]
		for row := column + 1; row < n; row++ {
			factor := system[row][column] / system[column][column]
			if factor == 0 {
				continue
			}
			for k := column; k <= n; k++ {
				system[row][k] -= factor * system[column][k]
			}
		}
	}
	x := make([]float64, n)
	for row := n - 1; row >= 0; row-- {
		rest := system[row][n]
		for k := row + 1; k < n; k++ {
			rest -= system[row][k] * x[k]
		}
		x[row] = rest / system[row][row]
	}
	return x
}

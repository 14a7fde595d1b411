package statistics

import (
	"cmp"
	"math"
	"slices"
)

// Holm adjusts the p-values of a family of m tests by the step-down method: with
// p(1) ≤ … ≤ p(m),
//
//	adjusted(i) = max over j ≤ i of min(1, (m-j+1)·p(j))
//
// Rejecting where adjusted < α errs anywhere in the family with a chance of at
// most α, whatever the dependence between the tests, and never rejects less than
// Bonferroni. The result is in the order given. O(m log m).
//
// Source: Holm, A simple sequentially rejective multiple test procedure,
// Scandinavian Journal of Statistics 6 (1979).
func Holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	adjusted := make([]float64, len(p))
	highest := 0.0
	for rank, i := range order {
		highest = math.Max(highest, math.Min(1, float64(len(p)-rank)*p[i]))
		adjusted[i] = highest
	}
	return adjusted
}

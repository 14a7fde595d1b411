package workloads

import (
	"cmp"
	"math"
	"slices"

	"lbsim/random"
)

// Empirical is the discrete law of given values with given weights, such as a
// measured sample: it returns those values and nothing between. A sample takes
// constant time (the alias method), a quantile O(log n); n values take 40 n bytes.
type Empirical struct {
	values   []float64 // ascending
	below    []float64 // below[i]: probability of at most values[i]
	alias    Alias
	mean, cv float64
}

// NewEmpirical returns the law of values, at least one, each >= 0. Weights are as
// many numbers >= 0 with a sum > 0; nil weights are equal ones.
func NewEmpirical(values, weights []float64) (*Empirical, error) {
	if len(values) == 0 {
		return nil, &ParameterError{Name: "values", Rule: "must hold at least one"}
	}
	if weights != nil && len(weights) != len(values) {
		return nil, broken("weights", float64(len(weights)), "must be as many as the values: %d", len(values))
	}
	pairs := make([]struct{ value, weight float64 }, len(values))
	for i, v := range values {
		if err := nonNegative("values", v); err != nil {
			return nil, err
		}
		pairs[i].value, pairs[i].weight = v, 1
		if weights != nil {
			pairs[i].weight = weights[i]
		}
	}
	slices.SortStableFunc(pairs, func(a, b struct{ value, weight float64 }) int { return cmp.Compare(a.value, b.value) })
	e := &Empirical{values: make([]float64, len(pairs)), below: make([]float64, len(pairs))}
	sorted := make([]float64, len(pairs))
	for i, p := range pairs {
		e.values[i], sorted[i] = p.value, p.weight
	}
	var err error
	if e.alias, err = NewAlias(sorted); err != nil {
		return nil, err
	}
	e.measure(sorted)
	return e, nil
}

// measure fills in what follows from values and weights.
func (e *Empirical) measure(weights []float64) {
	total := 0.0
	for i, w := range weights {
		total += w
		e.below[i] = total
		e.mean += float64(w * e.values[i])
	}
	e.mean /= total
	square := 0.0
	for i, w := range weights {
		e.below[i] /= total
		d := e.values[i] - e.mean
		square += float64(w * float64(d*d))
	}
	if e.mean > 0 {
		e.cv = math.Sqrt(square/total) / e.mean
	}
}

func (e *Empirical) Sample(src *random.Source) float64 { return e.values[e.alias.Choose(src)] }
func (e *Empirical) Mean() float64                     { return e.mean }
func (e *Empirical) CV() float64                       { return e.cv }

// Quantile returns the least value that a share p of draws does not exceed.
func (e *Empirical) Quantile(p float64) float64 {
	i, _ := slices.BinarySearch(e.below, p)
	return e.values[min(i, len(e.values)-1)]
}

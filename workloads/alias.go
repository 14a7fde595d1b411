package workloads

import (
	"math"
	"math/bits"

	"lbsim/random"
)

// Alias chooses among n things with given weights in constant time: the alias
// method (A. J. Walker, 1977), its table built in O(n) by M. D. Vose, "A linear
// algorithm for generating random numbers with a given distribution", IEEE Trans.
// Softw. Eng. 17(9), 1991. A table takes 16 bytes for each thing. It is immutable.
type Alias struct{ cells []aliasCell }

// aliasCell is one of n cells of equal probability: the part of it below split is
// the cell's own thing, the rest is other.
type aliasCell struct {
	split uint64 // in units of 2^-64
	other int32
}

// NewAlias returns the table for weights, each >= 0 and finite, their sum > 0.
func NewAlias(weights []float64) (Alias, error) {
	total := 0.0
	for _, w := range weights {
		if err := nonNegative("weight", w); err != nil {
			return Alias{}, err
		}
		total += w
	}
	if !(total > 0 && total <= math.MaxFloat64) {
		return Alias{}, broken("weights", total, "the sum must be > 0")
	}
	n := len(weights)
	// Each cell holds 1; share is what is left of a thing, in cells.
	share := make([]float64, n)
	var small, large []int32
	for i, w := range weights {
		share[i] = w / total * float64(n)
		if share[i] < 1 {
			small = append(small, int32(i))
		} else {
			large = append(large, int32(i))
		}
	}
	a := Alias{make([]aliasCell, n)}
	for len(small) > 0 && len(large) > 0 {
		s, l := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		a.cells[s] = aliasCell{uint64(int64(share[s]*0x1p63)) << 1, l}
		share[l] -= 1 - share[s]
		if share[l] < 1 {
			large = large[:len(large)-1]
			small = append(small, l)
		}
	}
	for _, rest := range [][]int32{small, large} { // whole cells, but for rounding
		for _, i := range rest {
			a.cells[i] = aliasCell{math.MaxUint64, i}
		}
	}
	return a, nil
}

// Choose returns an index drawn with probability proportional to its weight. It
// uses one Uint64: its upper part chooses the cell and its lower part the side.
func (a *Alias) Choose(src *random.Source) int {
	i, rest := bits.Mul64(src.Uint64(), uint64(len(a.cells)))
	if rest < a.cells[i].split {
		return int(i)
	}
	return int(a.cells[i].other)
}

package algorithms

import (
	"math"
	"slices"
)

// weightLine is weights end to end: a place on it belongs to one of them.
type weightLine struct {
	sums  []float64 // of each weight and all before it
	whole bool      // all weights are whole numbers
	even  bool      // all are equal
	first float64
}

func (l *weightLine) reset() {
	l.sums, l.whole, l.even = l.sums[:0], true, true
}

// add appends a weight; 0 is a gap, which no place belongs to.
func (l *weightLine) add(w float64) {
	if len(l.sums) == 0 {
		l.first = w
	}
	l.sums = append(l.sums, l.total()+w)
	l.whole = l.whole && w == math.Trunc(w)
	l.even = l.even && w == l.first
}

func (l *weightLine) total() float64 {
	if len(l.sums) == 0 {
		return 0
	}
	return l.sums[len(l.sums)-1]
}

// at returns whose a place in [0, total) is: the first whose sum is beyond it,
// which a gap is not, because its sum is that of the one before. It costs O(log n).
func (l *weightLine) at(place float64) int {
	i, _ := slices.BinarySearchFunc(l.sums, place, func(sum, place float64) int {
		if sum <= place {
			return -1
		}
		return 1
	})
	return min(i, len(l.sums)-1)
}

package algorithms

import (
	"math"
	"slices"
)

// loweredWeights is what members count for less than their weight after failures, NGINX's
// effective weight seen from its other end:
//
//	on a failure of i:                  lost_i += floor(w_i / maxFails), w_i at most
//	a pick that i may be chosen by:     i counts for w_i - lost_i, then lost_i -= 1
//
// Source: ngx_http_upstream_round_robin.c, effective_weight.
type loweredWeights struct {
	maxFails float64
	lost     []float64 // by slot
	lowered  []int32   // those that have lost something, in order
}

// newLowered returns nil where weights stay as they are.
func newLowered(maxFails int) *loweredWeights {
	if maxFails == 0 {
		return nil
	}
	return &loweredWeights{maxFails: float64(maxFails)}
}

// maxFailsParam is the parameter of an algorithm, for those of its rules that have it.
func maxFailsParam(rule string) Param {
	return Param{Name: "max_fails", Type: Int, Default: "0", Min: 0, Max: 1e6,
		Doc: rule + ": with each failure an endpoint counts for weight / max_fails less, in whole numbers, and with each pick that it takes part in for one more until it has its weight again (NGINX's effective weight); 0: it keeps its weight"}
}

// renew makes what slot lost nothing: it has another member.
func (l *loweredWeights) renew(slot int32) {
	for int(slot) >= len(l.lost) {
		l.lost = append(l.lost, 0)
	}
	l.lost[slot] = 0
	if i, there := slices.BinarySearch(l.lowered, slot); there {
		l.lowered = slices.Delete(l.lowered, i, i+1)
	}
}

// failed lowers a member of that weight, and reports whether it had it whole before.
func (l *loweredWeights) failed(slot int32, weight float64) (first bool) {
	cut := math.Floor(weight / l.maxFails)
	if cut == 0 {
		return false
	}
	if i, there := slices.BinarySearch(l.lowered, slot); !there {
		l.lowered, first = slices.Insert(l.lowered, i, slot), true
	}
	l.lost[slot] = min(l.lost[slot]+cut, weight)
	return first
}

// count returns what a lowered member of that weight counts for in a pick, after which it
// counts for one more.
func (l *loweredWeights) count(slot int32, weight float64) float64 {
	lost := min(l.lost[slot], weight)
	l.lost[slot] = max(lost-1, 0)
	return weight - lost
}

// recovered takes those off the list that have their weight again, and calls back with each.
func (l *loweredWeights) recovered(back func(slot int32)) {
	l.lowered = slices.DeleteFunc(l.lowered, func(slot int32) bool {
		if l.lost[slot] > 0 {
			return false
		}
		back(slot)
		return true
	})
}

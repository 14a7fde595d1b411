package algorithms

import (
	"math"

	"lbsim/random"
)

// ratioTree is a loadIndex for any weights: a winner tree (tournament) over the
// members' keys (load + extra) / weight and, among equals, stamps. A stamp is the
// number of the change that set the key, so that the one that has had its load for
// longest wins, or the slot (bySlot). Update and pick cost O(log n); an update
// stops where it no longer matters, which for a loser is soon.
//
// of, where it is not nil, is another key than the quotient.
//
// Quotients of equal value are equal bit for bit, since division rounds correctly:
// 1/3 and 2/6 tie, as they do in exact arithmetic.
type ratioTree struct {
	extra  int32
	bySlot bool
	of     func(load int32, weight float64) float64
	size   int
	keys   []slotKey // by slot, padded to size; absent: +Inf
	winner []int32   // winner[1] is the root; leaves are winner[size+slot] = slot
	clock  uint64
}

var absentKey = slotKey{math.Inf(1), math.MaxUint64}

func (x *ratioTree) reset(n int) {
	x.size = 2
	for x.size < n {
		x.size *= 2
	}
	x.keys = make([]slotKey, x.size)
	x.winner = make([]int32, 2*x.size)
	for i := range x.keys {
		x.keys[i] = absentKey
		x.winner[x.size+i] = int32(i)
	}
	for i := x.size - 1; i >= 1; i-- {
		x.winner[i] = x.winner[2*i]
	}
	x.clock = 0
}

func (x *ratioTree) insert(slot, load int32, weight float64) {
	if x.of != nil {
		x.keys[slot].key = x.of(load, weight)
	} else {
		x.keys[slot].key = float64(load+x.extra) / weight
	}
	x.stamp(slot)
}

func (x *ratioTree) remove(slot int32) {
	x.keys[slot] = absentKey
	x.replay(slot)
}

func (x *ratioTree) update(slot, load int32, weight float64) {
	if x.keys[slot].tie != math.MaxUint64 {
		x.insert(slot, load, weight)
	}
}

// stamp makes slot the youngest of its key.
func (x *ratioTree) stamp(slot int32) {
	x.clock++
	x.keys[slot].tie = x.clock
	if x.bySlot {
		x.keys[slot].tie = uint64(slot)
	}
	x.replay(slot)
}

// replay plays slot's matches again, from its leaf up, until one that slot neither
// won before nor wins now.
func (x *ratioTree) replay(slot int32) {
	for i := (x.size + int(slot)) / 2; i >= 1; i /= 2 {
		w := x.winner[2*i]
		rival := x.winner[2*i+1]
		a, b := &x.keys[w], &x.keys[rival]
		if b.key < a.key || b.key == a.key && b.tie < a.tie {
			w = rival
		}
		if x.winner[i] == w && w != slot {
			return
		}
		x.winner[i] = w
	}
}

func (x *ratioTree) pick(*random.Source) int32 {
	slot := x.winner[1]
	if !x.bySlot {
		x.stamp(slot)
	}
	return slot
}

func (x *ratioTree) pickUntried(rnd *random.Source, r *Request) int32 {
	var kept [len(Tried{}.slots)]slotKey
	tried := r.Tried.Slots()
	for i, slot := range tried {
		if int(slot) < len(x.keys) {
			kept[i] = x.keys[slot]
			x.remove(slot)
		}
	}
	picked := x.pick(rnd)
	for i := len(tried) - 1; i >= 0; i-- { // backwards: a slot may be there twice
		if slot := tried[i]; int(slot) < len(x.keys) {
			x.keys[slot] = kept[i]
			x.replay(slot)
		}
	}
	return picked
}

// appendOrder empties the tree on the way; its caller fills an index anew.
func (x *ratioTree) appendOrder(dst []int32) []int32 {
	if x.size == 0 {
		return dst
	}
	for slot := x.winner[1]; x.keys[slot].tie != math.MaxUint64; slot = x.winner[1] {
		dst = append(dst, slot)
		x.remove(slot)
	}
	return dst
}

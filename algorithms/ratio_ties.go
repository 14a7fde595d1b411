package algorithms

import (
	"math"

	"lbsim/random"
)

// ratioTies is a loadIndex for any weights whose ties are random: a tree over the
// keys (load + extra) / weight in which every node knows the least key below it
// and how many members have exactly that. A draw goes down from the root to either
// side in proportion to the numbers, so each of the least loaded has the same
// chance. Update and pick cost O(log n).
type ratioTies struct {
	extra int32
	size  int
	nodes []tied // nodes[1] is the root, nodes[size+slot] a leaf
}

type tied struct {
	key   float64 // absent: +Inf
	count int32   // absent: 0
}

func (x *ratioTies) reset(n int) {
	x.size = 2
	for x.size < n {
		x.size *= 2
	}
	x.nodes = make([]tied, 2*x.size)
	for i := range x.nodes {
		x.nodes[i] = tied{key: math.Inf(1)}
	}
}

func (x *ratioTies) insert(slot, load int32, weight float64) {
	x.set(slot, tied{float64(load+x.extra) / weight, 1})
}

func (x *ratioTies) remove(slot int32) { x.set(slot, tied{key: math.Inf(1)}) }

func (x *ratioTies) update(slot, load int32, weight float64) {
	if x.nodes[x.size+int(slot)].count > 0 {
		x.insert(slot, load, weight)
	}
}

// set changes a leaf and the nodes above it, as far as they change.
func (x *ratioTies) set(slot int32, leaf tied) {
	i := x.size + int(slot)
	x.nodes[i] = leaf
	for i /= 2; i >= 1; i /= 2 {
		node, right := x.nodes[2*i], x.nodes[2*i+1]
		switch {
		case right.key < node.key:
			node = right
		case right.key == node.key:
			node.count += right.count
		}
		if x.nodes[i] == node {
			return
		}
		x.nodes[i] = node
	}
}

func (x *ratioTies) pick(rnd *random.Source) int32 {
	least := x.nodes[1]
	rank := int32(rnd.IntN(int(least.count)))
	i := 1
	for i < x.size {
		i *= 2
		if left := x.nodes[i]; left.key != least.key {
			i++
		} else if rank >= left.count {
			rank -= left.count
			i++
		}
	}
	return int32(i - x.size)
}

func (x *ratioTies) pickUntried(rnd *random.Source, r *Request) int32 {
	var kept [len(Tried{}.slots)]tied
	tried := r.Tried.Slots()
	for i, slot := range tried {
		if int(slot) < x.size {
			kept[i] = x.nodes[x.size+int(slot)]
			x.remove(slot)
		}
	}
	picked := x.pick(rnd)
	for i := len(tried) - 1; i >= 0; i-- { // backwards: a slot may be there twice
		if slot := tried[i]; int(slot) < x.size {
			x.set(slot, kept[i])
		}
	}
	return picked
}

// appendOrder appends by slot: no order is kept among equals, and none is needed.
func (x *ratioTies) appendOrder(dst []int32) []int32 {
	for slot := range x.size {
		if x.nodes[x.size+slot].count > 0 {
			dst = append(dst, int32(slot))
		}
	}
	return dst
}

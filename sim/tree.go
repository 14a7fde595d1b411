package sim

import (
	"math/bits"

	"lbsim/clock"
)

// agenda is a run's event queue: a tournament, unless another was asked for.
//
// In the tournament every inner node holds the earlier of its two children, so the
// winner of the last match is the first event. set costs log2 n matches without a
// branch that could be mispredicted. (Ending where a node stays as it was would save
// matches, but its branch costs more than they do.)
type agenda struct {
	top     treeNode
	other   queue         // instead of the tournament
	matches [][2]treeNode // children of node i, side by side; the children of i are nodes 2i and 2i+1
	leaves  uint          // a power of two; source s is node leaves+s
}

type treeNode struct {
	at  clock.Time
	key eventKey
}

var noEvent = treeNode{at: clock.Never, key: ^eventKey(0)}

func newAgenda(sources int, kind Queue) agenda {
	if kind == Heap {
		return agenda{top: noEvent, other: newHeap(sources)}
	}
	t := agenda{top: noEvent, leaves: 1 << bits.Len(uint(max(sources, 2)-1))}
	t.matches = make([][2]treeNode, t.leaves)
	for i := range t.matches {
		t.matches[i] = [2]treeNode{noEvent, noEvent}
	}
	return t
}

func (t *agenda) min() (clock.Time, eventKey) { return t.top.at, t.top.key }

func (t *agenda) set(source int32, at clock.Time, seq uint64) {
	if t.other != nil {
		t.other.set(source, at, seq)
		t.top.at, t.top.key = t.other.min()
		return
	}
	win := treeNode{at, keyOf(source, seq)}
	for i := t.leaves + uint(source); ; {
		side := i & 1
		i >>= 1
		match := &t.matches[i]
		match[side] = win
		rival := match[side^1]
		// The 128-bit comparison rival < win, as a mask.
		_, borrow := bits.Sub64(uint64(rival.key), uint64(win.key), 0)
		_, borrow = bits.Sub64(uint64(rival.at), uint64(win.at), borrow)
		mask := -borrow
		win.at ^= (win.at ^ rival.at) & clock.Time(mask)
		win.key ^= (win.key ^ rival.key) & eventKey(mask)
		if i == 1 {
			t.top = win
			return
		}
	}
}

func (t *agenda) pending(source int32) clock.Time {
	if t.other != nil {
		return t.other.pending(source)
	}
	i := t.leaves + uint(source)
	return t.matches[i>>1][i&1].at
}

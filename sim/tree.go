package sim

import (
	"math/bits"

	"lbsim/clock"
)

// tree is a queue as a tournament: every inner node holds the earlier of its two
// children, so the root is the first event. set costs at most log2 n comparisons,
// without a branch that could be mispredicted, and few of them when the source
// does not win: the way up ends at the first node that stays as it was.
type tree struct {
	nodes  []treeNode // 1 is the root, the children of i are 2i and 2i+1
	leaves int        // a power of two; source s is node leaves+s
}

type treeNode struct {
	at  clock.Time
	key eventKey
}

func newTree(sources int) *tree {
	t := &tree{leaves: 1 << bits.Len(uint(max(sources, 2)-1))}
	t.nodes = make([]treeNode, 2*t.leaves)
	for i := range t.nodes {
		t.nodes[i] = treeNode{at: clock.Never, key: ^eventKey(0)}
	}
	return t
}

func (t *tree) min() (clock.Time, eventKey) { return t.nodes[1].at, t.nodes[1].key }

func (t *tree) set(source int32, at clock.Time, seq uint64) {
	nodes := t.nodes
	i := uint(t.leaves) + uint(source)
	win := treeNode{at, keyOf(source, seq)}
	nodes[i] = win
	for i > 1 {
		rival := nodes[i^1]
		// The 128-bit comparison rival < win, as a mask.
		_, borrow := bits.Sub64(uint64(rival.key), uint64(win.key), 0)
		_, borrow = bits.Sub64(uint64(rival.at), uint64(win.at), borrow)
		mask := -borrow
		win.at ^= (win.at ^ rival.at) & clock.Time(mask)
		win.key ^= (win.key ^ rival.key) & eventKey(mask)
		i >>= 1
		if nodes[i] == win {
			return
		}
		nodes[i] = win
	}
}

func (t *tree) pending(source int32) clock.Time { return t.nodes[t.leaves+int(source)].at }

package algorithms

import "lbsim/random"

// weightTree draws ready members in proportion to their weights. It is a
// complete binary tree of sums: unlike a Fenwick tree it adds each sum anew from
// its two parts, so that rounding does not gather over millions of changes and a
// member that left has weight 0 exactly. A change and a draw cost O(log n). It
// also knows whether all weights are equal, when a draw needs no tree.
type weightTree struct {
	size  int       // leaves, a power of two
	sum   []float64 // sum[1] is the root, sum[size+slot] the weight of slot
	ref   float64   // the weight that even members have
	ready int
	odd   int // ready members of another weight than ref
}

// rebuild takes over the members of s.
func (t *weightTree) rebuild(s *Set) {
	t.size = 1
	for t.size < s.Len() {
		t.size *= 2
	}
	t.sum = make([]float64, 2*t.size)
	t.ready, t.odd = len(s.Ready), 0
	for i, slot := range s.Ready {
		w := s.Weight[slot]
		if i == 0 {
			t.ref = w
		}
		if w != t.ref {
			t.odd++
		}
		t.sum[t.size+int(slot)] = w
	}
	for i := t.size - 1; i >= 1; i-- {
		t.sum[i] = t.sum[2*i] + t.sum[2*i+1]
	}
}

// changed takes over readiness and weight of slot.
func (t *weightTree) changed(s *Set, slot int32) {
	w := 0.0
	if s.IsReady(slot) {
		w = s.Weight[slot]
	}
	old := t.sum[t.size+int(slot)]
	if old == w {
		return
	}
	if old > 0 {
		t.ready--
		if old != t.ref {
			t.odd--
		}
	}
	if w > 0 {
		if t.ready == 0 {
			t.ref = w
		}
		t.ready++
		if w != t.ref {
			t.odd++
		}
	}
	t.set(slot, w)
}

func (t *weightTree) set(slot int32, w float64) {
	i := t.size + int(slot)
	t.sum[i] = w
	for i /= 2; i >= 1; i /= 2 {
		t.sum[i] = t.sum[2*i] + t.sum[2*i+1]
	}
}

// even reports whether all ready members have the same weight.
func (t *weightTree) even() bool { return t.odd == 0 }

// draw returns a slot, each in proportion to its weight.
func (t *weightTree) draw(rnd *random.Source) int32 {
	x := rnd.Float64() * t.sum[1]
	i := 1
	for i < t.size {
		i *= 2
		// Rounding must not lead into a subtree that holds nobody.
		if x >= t.sum[i] && t.sum[i+1] > 0 {
			x -= t.sum[i]
			i++
		}
	}
	return int32(i - t.size)
}

// redraws is how often drawExcept draws again before it takes the excluded out.
const redraws = 4

// drawExcept returns a slot that is not among excluded, each in proportion to its
// weight; someone else must be ready. Drawing again and taking the excluded out
// of the tree give the same law; the first is cheaper unless they weigh much.
func (t *weightTree) drawExcept(rnd *random.Source, excluded []int32) int32 {
	if len(excluded) == 0 {
		return t.draw(rnd)
	}
	for range redraws {
		if slot := t.draw(rnd); !holds(excluded, slot) {
			return slot
		}
	}
	var kept [len(holes{}.at)]float64
	for i, slot := range excluded {
		kept[i] = t.sum[t.size+int(slot)]
		t.set(slot, 0)
	}
	drawn := t.draw(rnd)
	for i := len(excluded) - 1; i >= 0; i-- { // backwards: a slot may be there twice
		t.set(excluded[i], kept[i])
	}
	return drawn
}

// drawUntried returns a slot that r has not tried; there must be one.
func (t *weightTree) drawUntried(rnd *random.Source, r *Request) int32 {
	var out Tried
	for _, slot := range r.Tried.Slots() {
		if int(slot) < t.size && t.sum[t.size+int(slot)] > 0 {
			out.Add(slot)
		}
	}
	return t.drawExcept(rnd, out.Slots())
}

func holds(slots []int32, slot int32) bool {
	for _, x := range slots {
		if x == slot {
			return true
		}
	}
	return false
}

package algorithms

import (
	"slices"

	"lbsim/random"
)

// maxChoices bounds the candidates of one pick, so that they fit in an array.
const maxChoices = 64

// holes is a set of places among 0 … n-1 that a draw must leave out. Drawing a
// rank among what is left and stepping over the holes is uniform and needs
// exactly one number, where drawing again until it fits has no bound.
type holes struct {
	n  int
	at [len(Tried{}.slots) + maxChoices]int32 // ascending
}

// add leaves out place too.
func (h *holes) add(place int32) {
	i := h.n
	for i > 0 && h.at[i-1] > place {
		i--
	}
	if i > 0 && h.at[i-1] == place {
		return
	}
	copy(h.at[i+1:h.n+1], h.at[i:h.n])
	h.at[i] = place
	h.n++
}

// nth returns the place of rank k, from 0, among those that are no holes.
func (h *holes) nth(k int32) int32 {
	for _, hole := range h.at[:h.n] {
		if hole > k {
			break
		}
		k++
	}
	return k
}

// avoid adds the places in s.Ready of r's tried members, unless no other is ready.
func (h *holes) avoid(s *Set, r *Request) {
	if r.Tried.Len() == 0 || !r.Tried.Untried(s) {
		return
	}
	for _, slot := range r.Tried.Slots() {
		if int(slot) < s.Len() && s.IsReady(slot) {
			place, _ := slices.BinarySearch(s.Ready, slot)
			h.add(int32(place))
		}
	}
}

// drawReady returns a ready slot, each with the same chance; of those that r has
// not tried when there are any. It costs one draw.
func drawReady(rnd *random.Source, s *Set, r *Request) int32 {
	if r.Tried.Len() == 0 {
		return s.Ready[rnd.IntN(len(s.Ready))]
	}
	var h holes
	h.avoid(s, r)
	return s.Ready[h.nth(int32(rnd.IntN(len(s.Ready)-h.n)))]
}

// untriedFrom returns the first ready slot at or after slot, going round, that r
// has not tried; the first ready one when r has tried all.
func untriedFrom(s *Set, r *Request, slot int32) int32 {
	first := s.NextReady(slot)
	if r.Tried.Len() == 0 || !r.Tried.Untried(s) {
		return first
	}
	slot = first
	for r.Tried.Has(slot) {
		slot = s.NextReady(slot + 1)
	}
	return slot
}

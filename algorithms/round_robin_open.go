package algorithms

import (
	"lbsim/clock"
	"lbsim/random"
)

// roundOfAll goes round all members, ready or not: the turn of one that is not ready is the
// next ready one's, which so has two.
type roundOfAll struct {
	slots  []int32 // of the members
	turn   int     // place in slots of the next turn
	random bool
	begun  bool
	rnd    random.Source
}

func (p *roundOfAll) Rebuilt(s *Set) {
	p.slots = p.slots[:0]
	for slot, m := range s.Members {
		if m.Key != "" {
			p.slots = append(p.slots, int32(slot))
		}
	}
	if p.random && !p.begun && len(p.slots) > 0 {
		p.turn, p.begun = p.rnd.IntN(len(p.slots)), true
	}
}

func (p *roundOfAll) Changed(*Set, int32, Change) {}

func (p *roundOfAll) Pick(_ clock.Time, s *Set, r *Request) int32 {
	if p.turn >= len(p.slots) {
		p.turn = 0
	}
	slot := s.NextReady(p.slots[p.turn])
	p.turn++
	if r.Tried.Len() > 0 && r.Tried.Untried(s) {
		for r.Tried.Has(slot) {
			slot = s.NextReady(slot + 1)
		}
	}
	return slot
}

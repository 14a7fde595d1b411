package algorithms

import (
	"math"

	"lbsim/clock"
)

// interleavedSchedule is the weighted round robin of Linux Virtual Server. With g
// the greatest common divisor of the ready weights, a level falls from the
// greatest weight by g a round to g and begins again; a round picks, in order of
// slots, every member whose weight is at least the level. Weights count in whole
// sixteenths, rounded up.
//
// The kernel walks over the members below the level; here a tree of maxima finds
// the next one at or above it in O(log n).
type interleavedSchedule struct {
	size  int     // leaves, a power of two
	most  []int64 // most[1] is the root, most[size+slot] the weight of slot, 0 when not ready
	at    int32   // slot picked last
	level int64
	gcd   int64
	stale bool // gcd
}

const sixteenths = 16

func (p *interleavedSchedule) Rebuilt(s *Set) {
	p.size = 1
	for p.size < s.Len() {
		p.size *= 2
	}
	p.most = make([]int64, 2*p.size)
	for _, slot := range s.Ready {
		p.most[p.size+int(slot)] = whole(s.Weight[slot])
	}
	for i := p.size - 1; i >= 1; i-- {
		p.most[i] = max(p.most[2*i], p.most[2*i+1])
	}
	p.stale = true
}

func whole(w float64) int64 { return int64(math.Ceil(float64(w * sixteenths))) }

func (p *interleavedSchedule) Changed(s *Set, slot int32, what Change) {
	if what == Started || what == Finished {
		return
	}
	i := p.size + int(slot)
	p.most[i] = 0
	if s.IsReady(slot) {
		p.most[i] = whole(s.Weight[slot])
	}
	for i /= 2; i >= 1; i /= 2 {
		p.most[i] = max(p.most[2*i], p.most[2*i+1])
	}
	p.stale = true
}

func (p *interleavedSchedule) refresh(s *Set) {
	p.gcd = 0
	for _, slot := range s.Ready {
		a, b := p.gcd, p.most[p.size+int(slot)]
		for b != 0 {
			a, b = b, a%b
		}
		p.gcd = a
	}
	if p.level == 0 || p.level > p.most[1] {
		p.level, p.at = p.most[1], -1
	}
	p.stale = false
}

func (p *interleavedSchedule) Pick(_ clock.Time, s *Set, r *Request) int32 {
	if p.stale {
		p.refresh(s)
	}
	slot := p.turn()
	if r.Tried.Len() == 0 {
		return slot
	}
	for range r.Tried.Len() { // as strideSchedule
		if !r.Tried.Has(slot) {
			return slot
		}
		slot = p.turn()
	}
	return untriedFrom(s, r, slot)
}

func (p *interleavedSchedule) turn() int32 {
	next := p.next(p.at + 1)
	if next < 0 {
		if p.level -= p.gcd; p.level <= 0 {
			p.level = p.most[1]
		}
		next = p.next(0)
	}
	p.at = next
	return next
}

// next returns the first slot from slot on whose weight is at least the level,
// -1 when there is none.
func (p *interleavedSchedule) next(slot int32) int32 {
	if int(slot) >= p.size {
		return -1
	}
	i := p.size + int(slot)
	for p.most[i] < p.level {
		for i&1 == 1 { // a right child, or the root: all to its left is behind us
			if i == 1 {
				return -1
			}
			i /= 2
		}
		i++
	}
	for i < p.size {
		if i *= 2; p.most[i] < p.level {
			i++
		}
	}
	return int32(i - p.size)
}

package algorithms

import (
	"math"

	"lbsim/clock"
)

// strideSchedule is the static stride scheduler of gRPC's weighted round robin
// (proposal A58). The ready members i = 0 … n-1 have whole weights W_i, scaled so
// that the greatest is M = 65535; a weight of 0 counts as the mean of the others.
// A sequence number gives i = sequence mod n and g = sequence / n; i is picked in
// generation g unless
//
//	(W_i g + i floor(M/2)) mod M < M - W_i
//
// so in M generations it is picked W_i times.
type strideSchedule struct {
	scaled   []uint64 // W by place in Set.Ready
	sequence uint64
	stale    bool
}

const strideMax = math.MaxUint16 // M

func (p *strideSchedule) Rebuilt(s *Set) {
	p.scaled = make([]uint64, 0, s.Len())
	p.stale = true
}

func (p *strideSchedule) Changed(_ *Set, _ int32, what Change) {
	if what != Started && what != Finished {
		p.stale = true
	}
}

// scale computes the W anew.
func (p *strideSchedule) scale(s *Set) {
	sum, most, known := 0.0, 0.0, 0
	for _, slot := range s.Ready {
		if w := s.Weight[slot]; w > 0 {
			sum += w
			most = max(most, w)
			known++
		}
	}
	if known == 0 {
		sum, most, known = 1, 1, 1
	}
	mean := sum / float64(known)
	p.scaled = p.scaled[:0]
	for _, slot := range s.Ready {
		w := s.Weight[slot]
		if w <= 0 {
			w = mean
		}
		// At least 1: a weight below most/M would never be picked.
		p.scaled = append(p.scaled, uint64(max(1, math.Floor(float64(strideMax/most*w)+0.5))))
	}
	p.stale = false
}

func (p *strideSchedule) Pick(_ clock.Time, s *Set, r *Request) int32 {
	if p.stale {
		p.scale(s)
	}
	slot := p.turn(s)
	if r.Tried.Len() == 0 {
		return slot
	}
	// A tried member passes its turn on. One that is heavy may be first many times
	// over, so after a few turns the next in order takes it.
	for range r.Tried.Len() {
		if !r.Tried.Has(slot) {
			return slot
		}
		slot = p.turn(s)
	}
	return untriedFrom(s, r, slot)
}

func (p *strideSchedule) turn(s *Set) int32 {
	n := uint64(len(s.Ready))
	for {
		i, g := p.sequence%n, p.sequence/n
		p.sequence++
		w := p.scaled[i]
		if (w*g+i*(strideMax/2))%strideMax >= strideMax-w {
			return s.Ready[i]
		}
	}
}

package algorithms

import (
	"lbsim/clock"
	"lbsim/random"
)

// leastLoaded picks the ready member with the least (in_flight + extra) / weight.
// While all weights are equal it keeps members in an index by level of load, where
// everything is O(1); otherwise in one by quotient, O(log n). Both order equals by
// the same rule, so passing from one to the other shows in no pick.
type leastLoaded struct {
	index  loadIndex
	queues *levelQueues // index, when it is of this type: called directly on the hot path
	level  loadIndex    // for equal weights; nil when there is none for the ties rule
	ratio  loadIndex    // for any weights
	who    tenants
	weight []float64 // by slot, 0 when not in the index
	ref    float64   // the weight that even members have
	odd    int       // members of another weight than ref
	order  []int32
	rnd    random.Source
}

// loadIndex holds the ready members by load.
type loadIndex interface {
	// reset empties the index and makes room for n slots.
	reset(n int)
	// insert adds slot as the youngest of its load; it may cost O(n).
	insert(slot, load int32, weight float64)
	// remove takes slot out.
	remove(slot int32)
	// update moves slot, if it is in the index, to another load, as the youngest.
	update(slot, load int32, weight float64)
	// pick returns a least loaded slot, which becomes the youngest of its load.
	pick(rnd *random.Source) int32
	// pickUntried does so among those that r has not tried; there is one.
	pickUntried(rnd *random.Source, r *Request) int32
	// appendOrder appends all slots, the least loaded first, equals by age.
	appendOrder(dst []int32) []int32
}

func newLeastLoaded(extra int32, ties string, rnd random.Source) *leastLoaded {
	p := &leastLoaded{rnd: rnd}
	switch ties {
	case "random":
		p.level, p.ratio = &levelRanks{}, &ratioTies{extra: extra}
	case "first":
		p.ratio = &ratioTree{extra: extra, bySlot: true}
	default:
		p.level, p.ratio = &levelQueues{}, &ratioTree{extra: extra}
	}
	p.index = p.ratio
	return p
}

func (p *leastLoaded) Rebuilt(s *Set) {
	p.order = p.index.appendOrder(p.order[:0])
	for len(p.weight) < s.Len() {
		p.weight = append(p.weight, 0)
	}
	p.who.update(s, func(slot int32) { p.weight[slot] = 0 })
	kept := p.order[:0]
	for _, slot := range p.order {
		if p.weight[slot] > 0 && s.IsReady(slot) {
			kept = append(kept, slot)
		}
	}
	for slot, w := range p.weight {
		ready := s.IsReady(int32(slot))
		if w == 0 && ready {
			kept = append(kept, int32(slot))
		}
		p.weight[slot] = 0
		if ready {
			p.weight[slot] = s.Weight[slot]
		}
	}
	p.order = kept
	p.compare()
	p.fill(s)
}

// compare finds the weight that the first member has and how many differ.
func (p *leastLoaded) compare() {
	p.ref, p.odd = 0, 0
	for _, w := range p.weight {
		if p.ref == 0 {
			p.ref = w
		}
		if w > 0 && w != p.ref {
			p.odd++
		}
	}
}

// fill puts the members of p.order into the index that suits the weights.
func (p *leastLoaded) fill(s *Set) {
	p.index = p.ratio
	if p.odd == 0 && p.level != nil {
		p.index = p.level
	}
	p.queues, _ = p.index.(*levelQueues)
	p.index.reset(s.Len())
	for _, slot := range p.order {
		p.index.insert(slot, s.InFlight[slot], p.weight[slot])
	}
}

func (p *leastLoaded) Changed(s *Set, slot int32, what Change) {
	if what == Started || what == Finished {
		if p.queues != nil {
			p.queues.update(slot, s.InFlight[slot], 0)
		} else {
			p.index.update(slot, s.InFlight[slot], s.Weight[slot])
		}
		return
	}
	p.reindex(s, slot)
}

// reindex takes over slot's readiness and weight.
func (p *leastLoaded) reindex(s *Set, slot int32) {
	old, w := p.weight[slot], 0.0
	if s.IsReady(slot) {
		w = s.Weight[slot]
	}
	if old == w {
		return
	}
	if old > 0 {
		p.index.remove(slot)
		if old != p.ref {
			p.odd--
		}
	}
	if w > 0 && w != p.ref {
		p.odd++
	}
	p.weight[slot] = w
	p.choose(s)
	if w > 0 {
		p.index.insert(slot, s.InFlight[slot], w)
	}
}

// choose passes to the other index when the weights have become equal or unequal.
func (p *leastLoaded) choose(s *Set) {
	if p.level == nil || (p.odd == 0) == (p.index == p.level) {
		return
	}
	p.order = p.index.appendOrder(p.order[:0])
	p.fill(s)
}

func (p *leastLoaded) Pick(_ clock.Time, s *Set, r *Request) int32 {
	if r.Tried.Len() > 0 && r.Tried.Untried(s) {
		return p.index.pickUntried(&p.rnd, r)
	}
	if p.queues != nil {
		return p.queues.pick(nil)
	}
	return p.index.pick(&p.rnd)
}

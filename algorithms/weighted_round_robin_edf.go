package algorithms

import (
	"math"

	"lbsim/clock"
	"lbsim/random"
)

// deadlineSchedule picks the earliest deadline first. A member of weight w that
// is picked at (virtual) time d is due again at d + 1/w; one that becomes ready
// is due 1/w after the last pick's deadline. Weights are read when the deadline
// is set. Deadlines are float64, as Envoy's and grpc-go's.
//
// Where Envoy starts the schedule anew at every change of members or health, here
// only the member that changed is scheduled anew; with pre-picks a new list of
// members starts a new schedule, which is what they are for.
type deadlineSchedule struct {
	who      tenants
	keys     slotKeys // key deadline, tie order number
	heap     slotHeap
	now      float64 // the last pick's deadline
	order    uint64
	original bool
	prepick  bool
	rnd      random.Source
}

func (p *deadlineSchedule) Rebuilt(s *Set) {
	p.keys.grow(s.Len())
	p.who.update(s, p.leave)
	if p.prepick {
		p.prepicked(s)
		return
	}
	for slot := range s.Members {
		p.sync(s, int32(slot))
	}
}

// prepicked starts a schedule as it is after a random number of picks: at time t
// a member of weight w was picked floor(t w) times and is due at
// (floor(t w) + 1) / w, of which t is taken off again to keep the bits.
func (p *deadlineSchedule) prepicked(s *Set) {
	const cycles = 1 << 16
	p.heap.slots = p.heap.slots[:0]
	p.now, p.order = 0, 0
	least := math.Inf(1)
	for _, slot := range s.Ready {
		least = min(least, s.Weight[slot])
	}
	t := p.rnd.Float64() * cycles / least
	for slot := range s.Members {
		p.keys.at[slot] = -1
		if s.IsReady(int32(slot)) {
			w := s.Weight[slot]
			due := (math.Floor(float64(t*w))+1)/w - t
			p.add(int32(slot), due)
		}
	}
}

func (p *deadlineSchedule) Changed(s *Set, slot int32, what Change) {
	if what == Readied || what == Unreadied {
		p.sync(s, slot)
	}
}

func (p *deadlineSchedule) sync(s *Set, slot int32) {
	ready, in := s.IsReady(slot), p.keys.at[slot] >= 0
	switch {
	case ready && !in:
		p.add(slot, p.now+1/s.Weight[slot])
	case !ready && in:
		p.leave(slot)
	}
}

func (p *deadlineSchedule) leave(slot int32) {
	if p.keys.at[slot] >= 0 {
		p.heap.remove(&p.keys, slot)
	}
}

func (p *deadlineSchedule) add(slot int32, due float64) {
	p.keys.key[slot] = slotKey{due, p.number(slot)}
	p.heap.push(&p.keys, slot)
}

// number returns the order number of slot, inserted now.
func (p *deadlineSchedule) number(slot int32) uint64 {
	if p.original {
		return uint64(slot)
	}
	p.order++
	return p.order
}

func (p *deadlineSchedule) Pick(_ clock.Time, s *Set, r *Request) int32 {
	var passed Tried // tried members, taken out while they are first
	if r.Tried.Len() > 0 && r.Tried.Untried(s) {
		for r.Tried.Has(p.heap.slots[0]) {
			slot := p.heap.slots[0]
			passed.Add(slot)
			p.heap.remove(&p.keys, slot)
		}
	}
	slot := p.heap.slots[0]
	p.now = p.keys.key[slot].key
	p.keys.key[slot] = slotKey{p.now + 1/s.Weight[slot], p.number(slot)}
	p.heap.fix(&p.keys, slot)
	for _, tried := range passed.Slots() {
		p.heap.push(&p.keys, tried)
	}
	return slot
}

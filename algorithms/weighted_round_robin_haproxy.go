package algorithms

import (
	"math"

	"lbsim/clock"
)

// haproxySchedule is HAProxy's `balance roundrobin`. Time is a position that grows by
// one with each pick; with W the sum of the weights a member of weight w is due again
// W/w positions after it was, the rest of the division carried over. The cycle of W
// positions has three queues: current, by position and then the heavier first; init,
// of those that have had no turn in it, the heavier first; next, of those whose turn is
// in the next cycle, which becomes init when both are used up. Whoever is due in
// current goes first, then init, then who in current is not due yet. Weights count in
// whole sixteenths, rounded up.
//
// A member that is full is not ready here; HAProxy passes it over at its turn.
//
// Source: HAProxy 2.6, lb_fwrr.c.
type haproxySchedule struct {
	who    tenants
	places []haproxyPlace // by slot
	keys   slotKeys
	curr   slotHeap
	byload [2]slotHeap // init and next
	init   int         // which of the two is init
	sum    int64       // of the weights of all that are in a queue
	weight int64       // W of this cycle
	at     int64       // the position
	order  uint64      // of insertion: equals are first in, first out
	passed []int32     // tried members that are out of the queues during a pick
	begun  bool
}

// haproxyPlace is where a member is in the schedule.
type haproxyPlace struct {
	queue      uint8
	weight     int64
	last, next int64 // positions
	rest       int64 // of the division
}

const (
	outOfQueue = uint8(iota)
	inCurrent
	inFirst // byload[0]
	inSecond
)

// What HAProxy multiplies weights with, and the greatest that it has.
const (
	haproxyScale = 16
	haproxyMost  = 256 * haproxyScale
)

// haproxyWeight is a weight as HAProxy counts.
func haproxyWeight(w float64) int64 { return max(1, int64(math.Ceil(float64(w*haproxyScale)))) }

func (p *haproxySchedule) Rebuilt(s *Set) {
	p.keys.grow(s.Len())
	for len(p.places) < s.Len() {
		p.places = append(p.places, haproxyPlace{})
		p.passed = append(p.passed, 0)
	}
	p.who.update(s, p.leave)
	if p.begun {
		for slot := range s.Members {
			p.sync(s, int32(slot))
		}
		return
	}
	for _, slot := range s.Ready {
		p.places[slot].weight = haproxyWeight(s.Weight[slot])
		p.sum += p.places[slot].weight
		p.byWeight(p.init, slot)
	}
	p.weight, p.at, p.begun = p.sum, p.sum, len(s.Ready) > 0
}

func (p *haproxySchedule) Changed(s *Set, slot int32, what Change) {
	switch what {
	case Readied, Unreadied:
		p.sync(s, slot)
	case Reweighted:
		if p.places[slot].queue != outOfQueue {
			p.reweigh(slot, haproxyWeight(s.Weight[slot]))
		}
	}
}

// sync brings slot in or out of the queues.
func (p *haproxySchedule) sync(s *Set, slot int32) {
	ready, x := s.IsReady(slot), &p.places[slot]
	switch {
	case ready && x.queue == outOfQueue:
		p.begun = true
		x.weight = haproxyWeight(s.Weight[slot])
		p.sum += x.weight
		x.next = p.at + (p.sum+p.weight-p.at)/x.weight
		p.enqueue(slot)
	case !ready && x.queue != outOfQueue:
		p.leave(slot)
	}
}

// leave takes slot out, for as long as it is not ready.
func (p *haproxySchedule) leave(slot int32) {
	if x := &p.places[slot]; x.queue != outOfQueue {
		p.dequeue(slot)
		p.sum -= x.weight
	}
}

// reweigh gives slot another weight, and a place that suits it.
func (p *haproxySchedule) reweigh(slot int32, weight int64) {
	x := &p.places[slot]
	p.sum += weight - x.weight
	x.weight = weight
	if x.queue == inFirst+uint8(p.init) {
		p.dequeue(slot)
		p.byWeight(p.init, slot)
		return
	}
	if x.queue != inCurrent {
		x.next += p.weight
	}
	step := p.sum / weight
	x.next, x.rest = min(x.last+step, x.next), 0
	if x.next < p.at+2 {
		x.next = p.at + step
	}
	p.dequeue(slot)
	p.enqueue(slot)
}

// byWeight puts slot into init or next.
func (p *haproxySchedule) byWeight(which int, slot int32) {
	x := &p.places[slot]
	x.queue = inFirst + uint8(which)
	p.push(&p.byload[which], slot, haproxyMost-x.weight)
}

// enqueue puts slot where its position is due.
func (p *haproxySchedule) enqueue(slot int32) {
	x := &p.places[slot]
	if x.next >= 2*p.weight || x.next >= p.weight+p.sum {
		x.next -= p.weight
		p.byWeight(1-p.init, slot)
		return
	}
	x.queue = inCurrent
	p.push(&p.curr, slot, 256*x.next+(haproxyMost+x.rest-x.weight)/haproxyScale)
}

func (p *haproxySchedule) push(h *slotHeap, slot int32, key int64) {
	p.order++
	p.keys.key[slot] = slotKey{float64(key), p.order}
	h.push(&p.keys, slot)
}

func (p *haproxySchedule) dequeue(slot int32) {
	x := &p.places[slot]
	if x.queue == inCurrent {
		p.curr.remove(&p.keys, slot)
	} else {
		p.byload[x.queue-inFirst].remove(&p.keys, slot)
	}
	x.queue = outOfQueue
}

func (p *haproxySchedule) Pick(_ clock.Time, s *Set, r *Request) int32 {
	avoid := r.Tried.Len() > 0 && r.Tried.Untried(s)
	if p.weight == 0 {
		p.at, p.weight = p.sum, p.sum
	}
	passed, switched := p.passed[:0], false
	for {
		slot := p.first()
		if slot < 0 {
			switched = true
			p.init = 1 - p.init
			p.weight, p.at = p.sum, p.sum
			continue
		}
		p.advance(slot)
		p.dequeue(slot)
		p.at++
		if !avoid || !r.Tried.Has(slot) {
			p.enqueue(slot)
			p.requeue(passed, switched)
			return slot
		}
		passed = append(passed, slot)
	}
}

// requeue puts back those that were passed over, as if they had had their turn or,
// where a new cycle has begun, with none in it yet.
func (p *haproxySchedule) requeue(passed []int32, switched bool) {
	for i := len(passed) - 1; i >= 0; i-- {
		if switched {
			p.byWeight(p.init, passed[i])
		} else {
			p.enqueue(passed[i])
		}
	}
}

// first returns whose turn it is, -1 at the end of the cycle.
func (p *haproxySchedule) first() int32 {
	slot := int32(-1)
	if len(p.curr.slots) > 0 {
		slot = p.curr.slots[0]
		if p.places[slot].next <= p.at {
			return slot
		}
	}
	if h := &p.byload[p.init]; len(h.slots) > 0 {
		slot = h.slots[0]
		p.places[slot].next, p.places[slot].rest = 0, 0
	}
	return slot
}

// advance says when it is slot's turn again.
func (p *haproxySchedule) advance(slot int32) {
	x := &p.places[slot]
	if x.next == 0 {
		x.next = p.at
	}
	x.last = x.next
	x.next += p.sum / x.weight
	if x.rest += p.sum % x.weight; x.rest >= x.weight {
		x.rest -= x.weight
		x.next++
	}
}

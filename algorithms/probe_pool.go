package algorithms

import (
	"math"
	"slices"
	"time"

	"lbsim/clock"
)

// probePool keeps the replies to Prequal's probes, the oldest first, and the
// distribution of their requests in flight. Everything costs O(size) or O(history).
type probePool struct {
	replies []reply
	size    int
	maxAge  time.Duration

	recent []int32 // requests in flight of the latest replies, a ring
	oldest int     // place in recent of the next to be overwritten
	sorted []int32 // recent in ascending order
	q      float64
}

type reply struct {
	key      string
	slot     int32
	inFlight int32
	uses     int32 // left
	latency  time.Duration
	at       clock.Time
}

func newProbePool(size int, maxAge time.Duration, history int, q float64) probePool {
	return probePool{
		replies: make([]reply, 0, size), size: size, maxAge: maxAge,
		recent: make([]int32, 0, history), sorted: make([]int32, 0, history), q: q,
	}
}

// keep drops the replies of members that are no longer in s or no longer ready.
func (p *probePool) keep(s *Set) {
	p.replies = slices.DeleteFunc(p.replies, func(r reply) bool {
		return s.Members[r.slot].Key != r.key || !s.IsReady(r.slot)
	})
}

// add takes a reply in place of an older one of its member or, when the pool is
// full, of the oldest.
func (p *probePool) add(r reply) {
	p.drop(r.slot)
	if len(p.replies) == p.size {
		p.removeAt(0)
	}
	p.replies = append(p.replies, r)
	p.note(r.inFlight)
}

// note takes a number of requests in flight into the distribution.
func (p *probePool) note(inFlight int32) {
	if len(p.recent) == cap(p.recent) {
		gone, _ := slices.BinarySearch(p.sorted, p.recent[p.oldest])
		p.sorted = slices.Delete(p.sorted, gone, gone+1)
		p.recent[p.oldest] = inFlight
		p.oldest = (p.oldest + 1) % len(p.recent)
	} else {
		p.recent = append(p.recent, inFlight)
	}
	at, _ := slices.BinarySearch(p.sorted, inFlight)
	p.sorted = slices.Insert(p.sorted, at, inFlight)
}

// threshold returns the q quantile of the recent requests in flight: the least
// value that at least a share q of them does not exceed. With q 0 everybody is
// hot, with q 1 nobody.
func (p *probePool) threshold() int32 {
	if p.q <= 0 || len(p.sorted) == 0 {
		return -1
	}
	if p.q >= 1 {
		return math.MaxInt32
	}
	rank := int(math.Ceil(float64(p.q * float64(len(p.sorted)))))
	return p.sorted[max(rank, 1)-1]
}

// best returns the member of the reply to follow, and how many replies there were
// to choose from.
func (p *probePool) best(r *Request, avoid bool) (slot int32, usable int) {
	threshold := p.threshold()
	best := -1
	for i := range p.replies {
		if avoid && r.Tried.Has(p.replies[i].slot) {
			continue
		}
		if usable++; best < 0 || p.replies[i].better(&p.replies[best], threshold) {
			best = i
		}
	}
	if best < 0 {
		return -1, 0
	}
	return p.replies[best].slot, usable
}

// better is the hot-cold lexicographic order: cold before hot, the cold by
// latency, the hot by requests in flight.
func (r *reply) better(than *reply, threshold int32) bool {
	hot, otherHot := r.inFlight > threshold, than.inFlight > threshold
	switch {
	case hot != otherHot:
		return otherHot
	case hot:
		return r.inFlight < than.inFlight
	}
	return r.latency < than.latency
}

// used tells that slot is sent a request.
func (p *probePool) used(slot int32) {
	for i := range p.replies {
		if r := &p.replies[i]; r.slot == slot {
			r.inFlight++
			if r.uses != math.MaxInt32 {
				r.uses--
			}
			if r.uses <= 0 {
				p.removeAt(i)
			}
			return
		}
	}
}

func (p *probePool) drop(slot int32) {
	for i := range p.replies {
		if p.replies[i].slot == slot {
			p.removeAt(i)
			return
		}
	}
}

func (p *probePool) expire(now clock.Time) {
	n := 0
	for n < len(p.replies) && now.Sub(p.replies[n].at) > p.maxAge {
		n++
	}
	p.replies = slices.Delete(p.replies, 0, n)
}

func (p *probePool) removeOldest() {
	if len(p.replies) > 0 {
		p.removeAt(0)
	}
}

func (p *probePool) removeWorst() {
	threshold := p.threshold()
	worst := 0
	for i := range p.replies {
		if p.replies[worst].better(&p.replies[i], threshold) {
			worst = i
		}
	}
	if len(p.replies) > 0 {
		p.removeAt(worst)
	}
}

func (p *probePool) removeAt(i int) { p.replies = slices.Delete(p.replies, i, i+1) }

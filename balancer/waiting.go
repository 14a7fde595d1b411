package balancer

import (
	"time"

	"lbsim/clock"
)

// WaitQueue is where requests wait that the limits do not let through: first come,
// first served within a priority, the more important priority first.
type WaitQueue struct {
	Size    int           // places, >= 1; one more request is rejected
	Timeout time.Duration // > 0; who has waited so long is rejected with 503 (HAProxy's timeout queue)
}

// queue is a WaitQueue's state. Each place is in two lists, by age for the time-out
// and by rank for its turn, so that all that happens to it is O(1).
type queue struct {
	WaitQueue
	places []place // 0 is none
	free   int32
	count  int
	age    chain
	ranks  [priorities]chain
}

type place struct {
	request       Request // as its driver's was
	until         clock.Time
	gen           uint32 // moves when the place is given up
	byAge, byRank link
}

// chain is the ends of a list, link a place's neighbours in it; 0: none.
type chain struct{ first, last int32 }
type link struct{ before, after int32 }

func newQueue(cfg *WaitQueue) *queue {
	return &queue{WaitQueue: *cfg, places: make([]place, 1)}
}

func (q *queue) isFull() bool { return q.count >= q.Size }

// deadline is when the one that has waited longest is to be rejected.
func (q *queue) deadline() clock.Time {
	if q.count == 0 {
		return clock.Never
	}
	return q.places[q.age.first].until
}

// head is whose turn it is; the queue is not empty.
func (q *queue) head() int32 {
	for _, c := range q.ranks {
		if c.first != 0 {
			return c.first
		}
	}
	panic("balancer: nobody waits")
}

func (q *queue) enter(now clock.Time, r *Request) {
	i := q.free
	if i == 0 {
		i = int32(len(q.places))
		q.places = append(q.places, place{})
	} else {
		q.free = q.places[i].byAge.after
	}
	x := &q.places[i]
	x.until = now.Add(q.Timeout)
	r.place = uint64(x.gen)<<32 | uint64(i)
	x.request = *r
	q.count++
	rank := &q.ranks[r.Priority.Rank()]
	x.byAge, x.byRank = link{before: q.age.last}, link{before: rank.last}
	if q.age.last != 0 {
		q.places[q.age.last].byAge.after = i
	} else {
		q.age.first = i
	}
	if rank.last != 0 {
		q.places[rank.last].byRank.after = i
	} else {
		rank.first = i
	}
	q.age.last, rank.last = i, i
}

// leave gives up a place.
func (q *queue) leave(i int32) {
	x := &q.places[i]
	rank := &q.ranks[x.request.Priority.Rank()]
	a, r := x.byAge, x.byRank
	if a.before != 0 {
		q.places[a.before].byAge.after = a.after
	} else {
		q.age.first = a.after
	}
	if a.after != 0 {
		q.places[a.after].byAge.before = a.before
	} else {
		q.age.last = a.before
	}
	if r.before != 0 {
		q.places[r.before].byRank.after = r.after
	} else {
		rank.first = r.after
	}
	if r.after != 0 {
		q.places[r.after].byRank.before = r.before
	} else {
		rank.last = r.before
	}
	x.gen++
	x.byAge.after, q.free = q.free, i
	q.count--
}

// find returns the place where a request waits, if it does: what it remembers of a place may
// be of another balancer's queue.
func (q *queue) find(r *Request) (int32, bool) {
	i := int32(uint32(r.place))
	return i, i != 0 && int(i) < len(q.places) && q.places[i].gen == uint32(r.place>>32) && q.places[i].request.Handle == r.Handle
}

// wait lets a request wait and reports whether there was a place.
func (b *Balancer) wait(now clock.Time, p *pool, r *Request) bool {
	q := p.limits.queue
	if q.isFull() {
		return false
	}
	q.enter(now, r)
	b.wake = min(b.wake, q.deadline())
	return true
}

// grant lets go who waits, as long as there is room.
func (b *Balancer) grant(now clock.Time, p *pool) {
	for q := p.limits.queue; q.count > 0 && p.hasRoom(); {
		b.grantNext(now, p, q)
	}
}

// disband lets go whoever waits in a queue that is no more.
func (b *Balancer) disband(now clock.Time, p *pool, q *queue) {
	for q.count > 0 {
		b.grantNext(now, p, q)
	}
}

// grantNext lets go whose turn it is.
func (b *Balancer) grantNext(now clock.Time, p *pool, q *queue) {
	i := q.head()
	r := &b.granted // not of the stack: a picker may keep it there
	*r = q.places[i].request
	q.leave(i)
	r.SetCookie = false
	n := len(b.events)
	d := b.place(now, p, r)
	if d.Kind == Reject {
		b.events = append(b.events, Event{At: now, Kind: Rejected, Pool: p.id, Handle: r.Handle, Reason: d.Reason})
		return
	}
	e := Event{At: now, Kind: Granted, Pool: p.id, Slot: d.Ticket.Slot, Handle: r.Handle, Ticket: d.Ticket, noted: noted{r.Tried, r.hedged}}
	if r.SetCookie {
		e.Cookie = r.Cookie
	}
	b.events = append(b.events, e)
	if p.hedges != nil { // the copies that it asked for come after it
		copy(b.events[n+1:], b.events[n:])
		b.events[n] = e
	}
}

// letGo is grant where there may be a queue.
func (b *Balancer) letGo(now clock.Time, p *pool) {
	if p.limits != nil && p.limits.queue != nil {
		b.grant(now, p)
	}
}

// expire rejects who has waited too long.
func (b *Balancer) expire(at clock.Time, p *pool) {
	for q := p.limits.queue; q.deadline() <= at; {
		i := q.age.first
		r := &q.places[i].request
		if p.retries != nil {
			p.retries.drops(r)
		}
		b.events = append(b.events, Event{At: at, Kind: Rejected, Pool: p.id, Handle: r.Handle, Reason: QueueTimeout})
		q.leave(i)
	}
}

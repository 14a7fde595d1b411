package balancer

import (
	"fmt"

	"lbsim/clock"
	"lbsim/random"
)

// Limits bound what a pool takes. What is one too many waits where there is a queue,
// and is rejected at once where there is none.
type Limits struct {
	Rates []RateLimit // all must let a request through
	// Requests is how many attempts may be in flight; 0: unlimited. Envoy's circuit
	// breaker max_requests, whose default is 1024.
	Requests int
	// PerEndpoint is how many attempts an endpoint may have in flight: one that has them
	// is not picked; 0: unlimited. HAProxy's maxconn, NGINX's max_conns.
	PerEndpoint int
	// Retries is how many retries may be under way, those that back off or wait among
	// them; 0: unlimited. Envoy's circuit breaker max_retries, whose default is 3.
	Retries  int
	Adaptive *Gradient  // a bound like Requests that finds itself; nil: none
	Queue    *WaitQueue // nil: nobody waits
	Shedding *Shedding  // nil: priorities do not matter but in the queue
}

// Priority says how much a request matters.
type Priority uint8

const (
	Ordinary Priority = iota
	Critical
	Sheddable
)

// priorities is how many there are.
const priorities = 3

// Rank orders priorities: 0 goes first.
func (p Priority) Rank() int { return [priorities]int{1, 0, 2}[p] }

// String returns the word of the configuration.
func (p Priority) String() string { return [priorities]string{"default", "critical", "sheddable"}[p] }

// Shedding rejects requests that matter less before the limits are reached: those of a
// priority as soon as so large a share of what may be in flight is. Whoever may have all
// of it, as critical ones may, waits in the queue where there is one.
//
// Source: the fleet usage load shedder of Stripe (P. Tarjan, Scaling your API with
// rate limiters, 2017), which reserves 20% for critical requests; levels of
// criticality as in the Google SRE book, chapter 21.
type Shedding struct {
	Default, Sheddable float64 // shares, (0, 1]; of 1 nothing is shed, as of critical ones
}

// limits is the limits of a pool.
type limits struct {
	Limits
	rates    *rates    // nil: none
	gradient *gradient // nil: no adaptive bound
	queue    *queue    // nil: nobody waits
	inFlight int       // attempts sent and not finished
}

func newLimits(cfg *Limits, draws random.Index) (*limits, error) {
	l := &limits{Limits: *cfg}
	var err error
	if l.rates, err = newRates(cfg.Rates); err != nil {
		return nil, err
	}
	if cfg.Adaptive != nil {
		l.gradient = newGradient(cfg.Adaptive, draws)
	}
	if cfg.Queue != nil {
		if cfg.Queue.Size < 1 || cfg.Queue.Timeout <= 0 {
			return nil, fmt.Errorf("a wait queue of %d places for %v: both must be > 0", cfg.Queue.Size, cfg.Queue.Timeout)
		}
		l.queue = newQueue(cfg.Queue)
	}
	return l, nil
}

// most is how many attempts may be in flight in the pool; 0: any number.
func (l *limits) most() int {
	n := l.Requests
	if l.gradient != nil && (n == 0 || l.gradient.limit < n) {
		n = l.gradient.limit
	}
	return n
}

// hasRoom reports whether an attempt may be sent now.
func (p *pool) hasRoom() bool {
	most := p.limits.most()
	return len(p.set.Ready) > 0 && (most == 0 || p.limits.inFlight < most)
}

// takes reports whether an attempt would be sent or would wait.
func (p *pool) takes() bool {
	if p.limits == nil {
		return len(p.set.Ready) > 0
	}
	return p.usable() > 0 && (p.hasRoom() || p.limits.queue != nil && !p.limits.queue.isFull())
}

// sheds reports whether a request of a priority is to be rejected for those that
// matter more.
func (p *pool) sheds(x Priority) bool {
	l := p.limits
	if l.Shedding == nil || x == Critical {
		return false
	}
	most := l.most()
	if n := l.PerEndpoint * p.usable(); n > 0 && (most == 0 || n < most) {
		most = n
	}
	share := l.Shedding.Default
	if x == Sheddable {
		share = l.Shedding.Sheddable
	}
	return most > 0 && share < 1 && float64(l.inFlight) >= float64(share*float64(most))
}

// admit decides whether a request may be sent now: the answer is a Send without a
// ticket where it may.
func (b *Balancer) admit(now clock.Time, p *pool, r *Request) Decision {
	l := p.limits
	if r.Attempt == 0 && p.sheds(r.Priority) {
		return Decision{Kind: Reject, Reason: Shed}
	}
	if p.usable() == 0 || p.hasRoom() {
		return Decision{Kind: Send}
	}
	reason := Overflow
	if l.queue != nil {
		if b.wait(now, p, r) {
			return Decision{Kind: Queued}
		}
		reason = QueueFull
	}
	if p.retries != nil {
		p.retries.drops(r)
	}
	return Decision{Kind: Reject, Reason: reason}
}

// taken counts an attempt in.
func (b *Balancer) taken(now clock.Time, p *pool, slot int32) {
	l := p.limits
	l.inFlight++
	if l.PerEndpoint > 0 && int(p.set.InFlight[slot]) >= l.PerEndpoint {
		b.mark(now, p, slot, full, true)
	}
}

// freed counts an attempt out. Its endpoint is still a member where known.
func (b *Balancer) freed(now clock.Time, p *pool, t Ticket, o Outcome, known bool) {
	l := p.limits
	l.inFlight--
	if known && l.PerEndpoint > 0 && int(p.set.InFlight[t.Slot]) < l.PerEndpoint {
		b.mark(now, p, t.Slot, full, false)
	}
	if l.gradient != nil && o.answered() {
		l.gradient.sample(now, t.At)
		b.wake = min(b.wake, l.gradient.next())
	}
}

// limitsDue lets what the limits have due at an instant happen.
func (b *Balancer) limitsDue(at clock.Time, p *pool) {
	if g := p.limits.gradient; g != nil {
		g.due(at)
	}
	if p.limits.queue != nil {
		b.expire(at, p)
		b.grant(at, p)
	}
}

// next is when limitsDue wants to be called.
func (l *limits) next() clock.Time {
	at := clock.Never
	if l.gradient != nil {
		at = l.gradient.next()
	}
	if l.queue != nil {
		at = min(at, l.queue.deadline())
	}
	return at
}

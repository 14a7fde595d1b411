package balancer

import (
	"time"

	"lbsim/clock"
	"lbsim/random"
)

// Retries lets requests whose attempt failed be tried again.
type Retries struct {
	Attempts       int  // of a request, the first included; >= 1
	ConnectFailure bool // after Unreachable, whatever the method: nothing was sent
	Reset          bool // after Reset
	Timeout        bool // after TooSlow
	Statuses       []int
	AnyMethod      bool          // else only requests that say they are idempotent
	PerTry         time.Duration // after which the driver ends an attempt as TooSlow; 0: never
	// Backoff is the base of the wait before retry n, uniform in
	// [0, min((2^n - 1)·Backoff, MaxBackoff)) (Envoy's full jitter); 0: none.
	Backoff, MaxBackoff time.Duration
	// ConnectWait is the wait instead after Unreachable, of those that stay where there is a
	// Redispatch; 0: there is none.
	ConnectWait time.Duration
	AnyServer   bool // a server that the request has tried may be picked again though there are others
	// Redispatch is the how-manieth retry goes to another server, and its multiples; those
	// between go to the one that the attempt before failed on, for as long as it can be
	// used. Never: all go there, or nowhere. 0: each goes to another one.
	Redispatch int
	Budget     *Budget // nil: unlimited
}

// Never is a Redispatch that never comes.
const Never = -1

// retries is the retries of a pool.
type retries struct {
	Retries
	statuses [lastStatus - firstStatus + 1]bool
	budget   *budget // nil: unlimited
	attempts int     // in flight
	active   int     // retries decided and not ended, those that back off included
	most     int     // retries under way at once; 0: any number
	gen      uint32  // of a pool's retries: how often they were put in, from 1
	draws    random.Index
}

func newRetries(cfg *Retries, draws random.Index) *retries {
	r := &retries{Retries: *cfg, draws: draws, gen: 1}
	for _, status := range cfg.Statuses {
		if o := Answered(status); o != OK {
			r.statuses[o-firstStatus] = true
		}
	}
	if cfg.Budget != nil {
		r.budget = newBudget(cfg.Budget)
	}
	return r
}

// attempts is how many are in flight, those among them that have just ended. Where there
// are limits they know, also of requests that waited and of which the driver's copy does
// not say who counts them.
func (p *pool) attempts(ended int) int {
	if p.limits != nil {
		return p.limits.inFlight + ended
	}
	return p.retries.attempts
}

// starts notes that a request is sent.
func (x *retries) starts(now clock.Time, r *Request) {
	x.counts(r)
	if r.Attempt == 0 && x.budget != nil {
		x.budget.requested(now)
	}
}

// rejected notes that a request which was to be sent is not.
func (x *retries) rejected(r *Request) {
	x.leaves(r)
	x.drops(r)
}

// counts notes that an attempt is in flight.
func (x *retries) counts(r *Request) {
	x.attempts++
	if r.countedBy != x.gen {
		r.countedBy, r.counted = x.gen, 0
	}
	r.counted++
}

// leaves notes that an attempt is no longer in flight.
func (x *retries) leaves(r *Request) {
	if r.countedBy == x.gen && r.counted > 0 {
		x.attempts--
		r.counted--
	}
}

// drops notes that a request which was to be tried again is not, or no more.
func (x *retries) drops(r *Request) {
	if r.retriedBy == x.gen {
		x.active--
		r.retriedBy = 0
	}
}

// covers reports whether an outcome is one to try again after. A copy is sent once: nobody
// waits for it.
func (x *retries) covers(r *Request, o Outcome) bool {
	if r.Copied || r.Final {
		return false
	}
	if o == Unreachable {
		return x.ConnectFailure || x.statuses[o.Status()-int(firstStatus)]
	}
	if !x.AnyMethod && !r.Idempotent {
		return false
	}
	switch o {
	case Reset:
		return x.Reset
	case TooSlow:
		return x.Timeout
	case OK, TimedOut, Cancelled:
		return false
	}
	return x.statuses[o.Status()-int(firstStatus)]
}

// again decides whether the request whose attempt t ended with o is tried once more.
// If so it notes that in r, for the picker and for what comes after.
// Attempts are those in flight, the one that ended among them, as in Envoy.
func (x *retries) again(now clock.Time, r *Request, o Outcome, attempts int) bool {
	retryable := x.covers(r, o)
	x.leaves(r)
	x.drops(r)
	if x.budget != nil {
		x.budget.ended(retryable, o == OK)
	}
	if !retryable || r.retries()+1 >= x.Attempts || x.most > 0 && x.active >= x.most ||
		x.budget != nil && !x.budget.take(now, attempts, x.active) {
		return false
	}
	x.active++
	r.retriedBy = x.gen
	r.Attempt++
	return true
}

// retries is how many of a request's attempts were made because one had failed.
func (r *Request) retries() int { return int(r.Attempt - r.copies) }

// stays reports whether the attempt that r is about to make goes to where the last one
// failed.
func (x *retries) stays(r *Request) bool {
	n := r.retries()
	return x.Redispatch != 0 && n > 0 && r.Tried.Len() > 0 && (x.Redispatch == Never || n%x.Redispatch != 0)
}

// wait is how long a retry backs off after an outcome. It belongs to the request and the
// attempt.
func (x *retries) wait(r *Request, o Outcome) time.Duration {
	if o == Unreachable && x.ConnectWait > 0 && (x.Redispatch == 0 || x.stays(r)) {
		return x.ConnectWait
	}
	if x.Backoff == 0 {
		return 0
	}
	longest := x.Backoff << min(r.retries(), 20)
	longest -= x.Backoff
	if x.MaxBackoff > 0 {
		longest = min(longest, x.MaxBackoff)
	}
	draws := x.draws.At(r.ID, uint64(r.Attempt))
	return time.Duration(float64(draws.Float64() * float64(longest)))
}

// retry is what follows an attempt that failed with o and is tried again.
func (b *Balancer) retry(now clock.Time, p *pool, r *Request, t Ticket, o Outcome) Decision {
	x := p.retries
	if !x.AnyServer && p.hedges == nil && p.gen[t.Slot] == t.Gen { // hedges have noted it
		r.Tried.Add(t.Slot)
	}
	if wait := x.wait(r, o); wait > 0 {
		return Decision{Kind: WaitUntil, Ticket: Ticket{Pool: p.id, At: now.Add(wait)}}
	}
	if !p.takes() { // what the last attempt met says more than that nobody is left
		x.drops(r)
		return Decision{Kind: Finished}
	}
	return b.Start(now, r)
}

// Cancel tells that the client of a request which waits, as a Decision told it to, has
// gone. One that is under way ends with Finish.
func (b *Balancer) Cancel(now clock.Time, r *Request) {
	b.advance(now)
	p := b.pools[r.Pool]
	if p.retries != nil {
		p.retries.drops(r)
	}
	if p.limits != nil && p.limits.queue != nil {
		if i, waits := p.limits.queue.find(r); waits {
			p.limits.queue.leave(i)
		}
	}
}

package balancer

import "lbsim/clock"

// Hedge is the driver's answer to a HedgeDue of a request that is still under way. The
// decision is to Send a copy, beside what is in flight, or to Await that. It does not
// allocate.
func (b *Balancer) Hedge(now clock.Time, r *Request) Decision {
	b.advance(now)
	if r.flight == 0 {
		return Decision{Kind: Await} // it backs off: the copy comes with the retry
	}
	return b.copy(now, b.pools[r.Pool], r)
}

// Overdue tells that the time of an attempt has passed, where hedges begin then and
// the attempt goes on. It counts against its server as one that was TooSlow; should it
// end well after all, that counts too. The decision is as Hedge's.
func (b *Balancer) Overdue(now clock.Time, r *Request, t Ticket) Decision {
	b.advance(now)
	p := b.pools[t.Pool]
	if p.outliers != nil && p.gen[t.Slot] == t.Gen {
		b.sawAnswer(now, p, t.Slot, TooSlow)
	}
	if r.flight == 0 { // it was sent before there were hedges
		r.flight = 1
		p.hedges.attempts++
		r.Tried.Add(t.Slot)
	}
	return b.copy(now, p, r)
}

// Won tells that the answer of a request's attempt has begun to come, where a driver
// learns of that before its end: there are no more copies, and what the driver cancels
// from now on has lost, which tells something of how long it would have taken.
func (b *Balancer) Won(now clock.Time, r *Request) {
	b.advance(now)
	if h := b.pools[r.Pool].hedges; h != nil {
		r.stopped, r.won = true, true
		h.clear(r)
	}
}

// copy sends a copy if rules, servers, limits and budgets allow one. A budget that says no
// ends a request's copies: who has not enough for this one has not for the next.
func (b *Balancer) copy(now clock.Time, p *pool, r *Request) Decision {
	h := p.hedges
	if !h.mayCopy(r) || !p.spares() || !r.Tried.Untried(&p.set) {
		return Decision{Kind: Await}
	}
	if !p.affords(now) {
		r.stopped = true
		h.clear(r)
		return Decision{Kind: Await}
	}
	h.clear(r)
	r.Attempt++
	r.copies++
	if p.retries != nil {
		p.retries.counts(r)
	}
	d := p.send(now, p.picker.Pick(now, &p.set, &r.Request))
	if p.outliers != nil && p.outliers.windows != nil {
		b.picked(now, p, d.Ticket.Slot)
	}
	if p.limits != nil {
		b.taken(now, p, d.Ticket.Slot)
	}
	b.joins(now, p, r, d.Ticket.Slot)
	if p.prober != nil {
		b.probe(now, p, false)
	}
	return d
}

// spares reports whether there is a place for a copy, which nobody waits for.
func (p *pool) spares() bool {
	if p.limits == nil {
		return len(p.set.Ready) > 0
	}
	return p.hasRoom() && (p.limits.queue == nil || p.limits.queue.count == 0)
}

// affords takes a copy out of the hedges' budget and the retries', as Finagle does:
// what the first gave is not put back where the second says no.
func (p *pool) affords(now clock.Time) bool {
	h, x := p.hedges, p.retries
	if h.budget != nil && !h.budget.take(now, h.attempts, h.beside) {
		return false
	}
	return x == nil || x.budget == nil || x.budget.take(now, p.attempts(0), x.active)
}

// leaves notes that an attempt of a request has ended, and reports whether that is
// all: what follows is then no matter of retries.
func (b *Balancer) leaves(now clock.Time, p *pool, r *Request, t Ticket, o Outcome) (d Decision, all bool) {
	h, x := p.hedges, p.retries
	h.attempts--
	r.flight--
	if h.latency != nil && (o == OK || o == TooSlow || r.won && o == Cancelled) {
		h.refresh(now)
		h.latency.add(now, now.Sub(t.At))
	}
	covered := x != nil && x.covers(r, o)
	if h.budget != nil {
		h.budget.ended(covered, o == OK)
	}
	over := o == OK || o == Cancelled || o == TimedOut
	if over || r.flight == 0 {
		h.clear(r)
	}
	if over {
		r.stopped, r.won = true, r.won || o == OK
	}
	if r.flight == 0 {
		if !over && h.delay == 0 {
			if d := b.copy(now, p, r); d.Kind == Send {
				b.ended(p, r, covered, false)
				return d, true
			}
		}
		return Decision{}, false
	}
	h.beside--
	b.ended(p, r, covered, o == OK)
	switch {
	case o == OK:
		return Decision{Kind: Finished}, true
	case covered || h.delay == 0:
		return b.copy(now, p, r), true
	}
	return Decision{Kind: Await}, true
}

// ended tells the retries of an attempt that leaves another one of its request behind.
func (b *Balancer) ended(p *pool, r *Request, retryable, ok bool) {
	if x := p.retries; x != nil {
		x.leaves(r)
		if x.budget != nil {
			x.budget.ended(retryable, ok)
		}
	}
}

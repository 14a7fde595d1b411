package proxy

import (
	"sync"
	"time"

	"lbsim/balancer"
	"lbsim/clock"
)

// Guard makes a balancer fit for many goroutines. It is the only lock around it, and it
// reads the clock under the lock, so that the instants a balancer is given never
// decrease. What a balancer decides is carried out elsewhere.
//
// A call costs the lock, the clock and the balancer's own work, and allocates nothing
// unless there is a Recorder.
type Guard struct {
	mu       sync.Mutex
	lb       *balancer.Balancer
	now      func() clock.Time
	recorder Recorder // nil: nobody keeps a log
	requests uint64   // so far: a request's number is its ID and its handle

	endpoints [][]*endpoint         // by pool and slot; nil where a slot is vacant
	members   [][]balancer.Endpoint // by pool, as the balancer has them
	waiting   map[uint64]*exchange  // in a wait queue, by handle
	hedging   map[uint64]*exchange  // that may be copied, by handle
	running   roll                  // what has a ticket

	armed  clock.Time       // when the follower comes by itself
	events []happening      // that it has not seen
	kick   chan struct{}    // brings it before
	fresh  []balancer.Event // scratch
}

// happening is an event and the endpoint that it is about, if any.
type happening struct {
	balancer.Event
	endpoint *endpoint
}

// wallClock counts nanoseconds since 1970, from what the wall clock said once, by the
// monotonic clock: it never jumps, and an expiry in it means something to a process
// that is started later.
func wallClock() func() clock.Time {
	start := time.Now()
	return func() clock.Time { return clock.Time(start.UnixNano()).Add(time.Since(start)) }
}

func newGuard(lb *balancer.Balancer, pools int, now func() clock.Time, recorder Recorder) *Guard {
	return &Guard{lb: lb, now: now, recorder: recorder, endpoints: make([][]*endpoint, pools), members: make([][]balancer.Endpoint, pools),
		waiting: map[uint64]*exchange{}, hedging: map[uint64]*exchange{}, armed: clock.Never, kick: make(chan struct{}, 1)}
}

// start asks where an exchange goes.
func (g *Guard) start(x *exchange) balancer.Decision {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if x.request.ID == 0 {
		g.requests++
		x.request.ID, x.request.Handle = g.requests, g.requests
		if x.due != nil {
			g.hedging[x.request.Handle] = x
		}
	}
	if g.recorder != nil {
		g.recorder.Record(&Call{Kind: Start, At: now, Request: x.request})
	}
	return g.follows(x, x.attempt, g.lb.Start(now, &x.request))
}

// finish tells how an attempt of an exchange ended and asks what follows. Should that be
// another attempt, it is next.
func (g *Guard) finish(x *exchange, a *attempt, o balancer.Outcome, next *attempt) balancer.Decision {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	g.running.leave(a)
	if g.recorder != nil {
		g.recorder.Record(&Call{Kind: Finish, At: now, Request: x.request, Ticket: a.ticket, Outcome: o})
	}
	return g.follows(x, next, g.lb.Finish(now, &x.request, a.ticket, o))
}

// follows notes what was decided about an exchange.
func (g *Guard) follows(x *exchange, next *attempt, d balancer.Decision) balancer.Decision {
	switch d.Kind {
	case balancer.Send:
		g.sent(x, next, d.Ticket)
	case balancer.WaitUntil:
		x.attempt = next
	case balancer.Queued:
		x.attempt = next
		if x.settled == nil {
			x.settled = make(chan balancer.Event, 1)
		}
		g.waiting[x.request.Handle] = x
	}
	if g.recorder != nil {
		g.recorder.Decided(d)
	}
	g.settle()
	return d
}

func (g *Guard) sent(x *exchange, a *attempt, t balancer.Ticket) {
	a.ticket, a.endpoint = t, g.endpoints[t.Pool][t.Slot]
	x.attempt = a
	x.attempts++
	g.running.enter(a)
}

// withdraw takes back an exchange that waits, because its client has gone. It reports
// false where its turn came before: x.settled says what came.
func (g *Guard) withdraw(x *exchange) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(x.settled) > 0 {
		return false
	}
	g.call(&Call{Kind: Cancel, Request: x.request}, func(now clock.Time) { g.lb.Cancel(now, &x.request) })
	if len(x.settled) > 0 { // at that very instant
		return false
	}
	delete(g.waiting, x.request.Handle)
	return true
}

// call makes a call that is no decision about an exchange.
func (g *Guard) call(c *Call, do func(now clock.Time)) {
	now := g.now()
	if c.At = now; g.recorder != nil {
		g.recorder.Record(c)
		defer g.recorder.Decided(balancer.Decision{})
	}
	do(now)
	g.settle()
}

// settle takes what happened in the balancer: who waits is told at once, the rest is
// the follower's.
func (g *Guard) settle() {
	if at, ok := g.lb.NextWake(); ok && at < g.armed {
		g.armed = at
		g.hurry()
	}
	if !g.lb.Events() {
		return
	}
	g.fresh = g.lb.AppendEvents(g.fresh[:0])
	if g.recorder != nil {
		g.recorder.Happened(g.fresh)
	}
	for _, e := range g.fresh {
		switch e.Kind {
		case balancer.Granted, balancer.Rejected:
		case balancer.HedgeDue:
			g.due(e.Handle)
			continue
		default:
			g.events = append(g.events, happening{e, g.at(e.Pool, e.Slot)})
			continue
		}
		x := g.waiting[e.Handle]
		delete(g.waiting, e.Handle)
		if e.Kind == balancer.Granted {
			e.Note(&x.request)
			x.request.SetCookie = x.request.SetCookie || e.Cookie.Endpoint != ""
			g.sent(x, x.attempt, e.Ticket)
		}
		x.settled <- e // it holds one, and one comes
	}
	g.hurry()
}

func (g *Guard) hurry() {
	select {
	case g.kick <- struct{}{}:
	default:
	}
}

// follow wakes the balancer when it wants to be woken and hands on what happens, until
// done is closed.
func (g *Guard) follow(done <-chan struct{}, happened func(happening)) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	var events []happening
	for {
		var wait time.Duration
		events, wait = g.look(events[:0])
		for _, e := range events {
			happened(e)
		}
		timer.Reset(wait)
		select {
		case <-done:
			return
		case <-g.kick:
		case <-timer.C:
		}
	}
}

// look lets what is due happen, appends what has happened, and returns for how long
// nothing is due.
func (g *Guard) look(events []happening) ([]happening, time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if at, ok := g.lb.NextWake(); ok && at <= g.now() {
		g.call(&Call{Kind: Wake}, g.lb.Wake)
	}
	events = append(events, g.events...)
	g.events = g.events[:0]
	at, ok := g.lb.NextWake()
	if g.armed = at; !ok {
		g.armed = clock.Never
		return events, time.Hour
	}
	return events, max(0, at.Sub(g.now()))
}

package proxy

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	"lbsim/balancer"
	"lbsim/clock"
)

// due says that the time of a request's copy has come. The caller holds the lock.
func (g *Guard) due(handle uint64) {
	if x := g.hedging[handle]; x != nil { // else it can't be copied, or is over
		select {
		case x.due <- struct{}{}:
		default:
		}
	}
}

// forget lets go of an exchange that might have been copied.
func (g *Guard) forget(x *exchange) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.hedging, x.request.Handle)
}

// hedge asks whether a copy is sent, which is next.
func (g *Guard) hedge(x *exchange, next *attempt) balancer.Decision {
	return g.beside(x, &Call{Kind: Hedge}, next)
}

// overdue tells that the time of an attempt has passed which goes on, and asks whether a
// copy is sent, which is next.
func (g *Guard) overdue(x *exchange, a, next *attempt) balancer.Decision {
	return g.beside(x, &Call{Kind: Overdue, Ticket: a.ticket}, next)
}

// beside asks for an attempt beside those in flight.
func (g *Guard) beside(x *exchange, c *Call, next *attempt) balancer.Decision {
	g.mu.Lock()
	defer g.mu.Unlock()
	c.At = g.now()
	if g.recorder != nil {
		c.Request = x.request
		g.recorder.Record(c)
	}
	if c.Kind == Hedge {
		return g.follows(x, next, g.lb.Hedge(c.At, &x.request))
	}
	return g.follows(x, next, g.lb.Overdue(c.At, &x.request, c.Ticket))
}

// won tells that the answer of an exchange has begun to come.
func (g *Guard) won(x *exchange) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.call(&Call{Kind: Won, Request: x.request}, func(now clock.Time) { g.lb.Won(now, &x.request) })
}

// hold reads the body of a request into memory, where copies of it may be needed, it has a
// known length and that is not too much. It returns the status of a body that did not come
// as it should have; else 0.
func (x *exchange) hold(r *http.Request) (status int) {
	switch {
	case r.ContentLength == 0:
		x.whole = true
		return 0
	case r.ContentLength < 0 || r.ContentLength > int64(x.settings.http.Buffer):
		return 0
	}
	x.body = make([]byte, r.ContentLength)
	if _, err := io.ReadFull(r.Body, x.body); err != nil {
		x.failure = err
		return faultOf(err)
	}
	x.whole = true
	r.Body = io.NopCloser(bytes.NewReader(x.body))
	return 0
}

// races reports whether copies of an exchange may be sent beside it: not of one whose body
// is not at hand, and not of one that asks for a connection of its own.
func (x *exchange) races() bool {
	return x.due != nil && x.whole && x.settings.balancer.Pools[x.ticket.Pool].Hedges != nil
}

// race is an exchange with several attempts in flight, each in a goroutine of its own. The
// first good answer wins, and with its header the others are cancelled, so that nothing of
// a second answer can go out.
type race struct {
	transport
	x      *exchange
	out    *http.Request
	flying []*attempt
	landed chan landing
	late   chan *attempt // whose time has passed, where it goes on
	over   chan struct{}
}

// landing is the end of an attempt, or the header of its answer.
type landing struct {
	*attempt
	answer *http.Response
	err    error
}

var errLostRace = errors.New("another attempt was answered first")

func (t transport) race(x *exchange, out *http.Request) (*http.Response, error) {
	r := &race{transport: t, x: x, out: out, landed: make(chan landing), late: make(chan *attempt), over: make(chan struct{})}
	defer close(r.over)
	r.fly(x.attempt)
	guard := x.proxy.guard
	for {
		select {
		case <-x.due:
			next := x.another()
			r.beside(next, guard.hedge(x, next))
		case a := <-r.late:
			if slices.Contains(r.flying, a) {
				next := x.another()
				r.beside(next, guard.overdue(x, a, next))
			}
		case l := <-r.landed:
			if answer, err, done := r.land(l); done {
				return answer, err
			}
		}
	}
}

// beside sends a copy, if that was decided.
func (r *race) beside(next *attempt, d balancer.Decision) {
	if d.Kind != balancer.Send {
		next.cancel(nil)
		return
	}
	r.x.proxy.metrics.hedges.WithLabelValues(next.endpoint.pool, "sent").Inc()
	next.copy = true
	r.fly(next)
}

// fly sends an attempt.
func (r *race) fly(a *attempt) {
	x := r.x
	r.flying = append(r.flying, a)
	request := x.to(a, r.out)
	if r.out.Body != nil {
		request.Body = io.NopCloser(bytes.NewReader(x.body))
	}
	x.proxy.flights.Go(func() {
		if limit := x.settings.perTry(a.ticket.Pool); limit > 0 {
			defer time.AfterFunc(limit, func() { r.tooSlow(a) }).Stop()
		}
		answer, err := r.send(request)
		select {
		case r.landed <- landing{a, answer, err}:
		case <-r.over:
			if err == nil {
				answer.Body.Close()
			}
		}
	})
}

// tooSlow is the end of the time of an attempt: of itself too, or the time of a copy.
func (r *race) tooSlow(a *attempt) {
	if !r.x.settings.balancer.Pools[a.ticket.Pool].Hedges.OnPerTry {
		a.cancel(errTooSlow)
		return
	}
	select {
	case r.late <- a:
	case <-r.over:
	}
}

// land carries out what follows from the end of an attempt.
func (r *race) land(l landing) (answer *http.Response, err error, done bool) {
	x, guard := r.x, r.x.proxy.guard
	r.flying = slices.DeleteFunc(r.flying, func(a *attempt) bool { return a == l.attempt })
	if l.err == nil && l.answer.StatusCode < 500 {
		return r.win(l), nil, true
	}
	o, status := x.ended(l.attempt, l.answer, l.err, nil)
	next := x.another()
	d := guard.finish(x, l.attempt, o, next)
	if d.Kind == balancer.Finished || d.Kind == balancer.Reject {
		next.cancel(nil)
		x.attempt = l.attempt
		answer, err := x.last(l.attempt, l.answer, l.err, status)
		return answer, err, true
	}
	l.cancel(nil)
	if l.err == nil {
		l.answer.Body.Close()
	}
	switch {
	case d.Kind == balancer.Await:
		next.cancel(nil)
		return nil, nil, false
	case d.Kind == balancer.Send && len(r.flying) > 0:
		r.beside(next, d)
		return nil, nil, false
	}
	if err := x.carryOut(d); err != nil {
		x.cancel(nil)
		return nil, err, true
	}
	r.fly(x.attempt)
	return nil, nil, false
}

// win takes the answer of an attempt and cancels the others.
func (r *race) win(l landing) *http.Response {
	x, guard := r.x, r.x.proxy.guard
	x.request.Final = true
	guard.won(x)
	for _, a := range r.flying {
		a.cancel(errLostRace)
		guard.finish(x, a, balancer.Cancelled, nil)
	}
	x.attempt = l.attempt
	if l.copy {
		x.proxy.metrics.hedges.WithLabelValues(l.endpoint.pool, "won").Inc()
	}
	return x.relay(l.answer)
}

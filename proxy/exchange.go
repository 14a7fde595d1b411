package proxy

import (
	"context"
	"errors"
	"net/http"
	"time"

	"lbsim/balancer"
)

// exchange is a request on its way to an answer, with all its attempts. It is the
// context of what the reverse proxy does for it, which costs less than a context with a
// value.
type exchange struct {
	context.Context // its client's
	proxy           *Proxy
	settings        *settings // those of when it came
	request         balancer.Request
	about           balancer.Attributes
	began           time.Time
	trusted         bool // its X-Forwarded headers are believed

	ticket   balancer.Ticket // of the attempt under way
	endpoint *endpoint
	attempt  context.Context
	cancel   context.CancelCauseFunc // ends the attempt
	settled  chan balancer.Event     // where it has waited in a queue

	before, after *exchange // under way
	sending       bool      // the reverse proxy has come to send it

	status   int
	reason   balancer.Reason
	attempts int
	sent     int64 // bytes of the answer's body
	failure  error
}

type exchangeKey struct{}

// Value implements context.Context.
func (x *exchange) Value(key any) any {
	if key == (exchangeKey{}) {
		return x
	}
	return x.Context.Value(key)
}

func exchangeOf(r *http.Request) *exchange { return r.Context().Value(exchangeKey{}).(*exchange) }

// rejection is the error of a request that the balancer rejects.
type rejection struct{ reason balancer.Reason }

func (r rejection) Error() string { return "rejected: " + r.reason.String() }

var (
	errTooSlow  = errors.New("the time of an attempt is over")
	errTimedOut = errors.New("the time of the request is over")
	errDrained  = errors.New("the time to drain is over")
)

// attempted is the context of an attempt with what the reverse proxy wants to be told of.
type attempted struct {
	context.Context
	of context.Context
}

// Value implements context.Context.
func (a attempted) Value(key any) any {
	if v := a.Context.Value(key); v != nil {
		return v
	}
	return a.of.Value(key)
}

// renew makes the context of the next attempt, before anybody can want to end it.
func (x *exchange) renew() { x.attempt, x.cancel = context.WithCancelCause(x.Context) }

// begin asks where the exchange goes, and waits where it has to.
func (x *exchange) begin() error {
	x.renew()
	return x.carryOut(x.proxy.guard.start(x))
}

// carryOut does what was decided until there is something to send.
func (x *exchange) carryOut(d balancer.Decision) error {
	guard := x.proxy.guard
	for {
		switch d.Kind {
		case balancer.Send:
			x.attempts++
			return nil
		case balancer.WaitUntil:
			if !x.wait(d.Ticket.At.Sub(guard.now())) {
				guard.withdraw(x)
				return context.Cause(x.Context)
			}
			d = guard.start(x)
		case balancer.Queued:
			var e balancer.Event
			select {
			case e = <-x.settled:
			case <-x.Done():
				if guard.withdraw(x) {
					return context.Cause(x.Context)
				}
				e = <-x.settled
			}
			if e.Kind == balancer.Rejected {
				x.reason = e.Reason
				return rejection{e.Reason}
			}
			x.attempts++
			return nil
		default:
			x.reason = d.Reason
			return rejection{d.Reason}
		}
	}
}

// wait reports whether the client is still there after d.
func (x *exchange) wait(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-x.Done():
		return false
	}
}

// end tells of an attempt after which there is no other.
func (x *exchange) end(o balancer.Outcome) {
	x.request.Final = true
	cancel := x.cancel
	x.proxy.guard.finish(x, o, nil)
	cancel(nil)
}

// outcome says what a failed attempt was, and status what a client is told where it is
// the last.
func (x *exchange) outcome(err error, body *spool) (o balancer.Outcome, status int) {
	cause := context.Cause(x.attempt)
	if body != nil {
		if status := body.clientsFault(errors.Is(cause, errTimedOut)); status != 0 {
			x.request.Final = true
			return balancer.Cancelled, status
		}
	}
	switch {
	case errors.Is(cause, errTimedOut):
		x.request.Final = true
		return balancer.TooSlow, http.StatusGatewayTimeout
	case errors.Is(cause, errTooSlow):
		o = balancer.TooSlow
	case errors.Is(cause, errDrained):
		o = balancer.Reset
	case cause != nil:
		x.request.Final = true
		o = balancer.Cancelled
	case isDial(err):
		o = balancer.Unreachable
	default:
		o = balancer.Reset
	}
	return o, o.Status()
}

// Idempotent methods are those of RFC 9110, section 9.2.2.
func idempotent(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodDelete:
		return true
	}
	return false
}

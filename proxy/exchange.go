package proxy

import (
	"context"
	"errors"
	"io"
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
	limit           *time.Timer // ends it when its time is over; nil: never
	trusted         bool        // its X-Forwarded headers are believed
	ends            *ends       // of its connection, where an endpoint is told; else nil

	*attempt                     // the latest, or that whose answer goes out
	first    attempt             // so that most exchanges need no other place
	settled  chan balancer.Event // where it has waited in a queue
	due      chan struct{}       // when a copy is; nil: it can't be copied
	body     []byte              // where copies may be needed
	whole    bool                // body is all of it
	sending  bool                // the reverse proxy has come to send it
	upgraded io.Closer           // what its answer made of the connection to the endpoint; nil: no other

	status   int
	reason   balancer.Reason
	rule     int // of the firewall, that refused it or would have
	attempts int
	sent     int64 // bytes of the answer's body
	failure  error
}

func newExchange(ctx context.Context, p *Proxy, s *settings, began time.Time) *exchange {
	x := &exchange{Context: ctx, proxy: p, settings: s, began: began}
	x.attempt = &x.first
	return x
}

// attempt is an exchange on its way to an endpoint.
type attempt struct {
	ticket   balancer.Ticket
	endpoint *endpoint
	ctx      context.Context
	cancel   context.CancelCauseFunc

	copy bool // beside another one

	before, after *attempt // under way
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

// another returns an attempt that can be made, and ended, once the balancer says so.
func (x *exchange) another() *attempt {
	a := &attempt{endpoint: x.endpoint} // as if at the last one's while it waits
	a.ctx, a.cancel = context.WithCancelCause(x.Context)
	return a
}

// begin asks where the exchange goes, and waits where it has to.
func (x *exchange) begin() error {
	x.first.ctx, x.first.cancel = context.WithCancelCause(x.Context)
	err := x.carryOut(x.proxy.guard.start(x))
	if err != nil {
		x.first.cancel(nil) // else that of a connection would be remembered as long as the proxy works
	}
	return err
}

// carryOut does what was decided until there is something to send.
func (x *exchange) carryOut(d balancer.Decision) error {
	guard := x.proxy.guard
	for {
		switch d.Kind {
		case balancer.Send:
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
	x.proxy.guard.finish(x, x.attempt, o, nil)
	x.cancel(nil)
}

// outcome says what a failed attempt was, and status what a client is told where it is
// the last.
func (x *exchange) outcome(a *attempt, err error, body *spool) (o balancer.Outcome, status int) {
	cause := context.Cause(a.ctx)
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

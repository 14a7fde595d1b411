package proxy

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"lbsim/balancer"
	"lbsim/config"
)

// transport is what the reverse proxy sends requests with: each attempt goes where the
// balancer says. As the reverse proxy gets an answer only when it is the last, no further
// attempt can begin once a byte of it has gone out.
type transport struct{ base *http.Transport }

// mostIdle is how many idle connections to an endpoint are kept.
const mostIdle = 1024

// newTransport returns what speaks to endpoints. Those that are spoken to with TLS get
// connections of secured.
func newTransport(s *settings, dial, secured Dial) *http.Transport {
	base := &http.Transport{DialContext: dial, DialTLSContext: secured, MaxIdleConnsPerHost: mostIdle, IdleConnTimeout: s.times.Idle,
		DisableCompression: true, MaxResponseHeaderBytes: 1 << 20, Protocols: new(http.Protocols)}
	base.Protocols.SetHTTP1(s.http.Upstream != config.H2C)
	base.Protocols.SetUnencryptedHTTP2(s.http.Upstream == config.H2C)
	base.Protocols.SetHTTP2(s.http.Upstream == config.H2)
	return base
}

func isDial(err error) bool {
	e, ok := errors.AsType[*net.OpError](err)
	return ok && e.Op == "dial"
}

// RoundTrip implements http.RoundTripper. The exchange has been told where to go first.
func (t transport) RoundTrip(out *http.Request) (*http.Response, error) {
	x := exchangeOf(out)
	x.sending = true
	var body *spool
	if out.Body != nil {
		body = &spool{source: out.Body, most: x.settings.keeps(x)}
	}
	for {
		answer, err := t.try(x, out, body)
		if err == nil && answer.StatusCode < 500 {
			return x.relay(answer), nil
		}
		o, status := balancer.OK, 0
		if err == nil {
			o, status = balancer.Answered(answer.StatusCode), answer.StatusCode
		} else {
			o, status = x.outcome(err, body)
			x.failure = err
		}
		if body != nil && !body.giveUp() {
			x.request.Final = true
		}
		last := x.cancel
		next, cancel := context.WithCancelCause(x.Context)
		d := x.proxy.guard.finish(x, o, cancel)
		if d.Kind == balancer.Finished || d.Kind == balancer.Reject {
			cancel(nil)
			x.status = status
			if err != nil {
				last(nil)
				return nil, err
			}
			answer.Body = &ending{answer.Body, last}
			return x.mark(answer), nil
		}
		last(nil)
		if err == nil {
			answer.Body.Close()
		}
		x.attempt = next
		if err := x.carryOut(d); err != nil {
			cancel(nil)
			return nil, err
		}
	}
}

// try makes one attempt, up to the header of the answer. From then on the answer goes
// out, and the time of an attempt is no longer held (as in Envoy).
func (t transport) try(x *exchange, out *http.Request, body *spool) (*http.Response, error) {
	r := out.WithContext(attempted{x.attempt, out.Context()})
	target := *out.URL
	target.Scheme, target.Host = x.settings.scheme(), x.endpoint.address
	r.URL = &target
	if body != nil {
		r.Body = body.reader()
	}
	if limit := x.settings.perTry(x.ticket.Pool); limit > 0 {
		cancel := x.cancel
		defer time.AfterFunc(limit, func() { cancel(errTooSlow) }).Stop()
	}
	return t.base.RoundTrip(r)
}

// mark lets an answer carry the affinity cookie.
func (x *exchange) mark(a *http.Response) *http.Response {
	x.status = a.StatusCode
	if x.request.SetCookie {
		a.Header.Add("Set-Cookie", x.settings.cookie(x))
	}
	return a
}

// relay lets the attempt go on until its answer has been passed on.
func (x *exchange) relay(a *http.Response) *http.Response {
	if w, ok := a.Body.(io.Writer); ok && a.StatusCode == http.StatusSwitchingProtocols {
		a.Body = &upgraded{ReadCloser: a.Body, Writer: w, x: x}
		return x.mark(a)
	}
	a.Body = &relayed{ReadCloser: a.Body, x: x}
	if a.ContentLength > atOnce {
		a.ContentLength = -1 // for the reverse proxy, which then flushes what it has; the header says it
	}
	return x.mark(a)
}

// atOnce is the length up to which an answer of known length goes out in one piece. To
// flush a longer one, or one of unknown length, after every read costs little beside it.
const atOnce = 4096

// relayed is the body of an answer: where it ends the attempt does.
type relayed struct {
	io.ReadCloser
	x    *exchange
	over bool
}

func (r *relayed) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	r.x.sent += int64(n)
	if err != nil {
		o := balancer.OK
		if err != io.EOF {
			o, _ = r.x.outcome(err, nil)
			r.x.failure = err
		}
		r.end(o)
	}
	return n, err
}

// Close ends an attempt whose answer was not read to its end as one that was cancelled.
func (r *relayed) Close() error {
	err := r.ReadCloser.Close()
	r.end(balancer.Cancelled)
	return err
}

func (r *relayed) end(o balancer.Outcome) {
	if !r.over {
		r.over = true
		r.x.end(o)
	}
}

// upgraded is a connection that speaks another protocol now. Whoever closes it, it has
// served.
type upgraded struct {
	io.ReadCloser
	io.Writer
	x    *exchange
	over atomic.Bool // both sides close it
}

func (u *upgraded) Close() error {
	err := u.ReadCloser.Close()
	if u.over.CompareAndSwap(false, true) {
		u.x.end(balancer.OK)
	}
	return err
}

// ending is the body of an answer whose attempt is over already.
type ending struct {
	io.ReadCloser
	cancel context.CancelCauseFunc
}

func (e *ending) Close() error {
	err := e.ReadCloser.Close()
	e.cancel(nil)
	return err
}

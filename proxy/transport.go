package proxy

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
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
		DisableKeepAlives:  s.file.Proxy.ProxyProtocol.Announces(), // what is said in front of a connection is of one client
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
	if x.races() {
		return t.race(x, out)
	}
	var body *spool
	if out.Body != nil {
		body = &spool{source: out.Body, most: x.settings.keeps(x)}
	}
	for {
		a := x.attempt
		answer, err := t.try(x, out, body)
		if err == nil && answer.StatusCode < 500 {
			return x.relay(answer), nil
		}
		o, status := x.ended(a, answer, err, body)
		if body != nil && !body.giveUp() {
			x.request.Final = true
		}
		next := x.another()
		d := x.proxy.guard.finish(x, a, o, next)
		if d.Kind == balancer.Finished || d.Kind == balancer.Reject {
			next.cancel(nil)
			return x.last(a, answer, err, status)
		}
		a.cancel(nil)
		if err == nil {
			answer.Body.Close()
		}
		if err := x.carryOut(d); err != nil {
			x.cancel(nil)
			return nil, err
		}
	}
}

// ended says what an attempt was that brought no good answer, and with which status a
// client is told so.
func (x *exchange) ended(a *attempt, answer *http.Response, err error, body *spool) (o balancer.Outcome, status int) {
	if err != nil {
		x.failure = err
		return x.outcome(a, err, body)
	}
	return balancer.Answered(answer.StatusCode), answer.StatusCode
}

// last passes on what the last attempt brought.
func (x *exchange) last(a *attempt, answer *http.Response, err error, status int) (*http.Response, error) {
	x.status = status
	if err != nil {
		a.cancel(nil)
		return nil, err
	}
	answer.Body = &ending{answer.Body, a.cancel}
	return x.mark(answer), nil
}

// try makes the latest attempt, up to the header of the answer. From then on the answer goes
// out, and the time of an attempt is no longer held (as in Envoy).
func (t transport) try(x *exchange, out *http.Request, body *spool) (*http.Response, error) {
	r := x.to(x.attempt, out)
	if body != nil {
		r.Body = body.reader()
	}
	if limit := x.settings.perTry(x.ticket.Pool); limit > 0 {
		cancel := x.cancel
		defer time.AfterFunc(limit, func() { cancel(errTooSlow) }).Stop()
	}
	return t.send(r)
}

// errUnasked is met by an attempt whose server speaks another protocol than it was asked to.
var errUnasked = errors.New("the server switched to a protocol that nobody asked for")

// send sends a request. The reverse proxy would let go of an answer that it can't pass on.
func (t transport) send(r *http.Request) (*http.Response, error) {
	answer, err := t.base.RoundTrip(r)
	if err == nil && answer.StatusCode == http.StatusSwitchingProtocols && !agrees(r.Header.Get("Upgrade"), answer.Header) {
		answer.Body.Close()
		return nil, errUnasked
	}
	return answer, err
}

// agrees reports whether an answer switches to the protocol that was asked for.
func agrees(asked string, answer http.Header) bool {
	given := answer.Get("Upgrade")
	return asked != "" && len(given) == len(asked) && strings.EqualFold(given, asked) &&
		slices.ContainsFunc(strings.Split(strings.Join(answer["Connection"], ","), ","), func(token string) bool { return strings.EqualFold(strings.TrimSpace(token), "upgrade") })
}

// to is a request as an attempt sends it.
func (x *exchange) to(a *attempt, out *http.Request) *http.Request {
	r := out.WithContext(attempted{a.ctx, out.Context()})
	target := *out.URL
	target.Scheme, target.Host = x.settings.scheme(), a.endpoint.address
	r.URL = &target
	return r
}

// mark lets an answer carry the affinity cookie.
func (x *exchange) mark(a *http.Response) *http.Response {
	x.status = a.StatusCode
	if x.request.SetCookie && x.settings.cookies[x.ticket.Pool] != nil { // else a reload has just brought affinity
		a.Header.Add("Set-Cookie", x.settings.cookie(x))
	}
	return a
}

// relay lets the attempt go on until its answer has been passed on.
func (x *exchange) relay(a *http.Response) *http.Response {
	if w, ok := a.Body.(io.Writer); ok && a.StatusCode == http.StatusSwitchingProtocols {
		if x.limit != nil { // the request has been answered, and what follows is none
			x.limit.Stop()
		}
		u := &upgraded{ReadCloser: a.Body, Writer: w, x: x}
		a.Body, x.upgraded = u, u
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
			o, _ = r.x.outcome(r.x.attempt, err, nil)
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

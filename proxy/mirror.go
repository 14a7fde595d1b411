package proxy

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"lbsim/balancer"
)

// The bounds of mirrors' copies, for which nobody waits: how many are under way at once,
// and how long one may take where the file bounds no request.
const (
	mostMirrored = 1024
	mirrorTime   = time.Minute
)

// mirror sends a copy of a request to the pool that gets copies. What becomes of it the
// client never learns. A request whose body is not at hand, or that asks for a connection
// of its own, has no copy.
func (p *Proxy) mirror(x *exchange, r *http.Request) {
	s, pool := x.settings, x.settings.balancer.Pools[x.request.MirrorTo].Name
	count := func(result string) { p.metrics.mirrored.WithLabelValues(pool, result).Inc() }
	if !x.whole || r.Header.Get("Upgrade") != "" {
		count("not_copied")
		return
	}
	if p.mirrors.Add(1) > mostMirrored {
		p.mirrors.Add(-1)
		count("dropped")
		return
	}
	count("sent")
	limit := s.times.Request
	if limit == 0 {
		limit = mirrorTime
	}
	ctx, cancel := context.WithTimeoutCause(p.background, limit, errTimedOut)
	y := newExchange(ctx, p, s, x.began)
	y.trusted, y.ends = x.trusted, x.ends
	y.request = balancer.Request{Pool: x.request.MirrorTo, Copied: true, Idempotent: x.request.Idempotent, Priority: x.request.Priority}
	y.request.Client, y.request.Key, y.request.HasKey = x.request.Client, x.request.Key, x.request.HasKey
	out := r.Clone(y)
	if len(x.body) > 0 {
		out.Body = io.NopCloser(bytes.NewReader(x.body))
	}
	p.flights.Go(func() {
		defer p.mirrors.Add(-1)
		defer cancel()
		p.forward(nowhere{header: http.Header{}}, out, y)
	})
}

// nowhere is the writer of an answer that nobody gets.
type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header         { return n.header }
func (n nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (n nowhere) WriteHeader(int)             {}

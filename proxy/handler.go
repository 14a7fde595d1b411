package proxy

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"lbsim/balancer"
)

// ServeHTTP implements http.Handler.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.active.Add(1)
	defer p.active.Add(-1)
	s := p.settings.Load()
	x := newExchange(r.Context(), p, s, time.Now())
	defer p.account(x, r) // also when the reverse proxy breaks off, which is a panic
	if limit := s.times.Request; limit > 0 {
		ctx, cancel := context.WithCancelCause(x.Context)
		defer cancel(nil)
		x.Context, x.limit = ctx, time.AfterFunc(limit, func() { cancel(errTimedOut) })
		defer x.limit.Stop()
		holdTo(w, r, x.began.Add(limit))
	}
	if most := int64(s.http.MaxBody); most > 0 {
		if r.ContentLength > most {
			w.Header().Set("Connection", "close")
			x.refuse(w, r, http.StatusRequestEntityTooLarge)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, most)
	}
	s.describe(x, r)
	if s.firewall != nil {
		release, passes := p.inspect(w, r, x)
		defer release()
		if !passes {
			return
		}
	}
	if s.copies {
		if status := x.hold(r); status != 0 {
			w.Header().Set("Connection", "close")
			x.refuse(w, r, status)
			return
		}
	}
	if s.file.Proxy.ProxyProtocol.Announces() {
		x.ends = endsOf(r)
	}
	if s.hedges && r.Header.Get("Upgrade") == "" {
		x.due = make(chan struct{}, 1)
		defer p.guard.forget(x)
	}
	p.forward(w, r, x)
}

// inspect puts a request before the firewall and answers one that does not pass.
func (p *Proxy) inspect(w http.ResponseWriter, r *http.Request, x *exchange) (release func(), passes bool) {
	v, release, err := x.settings.firewall.Inspect(r, x.request.Client)
	switch {
	case err != nil:
		x.failure = err
		w.Header().Set("Connection", "close")
		x.refuse(w, r, faultOf(err))
		return release, false
	case v.Detected != 0:
		p.metrics.firewall.WithLabelValues("detected").Inc()
		x.rule = v.Detected
	case v.Status != 0:
		p.metrics.firewall.WithLabelValues("refused").Inc()
		x.rule = v.Rule
		if v.Location != "" {
			w.Header().Set("Location", v.Location)
		}
		x.refuse(w, r, v.Status)
		return release, false
	}
	return release, true
}

// forward asks where an exchange goes and sees it there and back.
func (p *Proxy) forward(w http.ResponseWriter, r *http.Request, x *exchange) {
	err := x.begin()
	if x.request.Mirrored {
		p.mirror(x, r)
	}
	if err != nil {
		p.fail(w, r.WithContext(x), err)
		return
	}
	defer func() {
		switch {
		case !x.sending: // the reverse proxy has refused it before it was sent
			x.end(balancer.Cancelled)
		case x.upgraded != nil: // the reverse proxy leaves it to a goroutine to close that
			x.upgraded.Close()
		}
	}()
	p.reverse.ServeHTTP(w, r.WithContext(x))
}

// grace is by how much a connection outlives the time of its request, so that an answer
// can say so.
const grace = time.Second

// holdTo bounds how long a client may take to send a body and to read the answer. It is
// needed beside the context of the request: net/http's Transport does not return while
// it reads a body.
func holdTo(w http.ResponseWriter, r *http.Request, until time.Time) {
	c := http.NewResponseController(w)
	if r.ContentLength != 0 {
		_ = c.SetReadDeadline(until)
	}
	_ = c.SetWriteDeadline(until.Add(grace))
}

// describe tells the balancer what it may know of a request.
func (s *settings) describe(x *exchange, r *http.Request) {
	q := &x.request
	q.Client, x.trusted = s.client(r)
	q.Idempotent = idempotent(r.Method)
	if len(s.balancer.Routes) > 0 {
		x.about = balancer.Attributes{Host: hostOf(r.Host), Path: r.URL.Path, Method: r.Method}
		for _, name := range s.headers {
			for _, value := range r.Header[name] {
				x.about.Headers = append(x.about.Headers, balancer.Header{Name: name, Value: value})
			}
		}
		q.About = &x.about
	}
	if s.file.Proxy.Key.Kind != "" {
		q.Key, q.HasKey = x.proxy.guard.hash(s, s.keyOf(x, r)), true
	}
	if s.sticky {
		q.Cookie = s.recall(x, r)
	}
}

// hostOf is a host without its port.
func hostOf(host string) string {
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		return host[:i]
	}
	return host
}

// keyOf returns what a hashing algorithm places a request by.
func (s *settings) keyOf(x *exchange, r *http.Request) string {
	switch key := s.file.Proxy.Key; key.Kind {
	case "path":
		return r.URL.Path
	case "header":
		return r.Header.Get(key.Name)
	case "cookie":
		if c, err := r.Cookie(key.Name); err == nil {
			return c.Value
		}
		return ""
	}
	return x.request.Client.String()
}

// hash returns the hash of a key by which the pool places it that hashes keys.
func (g *Guard) hash(s *settings, key string) uint64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i := range s.balancer.Pools {
		if g.lb.HashesKeys(balancer.PoolID(i)) {
			return g.lb.HashKey(balancer.PoolID(i), []byte(key))
		}
	}
	return g.lb.HashKey(0, []byte(key))
}

// fail answers a request that got no answer.
func (p *Proxy) fail(w http.ResponseWriter, r *http.Request, err error) {
	x := exchangeOf(r)
	if x.failure == nil {
		x.failure = err
	}
	status := x.status
	var no rejection
	switch {
	case errors.As(err, &no):
		status = no.reason.Status()
		if in := x.settings.retryAfter(no.reason, &x.request); in != "" {
			w.Header().Set("Retry-After", in)
		}
	case status != 0: // the last attempt says more
	case errors.Is(err, errTimedOut):
		status = http.StatusGatewayTimeout
	case x.Err() != nil:
		status = balancer.Cancelled.Status()
	default:
		status = http.StatusBadGateway
	}
	x.refuse(w, r, status)
}

// refuse answers with a status and its name, and a call of gRPC as that wants it.
func (x *exchange) refuse(w http.ResponseWriter, r *http.Request, status int) {
	x.status = status
	if status == balancer.Cancelled.Status() { // nobody is there to read it
		status = http.StatusBadGateway
	}
	if kind := r.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/grpc") {
		http.Error(w, http.StatusText(status), status)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/grpc")
	h.Set("Grpc-Status", grpcStatus(status))
	h.Set("Grpc-Message", http.StatusText(status))
	w.WriteHeader(http.StatusOK) // a header that is all there is: a Trailers-Only answer
}

// grpcStatus is what gRPC's clients take an HTTP status for (http-grpc-status-mapping.md
// of grpc), but for a request that took too long or was too large, of which they have
// words of their own.
func grpcStatus(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "13" // INTERNAL
	case http.StatusForbidden:
		return "7" // PERMISSION_DENIED
	case http.StatusNotFound:
		return "12" // UNIMPLEMENTED
	case http.StatusRequestEntityTooLarge:
		return "8" // RESOURCE_EXHAUSTED
	case http.StatusGatewayTimeout, http.StatusRequestTimeout:
		return "4" // DEADLINE_EXCEEDED
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable:
		return "14" // UNAVAILABLE
	}
	return "2" // UNKNOWN
}

// buffers is a store of what answers are copied through.
type buffers struct{}

var bufferPool = sync.Pool{New: func() any { return new([32 << 10]byte) }}

func (buffers) Get() []byte  { return bufferPool.Get().(*[32 << 10]byte)[:] }
func (buffers) Put(b []byte) { bufferPool.Put((*[32 << 10]byte)(b)) }

// Package proxy is the live mode: it carries out in wall time, on real requests, what
// package balancer decides. net/http and its reverse proxy do the protocol work, Guard is
// the only lock around the balancer, and nothing here decides where a request goes,
// whether it is tried again or who is well.
package proxy

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/binary"
	"log/slog"
	"net"
	"net/http/httputil"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"lbsim/balancer"
	"lbsim/config"
	"lbsim/random"
)

// Options are what a proxy is told beside its configuration.
type Options struct {
	Log      *slog.Logger // of what happens; needed
	Access   *slog.Logger // of requests; nil: none
	Recorder Recorder     // of the balancer's calls; nil: none
	Seed     uint64       // of the balancer's chance; 0: one of the system's
	Dial     Dial         // how endpoints are reached; nil: over the network
}

// Dial makes a connection to an address.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// Proxy balances HTTP requests, or connections where the layer is l4. Of requests it is an
// http.Handler; NewServer makes a server of it.
type Proxy struct {
	guard     *Guard
	dial      Dial
	settings  atomic.Pointer[settings]
	transport transport
	reverse   httputil.ReverseProxy
	metrics   *metrics
	prober    *prober
	log       *slog.Logger
	access    *slog.Logger

	reloading sync.Mutex
	ready     atomic.Bool
	active    atomic.Int64 // requests, upgraded connections among them; of layer l4 connections
	done      chan struct{}
	follower  sync.WaitGroup

	flights    sync.WaitGroup  // attempts and copies that nobody may be waiting for
	background context.Context // of copies for mirrors
	stop       context.CancelFunc
	mirrors    atomic.Int64 // such copies under way
}

// New returns a proxy with the endpoints of its configuration. It works, and checks who
// is well, until Close.
func New(cfg *config.Balancer, o Options) (*Proxy, error) {
	p := &Proxy{log: o.Log, access: o.Access, metrics: newMetrics(cfg.Layer, cfg.Proxy.SLO), done: make(chan struct{})}
	p.background, p.stop = context.WithCancel(context.Background())
	s, err := newSettings(cfg, nil)
	if err == nil {
		err = s.arm(nil, p.log)
	}
	if err != nil {
		return nil, err
	}
	seed := o.Seed
	if seed == 0 {
		var b [8]byte
		_, _ = rand.Read(b[:]) // it never fails
		seed = binary.LittleEndian.Uint64(b[:])
	}
	lb, err := NewBalancer(s.balancer, seed)
	if err != nil {
		return nil, err
	}
	if o.Recorder != nil {
		o.Recorder.Begin(cfg, seed)
	}
	p.guard = newGuard(lb, len(s.balancer.Pools), wallClock(), o.Recorder)
	p.settings.Store(s)
	if o.Dial == nil {
		o.Dial = (&net.Dialer{Timeout: s.times.Connect}).DialContext
	}
	p.dial = announcing(o.Dial, cfg.Proxy.ProxyProtocol)
	secured := dialTLS(p.dial, s.times.Connect, func() *tls.Config { return p.settings.Load().upstream })
	p.transport = transport{newTransport(s, p.dial, secured)}
	p.reverse = httputil.ReverseProxy{Rewrite: rewrite, Transport: p.transport, BufferPool: buffers{}, ErrorHandler: p.fail,
		ErrorLog: slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug)}
	p.prober = newProber(p.guard, s, p.dial, secured)
	p.populate(s)
	p.metrics.watch(p.guard, s)
	p.follower.Go(func() { p.guard.follow(p.done, p.happened) })
	p.ready.Store(true)
	return p, nil
}

// NewBalancer returns the balancer of a proxy, without endpoints.
func NewBalancer(told balancer.Config, seed uint64) (*balancer.Balancer, error) {
	return balancer.New(told, random.NewIndex(seed, "proxy", 0))
}

// Warm waits until the first health check of every endpoint has ended, as Envoy does
// before it listens: until then nobody is known to be well.
func (p *Proxy) Warm(ctx context.Context) {
	every := time.NewTicker(2 * time.Millisecond)
	defer every.Stop()
	for p.unchecked() {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

func (p *Proxy) unchecked() bool {
	for _, pool := range p.State() {
		if slices.ContainsFunc(pool.Servers, func(s ServerState) bool { return slices.Contains(s.Against, "unchecked") }) {
			return true
		}
	}
	return false
}

func (p *Proxy) populate(s *settings) {
	p.guard.mu.Lock()
	defer p.guard.mu.Unlock()
	for i := range s.members {
		p.guard.populate(balancer.PoolID(i), s.balancer.Pools[i].Name, s.members[i], p.metrics.server)
	}
}

// Close ends the health checks and lets go of idle connections. Requests should have
// ended before.
func (p *Proxy) Close() {
	p.stop()
	p.flights.Wait()
	close(p.done)
	p.follower.Wait()
	p.prober.close()
	p.transport.base.CloseIdleConnections()
}

// Reload puts another configuration in place of the present one. Endpoints that stay keep
// what is known of them, and nothing under way is dropped. Where there is an error nothing
// has changed.
func (p *Proxy) Reload(cfg *config.Balancer) error {
	p.reloading.Lock()
	defer p.reloading.Unlock()
	old := p.settings.Load()
	s, err := newSettings(cfg, old)
	if err == nil {
		err = s.mayReplace(old)
	}
	if err == nil {
		err = s.arm(old, p.log)
	}
	if err == nil {
		err = p.guard.configure(cfg, s.balancer, s.members, p.metrics.server, func() {
			p.prober.use(s)
			p.settings.Store(s)
		})
	}
	if err != nil {
		p.metrics.reloads.WithLabelValues("refused").Inc()
		return err
	}
	p.metrics.reloads.WithLabelValues("done").Inc()
	return nil
}

// Drain lets a server take no new work, until Enable.
func (p *Proxy) Drain(pool, server string) error { return p.guard.drain(pool, server) }

// Enable lets a server that drains take work again.
func (p *Proxy) Enable(pool, server string) error { return p.guard.enable(pool, server) }

// happened prints what happened and does what the balancer wants done.
func (p *Proxy) happened(e happening) {
	s := p.settings.Load()
	pool := s.balancer.Pools[e.Pool].Name
	if e.Kind == balancer.ProbeDue {
		p.prober.begin(e)
		return
	}
	attributes, server := []any{slog.String("pool", pool)}, ""
	if e.endpoint != nil && e.Kind != balancer.PanicBegan && e.Kind != balancer.PanicEnded {
		server = e.endpoint.name
		attributes = append(attributes, slog.String("server", server))
	}
	level := slog.LevelInfo
	switch e.Kind {
	case balancer.Ejected:
		level = slog.LevelWarn
		attributes = append(attributes, slog.String("for", e.Until.Sub(e.At).String()))
	case balancer.Down, balancer.PanicBegan:
		level = slog.LevelWarn
	case balancer.DrainOver:
		p.guard.end(e.Pool, e.Slot, errDrained)
	}
	if s.file.IsUDP() && (e.Kind == balancer.Down || e.Kind == balancer.Ejected) { // nobody else would notice
		p.guard.end(e.Pool, e.Slot, errServerDown)
	}
	p.metrics.events.WithLabelValues(pool, server, e.Kind.String()).Inc()
	p.log.Log(context.Background(), level, e.Kind.String(), attributes...)
}

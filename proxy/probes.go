package proxy

import (
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"lbsim/balancer"
)

// prober carries out health checks. When one is due and what it means is the balancer's.
type prober struct {
	guard    *Guard
	settings atomic.Pointer[settings]
	dial     Dial
	client   http.Client
	grpc     http.Client
	ctx      context.Context
	cancel   context.CancelFunc
	running  sync.WaitGroup
}

// Each check makes a connection of its own: that an old one still works says nothing of
// whether a new one would.
func newProber(g *Guard, s *settings, dial, secured Dial) *prober {
	p := &prober{guard: g, dial: dial}
	p.settings.Store(s)
	p.ctx, p.cancel = context.WithCancel(context.Background())
	client := func(change func(*http.Protocols)) http.Client {
		transport := newTransport(s, dial, secured)
		transport.DisableKeepAlives = true
		change(transport.Protocols)
		return http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	p.client = client(func(*http.Protocols) {})
	p.grpc = client(func(spoken *http.Protocols) {
		spoken.SetHTTP1(false)
		spoken.SetHTTP2(true)
		spoken.SetUnencryptedHTTP2(true)
	})
	return p
}

func (p *prober) use(s *settings) { p.settings.Store(s) }

// begin lets a check go. There is at most one of an endpoint but for those whose time is
// over, and they end then.
func (p *prober) begin(e happening) {
	check := p.settings.Load().balancer.Pools[e.Pool].Health
	if check == nil || e.endpoint == nil { // a reload has just taken it out
		return
	}
	p.running.Go(func() {
		timeout := check.Timeout
		if timeout == 0 {
			timeout = check.Interval
		}
		ctx, cancel := context.WithTimeout(p.ctx, timeout)
		defer cancel()
		began := time.Now()
		passed := p.ask(ctx, check, p.settings.Load().scheme(), e.endpoint.address)
		if p.ctx.Err() == nil {
			p.guard.probed(e.Probe, !passed, time.Since(began))
		}
	})
}

// ask reports whether an endpoint is well.
func (p *prober) ask(ctx context.Context, check *balancer.HealthCheck, scheme, address string) bool {
	if check.Port != 0 {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return false
		}
		address = net.JoinHostPort(host, strconv.Itoa(check.Port))
	}
	switch {
	case check.Connect:
		c, err := p.dial(ctx, "tcp", address)
		return err == nil && c.Close() == nil
	case check.GRPC:
		return askGRPC(ctx, &p.grpc, scheme+"://"+address, check.Service)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+address+check.Path, nil)
	if err != nil {
		return false
	}
	r.Header.Set("User-Agent", "lbsim-health")
	answer, err := p.client.Do(r)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10))
	return err == nil && check.Expect.Has(answer.StatusCode)
}

func (p *prober) close() {
	p.cancel()
	p.running.Wait()
	p.client.CloseIdleConnections()
	p.grpc.CloseIdleConnections()
}

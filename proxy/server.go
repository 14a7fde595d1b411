package proxy

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"lbsim/balancer"
)

// Server is a proxy at its address.
type Server struct {
	proxy  *Proxy
	http   *http.Server // nil where the layer is l4
	front  *front       // nil where it is l7
	tls    bool
	cancel func()
}

// NewServer returns the server of a proxy. What clients may do is bounded as its
// configuration says.
func (p *Proxy) NewServer() *Server {
	s := p.settings.Load()
	base, end := context.WithCancelCause(context.Background())
	cancel := func() { end(errStopped) }
	if s.balancer.Layer == balancer.L4 {
		return &Server{proxy: p, front: &front{proxy: p, ctx: base}, cancel: cancel}
	}
	server := &http.Server{
		Handler: p, ReadHeaderTimeout: s.times.Header, IdleTimeout: s.times.Idle,
		MaxHeaderBytes: int(s.http.MaxHeader), Protocols: new(http.Protocols),
		BaseContext: func(net.Listener) context.Context { return base },
		ErrorLog:    slog.NewLogLogger(p.log.Handler(), slog.LevelDebug),
	}
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetHTTP2(true)
	server.Protocols.SetUnencryptedHTTP2(true)
	if s.tls != nil {
		server.TLSConfig = p.tlsConfig()
	}
	return &Server{proxy: p, http: server, tls: s.tls != nil, cancel: cancel}
}

// Listen opens an address, of UDP where it is flows that are balanced. It returns what
// serves there until Shutdown.
func (s *Server) Listen(address string) (serve func() error, at net.Addr, err error) {
	if s.front != nil && s.proxy.settings.Load().file.IsUDP() {
		c, err := net.ListenPacket("udp", address)
		if err != nil {
			return nil, nil, err
		}
		return func() error { return s.front.serveFlows(c.(*net.UDPConn)) }, c.LocalAddr(), nil
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, nil, err
	}
	return func() error { return s.Serve(l) }, l.Addr(), nil
}

// Serve accepts connections until Shutdown.
func (s *Server) Serve(l net.Listener) error {
	if s.front != nil {
		return s.front.serve(l)
	}
	l = s.proxy.believing(l)
	if s.tls {
		return s.http.ServeTLS(l, "", "")
	}
	return s.http.Serve(l)
}

// Shutdown takes no new connections, waits until what is under way has ended, upgraded
// connections too, and ends what is left after the longest time that a pool has to drain.
// It reports whether nothing had to be ended, but of flows, which have no end of their own.
func (s *Server) Shutdown() error {
	s.proxy.ready.Store(false)
	limit := s.proxy.settings.Load().drain()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	var err error
	if s.front != nil {
		s.front.stop()
	} else {
		err = s.http.Shutdown(ctx)
	}
	if !s.idle(ctx) && !s.proxy.settings.Load().file.IsUDP() {
		err = fmt.Errorf("what was still under way after %v was ended", limit)
	}
	s.cancel() // ends upgraded connections, and all of layer l4
	switch {
	case s.front != nil:
		s.front.running.Wait()
	case err != nil:
		s.Cut()
	}
	return err
}

// Cut ends everything at once.
func (s *Server) Cut() {
	s.proxy.ready.Store(false)
	if s.front != nil {
		s.front.stop()
		s.cancel()
		s.front.running.Wait()
		return
	}
	s.cancel()
	s.http.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	s.idle(ctx)
}

// idle waits until nothing is under way, as net/http does: by looking. It reports whether
// that has come.
func (s *Server) idle(ctx context.Context) bool {
	every := time.NewTicker(5 * time.Millisecond)
	defer every.Stop()
	for s.proxy.active.Load() > 0 {
		select {
		case <-ctx.Done():
			return false
		case <-every.C:
		}
	}
	return true
}

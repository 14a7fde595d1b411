package proxy

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"lbsim/balancer"
)

// link is a connection of a client and, once there is one, its connection to an endpoint:
// what is balanced where the layer is l4. It is an exchange whose one answer ends with the
// connection, so a further attempt can follow until an endpoint has taken it.
type link struct {
	*exchange
	client net.Conn
	server net.Conn
	said   []byte // by the client, before there was a server
	host   string // that the client asks for, where routes want to know

	toServer, toClient atomic.Int64 // bytes
	last               atomic.Int64 // when one has passed, ns since it began
	idle               *time.Timer
	how                conclusion // it ended
}

// carry balances a connection, from when it was accepted to its end. What is left of it
// when ctx is done is cut.
func (p *Proxy) carry(ctx context.Context, c net.Conn) {
	s := p.settings.Load()
	l := &link{client: c, exchange: newExchange(ctx, p, s, time.Now())}
	defer l.account()
	defer c.Close()
	if err := l.reach(); err != nil {
		l.failure = err
		return
	}
	defer l.server.Close()
	l.end(l.relay())
}

// reach finds a server that takes the connection.
func (l *link) reach() error {
	stop := context.AfterFunc(l.Context, func() { l.client.Close() })
	defer stop()
	if err := l.greet(); err != nil {
		l.how = malformed
		return err
	}
	l.describe()
	err := l.begin()
	if err == nil {
		err = l.connect()
	}
	if err != nil {
		l.how = l.refused(err)
	}
	return err
}

// greet reads what has to be known before there can be a server.
func (l *link) greet() (err error) {
	l.ends = &ends{addressOf(l.client.RemoteAddr()), addressOf(l.client.LocalAddr())}
	introduced := l.settings.believes(l.ends.from.Addr())
	if !introduced && !l.settings.byHost {
		return nil
	}
	_ = l.client.SetReadDeadline(time.Now().Add(l.settings.times.Header))
	in := bufio.NewReader(l.client)
	if introduced {
		err = l.introduced(in)
	}
	if err == nil && l.settings.byHost {
		l.host, l.said, err = hello(l.client, in)
	}
	rest, _ := in.Peek(in.Buffered())
	l.said = append(l.said, rest...)
	return err
}

// describe tells the balancer what it may know of a connection.
func (l *link) describe() {
	q := &l.request
	q.Client = l.ends.from.Addr()
	q.Idempotent = true // until an endpoint has taken it nothing has been sent
	if len(l.settings.balancer.Routes) > 0 {
		l.about = balancer.Attributes{Host: l.host}
		q.About = &l.about
	}
	if l.settings.file.Proxy.Key.Kind != "" {
		q.Key, q.HasKey = l.proxy.guard.hash(l.settings, q.Client.String()), true
	}
}

// addressOf is an address of the network as a value; the zero one where it has none.
func addressOf(a net.Addr) netip.AddrPort {
	with, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(with.Addr().Unmap(), with.Port())
}

// connect makes the connection to an endpoint: to another where one does not take it, if
// the balancer says so.
func (l *link) connect() error {
	for {
		c, err := l.proxy.dial(attempted{l.ctx, l.exchange}, "tcp", l.endpoint.address)
		if err == nil {
			l.server = c
			return nil
		}
		l.failure = err
		o, _ := l.outcome(l.attempt, err, nil)
		last, next := l.attempt, l.another()
		d := l.proxy.guard.finish(l.exchange, last, o, next)
		last.cancel(nil)
		if d.Kind == balancer.Finished || d.Kind == balancer.Reject {
			next.cancel(nil)
			return err
		}
		if err := l.carryOut(d); err != nil {
			next.cancel(nil)
			return err
		}
	}
}

// conclusion is how a connection, or a flow, ended.
type conclusion uint8

const (
	complete    conclusion = iota // both sides have said all
	silent                        // nothing came for the idle time
	clientBroke                   // the client broke it off
	serverBroke                   // the server did
	drainedOff                    // the server's time to drain was over
	stopped                       // the proxy's was
	unconnected                   // no server took it
	rejected                      // the balancer let it go nowhere
	malformed                     // it did not begin as it had to
)

// String returns the word of metrics and the access log.
func (e conclusion) String() string {
	return [...]string{"complete", "idle", "client_reset", "server_reset", "drained", "stopped", "unreachable", "rejected", "malformed"}[e]
}

// refused says how a connection ended that no server took.
func (l *link) refused(err error) conclusion {
	var no rejection
	switch {
	case errors.As(err, &no):
		return rejected
	case l.Err() != nil:
		return stopped
	}
	return unconnected
}

// account counts a connection that is over, and writes its line.
func (l *link) account() {
	took := time.Since(l.began)
	if l.endpoint != nil {
		l.endpoint.counts.whole.ended(l.how, took)
	}
	l.countDecision()
	if l.how == malformed {
		l.proxy.metrics.rejected.WithLabelValues(l.how.String()).Inc()
	}
	if l.proxy.access == nil {
		return
	}
	line := []slog.Attr{slog.String("client", l.request.Client.String())}
	if l.host != "" {
		line = append(line, slog.String("host", l.host))
	}
	line = append(line, slog.String("end", l.how.String()), slog.Int64("bytes_in", l.toServer.Load()), slog.Int64("bytes_out", l.toClient.Load()),
		slog.Float64("seconds", took.Seconds()))
	l.proxy.access.LogAttrs(context.Background(), slog.LevelInfo, "connection", l.appendDecision(line, l.how == complete)...)
}

package proxy

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lbsim/balancer"
)

// piece is how much is copied, at most, before it is counted; Linux moves it from socket to
// socket without a copy in this process (splice). Who takes less in the idle time is idle.
const piece = 64 << 10

// relay passes on what each side says until both have said all, or one breaks off. A side
// that has no more to say is heard no more, and the other may go on (half-close).
func (l *link) relay() balancer.Outcome {
	l.request.Final = true // an endpoint has taken it
	l.last.Store(int64(time.Since(l.began)))
	defer context.AfterFunc(l.ctx, l.cut)()
	l.idle = time.AfterFunc(1<<62, l.look)
	l.idle.Reset(l.settings.times.Idle)
	defer l.idle.Stop()
	counts := l.endpoint.counts.whole
	up := make(chan struct{})
	go func() {
		defer close(up)
		if l.say() {
			l.pump(l.server, l.client, &l.toServer, counts.in)
		}
	}()
	l.pump(l.client, l.server, &l.toClient, counts.out)
	<-up
	cause := context.Cause(l.ctx)
	if cause != nil {
		l.cut()
	}
	o := l.concluded(cause)
	if l.how == silent && l.toServer.Load() > 0 && l.toClient.Load() == 0 { // it was asked, and has never answered
		return balancer.TooSlow
	}
	return o
}

// say tells the server what the client has said before. It reports false where the server
// does not hear it.
func (l *link) say() bool {
	if len(l.said) == 0 {
		return true
	}
	n, err := l.server.Write(l.said)
	l.passed(int64(n), &l.toServer, l.endpoint.counts.whole.in)
	if err != nil {
		l.broke(l.server)
	}
	return err == nil
}

// pump passes on what from says until it has said all.
func (l *link) pump(to, from net.Conn, count *atomic.Int64, total prometheus.Counter) {
	tick := min(l.settings.times.Idle/4, 15*time.Second)
	for {
		_ = from.SetReadDeadline(time.Now().Add(tick)) // so that what trickles is counted
		n, err := io.Copy(to, &io.LimitedReader{R: from, N: piece})
		l.passed(n, count, total)
		switch {
		case err == nil && n == piece, errors.Is(err, os.ErrDeadlineExceeded):
		case err == nil:
			closeWrite(to)
			return
		default:
			l.broke(from)
			return
		}
	}
}

// closeWrite says that no more will come.
func closeWrite(c net.Conn) {
	if half, ok := c.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
		return
	}
	c.Close()
}

// look ends the connection where nothing has passed for the idle time.
func (l *link) look() {
	limit := l.settings.times.Idle
	silence := l.silence()
	switch {
	case l.ctx.Err() != nil:
	case silence >= limit:
		l.cancel(errIdle)
	default:
		l.idle.Reset(limit - silence)
	}
}

// broke ends a connection of which one side is broken. Which, the kernel knows; where it
// does not tell it is the suspect.
func (l *link) broke(suspect net.Conn) {
	server, client := isReset(l.server), isReset(l.client)
	if server == client {
		server = suspect == l.server
	}
	if server {
		l.cancel(errServerBroke)
		return
	}
	l.cancel(errClientBroke)
}

// cut closes both sides. Unless nobody had anything to say it lets each know that it has
// not heard all: with a reset, which is no end of what was said.
func (l *link) cut() {
	for _, c := range []net.Conn{l.client, l.server} {
		if tcp, ok := c.(*net.TCPConn); ok && !errors.Is(context.Cause(l.ctx), errIdle) {
			_ = tcp.SetLinger(0)
		}
		c.Close()
	}
}

package proxy

import (
	"bufio"
	"context"
	"net"
	"time"

	"lbsim/balancer"
)

// link is a connection of a client and, once there is one, its connection to an endpoint.
// A further attempt can follow until an endpoint has taken it.
type link struct {
	carried
	client net.Conn
	server net.Conn
	said   []byte      // by the client, before there was a server
	idle   *time.Timer // comes to look
}

// carry balances a connection, from when it was accepted to its end. What is left of it
// when ctx is done is cut.
func (p *Proxy) carry(ctx context.Context, c net.Conn) {
	s := p.settings.Load()
	l := &link{client: c, carried: carried{exchange: newExchange(ctx, p, s, time.Now())}}
	defer l.account("connection")
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
		if l.how = malformed; l.Err() != nil {
			l.how = stopped
		}
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

package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"

	"lbsim/balancer"
)

// flow is all datagrams from one address and port, which go to one server, and its answers.
// It ends when nothing has come either way for the idle time, or when its server is no
// longer well: what comes then is of a new one.
type flow struct {
	carried
	table *flows
	raw   netip.AddrPort // where answers go

	mu     sync.Mutex
	server net.Conn // nil until it is known
	early  [][]byte // datagrams that came before
}

// mostEarly is how many datagrams of a flow are kept until its server is known.
const mostEarly = 16

// hears passes a datagram of the client on. What can't be is lost, as datagrams may be.
func (f *flow) hears(datagram []byte) {
	f.mu.Lock()
	server := f.server
	if server == nil {
		defer f.mu.Unlock()
		if len(f.early) == mostEarly {
			f.proxy.metrics.dropped("early")
			return
		}
		f.early = append(f.early, append([]byte(nil), datagram...))
		return
	}
	f.mu.Unlock()
	f.tell(server, datagram)
}

func (f *flow) tell(server net.Conn, datagram []byte) {
	n, err := server.Write(datagram)
	f.passed(int64(n), &f.toServer, f.endpoint.counts.whole.in)
	switch {
	case err == nil, errors.Is(err, net.ErrClosed):
	case errors.Is(err, syscall.ECONNREFUSED):
		f.broke(err)
	default:
		f.proxy.metrics.dropped("not_sent")
	}
}

// broke ends a flow whose server can't be reached: whoever sends or waits next is told by
// the network that nobody listens there.
func (f *flow) broke(err error) { f.cancel(fmt.Errorf("%w: %w", errServerBroke, err)) }

// run sees a flow from its first datagram to its end.
func (f *flow) run() {
	defer f.account("flow")
	defer f.table.forget(f)
	f.describe()
	err := f.begin()
	if err != nil {
		f.how, f.failure = f.refused(err), err
		return
	}
	server, err := f.proxy.dial(f.ctx, "udp", f.endpoint.address)
	if err != nil {
		f.how, f.failure = f.refused(err), err
		o, _ := f.outcome(f.attempt, err, nil)
		f.end(o)
		return
	}
	defer closeWhenDone(f.ctx, server)()
	f.meets(server)
	f.answers(server)
	o := f.concluded(context.Cause(f.ctx))
	if f.how == serverBroke && f.toClient.Load() == 0 {
		f.how, o = unconnected, balancer.Unreachable
	}
	f.end(o)
}

// meets passes on what has come before there was a server.
func (f *flow) meets(server net.Conn) {
	f.last.Store(int64(time.Since(f.began)))
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, datagram := range f.early {
		f.tell(server, datagram)
	}
	f.server, f.early = server, nil
}

// Answers are read into so much memory, for each flow, until one is longer: it is lost,
// and the flow gets room for the longest.
const usualDatagram = 4 << 10

// answers passes the answers of the server on until the flow has ended.
func (f *flow) answers(server net.Conn) {
	limit := f.settings.times.Idle
	buffer := make([]byte, usualDatagram+1)
	for f.ctx.Err() == nil {
		silence := f.silence()
		if silence >= limit {
			f.cancel(errIdle)
			return
		}
		_ = server.SetReadDeadline(time.Now().Add(limit - silence))
		n, err := server.Read(buffer)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
		case err != nil:
			f.broke(err) // unless it has ended: the first cause counts
		case n == len(buffer) && n < mostDatagram:
			f.proxy.metrics.dropped("long")
			buffer = make([]byte, mostDatagram)
		default:
			n, err = f.table.socket.WriteToUDPAddrPort(buffer[:n], f.raw)
			f.passed(int64(n), &f.toClient, f.endpoint.counts.whole.out)
			if err != nil {
				f.proxy.metrics.dropped("not_sent")
			}
		}
	}
}

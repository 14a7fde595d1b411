package proxy

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"
)

// mostDatagram is the longest datagram of UDP.
const mostDatagram = 64 << 10

// flows are those of a socket, by where they come from. How many there are is bounded: those
// of one more are dropped, so that made-up addresses can't take the place of real clients.
type flows struct {
	front  *front
	socket *net.UDPConn
	mu     sync.Mutex
	all    map[netip.AddrPort]*flow
}

// serveFlows takes datagrams until the front's context is done.
func (f *front) serveFlows(socket *net.UDPConn) error {
	t := &flows{front: f, socket: socket, all: map[netip.AddrPort]*flow{}}
	if !f.opens(t) {
		socket.Close()
		return net.ErrClosed
	}
	defer f.running.Done()
	defer closeWhenDone(f.ctx, socket)()
	buffer := make([]byte, mostDatagram)
	for failures := 0; ; {
		n, from, err := socket.ReadFromUDPAddrPort(buffer)
		switch {
		case err == nil:
			failures = 0
			if flow := t.of(netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), from); flow != nil {
				flow.hears(buffer[:n])
			}
		case errors.Is(err, net.ErrClosed):
			return err
		default:
			failures++
			if !f.pause(failures, "reading a datagram", err) {
				return err
			}
		}
	}
}

// Close leaves the socket open, which the flows need that there are: nothing new is taken
// once the front stops.
func (t *flows) Close() error { return nil }

// of returns the flow from an address, a new one where there is none; nil where there may
// be no more. raw is the address as the socket knows it.
func (t *flows) of(from, raw netip.AddrPort) *flow {
	t.mu.Lock()
	defer t.mu.Unlock()
	if f := t.all[from]; f != nil {
		return f
	}
	p := t.front.proxy
	s := p.settings.Load()
	if len(t.all) >= s.file.MaxFlows() || t.front.stopping() {
		p.metrics.dropped("flows")
		return nil
	}
	f := &flow{carried: carried{exchange: newExchange(t.front.ctx, p, s, time.Now())}, table: t, raw: raw}
	f.ends = &ends{from, addressOf(t.socket.LocalAddr())}
	t.all[from] = f
	p.active.Add(1)
	t.front.running.Go(func() {
		defer p.active.Add(-1)
		f.run()
	})
	return f
}

// forget takes a flow out: what comes from its address is of a new one.
func (t *flows) forget(f *flow) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.all, f.ends.from)
}

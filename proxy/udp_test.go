package proxy

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"lbsim/config"
)

// udpServers starts servers that answer each datagram with their name and what it was, and
// returns the endpoints of a configuration, named a, b, …
func udpServers(t testing.TB, names ...string) (text string, all []net.PacketConn) {
	text = "endpoints:\n"
	for i, name := range names {
		c, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
		text += fmt.Sprintf("  - {name: %c, address: %q}\n", 'a'+i, c.LocalAddr())
		serveUDP(t, c, name)
	}
	return text, all
}

// serveUDP lets a server have a socket, until the test's end.
func serveUDP(t testing.TB, c net.PacketConn, name string) {
	var running sync.WaitGroup
	running.Go(func() {
		b := make([]byte, mostDatagram)
		for {
			n, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			c.WriteTo(append([]byte(name), b[:n]...), from)
		}
	})
	t.Cleanup(func() {
		c.Close()
		running.Wait()
	})
}

// bothAt listens for TCP and UDP at one port.
func bothAt(t testing.TB) (net.Listener, net.PacketConn) {
	t.Helper()
	for range 100 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		if c, err := net.ListenPacket("udp", l.Addr().String()); err == nil {
			return l, c
		}
		l.Close() // somebody has the other one
	}
	t.Fatal("no port is free for both")
	return nil, nil
}

// startFlows runs a proxy of flows of a configuration without its listen.
func startFlows(t testing.TB, text string, o Options) *running {
	t.Helper()
	log := &lines{}
	o.Log, o.Access = slog.New(slog.NewTextHandler(log, nil)), slog.New(slog.NewTextHandler(log, nil))
	p, err := New(readFlows(t, text), o)
	if err != nil {
		t.Fatal(err)
	}
	r := &running{Proxy: p, server: p.NewServer(), log: log}
	serve, at, err := r.server.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.addr = at.String()
	served := make(chan error, 1)
	go func() { served <- serve() }()
	r.down = sync.OnceValue(func() error {
		err := r.server.Shutdown()
		<-served
		p.Close()
		return err
	})
	t.Cleanup(func() { _ = r.down() })
	return r
}

func readFlows(t testing.TB, text string) *config.Balancer {
	t.Helper()
	return read(t, "layer: l4\ntransport: udp\nalgorithm: rr\n"+text)
}

// flow is a socket of a client.
func (r *running) flow(t testing.TB) net.Conn {
	t.Helper()
	c, err := net.Dial("udp", r.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	return c
}

// asks sends a datagram and returns the answer.
func asks(t testing.TB, c net.Conn, what string) string {
	t.Helper()
	if _, err := io.WriteString(c, what); err != nil {
		t.Fatal(err)
	}
	return answered(t, c)
}

func answered(t testing.TB, c net.Conn) string {
	t.Helper()
	b := make([]byte, mostDatagram)
	n, err := c.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(b[:n])
}

package proxy

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
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
	p, err := New(read(t, "layer: l4\ntransport: udp\nalgorithm: rr\n"+text), o)
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

// counted returns what Prometheus would be told of a counter whose last label has a value.
func (r *running) counted(t testing.TB, name, value string) float64 {
	t.Helper()
	all, err := r.metrics.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range all {
		for _, m := range family.GetMetric() {
			labels := m.GetLabel()
			if family.GetName() == name && labels[len(labels)-1].GetValue() == value {
				return m.GetCounter().GetValue()
			}
		}
	}
	return 0
}

// All datagrams of a flow go to one server, each flow's answers come back to it, and flows
// are shared out.
func TestFlowsAreBalanced(t *testing.T) {
	text, _ := udpServers(t, "a", "b", "c")
	r := startFlows(t, "drain: {timeout: 10ms}\n"+text, Options{})
	var all sync.WaitGroup
	var mu sync.Mutex
	counts := map[string]int{}
	for id := range 30 {
		c := r.flow(t)
		all.Go(func() {
			mine := ""
			for i := range 20 {
				said := fmt.Sprintf(" %d.%d", id, i)
				got := asks(t, c, said)
				if mine == "" {
					mine = got[:1]
				}
				if got != mine+said {
					t.Errorf("asked %q of %s, got %q", said, mine, got)
					return
				}
			}
			mu.Lock()
			counts[mine]++
			mu.Unlock()
		})
	}
	all.Wait()
	if counts["a"] != 10 || counts["b"] != 10 || counts["c"] != 10 {
		t.Errorf("%v", counts)
	}
	if err := r.down(); err == nil || !strings.Contains(err.Error(), "was ended") { // nobody says that a flow is over
		t.Errorf("%v", err)
	}
	if n := strings.Count(r.log.String(), "msg=flow client=127.0.0.1 end=stopped"); n != 30 {
		t.Errorf("%d flows have a line: %s", n, r.log)
	}
}

// A flow on which nothing comes ends, and what then comes is of another.
func TestFlowsEnd(t *testing.T) {
	text, _ := udpServers(t, "a", "b")
	r := startFlows(t, "timeouts: {idle: 30ms}\n"+text, Options{})
	c := r.flow(t)
	got := asks(t, c, "") + asks(t, c, "")
	r.log.says(t, "end=idle")
	if got += asks(t, c, ""); got != "aab" {
		t.Error(got)
	}
	if err := r.down(); err != nil {
		t.Error(err)
	}
}

// Of flows there are so many and no more, and of a datagram that is not known before only
// the first is lost.
func TestFlowsAreBounded(t *testing.T) {
	text, _ := udpServers(t, "a")
	r := startFlows(t, "max_flows: 2\ndrain: {timeout: 10ms}\n"+text, Options{})
	lost := func(why string) float64 { return r.counted(t, "lbsim_datagrams_dropped_total", why) }
	one, two, three := r.flow(t), r.flow(t), r.flow(t)
	asks(t, one, "")
	asks(t, two, "")
	io.WriteString(three, "x")
	asks(t, one, "") // which came after it
	if lost("flows") != 1 || r.active.Load() != 2 {
		t.Errorf("%v dropped, %d flows", lost("flows"), r.active.Load())
	}
	long := strings.Repeat("x", 9000)
	io.WriteString(one, long)
	if got := asks(t, one, "y"); got != "ay" {
		t.Errorf("%.10s", got)
	}
	if got := asks(t, one, long); got != "a"+long || lost("long") != 1 {
		t.Errorf("%d bytes, %v lost", len(got), lost("long"))
	}
}

// A server that is gone is found out by what the network says, or by checks, and its flows
// go elsewhere.
func TestFlowsMove(t *testing.T) {
	t.Run("nobody listens", func(t *testing.T) {
		text, all := udpServers(t, "a", "b")
		all[0].Close()
		r := startFlows(t, "health: {passive: {consecutive_failures: 1, max_ejected: 50%}}\ndrain: {timeout: 10ms}\n"+text, Options{})
		c := r.flow(t)
		io.WriteString(c, "lost")
		r.log.says(t, "end=unreachable")
		r.log.says(t, "msg=ejected pool=default server=a")
		for range 3 {
			if got := asks(t, r.flow(t), ""); got != "b" {
				t.Error(got)
			}
		}
		if got := asks(t, c, ""); got != "b" {
			t.Error(got)
		}
	})
	t.Run("checks fail", func(t *testing.T) {
		text, doors := "endpoints:\n", map[string]net.Listener{}
		for _, name := range []string{"a", "b"} {
			l, c := bothAt(t) // where checks ask, and where flows go
			serveTCP(t, l, func(*net.TCPConn) {})
			serveUDP(t, c, name)
			doors[name] = l
			text += fmt.Sprintf("  - {name: %s, address: %q}\n", name, l.Addr())
		}
		r := startFlows(t, "health: {active: {connect: true, interval: 10ms, timeout: 5s, unhealthy: 1}}\ndrain: {timeout: 10ms}\n"+text, Options{})
		r.Warm(t.Context())
		c := r.flow(t)
		was := asks(t, c, "")
		doors[was].Close()
		r.log.says(t, "end=server_down")
		if is := asks(t, c, ""); is == was {
			t.Errorf("still at %s", is)
		}
	})
}

// The end of the proxy lets flows go on for the time that they have, and takes no new ones.
func TestFlowsAtTheEnd(t *testing.T) {
	text, _ := udpServers(t, "a")
	r := startFlows(t, "timeouts: {idle: 300ms}\n"+text, Options{})
	one, two := r.flow(t), r.flow(t)
	asks(t, one, "")
	r.server.front.stop()
	io.WriteString(two, "x")
	asks(t, one, "") // which came after it
	if n := r.active.Load(); n != 1 {
		t.Errorf("%d flows", n)
	}
	if err := r.down(); err != nil { // it is idle before its time to drain is over
		t.Error(err)
	}
}

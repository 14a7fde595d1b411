package proxy

import (
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

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
	if err := r.down(); err != nil { // nobody says that a flow is over: that it is ended breaks nothing off
		t.Error(err)
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

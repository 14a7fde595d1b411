package proxy

import (
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
)

// A drain lets connections be until its time is over, and a reload lets them be.
func TestConnectionsOutliveChanges(t *testing.T) {
	text, _ := tcpServers(t, echo, echo)
	file := "layer: l4\nalgorithm: rr\n" + text
	r := start(t, file)
	conns := []*net.TCPConn{r.open(t), r.open(t)}
	talk := func() {
		t.Helper()
		for _, c := range conns {
			io.WriteString(c, "ping")
			if got := hearsSome(t, c, 4); got != "ping" {
				t.Fatal(got)
			}
		}
	}
	talk()
	if err := r.guard.drain("default", "a"); err != nil {
		t.Fatal(err)
	}
	talk()
	if err := r.Reload(read(t, strings.Replace(file, "rr", "least_connections", 1))); err != nil {
		t.Fatal(err)
	}
	talk()
	// An endpoint that has left keeps its connections.
	if err := r.Reload(read(t, file[:strings.LastIndex(file, "  - ")])); err != nil {
		t.Fatal(err)
	}
	talk()
	for _, change := range []string{"layer: l7\n", "layer: l4\nproxy_protocol: {send: v1}\n", "layer: l4\ntransport: udp\n"} {
		if err := r.Reload(read(t, strings.Replace(file, "layer: l4\n", change, 1))); err == nil || !strings.Contains(err.Error(), "can't be changed") {
			t.Errorf("%s: %v", change, err)
		}
	}
	for _, c := range conns {
		c.CloseWrite()
		hears(t, c)
	}
	r.settle(t)
}

// What still runs when the time to drain is over is cut, and its client knows.
func TestConnectionsCutByDrain(t *testing.T) {
	text, _ := tcpServers(t, says("a"), says("b"))
	r := start(t, "layer: l4\nalgorithm: rr\ndrain: {timeout: 30ms}\n"+text)
	one, two := r.open(t), r.open(t)
	if at := hearsSome(t, one, 1) + hearsSome(t, two, 1); at == "ba" { // the second may have come first
		one, two = two, one
	} else if at != "ab" {
		t.Fatal(at)
	}
	if err := r.guard.drain("default", "a"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(one); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the client sees %v", err)
	}
	r.log.says(t, "end=drained")
	if n := strings.Count(r.log.String(), "end="); n != 1 {
		t.Errorf("%d connections have ended", n)
	}
}

// The end of the proxy waits for connections, and cuts those that do not end.
func TestConnectionsAtTheEnd(t *testing.T) {
	for _, c := range []struct {
		name, text string
		cut        bool
	}{
		{"they end", "drain: {timeout: 20s}\n", false},
		{"they do not", "drain: {timeout: 30ms}\n", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, _ := tcpServers(t, says("x"))
			r := start(t, "layer: l4\nalgorithm: rr\n"+c.text+text)
			conn := r.open(t)
			hearsSome(t, conn, 1)
			over := make(chan error, 1)
			go func() { over <- r.down() }()
			<-r.closed
			if !c.cut {
				conn.CloseWrite()
				hears(t, conn)
				if err := <-over; err != nil {
					t.Error(err)
				}
				return
			}
			if _, err := io.ReadAll(conn); !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("the client sees %v", err)
			}
			if err := <-over; err == nil || !strings.Contains(err.Error(), "was ended") {
				t.Errorf("%v", err)
			}
			r.log.says(t, "end=stopped")
		})
	}
}

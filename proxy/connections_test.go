package proxy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"lbsim/balancer"
)

// Connections are shared out as requests are, each whole.
func TestConnectionsAreBalanced(t *testing.T) {
	text, _ := tcpServers(t, says("a"), says("b"), says("c"))
	r := start(t, "layer: l4\nalgorithm: least_connections\n"+text)
	got := map[string]int{}
	for range 30 { // all stay open
		got[hearsSome(t, r.open(t), 1)]++
	}
	if got["a"] != 10 || got["b"] != 10 || got["c"] != 10 {
		t.Errorf("%v", got)
	}
	for _, s := range r.State()[0].Servers {
		if s.InFlight != 10 {
			t.Errorf("%+v", s)
		}
	}
}

// A client that has said all hears the rest, and so does a server.
func TestHalfClose(t *testing.T) {
	const much = 3 << 20
	long := bytes.Repeat([]byte("0123456789abcdef"), much/16)
	for _, c := range []struct {
		name       string
		serve      func(c *net.TCPConn)
		want, line string
	}{
		{"the client has said all", func(c *net.TCPConn) {
			said, _ := io.ReadAll(c)
			c.Write(said)
		}, string(long), "end=complete bytes_in=3145728 bytes_out=3145728"},
		{"the server has said all", func(c *net.TCPConn) {
			io.WriteString(c, "bye")
			c.CloseWrite()
			if n, _ := io.Copy(io.Discard, c); n != much {
				t.Errorf("the server heard %d bytes after its end", n)
			}
		}, "bye", "end=complete bytes_in=3145728 bytes_out=3 "},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, _ := tcpServers(t, c.serve)
			r := start(t, "layer: l4\nalgorithm: rr\n"+text)
			conn := r.open(t)
			heard := make(chan string, 1)
			go func() {
				said, _ := io.ReadAll(conn)
				heard <- string(said)
			}()
			if c.want == "bye" && <-heard != c.want {
				t.Error("the client did not hear the server's end")
			}
			conn.Write(long)
			conn.CloseWrite()
			if c.want != "bye" {
				if got := <-heard; got != c.want {
					t.Errorf("heard %d bytes", len(got))
				}
			}
			r.log.says(t, c.line)
			r.settle(t)
		})
	}
}

// Where a server does not take a connection another is tried, before a byte has passed.
func TestConnectsElsewhere(t *testing.T) {
	text, _ := tcpServers(t, echo)
	r := start(t, `
layer: l4
algorithm: round_robin
retries: {attempts: 2, conditions: [connect_failure], backoff: {base: 0s}, budget: unlimited}
health: {passive: {consecutive_failures: 3, max_ejected: 100%}}
`+text+fmt.Sprintf("  - {name: gone, address: %q}\n", nobody(t)))
	for i := range 12 {
		c := r.open(t)
		fmt.Fprintf(c, "hello %d", i)
		c.CloseWrite()
		if got := hears(t, c); got != fmt.Sprintf("hello %d", i) {
			t.Fatal(got)
		}
	}
	r.log.says(t, "msg=ejected pool=default server=gone")
	r.log.says(t, "attempts=2 pool=default algorithm=round_robin server=a retried_after=")
	r.settle(t)
}

// How connections end, what clients see and what the balancer makes of it.
func TestConnectionsEnd(t *testing.T) {
	resets := func(c *net.TCPConn) {
		io.CopyN(io.Discard, c, 1)
		c.SetLinger(0)
	}
	goes := make(chan struct{})
	tells := func(what []byte) func(c *net.TCPConn) error {
		return func(c *net.TCPConn) error { _, err := c.Write(what); return err }
	}
	for _, c := range []struct {
		name, text string
		serve      func(c *net.TCPConn)
		client     func(c *net.TCPConn) error
		reset      bool // the client sees one
		end        string
	}{
		{"the server breaks off", "health: {passive: {consecutive_failures: 1, max_ejected: 100%}}\n", resets,
			tells([]byte("x")), true, "end=server_reset"},
		{"the server breaks off while it is told much", "", resets,
			tells(make([]byte, 8<<20)), true, "end=server_reset"},
		{"nothing is said", "timeouts: {idle: 40ms}\n", func(c *net.TCPConn) { io.Copy(io.Discard, c) },
			tells(nil), false, "end=idle"},
		{"the server never answers", "timeouts: {idle: 40ms}\nhealth: {passive: {consecutive_failures: 1, max_ejected: 100%}}\n",
			func(c *net.TCPConn) { io.Copy(io.Discard, c) }, tells([]byte("x")), false, "end=idle"},
		{"the server never reads", "timeouts: {idle: 40ms}\n", func(*net.TCPConn) { <-goes },
			tells(make([]byte, 32<<20)), true, "end=idle"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, _ := tcpServers(t, c.serve)
			r := start(t, "layer: l4\nalgorithm: rr\n"+c.text+text)
			conn := r.open(t)
			err := c.client(conn)
			if err == nil {
				_, err = io.ReadAll(conn)
			}
			if reset := errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE); reset != c.reset {
				t.Errorf("the client sees %v", err)
			}
			if c.name == "the server never reads" {
				close(goes)
			}
			r.log.says(t, c.end)
			if strings.Contains(c.text, "passive") {
				r.log.says(t, "msg=ejected")
			}
			r.settle(t)
		})
	}
}

// A client that breaks off says nothing of its server, which learns of it.
func TestClientBreaksOff(t *testing.T) {
	learned := make(chan error, 1)
	text, _ := tcpServers(t, func(c *net.TCPConn) {
		io.WriteString(c, "x")
		_, err := io.ReadAll(c)
		learned <- err
	})
	r := start(t, "layer: l4\nalgorithm: rr\nhealth: {passive: {consecutive_failures: 1, max_ejected: 100%}}\n"+text)
	c := r.open(t)
	hearsSome(t, c, 1)
	c.SetLinger(0)
	c.Close()
	if err := <-learned; !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the server sees %v", err)
	}
	r.log.says(t, "end=client_reset")
	r.settle(t)
	if r.ready() != 1 {
		t.Error("the server is ejected")
	}
}

// What nobody takes is closed at once, and says why.
func TestConnectionsRefused(t *testing.T) {
	text, _ := tcpServers(t, says("x"))
	for _, c := range []struct{ name, text, want string }{
		{"nobody listens", fmt.Sprintf("endpoints: [{name: gone, address: %q}]\n", nobody(t)), "end=unreachable"},
		{"too many", "limits: {requests: 1}\n" + text, "end=rejected bytes_in=0 bytes_out=0"},
		{"too often", "limits: {rates: [{rate: 1/s, burst: 1, per: client}]}\n" + text, "reason=rate_limited"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := start(t, "layer: l4\nalgorithm: rr\n"+c.text)
			if c.name != "nobody listens" {
				hearsSome(t, r.open(t), 1)
			}
			io.ReadAll(r.open(t))
			r.log.says(t, c.want)
		})
	}
}

// What is turned away leaves nothing behind, however long the proxy works.
func TestRejectedIsForgotten(t *testing.T) {
	text, _ := tcpServers(t, echo)
	r := start(t, "layer: l4\nalgorithm: rr\nlimits: {rates: [{rate: 1/min, per: all}]}\n"+text)
	for range 2 {
		x := newExchange(r.server.front.ctx, r.Proxy, r.settings.Load(), time.Now())
		if err := x.begin(); err != nil {
			if x.ctx.Err() == nil {
				t.Error("the proxy remembers its context")
			}
			return
		}
		defer x.end(balancer.OK)
	}
	t.Error("nothing was turned away")
}

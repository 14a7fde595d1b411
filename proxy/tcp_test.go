package proxy

import (
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// tcpServers starts servers of connections, each of which says its name and a line first,
// and returns the endpoints of a configuration, named a, b, …, and their listeners.
func tcpServers(t testing.TB, serve ...func(c *net.TCPConn)) (text string, all []net.Listener) {
	text = "endpoints:\n"
	for i, s := range serve {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
		text += fmt.Sprintf("  - {name: %c, address: %q}\n", 'a'+i, l.Addr())
		serveTCP(t, l, s)
	}
	return text, all
}

// serveTCP lets a server have the connections of a listener; the test's end ends both.
func serveTCP(t testing.TB, l net.Listener, serve func(c *net.TCPConn)) {
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer c.Close()
				serve(c.(*net.TCPConn))
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		running.Wait()
	})
}

// echo says what it is told, and then that it has no more to say.
func echo(c *net.TCPConn) { io.Copy(c, c) }

// says is a server that says something and waits until its client has gone.
func says(what string) func(c *net.TCPConn) {
	return func(c *net.TCPConn) {
		io.WriteString(c, what)
		io.Copy(io.Discard, c)
	}
}

// nobody is an address at which nobody listens.
func nobody(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// open connects to the proxy.
func (r *running) open(t testing.TB) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", r.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	return c.(*net.TCPConn)
}

// hears returns what comes until the other side has said all.
func hears(t testing.TB, c net.Conn) string {
	t.Helper()
	said, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(said)
}

// hearsSome reads so much.
func hearsSome(t testing.TB, c net.Conn, n int) string {
	t.Helper()
	said := make([]byte, n)
	if _, err := io.ReadFull(c, said); err != nil {
		t.Fatal(err)
	}
	return string(said)
}

package proxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	proxyproto "github.com/pires/go-proxyproto"
)

// reads says of each connection what the header in front of it says, and echoes the rest.
func reads(c *net.TCPConn) {
	in := bufio.NewReader(c)
	h, err := proxyproto.Read(in)
	if err != nil {
		fmt.Fprintf(c, "%v", err)
		return
	}
	fmt.Fprintf(c, "v%d %v to %v: ", h.Version, h.SourceAddr, h.DestinationAddr)
	io.Copy(c, in)
}

// Who is behind a connection is taken from those who are trusted, and endpoints are told.
func TestProxyProtocolOfConnections(t *testing.T) {
	text, _ := tcpServers(t, reads)
	const v1, trusts = "PROXY TCP4 192.0.2.1 198.51.100.7 1000 443\r\n", "from: [127.0.0.0/8]"
	v2, err := proxyproto.HeaderProxyFromAddrs(2, &net.TCPAddr{IP: net.ParseIP("2001:db8::1"), Port: 9}, &net.TCPAddr{IP: net.ParseIP("2001:db8::2"), Port: 443}).Format()
	if err != nil {
		t.Fatal(err)
	}
	local, _ := proxyproto.HeaderProxyFromAddrs(2, nil, nil).Format()
	for _, c := range []struct{ name, settings, said, want, line string }{
		{"version 1 in, 2 out", trusts + ", send: v2", v1 + "hello", "v2 192.0.2.1:1000 to 198.51.100.7:443: hello", "client=192.0.2.1"},
		{"version 2 in, 1 out", trusts + ", send: v1", string(v2) + "hello", "v1 [2001:db8::1]:9 to [2001:db8::2]:443: hello", "client=2001:db8::1"},
		{"the proxy before has asked for itself", trusts + ", send: v1", string(local) + "hello", "v1 127.0.0.1:PORT to ADDR: hello", "client=127.0.0.1"},
		{"none but out", "send: v1", "hello", "v1 127.0.0.1:PORT to ADDR: hello", "client=127.0.0.1"},
		{"from one who is not trusted", "from: [192.0.2.0/24], send: v2", v1, "v2 127.0.0.1:PORT to ADDR: " + v1, "client=127.0.0.1"},
		{"none from one who is trusted", trusts + ", send: v2", "hello", "", "end=malformed"},
		{"a bad one", trusts + ", send: v2", "PROXY TCP4 192.0.2.1\r\n", "", "end=malformed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := start(t, "layer: l4\nalgorithm: rr\nproxy_protocol: {"+c.settings+"}\n"+text)
			conn := r.open(t)
			io.WriteString(conn, c.said)
			conn.CloseWrite()
			got, _ := io.ReadAll(conn) // one who is not heard is reset
			_, port, _ := net.SplitHostPort(conn.LocalAddr().String())
			if want := strings.NewReplacer("PORT", port, "ADDR", r.addr).Replace(c.want); string(got) != want {
				t.Errorf("got %q, want %q", got, want)
			}
			r.log.says(t, c.line)
		})
	}
	r := start(t, "layer: l4\nalgorithm: rr\ntimeouts: {header: 20ms}\nproxy_protocol: {from: [127.0.0.1]}\n"+text)
	conn := r.open(t)
	io.WriteString(conn, v1[:20]) // and no more
	io.ReadAll(conn)
	r.log.says(t, "end=malformed")
}

// All requests of a connection are of the client that its header names, and whatever is
// kept alive on this side, endpoints are told of the right one. Checks tell, too.
func TestProxyProtocolOfRequests(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s for %s", r.RemoteAddr, r.Header.Get("X-Forwarded-For"))
	}))
	server.Listener = &proxyproto.Listener{Listener: server.Listener} // which wants a header
	server.Start()
	t.Cleanup(server.Close)
	text := fmt.Sprintf("endpoints: [{name: a, address: %q}]\n", server.Listener.(*proxyproto.Listener).Addr())
	for _, version := range []string{"v1", "v2"} {
		r := start(t, "algorithm: rr\nhealth: {active: {interval: 5ms, timeout: 5s}}\nproxy_protocol: {from: [127.0.0.1], send: "+version+"}\n"+text)
		r.log.says(t, "msg=up")
		for i := range 2 {
			conn := r.open(t)
			in := bufio.NewReader(conn)
			fmt.Fprintf(conn, "PROXY TCP4 192.0.2.%d 198.51.100.7 1000 443\r\n", i)
			for range 2 {
				io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
				answer, err := http.ReadResponse(in, nil)
				if err != nil {
					t.Fatal(err)
				}
				body, _ := io.ReadAll(answer.Body)
				if want := fmt.Sprintf("192.0.2.%d:1000 for 192.0.2.%d", i, i); string(body) != want {
					t.Errorf("%s: %s, want %s", version, body, want)
				}
			}
		}
		if _, err := client(t).Get(r.url); err == nil {
			t.Error("one without a header is served")
		}
	}
}

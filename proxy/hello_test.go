package proxy

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

// byName is a configuration of three pools of one server each: two by the name that a
// client of TLS asks for, and one for the rest.
func byName(t testing.TB, one, two, rest func(c *net.TCPConn)) string {
	text := "layer: l4\nalgorithm: rr\npools:\n"
	for i, s := range []func(c *net.TCPConn){one, two, rest} {
		endpoints, _ := tcpServers(t, s)
		text += "  " + []string{"one", "two", "rest"}[i] + ":\n    " + strings.ReplaceAll(strings.TrimSpace(endpoints), "\n", "\n    ") + "\n"
	}
	return text + `routes:
  - {match: {host: one.example}, pool: one}
  - {match: {host: "*.two.example"}, pool: two}
  - {pool: rest}
`
}

// TLS goes through as it comes, to the pool of the name that is asked for.
func TestServerName(t *testing.T) {
	dir, trust := t.TempDir(), x509.NewCertPool()
	secured := func(name string) func(c *net.TCPConn) {
		certify(t, dir, name, name, trust)
		pair, err := tls.LoadX509KeyPair(filepath.Join(dir, name+".pem"), filepath.Join(dir, name+".key"))
		if err != nil {
			t.Fatal(err)
		}
		return func(c *net.TCPConn) {
			s := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{pair}})
			io.Copy(s, s)
			s.Close()
		}
	}
	r := start(t, "proxy_protocol: {from: [127.0.0.1]}\n"+byName(t, secured("one.example"), secured("a.two.example"), echo))
	for _, name := range []string{"one.example", "a.two.example", "ONE.example"} {
		raw := r.open(t)
		io.WriteString(raw, "PROXY TCP4 192.0.2.1 198.51.100.7 1000 443\r\n")
		c := tls.Client(raw, &tls.Config{ServerName: name, RootCAs: trust})
		io.WriteString(c, "through")
		c.CloseWrite()
		if got := hears(t, c); got != "through" {
			t.Errorf("%s: %q", name, got)
		}
		raw.Close()
	}
	r.log.says(t, "client=192.0.2.1 host=one.example")
	r.log.says(t, "pool=two")
}

// What names nobody goes to the pool of the rest, with all that was said.
func TestNoServerName(t *testing.T) {
	r := start(t, "timeouts: {header: 30ms}\n"+byName(t, says("one"), says("two"), func(c *net.TCPConn) {
		io.WriteString(c, "rest ")
		echo(c)
	}))
	for _, said := range []string{
		"SSH-2.0-x\r\n", "GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x00\x05hello", "\x16\x03\x01\xff\xff" + strings.Repeat("x", 1<<16), "\x16", "no",
	} {
		c := r.open(t)
		go func() {
			io.WriteString(c, said)
			c.CloseWrite()
		}()
		if got := hears(t, c); got != "rest "+said {
			t.Errorf("%.20q: %.40q", said, got)
		}
	}
	c := r.open(t) // waits for the server to begin
	if got := hearsSome(t, c, 5); got != "rest " {
		t.Error(got)
	}
	r.open(t).Close() // says nothing and goes
	r.log.says(t, "end=malformed")
}

// A ClientHello is understood however it is cut into pieces, and nothing of it is lost.
func TestHelloInPieces(t *testing.T) {
	near, far := net.Pipe()
	go tls.Client(near, &tls.Config{ServerName: "one.example"}).Handshake()
	message := make([]byte, 4096)
	n, _ := far.Read(message)
	message = message[:n]
	far.Close()
	for name, in := range map[string]io.Reader{
		"at once":       bytes.NewReader(message),
		"by the byte":   iotest.OneByteReader(bytes.NewReader(message)),
		"and more":      io.MultiReader(bytes.NewReader(message), strings.NewReader("more")),
		"half of it":    bytes.NewReader(message[:n/2]),
		"its beginning": bytes.NewReader(message[:3]),
	} {
		all := &bytes.Buffer{}
		host, said, err := hello(near, io.TeeReader(in, all))
		want := "one.example"
		if name == "half of it" || name == "its beginning" {
			want = ""
		}
		if host != want || err != nil || !bytes.Equal(said, all.Bytes()) {
			t.Errorf("%s: %q, %d bytes of %d read, %v", name, host, len(said), all.Len(), err)
		}
	}
}

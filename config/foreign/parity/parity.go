// Package parity lets tests hold lbsim's picks against those of another product: the product
// itself in front of servers that say their names, and beside it lbsim's balancer with the
// same configuration, read.
package parity

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"lbsim/balancer"
	"lbsim/config/foreign"
	"lbsim/random"
)

// Pair is a product and lbsim's balancer. It belongs to one test and one goroutine.
type Pair struct {
	T       *testing.T
	Product string // as failures call it
	Address string // where the product listens
	LB      *balancer.Balancer
	Names   []string // of the pool's endpoints, by slot

	servers map[string]string // the servers' names by their addresses; "": it refuses
	id      uint64
}

// Installed reports whether a program is here, and says so where it is not.
func Installed(t *testing.T, program string) bool {
	t.Helper()
	_, err := exec.LookPath(program)
	if err != nil {
		t.Logf("NOT CHECKED: %s is not installed", program)
	}
	return err == nil
}

// Listen is the socket that a product inherits: a request waits there for it to begin, so
// that nobody has to look whether it has.
func Listen(t *testing.T) *net.TCPListener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l.(*net.TCPListener)
}

// Serve starts the servers of a text, which it returns with their addresses: {name} is one
// that answers with that name, once the request's header X-Hold, a channel's name, lets it,
// and breaks the connection where the header X-Fail has its name; {-} is one that refuses
// connections.
func (p *Pair) Serve(text string, held map[string]chan struct{}) string {
	p.servers = map[string]string{}
	for _, part := range strings.Split(text, "{")[1:] {
		name, _, _ := strings.Cut(part, "}")
		text = strings.Replace(text, "{"+name+"}", p.serve(name, held), 1)
	}
	return text
}

func (p *Pair) serve(name string, held map[string]chan struct{}) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.Header.Get("X-Fail") == name {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("X-Server", name)
		w.(http.Flusher).Flush()
		if c := held[q.Header.Get("X-Hold")]; c != nil {
			<-c
		}
	}))
	where := s.Listener.Addr().String()
	if p.servers[where] = name; name == "-" {
		p.servers[where] = ""
		s.Close()
	} else {
		p.T.Cleanup(s.Close)
	}
	return where
}

// Predict makes lbsim's balancer of what was read.
func (p *Pair) Predict(c *foreign.Config, err error) {
	p.T.Helper()
	if err != nil {
		p.T.Fatal(err)
	}
	if p.LB, err = balancer.New(c.Balancer.Config(), random.NewIndex(1, "parity", 0)); err != nil {
		p.T.Fatal(err)
	}
	pool := c.Balancer.All()[0]
	p.LB.SetEndpoints(0, 0, pool.Members())
	for _, e := range pool.Endpoints {
		p.Names = append(p.Names, e.Name)
	}
}

// Run starts the product, which inherits the listener as its first file after standard
// error, and ends it with the test.
func (p *Pair) Run(command *exec.Cmd, listener *net.TCPListener) {
	t := p.T
	t.Helper()
	inherited, err := listener.File()
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	command.ExtraFiles, command.Stdout, command.Stderr = []*os.File{inherited}, &said, &said
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		_ = command.Wait()
		if t.Failed() {
			t.Log(said.String())
		}
	})
	p.Address = listener.Addr().String()
	for _, c := range []io.Closer{inherited, listener} { // the product has its own
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// Query is a request: what is hashed of it, and what the product is sent.
type Query struct {
	Path, Key string
	Header    map[string]string
	From      string // the client's address; "": 127.0.0.1
	Hold      string
	Fail      string // the server that breaks the connection instead of answering
}

// Nobody is who answers where no server does.
const Nobody = "nobody"

// Expect is whom lbsim picks in the end, and that attempt: one that meets a server which
// refuses or breaks the connection is tried again.
func (p *Pair) Expect(q Query) (string, *balancer.Request, balancer.Ticket) {
	p.T.Helper()
	p.id++
	x := &balancer.Request{ID: p.id, Idempotent: true}
	if q.Key != "" {
		x.Key, x.HasKey = p.LB.HashKey(0, []byte(q.Key)), true
	}
	x.Client = netip.MustParseAddr("127.0.0.1")
	if q.From != "" {
		x.Client = netip.MustParseAddr(q.From)
	}
	for d := p.LB.Start(0, x); ; {
		if d.Kind != balancer.Send {
			return Nobody, x, balancer.Ticket{}
		}
		name := p.Names[d.Ticket.Slot]
		if at, byAddress := p.servers[name]; byAddress {
			name = at
		}
		outcome := balancer.Unreachable
		switch name {
		case "":
		case q.Fail:
			outcome = balancer.Reset
		default:
			return name, x, d.Ticket
		}
		d = p.LB.Finish(0, x, d.Ticket, outcome)
	}
}

// Ask sends a request on a connection of its own and returns who answers, and its body,
// whose end comes when the product has closed the connection and counts it no more.
func (p *Pair) Ask(q Query) (string, io.ReadCloser) {
	p.T.Helper()
	dialer := &net.Dialer{}
	if q.From != "" {
		dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(q.From)}
	}
	transport := &http.Transport{DisableKeepAlives: true, DisableCompression: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return dialer.DialContext(ctx, "tcp", p.Address)
	}}
	request, err := http.NewRequest("GET", "http://lb"+max(q.Path, "/"), nil)
	if err != nil {
		p.T.Fatal(err)
	}
	for name, value := range q.Header {
		request.Header.Set(name, value)
	}
	request.Header.Set("X-Hold", q.Hold)
	request.Header.Set("X-Fail", q.Fail)
	answer, err := transport.RoundTrip(request)
	if err != nil {
		p.T.Fatal(err)
	}
	if who := answer.Header.Get("X-Server"); who != "" {
		return who, answer.Body
	}
	return Nobody, answer.Body
}

// Drain reads an answer to its end.
func (p *Pair) Drain(body io.ReadCloser) {
	p.T.Helper()
	if _, err := io.Copy(io.Discard, body); err != nil {
		p.T.Fatal(err)
	}
	if err := body.Close(); err != nil {
		p.T.Fatal(err)
	}
}

// compare fails the test where the picks differ.
func (p *Pair) compare(got, want []string) {
	p.T.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		p.T.Errorf("%s picks\n%v, lbsim\n%v", p.Product, got, want)
	}
}

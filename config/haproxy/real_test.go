package haproxy_test

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
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"lbsim/balancer"
	"lbsim/config/foreign"
	"lbsim/config/haproxy"
	"lbsim/random"
)

// real is HAProxy itself with a configuration, in front of servers that say their names,
// and beside it lbsim's balancer with that configuration, read.
type real struct {
	t       *testing.T
	address string
	lb      *balancer.Balancer
	names   []string // of the pool's endpoints, by slot
	id      uint64
}

// installed reports whether HAProxy is here, and says so where it is not.
func installed(t *testing.T) bool {
	t.Helper()
	_, err := exec.LookPath("haproxy")
	if err != nil {
		t.Log("NOT CHECKED: haproxy is not installed")
	}
	return err == nil
}

// header is what every configuration of these tests begins with. One thread, because
// threads finish requests in any order; the listener is the test's, so that a request waits
// for HAProxy to begin and nobody has to look whether it has.
const header = `global
    nbthread 1
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    option httpclose
    option http-no-delay
frontend clients
    bind fd@3
    default_backend servers
backend servers
`

// start starts both. Of a backend's lines {name} is the address of a server that answers
// with that name, once the request's header X-Hold, a channel's name, lets it.
func start(t *testing.T, backend string, held map[string]chan struct{}) *real {
	t.Helper()
	text := header + backend
	for _, part := range strings.Split(backend, "{")[1:] {
		name, _, _ := strings.Cut(part, "}")
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Server", name)
			w.(http.Flusher).Flush()
			if c := held[r.Header.Get("X-Hold")]; c != nil {
				<-c
			}
		}))
		t.Cleanup(s.Close)
		text = strings.ReplaceAll(text, "{"+name+"}", s.Listener.Addr().String())
	}
	r := &real{t: t}
	r.predict(text)
	r.run(text)
	return r
}

// run starts HAProxy, which inherits the listener.
func (r *real) run(text string) {
	t := r.t
	t.Helper()
	file := filepath.Join(t.TempDir(), "haproxy.cfg")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	inherited, err := listener.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	command := exec.Command("haproxy", "-db", "-f", file)
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
	r.address = listener.Addr().String()
	for _, c := range []io.Closer{inherited, listener} { // HAProxy has its own
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// predict makes lbsim's balancer.
func (r *real) predict(text string) {
	t := r.t
	t.Helper()
	c, err := haproxy.Read(foreign.Source{Name: "haproxy.cfg", Text: []byte(text), Version: "2.6"})
	if err != nil {
		t.Fatal(err)
	}
	if r.lb, err = balancer.New(c.Balancer.Config(), random.NewIndex(1, "parity", 0)); err != nil {
		t.Fatal(err)
	}
	pool := c.Balancer.All()[0]
	r.lb.SetEndpoints(0, 0, pool.Members())
	for _, e := range pool.Endpoints {
		r.names = append(r.names, e.Name)
	}
}

// query is a request: what is hashed of it, and what HAProxy is sent.
type query struct {
	path, key string
	header    map[string]string
	from      string // the client's address; "": 127.0.0.1
	hold      string
}

// expect is whom lbsim picks, and the attempt.
func (r *real) expect(q query) (string, *balancer.Request, balancer.Ticket) {
	r.t.Helper()
	r.id++
	x := &balancer.Request{ID: r.id}
	if q.key != "" {
		x.Key, x.HasKey = r.lb.HashKey(0, []byte(q.key)), true
	}
	x.Client = netip.MustParseAddr("127.0.0.1")
	if q.from != "" {
		x.Client = netip.MustParseAddr(q.from)
	}
	d := r.lb.Start(0, x)
	if d.Kind != balancer.Send {
		r.t.Fatalf("lbsim decides %+v", d)
	}
	return r.names[d.Ticket.Slot], x, d.Ticket
}

// ask sends a request on a connection of its own and returns who answers, and its body,
// whose end comes when HAProxy has closed the connection and counts it no more.
func (r *real) ask(q query) (string, io.ReadCloser) {
	r.t.Helper()
	dialer := &net.Dialer{}
	if q.from != "" {
		dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(q.from)}
	}
	transport := &http.Transport{DisableKeepAlives: true, DisableCompression: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return dialer.DialContext(ctx, "tcp", r.address)
	}}
	request, err := http.NewRequest("GET", "http://lb"+max(q.path, "/"), nil)
	if err != nil {
		r.t.Fatal(err)
	}
	for name, value := range q.header {
		request.Header.Set(name, value)
	}
	request.Header.Set("X-Hold", q.hold)
	answer, err := transport.RoundTrip(request)
	if err != nil {
		r.t.Fatal(err)
	}
	return answer.Header.Get("X-Server"), answer.Body
}

// drain reads an answer to its end.
func (r *real) drain(body io.ReadCloser) {
	r.t.Helper()
	if _, err := io.Copy(io.Discard, body); err != nil {
		r.t.Fatal(err)
	}
	if err := body.Close(); err != nil {
		r.t.Fatal(err)
	}
}

// same compares n picks, one after the other.
func (r *real) same(n int, queries func(i int) query) {
	r.t.Helper()
	var got, want []string
	for i := range n {
		q := queries(i)
		name, x, ticket := r.expect(q)
		want = append(want, name)
		who, body := r.ask(q)
		r.drain(body)
		r.lb.Finish(0, x, ticket, balancer.OK)
		got = append(got, who)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		r.t.Errorf("HAProxy picks\n%v, lbsim\n%v", got, want)
	}
}

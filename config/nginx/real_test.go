package nginx_test

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
	"lbsim/config/nginx"
	"lbsim/random"
)

// real is NGINX itself with an upstream, in front of servers that say their names, and
// beside it lbsim's balancer with that configuration, read.
type real struct {
	t       *testing.T
	address string
	lb      *balancer.Balancer
	names   []string          // of the pool's endpoints, by slot
	servers map[string]string // the servers' names by those of endpoints; "": it refuses
	id      uint64
}

// installed reports whether NGINX is here, and says so where it is not.
func installed(t *testing.T) bool {
	t.Helper()
	_, err := exec.LookPath("nginx")
	if err != nil {
		t.Log("NOT CHECKED: nginx is not installed")
	}
	return err == nil
}

// frame is the configuration around an upstream. One process, because each has a balancer
// of its own; the listener is the test's, so that a request waits for NGINX to begin and
// nobody has to look whether it has.
const frame = `daemon off;
worker_processes 1;
pid DIR/pid;
error_log stderr crit;
events { worker_connections 1024; }
http {
	access_log off;
	client_body_temp_path DIR/body; proxy_temp_path DIR/proxy; fastcgi_temp_path DIR/fastcgi; uwsgi_temp_path DIR/uwsgi; scgi_temp_path DIR/scgi;
	keepalive_timeout 0;
	upstream servers {
UPSTREAM
	}
	server {
		listen LISTEN;
		location / { proxy_buffering off; proxy_pass http://servers; }
	}
}
`

// start starts both. Of an upstream's lines {name} is the address of a server that answers
// with that name, once the request's header X-Hold, a channel's name, lets it; {-} is one
// that refuses connections.
func start(t *testing.T, upstream string, held map[string]chan struct{}) *real {
	t.Helper()
	r := &real{t: t, servers: map[string]string{}}
	for _, part := range strings.Split(upstream, "{")[1:] {
		name, _, _ := strings.Cut(part, "}")
		where := r.serve(name, held)
		upstream = strings.Replace(upstream, "{"+name+"}", where, 1)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.address = listener.Addr().String()
	text := strings.NewReplacer("DIR", t.TempDir(), "LISTEN", r.address, "UPSTREAM", upstream).Replace(frame)
	r.predict(text)
	r.run(text, listener.(*net.TCPListener))
	return r
}

// serve starts a server and returns where it is.
func (r *real) serve(name string, held map[string]chan struct{}) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("X-Server", name)
		w.(http.Flusher).Flush()
		if c := held[q.Header.Get("X-Hold")]; c != nil {
			<-c
		}
	}))
	where := s.Listener.Addr().String()
	r.servers[where] = name
	if name == "-" {
		s.Close()
		r.servers[where] = ""
	} else {
		r.t.Cleanup(s.Close)
	}
	return where
}

// run starts NGINX, which inherits the listener as one does whose program is replaced.
func (r *real) run(text string, listener *net.TCPListener) {
	t := r.t
	t.Helper()
	file := filepath.Join(t.TempDir(), "nginx.conf")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	inherited, err := listener.File()
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	command := exec.Command("nginx", "-c", file, "-e", "stderr")
	command.Env = append(os.Environ(), "NGINX=3;")
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
	for _, c := range []io.Closer{inherited, listener} { // NGINX has its own
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// predict makes lbsim's balancer.
func (r *real) predict(text string) {
	t := r.t
	t.Helper()
	c, err := nginx.Read(foreign.Source{Name: "nginx.conf", Text: []byte(text), Version: "1.22"})
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

// query is a request: what is hashed of it, and what NGINX is sent.
type query struct {
	path, key string
	header    map[string]string
	from      string // the client's address; "": 127.0.0.1
	hold      string
}

// expect is whom lbsim picks in the end, and that attempt: one that meets a server which
// refuses is tried again.
func (r *real) expect(q query) (string, *balancer.Request, balancer.Ticket) {
	r.t.Helper()
	r.id++
	x := &balancer.Request{ID: r.id, Idempotent: true}
	if q.key != "" {
		x.Key, x.HasKey = r.lb.HashKey(0, []byte(q.key)), true
	}
	x.Client = netip.MustParseAddr("127.0.0.1")
	if q.from != "" {
		x.Client = netip.MustParseAddr(q.from)
	}
	for d := r.lb.Start(0, x); ; {
		if d.Kind != balancer.Send {
			return "nobody", x, balancer.Ticket{}
		}
		if name := r.servers[r.names[d.Ticket.Slot]]; name != "" {
			return name, x, d.Ticket
		}
		d = r.lb.Finish(0, x, d.Ticket, balancer.Unreachable)
	}
}

// ask sends a request on a connection of its own and returns who answers, and its body,
// whose end comes when NGINX has closed the connection and counts it no more.
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
	if answer.StatusCode == http.StatusBadGateway {
		return "nobody", answer.Body
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
		if name != "nobody" {
			r.lb.Finish(0, x, ticket, balancer.OK)
		}
		got = append(got, who)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		r.t.Errorf("NGINX picks\n%v, lbsim\n%v", got, want)
	}
}

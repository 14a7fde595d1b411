package proxy

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lbsim/config"
)

// No test leaves a goroutine behind. The binary is also a peer of BenchmarkPeers.
func TestMain(m *testing.M) {
	if name := os.Getenv(peerName); name != "" {
		servePeer(name)
	}
	goleak.VerifyTestMain(m)
}

// running is a proxy at an address of its own.
type running struct {
	*Proxy
	server *Server
	url    string
	addr   string
	log    *lines
	closed chan struct{} // once it takes no connections any more
	down   func() error
}

// door is a listener that says when it is closed.
type door struct {
	net.Listener
	closed func()
}

func (d door) Close() error {
	defer d.closed()
	return d.Listener.Close()
}

// lines is a log that can be read while it is written, and waited for.
type lines struct {
	mu   sync.Mutex
	all  bytes.Buffer
	more chan struct{} // closed when there is more; nil: nobody waits
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.more != nil {
		close(l.more)
		l.more = nil
	}
	return l.all.Write(b)
}

// next is closed when something is written from now on.
func (l *lines) next() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.more == nil {
		l.more = make(chan struct{})
	}
	return l.more
}

// until waits for something after which there is a line.
func (l *lines) until(t testing.TB, what string, holds func(log string) bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		more := l.next()
		if holds(l.String()) {
			return
		}
		select {
		case <-more:
		case <-deadline:
			t.Fatalf("%s: it did not come", what)
		}
	}
}

// says waits for a line that holds a text.
func (l *lines) says(t testing.TB, text string) {
	t.Helper()
	l.until(t, text, func(log string) bool { return strings.Contains(log, text) })
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

func read(t testing.TB, text string) *config.Balancer {
	t.Helper()
	cfg, err := config.ReadProxy("lb.yaml", strings.NewReader("listen: 127.0.0.1:0\n"+text))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// start runs a proxy of a configuration without its listen.
func start(t testing.TB, text string, o ...Options) *running {
	t.Helper()
	log := &lines{}
	options := Options{}
	if len(o) > 0 {
		options = o[0]
	}
	options.Log = slog.New(slog.NewTextHandler(log, nil))
	options.Access = slog.New(slog.NewTextHandler(log, nil))
	p, err := New(read(t, text), options)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &running{Proxy: p, server: p.NewServer(), addr: l.Addr().String(), url: "http://" + l.Addr().String(), log: log, closed: make(chan struct{})}
	served := make(chan error, 1)
	go func() { served <- r.server.Serve(door{l, sync.OnceFunc(func() { close(r.closed) })}) }()
	r.down = sync.OnceValue(func() error {
		err := r.server.Shutdown()
		<-served
		p.Close()
		return err
	})
	t.Cleanup(func() { _ = r.down() })
	return r
}

// servers starts handlers and returns the endpoints: of a configuration, named a, b, …
func servers(t testing.TB, handlers ...http.HandlerFunc) (text string, all []*httptest.Server) {
	text = "endpoints:\n"
	for i, h := range handlers {
		s := httptest.NewServer(h)
		t.Cleanup(s.Close)
		all = append(all, s)
		text += fmt.Sprintf("  - {name: %c, address: %q}\n", 'a'+i, s.Listener.Addr())
	}
	return text, all
}

// named answers with a name.
func named(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, name) }
}

// client is a client with connections of its own.
func client(t testing.TB) *http.Client {
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 20 * time.Second}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// get asks for a page and returns its status and body.
func get(t testing.TB, c *http.Client, url string) (int, string) {
	t.Helper()
	answer, err := c.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// settle waits, as a shutdown does, until no request is under way, and looks whether the
// balancer knows that.
func (r *running) settle(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if !r.server.idle(ctx) {
		t.Fatalf("%d requests are under way", r.active.Load())
	}
	for _, pool := range r.State() {
		for _, s := range pool.Servers {
			if s.InFlight != 0 {
				t.Errorf("%s has %d requests, and nothing is under way", s.Name, s.InFlight)
			}
		}
	}
}

func (r *running) ready() int {
	n := 0
	for _, pool := range r.State() {
		for _, s := range pool.Servers {
			if s.Ready {
				n++
			}
		}
	}
	return n
}

// load sends GETs from several clients until stop is called, which returns how many were
// answered well and what went wrong.
func (r *running) load(t *testing.T, clients int, path string) (stop func() (good int64, wrong []string)) {
	return r.requests(t, clients, func(int64) string { return path }, func(_, body string) bool { return true })
}

// requests is load with a path for each request, by its number, and a say in which answers
// are right.
func (r *running) requests(t *testing.T, clients int, path func(n int64) string, right func(path, body string) bool) (stop func() (good int64, wrong []string)) {
	var next, good atomic.Int64
	var mu sync.Mutex
	var wrong []string
	var all sync.WaitGroup
	done := make(chan struct{})
	c := client(t)
	for range clients {
		all.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				path := path(next.Add(1))
				status, body := 0, []byte(nil)
				answer, err := c.Get(r.url + path)
				if err == nil {
					status = answer.StatusCode
					body, err = io.ReadAll(answer.Body)
					answer.Body.Close()
				}
				if err == nil && status == http.StatusOK && right(path, string(body)) {
					good.Add(1)
					continue
				}
				mu.Lock()
				wrong = append(wrong, fmt.Sprintf("%s: %d %.100s %v", path, status, body, err))
				mu.Unlock()
			}
		})
	}
	return func() (int64, []string) {
		close(done)
		all.Wait()
		return good.Load(), wrong
	}
}

func TestBalances(t *testing.T) {
	text, _ := servers(t, named("a"), named("b"), named("c"))
	r := start(t, "algorithm: round_robin\n"+text)
	c := client(t)
	counts := map[string]int{}
	for range 30 {
		status, body := get(t, c, r.url)
		if status != 200 {
			t.Fatal(status)
		}
		counts[body]++
	}
	if counts["a"] != 10 || counts["b"] != 10 || counts["c"] != 10 {
		t.Errorf("%v", counts)
	}
	for _, pool := range r.State() {
		for _, s := range pool.Servers {
			if s.InFlight != 0 {
				t.Errorf("%s has %d in flight", s.Name, s.InFlight)
			}
		}
	}
}

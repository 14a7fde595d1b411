package proxy

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"syscall"
	"testing"
	"time"

	"lbsim/balancer"
	"lbsim/clock"
)

// bare is a guard with everything that a balancer can have on, and n endpoints.
func bare(tb testing.TB, text string, n int) *Guard {
	s, err := newSettings(read(tb, text+"endpoints: [{name: x, address: \"127.0.0.1:1\"}]\n"), nil)
	if err != nil {
		tb.Fatal(err)
	}
	p, err := New(s.file, Options{Log: slog.New(slog.DiscardHandler), Seed: 1})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(p.Close)
	var members []balancer.Endpoint
	for i := range n {
		members = append(members, balancer.Endpoint{Name: fmt.Sprint("s", i), Address: "127.0.0.1:1", Weight: 1})
	}
	p.guard.mu.Lock()
	defer p.guard.mu.Unlock()
	p.guard.populate(0, "default", members, p.metrics.server)
	return p.guard
}

// An attempt under the guard, from the pick to its end: two calls. It allocates nothing.
func BenchmarkGuard(b *testing.B) {
	for _, c := range []struct{ name, text string }{
		{"round_robin", "algorithm: rr\n"}, {"least_connections", "algorithm: lc\n"}, {"peak_ewma", "algorithm: peak_ewma\n"},
		{"all", "algorithm: peak_ewma\nhealth: {passive: {}}\nretries: {attempts: 3}\nlimits: {requests: 10000}\n"},
	} {
		b.Run(c.name, func(b *testing.B) {
			g := bare(b, c.text, 100)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				x := &exchange{}
				x.attempt = &x.first
				for pb.Next() {
					x.request = balancer.Request{Idempotent: true}
					g.start(x)
					g.finish(x, x.attempt, balancer.OK, nil)
				}
			})
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/2, "ns/call")
		})
	}
}

// TestGuardDoesNotAllocate holds what the benchmark shows.
func TestGuardDoesNotAllocate(t *testing.T) {
	g := bare(t, "algorithm: peak_ewma\nhealth: {passive: {}}\nretries: {attempts: 3}\nlimits: {requests: 10000}\n", 100)
	at := clock.Time(time.Now().UnixNano())
	g.mu.Lock()
	g.now = func() clock.Time { return at } // nothing comes due
	g.mu.Unlock()
	x := &exchange{}
	x.attempt = &x.first
	if n := testing.AllocsPerRun(1000, func() {
		x.request = balancer.Request{Idempotent: true}
		g.start(x)
		g.finish(x, x.attempt, balancer.OK, nil)
	}); n > 0 {
		t.Errorf("%v allocations for an attempt", n)
	}
}

// processorTime is what the process has used.
func processorTime() time.Duration {
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// A request through the proxy, with all of the balancing on and the access log off,
// against a plain reverse proxy in the same process: client and server are in it as well,
// so what each costs beyond asking the server directly (direct) is what to compare.
func BenchmarkRequest(b *testing.B) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello, world\n") }))
	b.Cleanup(backend.Close)
	target, _ := url.Parse(backend.URL)
	plain := &httputil.ReverseProxy{Rewrite: func(pr *httputil.ProxyRequest) { pr.SetURL(target); pr.SetXForwarded() },
		Transport: &http.Transport{MaxIdleConnsPerHost: mostIdle}, BufferPool: buffers{}}
	text := fmt.Sprintf(`
algorithm: least_connections
health: {active: {interval: 1s}, passive: {}}
retries: {attempts: 3, conditions: [connect_failure, reset, "503"]}
limits: {requests: 10000}
endpoints: [{name: a, address: %[1]q}, {name: b, address: %[1]q}, {name: c, address: %[1]q}]
`, target.Host)
	balancing := func(text string) *Proxy {
		p, err := New(read(b, text), Options{Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(p.Close)
		p.Warm(b.Context())
		return p
	}
	for _, c := range []struct {
		name    string
		handler http.Handler
	}{{"direct", nil}, {"plain", plain}, {"lbsim", balancing(text)}, {"waf", balancing(text + "waf: {core_rule_set: {}}\n")}} {
		b.Run(c.name, func(b *testing.B) {
			url := backend.URL
			if c.handler != nil {
				front := httptest.NewServer(c.handler)
				defer front.Close()
				url = front.URL
			}
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
			defer client.CloseIdleConnections()
			b.SetParallelism(16)
			b.ResetTimer()
			began := processorTime()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					answer, err := client.Get(url)
					if err != nil {
						b.Error(err)
						return
					}
					_, _ = io.Copy(io.Discard, answer.Body)
					answer.Body.Close()
				}
			})
			b.ReportMetric(float64(processorTime()-began)/float64(b.N), "cpu-ns/op")
		})
	}
	plain.Transport.(*http.Transport).CloseIdleConnections()
}

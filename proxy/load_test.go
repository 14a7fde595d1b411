package proxy

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// ledger is which requests, by a number in their path, servers have been asked for.
type ledger struct {
	mu    sync.Mutex
	asked map[string]int
	total atomic.Int64
}

func (l *ledger) note(path string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked[path]++
	l.total.Add(1)
}

// A rolling drain under load, twice around: every request is answered, and each was sent
// to one server once.
func TestRollingDrainUnderLoad(t *testing.T) {
	l := &ledger{asked: map[string]int{}}
	serve := func(w http.ResponseWriter, r *http.Request) { l.note(r.URL.Path); io.WriteString(w, r.URL.Path) }
	text, _ := servers(t, serve, serve, serve)
	r := start(t, "algorithm: least_connections\nretries: {attempts: 3, budget: unlimited}\n"+text)
	stop := r.requests(t, 16, func(n int64) string { return fmt.Sprint("/", n) }, func(path, body string) bool { return path == body })
	for i := range 6 {
		name := string(rune('a' + i%3))
		if err := r.guard.drain("default", name); err != nil {
			t.Fatal(err)
		}
		r.log.until(t, name+" has drained", func(log string) bool { return strings.Count(log, "msg=drained pool=default server="+name) > i/3 })
		if err := r.guard.enable("default", name); err != nil {
			t.Fatal(err)
		}
		seen := l.total.Load()
		r.log.until(t, "traffic goes on", func(string) bool { return l.total.Load() > seen+50 })
	}
	good, wrong := stop()
	if len(wrong) > 0 || good < 300 {
		t.Errorf("%d good, %d failed: %.3v", good, len(wrong), wrong)
	}
	for path, n := range l.asked {
		if n != 1 {
			t.Errorf("%s was sent %d times", path, n)
		}
	}
}

// A server that hangs under load, its connections open and silent, costs no idempotent
// request: the time of an attempt ends those that are there, checks take it out, and once
// it goes on it has traffic again. What was answered is never sent again.
func TestServerHangsUnderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const begins, ends, stops = 2 * time.Second, 10 * time.Second, 15 * time.Second
		asked := map[string]*ledger{"a": {asked: map[string]int{}}, "b": {asked: map[string]int{}}}
		var again atomic.Int64
		s := bubble(t, `
algorithm: round_robin
health: {active: {path: /healthz, interval: 500ms, timeout: 400ms, unhealthy: 1, healthy: 1}}
retries: {attempts: 2, conditions: [timeout], per_try_timeout: 300ms, backoff: {base: 1ms}, budget: unlimited}
`+ab, func(name string, at time.Duration, r *http.Request) (int, time.Duration) {
			switch {
			case name == "a" && at > begins && at < ends:
				return 200, ends - at
			case r.URL.Path != "/healthz":
				asked[name].note(r.URL.Path)
			}
			if name == "a" && at > ends {
				again.Add(1)
			}
			return 200, 50 * time.Millisecond
		})
		defer s.Close()
		s.Warm(t.Context())
		var next, retried, slow atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for time.Since(s.began) < stops {
					path, w, began := fmt.Sprint("/", next.Add(1)), httptest.NewRecorder(), time.Now()
					s.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
					if w.Code != 200 {
						t.Errorf("%s: %d", path, w.Code)
					}
					if took := time.Since(began); took > 300*time.Millisecond {
						retried.Add(1)
						if time.Since(s.began) > begins+time.Second+300*time.Millisecond {
							slow.Add(1)
						}
					}
				}
			})
		}
		all.Wait()
		if retried.Load() == 0 || slow.Load() > 0 || again.Load() < 100 {
			t.Errorf("%d were tried again, %d after it should have been noticed, %d after it came back", retried.Load(), slow.Load(), again.Load())
		}
		for name, l := range asked {
			for path, n := range l.asked {
				if n > 1 {
					t.Errorf("%s was answered by %s, and sent there again", path, name)
				}
			}
		}
		s.mustBeIdle(t)
		time.Sleep(time.Minute) // the servers notice
	})
}

// A body that is too long is refused as soon as that shows, also where no length is told.
func TestBodyWithoutEnd(t *testing.T) {
	text, _ := servers(t, func(w http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body) })
	r := start(t, "algorithm: rr\nretries: {attempts: 2}\nhttp: {max_body: 64KiB}\n"+text)
	answer, err := client(t).Post(r.url, "text/plain", io.LimitReader(endless{}, 100<<20))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusRequestEntityTooLarge {
		t.Error(answer.Status)
	}
	r.settle(t)
}

// endless is a text of x.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

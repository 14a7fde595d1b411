package proxy

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A copy goes to another server when its time has come, the first good answer is the
// client's, and nothing stays under way. The instants are the simulator's: those of the
// balancer's own transcripts (balancer/testdata/hedges.txt).
func TestHedges(t *testing.T) {
	const ms = time.Millisecond
	type reply struct {
		status int
		after  time.Duration
	}
	for _, c := range []struct {
		name, text, method, body string
		replies                  []reply // of a, b and c
		status                   int
		took                     time.Duration
		asked                    string // who, and when
	}{
		{"the copy wins", "hedge: {delay: 10ms, budget: unlimited}\n", "GET", "", []reply{{200, 30 * ms}, {200, 5 * ms}}, 200, 15 * ms, "a@0s b@10ms"},
		{"the first wins", "hedge: {delay: 10ms, budget: unlimited}\n", "GET", "", []reply{{200, 12 * ms}, {200, 5 * ms}}, 200, 12 * ms, "a@0s b@10ms"},
		{"no copy is needed", "hedge: {delay: 10ms, budget: unlimited}\n", "GET", "", []reply{{200, 9 * ms}}, 200, 9 * ms, "a@0s"},
		{"a POST has none", "hedge: {delay: 10ms, budget: unlimited}\n", "POST", "x", []reply{{200, 30 * ms}}, 200, 30 * ms, "a@0s x"},
		{"a POST that may", "hedge: {delay: 10ms, methods: any, budget: unlimited}\n", "POST", "x", []reply{{200, 30 * ms}, {200, 5 * ms}}, 200, 15 * ms, "a@0s x b@10ms x"},
		{"a body that is too long", "hedge: {delay: 10ms, budget: unlimited}\nhttp: {buffer: 3B}\n", "PUT", "long", []reply{{200, 30 * ms}}, 200, 30 * ms, "a@0s long"},
		{"three copies", "hedge: {delay: 10ms, attempts: 3, budget: unlimited}\n", "GET", "", []reply{{200, 50 * ms}, {200, 60 * ms}, {200, 70 * ms}}, 200, 50 * ms, "a@0s b@10ms c@20ms"},
		{"a copy that fails ends nothing", "hedge: {delay: 10ms, budget: unlimited}\n", "GET", "", []reply{{200, 25 * ms}, {503, 2 * ms}}, 200, 25 * ms, "a@0s b@10ms"},
		{"one that retries cover brings the next", "hedge: {delay: 10ms, attempts: 3, budget: unlimited}\nretries: {conditions: [\"503\"], backoff: {base: 0s}, budget: unlimited}\n", "GET", "",
			[]reply{{200, 25 * ms}, {503, 2 * ms}, {200, 5 * ms}}, 200, 17 * ms, "a@0s b@10ms c@12ms"},
		{"a retry where nothing is in flight", "hedge: {delay: 10ms, attempts: 2, budget: unlimited}\nretries: {conditions: [\"503\"], backoff: {base: 0s}, budget: unlimited}\n", "PUT", "y",
			[]reply{{503, 2 * ms}, {200, 3 * ms}}, 200, 5 * ms, "a@0s y b@2ms y"},
		{"all at once", "hedge: {delay: 0s, attempts: 3, budget: unlimited}\n", "GET", "", []reply{{200, 30 * ms}, {500, 1 * ms}, {200, 5 * ms}}, 200, 5 * ms, "a@0s b@0s c@0s"},
		{"all fail", "hedge: {delay: 10ms, budget: unlimited}\n", "GET", "", []reply{{500, 12 * ms}, {502, 5 * ms}}, 502, 15 * ms, "a@0s b@10ms"},
		{"on the time of an attempt", "hedge: {on_per_try_timeout: true, budget: unlimited}\nretries: {per_try_timeout: 20ms}\n", "GET", "", []reply{{200, 30 * ms}, {200, 50 * ms}}, 200, 30 * ms, "a@0s b@20ms"},
		{"the time of the request is over", "hedge: {delay: 10ms, budget: unlimited}\ntimeouts: {request: 40ms}\n", "GET", "", []reply{{200, time.Minute}, {200, time.Minute}}, 504, 40 * ms, "a@0s b@10ms"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				var asked []string
				s := bubble(t, "algorithm: rr\n"+c.text+"endpoints: [{name: a, address: \"a:80\"}, {name: b, address: \"b:80\"}, {name: c, address: \"c:80\"}]\n",
					func(name string, at time.Duration, r *http.Request) (int, time.Duration) {
						body, _ := io.ReadAll(r.Body)
						mu.Lock()
						defer mu.Unlock()
						asked = append(asked, strings.TrimSpace(fmt.Sprintf("%s@%v %s", name, at, body)))
						reply := c.replies[name[0]-'a']
						return reply.status, reply.after
					})
				defer s.Close()
				if status, took := s.ask(c.method, c.body); status != c.status || took != c.took {
					t.Errorf("%d after %v, want %d after %v", status, took, c.status, c.took)
				}
				mu.Lock()
				slices.Sort(asked)
				if got := strings.Join(asked, " "); got != c.asked {
					t.Errorf("asked: %s, want %s", got, c.asked)
				}
				mu.Unlock()
				s.mustBeIdle(t)
				time.Sleep(2 * time.Minute) // the servers notice
			})
		})
	}
}

// mustBeIdle looks whether anything is left of requests that are over.
func (p *Proxy) mustBeIdle(t *testing.T) {
	t.Helper()
	for _, pool := range p.State() {
		for _, s := range pool.Servers {
			if s.InFlight != 0 {
				t.Errorf("%s has %d in flight", s.Name, s.InFlight)
			}
		}
	}
	p.guard.mu.Lock()
	defer p.guard.mu.Unlock()
	if p.guard.running.first != nil || len(p.guard.hedging) > 0 || len(p.guard.waiting) > 0 {
		t.Errorf("%v is under way, %d may be copied, %d wait", p.guard.running.first, len(p.guard.hedging), len(p.guard.waiting))
	}
}

// A client that goes away ends all attempts, and nothing of it speaks against a server.
func TestHedgedClientGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := bubble(t, "algorithm: rr\nhedge: {delay: 10ms, budget: unlimited}\nhealth: {passive: {consecutive_failures: 1, max_ejected: 100%}}\n"+ab,
			func(string, time.Duration, *http.Request) (int, time.Duration) { return 200, time.Minute })
		defer s.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		defer cancel()
		s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil).WithContext(ctx))
		synctest.Wait()
		s.mustBeIdle(t)
		for _, x := range s.State()[0].Servers {
			if !x.Ready {
				t.Errorf("%s: %v", x.Name, x.Against)
			}
		}
		time.Sleep(2 * time.Minute)
	})
}

// A mirror gets a copy of a request with its body, and what becomes of that is nobody's
// business: the client neither waits for it nor sees it.
func TestMirrors(t *testing.T) {
	copies := make(chan string, 10)
	mirrored := func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		copies <- fmt.Sprintf("%s %s %s %q for %s", r.Method, r.Host, r.URL, body, r.Header.Get("X-Forwarded-For"))
		<-r.Context().Done() // it never answers
	}
	live := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) }))
	defer live.Close()
	_, shadows := servers(t, mirrored)
	r := start(t, fmt.Sprintf(`algorithm: rr
http: {buffer: 10B}
pools:
  live: {endpoints: [{name: a, address: %q}]}
  new: {endpoints: [{name: b, address: %q}]}
routes: [{pool: live, mirror: {pool: new}}]
`, live.Listener.Addr(), shadows[0].Listener.Addr()))
	c := client(t)
	for _, x := range []struct {
		method, body string
		copied       bool
	}{{"GET", "", true}, {"POST", "short", true}, {"POST", "too long to be held", false}} {
		q, _ := http.NewRequest(x.method, r.url+"/p?q=1", strings.NewReader(x.body))
		q.Host = "example.com"
		answer, err := c.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode != 200 || string(got) != x.body {
			t.Errorf("%s %q: %d %q", x.method, x.body, answer.StatusCode, got)
		}
		if want := fmt.Sprintf("%s example.com /p?q=1 %q for 127.0.0.1", x.method, x.body); x.copied {
			if got := <-copies; got != want {
				t.Errorf("the mirror got %s, want %s", got, want)
			}
		}
	}
	_, scraped := ask(r.Admin("", func() error { return nil }), "GET", "/metrics", "")
	for _, want := range []string{`lbsim_mirrored_total{pool="new",result="sent"} 2`, `lbsim_mirrored_total{pool="new",result="not_copied"} 1`} {
		if !strings.Contains(scraped, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if err := r.down(); err != nil { // it waits for no copy
		t.Error(err)
	}
	r.mustBeIdle(t)
	if len(copies) > 0 {
		t.Errorf("also a copy of %s", <-copies)
	}
}

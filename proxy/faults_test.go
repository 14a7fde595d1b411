package proxy

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"lbsim/balancer"
)

// A server that dies under load costs no idempotent request: what was on its way to it
// goes elsewhere, and when it is back it has traffic again.
func TestServerKilledUnderLoad(t *testing.T) {
	work := func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.Repeat("x", 1000)) }
	text, backends := servers(t, work, work, work)
	r := start(t, `
algorithm: least_connections
health: {active: {interval: 20ms, timeout: 5s, unhealthy: 2}, passive: {consecutive_failures: 3, ejection_time: 100ms, interval: 100ms, max_ejected: 50%}}
retries: {attempts: 3, backoff: {base: 1ms}, budget: unlimited}
`+text)
	r.Warm(t.Context())
	stop := r.load(t, 16, "/")
	address := backends[0].Listener.Addr().String()
	for range 3 {
		backends[0].Listener.Close()
		backends[0].CloseClientConnections()
		r.log.until(t, "it is noticed", func(string) bool { return r.ready() == 2 })
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		again := &http.Server{Handler: http.HandlerFunc(work)}
		go again.Serve(l)
		r.log.until(t, "it is back", func(string) bool { return r.ready() == 3 })
		again.Close()
		r.log.until(t, "it is noticed again", func(string) bool { return r.ready() == 2 })
	}
	good, wrong := stop()
	if len(wrong) > 0 || good == 0 {
		t.Errorf("%d good, %d failed: %.3v", good, len(wrong), wrong)
	}
	if log := r.log.String(); !strings.Contains(log, "pool=default server=a") || !strings.Contains(log, "attempts=2") {
		t.Errorf("nothing died or nothing was tried again: the case was not exercised: %.2000s", log)
	}
}

// A drain lets everything end that has begun, and brings nothing new.
func TestDrainLosesNothing(t *testing.T) {
	var begun [2]atomic.Int64
	came := make(chan bool, 40)
	hold := make(chan struct{})
	slow := func(i int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			begun[i].Add(1)
			came <- true
			if r.URL.Path == "/slow" {
				<-hold
			}
			fmt.Fprint(w, i)
		}
	}
	text, _ := servers(t, slow(0), slow(1))
	r := start(t, "algorithm: round_robin\n"+text)
	var all sync.WaitGroup
	var good atomic.Int64
	c := client(t)
	for range 10 {
		all.Go(func() {
			if answer, err := c.Get(r.url + "/slow"); err == nil && answer.StatusCode == 200 {
				answer.Body.Close()
				good.Add(1)
			}
		})
	}
	for range 10 {
		<-came
	}
	if err := r.guard.drain("default", "a"); err != nil {
		t.Fatal(err)
	}
	before := begun[0].Load()
	for range 20 {
		if status, body := get(t, c, r.url); status != 200 || body != "1" {
			t.Fatalf("%d %s", status, body)
		}
	}
	close(hold)
	all.Wait()
	if good.Load() != 10 || begun[0].Load() != before {
		t.Errorf("%d of 10 answered, %d new at a", good.Load(), begun[0].Load()-before)
	}
	r.log.says(t, "msg=drained pool=default server=a")
	if err := r.guard.enable("default", "a"); err != nil {
		t.Fatal(err)
	}
	if r.ready() != 2 {
		t.Error("a is not back")
	}
}

// What still runs when the time to drain is over is ended, and tried elsewhere if it may be.
func TestDrainOver(t *testing.T) {
	hang := func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	text, _ := servers(t, hang, named("b"))
	r := start(t, "algorithm: round_robin\ndrain: {timeout: 50ms}\nretries: {attempts: 2, backoff: {base: 0s}}\n"+text)
	c := client(t)
	answers := make(chan string, 2)
	for range 2 {
		go func() {
			answer, err := c.Get(r.url)
			if err != nil {
				answers <- err.Error()
				return
			}
			body, _ := io.ReadAll(answer.Body)
			answer.Body.Close()
			answers <- string(body)
		}()
	}
	if got := <-answers; got != "b" {
		t.Fatal(got)
	}
	if err := r.guard.drain("default", "a"); err != nil {
		t.Fatal(err)
	}
	if got := <-answers; got != "b" {
		t.Error(got)
	}
	r.log.says(t, "msg=drain_over")
}

// A reload drops nothing, keeps what is known of endpoints that stay, and a bad one
// changes nothing.
func TestReload(t *testing.T) {
	var served atomic.Int64
	counted := func(name string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { served.Add(1); fmt.Fprint(w, name) }
	}
	text, _ := servers(t, counted("a"), counted("b"), counted("c"))
	two := text[:strings.LastIndex(text, "  - ")]
	r := start(t, "algorithm: round_robin\nretries: {attempts: 2}\n"+text)
	if err := r.guard.drain("default", "b"); err != nil {
		t.Fatal(err)
	}
	stop := r.load(t, 8, "/")
	for i := 0; i < 100 || served.Load() < 100; i++ {
		algorithm := []string{"round_robin", "least_connections", "power_of_two"}[i%3]
		also := []string{"", "limits: {requests: 1000}\n", "limits: {requests: 4, queue: {size: 100}}\n", "hedge: {attempts: 2, delay: 1s}\n"}[i%4]
		endpoints := text
		if i%2 == 0 {
			endpoints = two
		}
		if err := r.Reload(read(t, "algorithm: "+algorithm+"\nretries: {attempts: 2}\n"+also+endpoints)); err != nil {
			t.Fatal(err)
		}
	}
	good, wrong := stop()
	if len(wrong) > 0 || good == 0 {
		t.Errorf("%d good, %d failed: %.3v", good, len(wrong), wrong)
	}
	if state := r.State()[0].Servers[1]; state.Ready || len(state.Against) != 1 || state.Against[0] != "draining" {
		t.Errorf("b drained before, and now %+v", state)
	}
	if err := r.Reload(read(t, "algorithm: power_of_two\n"+text)); err != nil {
		t.Fatal(err)
	}
	for _, change := range []string{"access_log: stdout\n", "timeouts: {idle: 1s}\n", "http: {max_header: 8KiB}\n"} {
		cfg := read(t, "algorithm: rr\n"+change+text)
		if err := r.Reload(cfg); err == nil || !strings.Contains(err.Error(), "can't be changed") {
			t.Errorf("%s: %v", change, err)
		}
	}
	if got := r.State()[0].Algorithm; got != "power_of_two" {
		t.Errorf("%s after reloads that were refused", got)
	}
}

// What a client is told where there is no answer to pass on.
func TestStatuses(t *testing.T) {
	refused, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := refused.Addr().String()
	refused.Close()
	breaks := func(w http.ResponseWriter, r *http.Request) {
		c, _, _ := http.NewResponseController(w).Hijack()
		c.Close()
	}
	hangs := func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	busy := func(w http.ResponseWriter, r *http.Request) { http.Error(w, "busy", http.StatusServiceUnavailable) }
	on := func(h http.HandlerFunc) string {
		text, _ := servers(t, h)
		return text
	}
	for _, c := range []struct {
		name, text, method string
		want               int
	}{
		{"nobody listens", fmt.Sprintf("endpoints: [{name: a, address: %q}]\n", nobody), "GET", 503},
		{"the connection breaks", on(breaks), "GET", 502},
		{"an attempt takes too long", "retries: {per_try_timeout: 30ms}\n" + on(hangs), "GET", 504},
		{"the request takes too long", "timeouts: {request: 30ms}\n" + on(hangs), "GET", 504},
		{"the server says so itself", on(busy), "GET", 503},
		{"the body is too long", "http: {max_body: 3B}\n" + on(named("a")), "POST", 413},
		{"no route", "pools: {p: {" + strings.ReplaceAll(strings.TrimSpace(on(named("a"))), "endpoints:\n  - ", "endpoints: [") + "]}}\nroutes: [{pool: p, match: {path: /x}}]\n", "GET", 404},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := start(t, "algorithm: round_robin\n"+c.text)
			var body io.Reader
			if c.method == "POST" {
				body = strings.NewReader("0123456789")
			}
			q, _ := http.NewRequest(c.method, r.url, body)
			answer, err := client(t).Do(q)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if answer.StatusCode != c.want {
				t.Errorf("%d, want %d; %s", answer.StatusCode, c.want, r.log)
			}
		})
	}
}

// What has gone out is never sent twice: an answer that breaks off breaks off, and a POST
// that may have arrived is not sent again.
func TestNeverTwice(t *testing.T) {
	var posts, gets atomic.Int64
	half := func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "POST" {
			posts.Add(1)
			io.Copy(io.Discard, r.Body)
		} else {
			gets.Add(1)
			w.Header().Set("Content-Length", "10000")
			w.Write(make([]byte, 5000))
			http.NewResponseController(w).Flush()
		}
		c, _, _ := http.NewResponseController(w).Hijack()
		c.Close()
	}
	text, _ := servers(t, half, half)
	r := start(t, "algorithm: rr\nretries: {attempts: 3, backoff: {base: 0s}, budget: unlimited}\n"+text)
	c := client(t)
	answer, err := c.Get(r.url)
	if err == nil {
		_, err = io.ReadAll(answer.Body)
		answer.Body.Close()
	}
	if err == nil || gets.Load() != 1 {
		t.Errorf("error %v, %d attempts", err, gets.Load())
	}
	answer, err = c.Post(r.url, "text/plain", strings.NewReader("once"))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != 502 || posts.Load() != 1 {
		t.Errorf("status %d, %d attempts", answer.StatusCode, posts.Load())
	}
}

// A body is sent again as it was, as far as it is kept.
func TestBodySentAgain(t *testing.T) {
	var tries atomic.Int64
	flaky := func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if tries.Add(1)%2 == 1 {
			http.Error(w, "busy", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprint(w, len(body))
	}
	text, _ := servers(t, flaky)
	r := start(t, "algorithm: rr\nretries: {attempts: 2, conditions: [\"503\"], backoff: {base: 0s}, budget: unlimited}\nhttp: {buffer: 100kB}\n"+text)
	c := client(t)
	for _, x := range []struct{ size, status, tries int }{{0, 200, 2}, {10, 200, 2}, {90_000, 200, 2}, {200_000, 503, 1}} {
		for _, chunked := range []bool{false, true} {
			tries.Store(0)
			var body io.Reader = strings.NewReader(strings.Repeat("x", x.size))
			if chunked {
				body = io.MultiReader(body)
			}
			q, _ := http.NewRequest("PUT", r.url, body)
			answer, err := c.Do(q)
			if err != nil {
				t.Fatal(err)
			}
			got, _ := io.ReadAll(answer.Body)
			answer.Body.Close()
			if answer.StatusCode != x.status || int(tries.Load()) != x.tries || x.status == 200 && string(got) != fmt.Sprint(x.size) {
				t.Errorf("%d bytes, chunked %v: %d %s after %d attempts", x.size, chunked, answer.StatusCode, got, tries.Load())
			}
		}
	}
}

// Limits answer 429 with when to come again, and 503; who waits in the queue gets its turn.
func TestLimits(t *testing.T) {
	text, _ := servers(t, named("a"))
	r := start(t, "algorithm: rr\nlimits: {rates: [{rate: 6/min, per: client, burst: 2}]}\n"+text)
	c := client(t)
	var answer *http.Response
	for range 3 {
		var err error
		if answer, err = c.Get(r.url); err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
	}
	if answer.StatusCode != 429 || answer.Header.Get("Retry-After") != "10" {
		t.Errorf("%d, again in %q s", answer.StatusCode, answer.Header.Get("Retry-After"))
	}

	var now, most atomic.Int64
	begun, hold := make(chan bool, 8), make(chan bool)
	one := func(w http.ResponseWriter, r *http.Request) {
		most.Store(max(most.Load(), now.Add(1)))
		begun <- true
		<-hold
		now.Add(-1)
	}
	text, _ = servers(t, one)
	r = start(t, "algorithm: rr\nlimits: {requests: 1, queue: {size: 2}}\n"+text)
	statuses := make(chan int, 4)
	for range 4 {
		go func() { status, _ := get(t, c, r.url); statuses <- status }()
	}
	<-begun
	if status := <-statuses; status != 503 { // one in flight, two wait
		t.Errorf("%d where the queue is full", status)
	}
	for i := range 3 {
		hold <- true
		if status := <-statuses; status != 200 {
			t.Errorf("%d after waiting", status)
		}
		if i < 2 {
			<-begun
		}
	}
	if most.Load() != 1 {
		t.Errorf("%d at once", most.Load())
	}
}

// A request that waits while a reload brings affinity is answered under the settings that it
// came with: it gets no cookie.
func TestReloadBringsAffinity(t *testing.T) {
	begun, hold := make(chan bool, 2), make(chan bool)
	text, _ := servers(t, func(http.ResponseWriter, *http.Request) { begun <- true; <-hold })
	text = "algorithm: rr\nlimits: {requests: 1, queue: {size: 1}}\n" + text
	log := &queue{waits: make(chan bool, 1)}
	r := start(t, text, Options{Recorder: log})
	c, cookies := client(t), make(chan string, 2)
	for range 2 {
		go func() {
			answer, err := c.Get(r.url)
			if err != nil {
				cookies <- err.Error()
				return
			}
			answer.Body.Close()
			cookies <- answer.Header.Get("Set-Cookie")
		}()
	}
	<-begun
	<-log.waits
	if err := r.Reload(read(t, "affinity: {cookie: {name: LB}}\n"+text)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		hold <- true
		if got := <-cookies; got != "" {
			t.Errorf("got %q", got)
		}
	}
	r.settle(t)
}

// Clients that go while they wait, or while an attempt is under way, leave nothing behind.
func TestClientsThatGo(t *testing.T) {
	begun := make(chan bool, 8)
	hang := func(w http.ResponseWriter, r *http.Request) { begun <- true; <-r.Context().Done() }
	text, _ := servers(t, hang)
	log := &queue{waits: make(chan bool, 8)}
	r := start(t, "algorithm: rr\nlimits: {requests: 1, queue: {size: 2}}\n"+text, Options{Recorder: log})
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	c := client(t)
	for range 3 {
		all.Go(func() {
			q, _ := http.NewRequestWithContext(ctx, "GET", r.url, nil)
			if answer, err := c.Do(q); err == nil {
				answer.Body.Close()
			}
		})
	}
	<-begun
	<-log.waits
	<-log.waits
	cancel()
	all.Wait()
	r.settle(t)
	r.guard.mu.Lock()
	defer r.guard.mu.Unlock()
	if len(r.guard.waiting) > 0 || r.guard.running.first != nil {
		t.Errorf("%d wait, %v is under way", len(r.guard.waiting), r.guard.running.first)
	}
}

// queue says when a request has to wait.
type queue struct {
	tape
	waits chan bool
}

func (q *queue) Decided(d balancer.Decision) {
	if d.Kind == balancer.Queued {
		q.waits <- true
	}
}

// Shutdown waits for what is under way, upgraded connections too, and takes nothing new.
func TestShutdownLosesNothing(t *testing.T) {
	hold := make(chan struct{})
	begun := make(chan bool, 8)
	slow := func(w http.ResponseWriter, r *http.Request) { begun <- true; <-hold; fmt.Fprint(w, "done") }
	text, _ := servers(t, slow)
	r := start(t, "algorithm: rr\n"+text)
	c := client(t)
	answers := make(chan string, 4)
	for range 4 {
		go func() { _, body := get(t, c, r.url); answers <- body }()
	}
	for range 4 {
		<-begun
	}
	ended := make(chan error, 1)
	go func() { ended <- r.down() }()
	<-r.closed
	if c, err := net.Dial("tcp", r.addr); err == nil {
		c.Close()
		t.Error("somebody listens")
	}
	close(hold)
	for range 4 {
		if got := <-answers; got != "done" {
			t.Errorf("got %q", got)
		}
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

package proxy

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"lbsim/balancer"
	"lbsim/config"
)

// tape keeps all calls with what came of them.
type tape struct {
	calls     []Call
	decisions []balancer.Decision
	events    []balancer.Event
}

func (r *tape) Begin(*config.Balancer, uint64)   {}
func (r *tape) Record(c *Call)                   { r.calls = append(r.calls, *c) }
func (r *tape) Decided(d balancer.Decision)      { r.decisions = append(r.decisions, d) }
func (r *tape) Happened(events []balancer.Event) { r.events = append(r.events, events...) }

// Whatever a live proxy decided for many connections at once, one balancer decides again
// from the log of its calls: the proxy and the simulator run the same code.
func TestReplay(t *testing.T) {
	const clients = 64
	each := 60
	if os.Getenv("LBSIM_LONG") != "" {
		each = 2000
	}
	flaky := func(name string) http.HandlerFunc {
		var requests atomic.Int64
		return func(w http.ResponseWriter, r *http.Request) {
			if n := requests.Add(1); name == "a" && r.URL.Path == "/" && n/10%2 == 0 || n%50 == 0 {
				http.Error(w, "busy", http.StatusServiceUnavailable)
				return
			}
			fmt.Fprint(w, name)
		}
	}
	text, _ := servers(t, flaky("a"), flaky("b"), flaky("c"), flaky("d"))
	file := `
algorithm: %s
affinity: {cookie: {ttl: 1h}}
health: {active: {path: /healthz, interval: 20ms, timeout: 5s}, passive: {consecutive_failures: 4, interval: 50ms, ejection_time: 30ms, max_ejected: 50%%}}
retries: {attempts: 3, conditions: [connect_failure, reset, "503"], backoff: {base: 1ms}}
limits: {requests: 20, queue: {size: 8, timeout: 2s}}
drain: {timeout: 10s}
hedge: {delay: 1ms, budget: unlimited}
`
	for _, algorithm := range []string{"least_connections", "power_of_two", "peak_ewma"} {
		t.Run(algorithm, func(t *testing.T) {
			log, text := &tape{}, fmt.Sprintf(file, algorithm)+text
			r := start(t, text, Options{Recorder: log, Seed: 7})
			r.Warm(t.Context())
			var all sync.WaitGroup
			c := client(t)
			for id := range clients {
				all.Go(func() {
					cookie := ""
					for i := range each {
						q, _ := http.NewRequest("GET", r.url, nil)
						if cookie != "" && i%2 == 0 {
							q.Header.Set("Cookie", cookie)
						}
						answer, err := c.Do(q)
						if err != nil {
							t.Error(err)
							return
						}
						io.Copy(io.Discard, answer.Body)
						answer.Body.Close()
						if set := answer.Header.Get("Set-Cookie"); set != "" {
							cookie, _, _ = strings.Cut(set, ";")
						}
						switch {
						case id == 0 && i%30 == 10:
							_ = r.guard.drain("default", "c")
						case id == 0 && i%30 == 20:
							_ = r.guard.enable("default", "c")
						case id == 1 && i%30 == 15:
							if err := r.Reload(read(t, text)); err != nil {
								t.Error(err)
							}
						}
					}
				})
			}
			all.Wait()
			if err := r.down(); err != nil {
				t.Error(err)
			}
			log.mustBeBusy(t, clients*each)
			log.play(t, read(t, text), 7)
		})
	}
}

// play makes the calls again on a balancer of one's own.
func (r *tape) play(t *testing.T, cfg *config.Balancer, seed uint64) {
	lb, err := NewBalancer(Told(cfg), seed)
	if err != nil {
		t.Fatal(err)
	}
	var events []balancer.Event
	for i := range r.calls {
		if got := r.calls[i].Repeat(lb); got != r.decisions[i] {
			t.Fatalf("call %d, kind %d: %+v live, %+v played back", i, r.calls[i].Kind, r.decisions[i], got)
		}
		events = lb.AppendEvents(events)
	}
	if !slices.Equal(events, r.events) {
		t.Errorf("%d events live, other %d played back", len(r.events), len(events))
	}
}

// mustBeBusy asserts that what the test is about has happened.
func (r *tape) mustBeBusy(t *testing.T, requests int) {
	kinds, decided, happened := map[CallKind]int{}, map[balancer.DecisionKind]int{}, map[balancer.EventKind]int{}
	stuck, copies := 0, 0
	for i := range r.calls {
		kinds[r.calls[i].Kind]++
		if r.calls[i].Kind == Start || r.calls[i].Kind == Finish {
			decided[r.decisions[i].Kind]++
		}
		if r.calls[i].Kind == Hedge && r.decisions[i].Kind == balancer.Send {
			copies++
		}
		if r.calls[i].Request.Cookie.Endpoint != "" {
			stuck++
		}
	}
	for _, e := range r.events {
		happened[e.Kind]++
	}
	if kinds[Start] < requests || copies < 1 || kinds[Finish] < requests/3 || kinds[ProbeDone] < 10 || kinds[Drain] < 2 || kinds[Configure] < 2 ||
		decided[balancer.WaitUntil] < 10 || decided[balancer.Queued] < 10 ||
		happened[balancer.Ejected] < 2 || happened[balancer.Restored] < 1 || happened[balancer.Granted] < 10 || stuck < 100 {
		t.Errorf("calls %v, decisions %v, events %v, %d cookies, %d copies: the case was not exercised", kinds, decided, happened, stuck, copies)
	}
}

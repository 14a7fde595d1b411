package replay

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"lbsim/config"
	"lbsim/proxy"
	"lbsim/proxy/recording"
)

// No test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// live lets clients ask a proxy for so many pages each, and returns the recording.
func live(t *testing.T, text string, clients, each int, servers ...http.HandlerFunc) string {
	t.Helper()
	text = "listen: 127.0.0.1:0\n" + text + "endpoints:\n"
	for i, h := range servers {
		s := httptest.NewServer(h)
		t.Cleanup(s.Close)
		text += fmt.Sprintf("  - {name: %c, address: %q}\n", 'a'+i, s.Listener.Addr())
	}
	cfg, err := config.ReadProxy("lb.yaml", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "live.lbsim")
	w, err := recording.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := proxy.New(cfg, proxy.Options{Log: slog.New(slog.DiscardHandler), Recorder: w})
	if err != nil {
		t.Fatal(err)
	}
	p.Warm(t.Context())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server, served := p.NewServer(), make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	var all sync.WaitGroup
	for id := range clients {
		all.Go(func() {
			for i := range each {
				answer, err := c.Get("http://" + l.Addr().String() + "/")
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, answer.Body)
				answer.Body.Close()
				if id == 0 && i == each/2 {
					if err := p.Reload(cfg); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	all.Wait()
	c.CloseIdleConnections()
	if _, err := os.Stat(path); err == nil {
		t.Error("there is a recording before its end")
	}
	if err := errors.Join(server.Shutdown(), w.Err()); err != nil {
		t.Error(err)
	}
	<-served
	p.Close()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func answers(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

// fails answers well but for spells of so many requests in a row.
func fails(spell int64) http.HandlerFunc {
	var n atomic.Int64
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" && n.Add(1)/spell%2 == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}
}

const resilient = `
algorithm: least_connections
health: {active: {path: /healthz, interval: 20ms, timeout: 5s}, passive: {consecutive_failures: 4, interval: 50ms, ejection_time: 30ms, max_ejected: 50%}}
retries: {attempts: 3, conditions: [connect_failure, reset, "503"], backoff: {base: 1ms}, budget: unlimited}
limits: {requests: 40, queue: {size: 64, timeout: 5s}}
`

// A recording of 64 connections, with ejections, retries, a queue and a reload, gives
// every decision again. LBSIM_LONG makes it 102,400 requests.
func TestReproducesALiveRun(t *testing.T) {
	const clients = 64
	each := 50
	if os.Getenv("LBSIM_LONG") != "" {
		each = 1600
	}
	path := live(t, resilient, clients, each, fails(25), answers(200), answers(200), fails(400))
	r, err := Run(Question{File: path, Algorithms: []string{"lc", "power_of_two", "rr"}})
	if err != nil {
		t.Fatal(err)
	}
	recorded := r.Results[0]
	if !r.Reproduced || len(r.Results) != 3 || recorded.Requests != clients*each || recorded.Retries < each || recorded.Ejections < 2 ||
		recorded.Attempts != recorded.Requests+recorded.Retries-recorded.Rejected {
		t.Errorf("%+v", r)
	}
	t.Logf("%d requests, %d attempts, %d ejections, %d calls", recorded.Requests, recorded.Attempts, recorded.Ejections, r.Calls)
	for _, o := range r.Results {
		sum, share := 0, 0.0
		for _, s := range o.Servers {
			sum += s.Attempts
			share += s.Share
			if s.PeakInFlight < 1 || s.PeakInFlight > 40 || s.MeanInFlight > float64(s.PeakInFlight) {
				t.Errorf("%s: %+v", o.Variant, s)
			}
		}
		if o.Requests != recorded.Requests || sum != o.Attempts || math.Abs(share-1) > 1e-9 {
			t.Errorf("%s: %+v", o.Variant, o)
		}
	}
}

// What another algorithm would have done is what it does: round robin deals evenly, and a
// server that failed all it got fails all that it would have got.
func TestAnotherAlgorithm(t *testing.T) {
	path := live(t, "algorithm: weighted_round_robin\n", 1, 300, answers(200), answers(500), answers(200))
	r, err := Run(Question{File: path, Algorithms: []string{"rr", "random"}})
	if err != nil {
		t.Fatal(err)
	}
	rr, random := r.Results[1], r.Results[2]
	if rr.Failed != 100 || rr.Servers[1].Attempts != 100 || rr.ErrorRatio != 1.0/3 || *rr.Imbalance.PeakToMean != 1 {
		t.Errorf("%+v", rr)
	}
	// But for what comes before anything is known of it.
	if most := random.Servers[1].Attempts; random.Failed > most || random.Failed < most-2 || most < 50 {
		t.Errorf("%+v", random)
	}
	if len(r.Warnings) != 1 {
		t.Error(r.Warnings)
	}
}

// A recording that was tampered with, or made by another program, is found out at the
// first decision that differs.
func TestFindsTheFirstDifference(t *testing.T) {
	path := live(t, "algorithm: round_robin\n", 1, 20, answers(200), answers(200))
	other := filepath.Join(t.TempDir(), "other.lbsim")
	w, err := recording.Create(other)
	if err != nil {
		t.Fatal(err)
	}
	copyWith(t, path, w, func(n int, e *recording.Entry) {
		if n == 11 {
			e.Decision.Ticket.Slot = 1 - e.Decision.Ticket.Slot
		}
	})
	_, err = Run(Question{File: other})
	if d, ok := errors.AsType[*Difference](err); !ok || d.Call != 12 || !strings.Contains(err.Error(), "(start, at ") ||
		!strings.Contains(err.Error(), "live send to slot ") {
		t.Error(err)
	}
}

func TestMistakes(t *testing.T) {
	path := live(t, "algorithm: round_robin\n", 1, 5, answers(200))
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("no recording"), 0o600); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(t.TempDir(), "half")
	if err := os.WriteFile(half, whole[:len(whole)-20], 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		q    Question
		want string
	}{
		{Question{File: text}, "is no recording of lbsim proxy: gzip: invalid header"},
		{Question{File: half}, "the recording is damaged: unexpected EOF"},
		{Question{File: path, Algorithms: []string{"lc", "least_conn"}}, "least_connections is given twice"},
		{Question{File: path, Algorithms: []string{"leastcon"}}, `unknown algorithm "leastcon": did you mean leastconn?`},
		{Question{File: path, Algorithms: []string{"ring_hash"}}, "ring_hash: places requests by a key, and those of the recording have none"},
		{Question{File: path, Algorithms: []string{"prequal"}}, "prequal: lives on what servers say of themselves"},
	} {
		if _, err := Run(c.q); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v", c.q, err)
		}
	}
}

// Copies that race are reproduced with the winners, and with those that lose. What others
// would have made of it can't be known.
func TestReproducesHedges(t *testing.T) {
	var n atomic.Int64
	hangs := func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1)%5 == 0 {
			<-r.Context().Done() // the other wins
		}
	}
	path := live(t, "algorithm: least_connections\nhedge: {attempts: 2, delay: 1ms, budget: unlimited}\n", 8, 40, hangs, answers(200))
	r, err := Run(Question{File: path})
	if err != nil {
		t.Fatal(err)
	}
	if o := r.Results[0]; o.Requests != 320 || o.Retries < 10 || o.Failed != 0 || o.Servers[0].PeakInFlight > 16 {
		t.Errorf("%+v", o)
	}
	if _, err := Run(Question{File: path, Algorithms: []string{"rr"}}); err == nil || !strings.Contains(err.Error(), "round_robin: can't be asked, as the recording's balancer hedges") {
		t.Error(err)
	}
}

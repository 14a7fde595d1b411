package backend

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"lbsim/sim"
	"lbsim/workloads"
)

// No test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, change func(o *Options)) *Server {
	t.Helper()
	law, err := workloads.NewConstant(0.001)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Server: sim.Server{Name: "a-1", Workers: 1, Queue: sim.Unlimited, Speed: 1}, Log: slog.New(slog.DiscardHandler),
		Classes: []sim.Class{{Name: "read", Share: 0.5, Service: law}, {Name: "write", Share: 0.5, Service: law}}}
	if change != nil {
		change(&o)
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
		http.DefaultClient.CloseIdleConnections()
	})
	return s
}

// ask sends a request and returns the status, 0 where there is no answer, and the answer.
func ask(t *testing.T, s *Server, method, path string, header ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(method, "http://"+s.Address()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, strings.TrimSpace(string(text))
}

func TestAnswers(t *testing.T) {
	s := start(t, nil)
	for _, c := range []struct {
		header []string
		status int
		text   string
	}{
		{nil, 200, "a-1"},
		{[]string{DemandHeader, "0"}, 200, "a-1"},
		{[]string{ClassHeader, "write"}, 200, "a-1"},
		{[]string{ClassHeader, "delete"}, 400, `X-Lbsim-Class: there is no class "delete"`},
		{[]string{DemandHeader, "-1"}, 400, `X-Lbsim-Demand: "-1": must be seconds from 0 to 86400`},
		{[]string{DemandHeader, "10ms"}, 400, `X-Lbsim-Demand: "10ms": must be seconds from 0 to 86400`},
	} {
		if status, text := ask(t, s, "GET", "/", c.header...); status != c.status || text != c.text {
			t.Errorf("%v: %d %s", c.header, status, text)
		}
	}
	if c := s.Counts(); c.Requests != 3 || c.Status[200] != 3 || c.Status[400] != 3 || c.InFlight != 0 {
		t.Errorf("%+v", c)
	}
}

// A full queue refuses, and a client that goes away makes room.
func TestFullQueue(t *testing.T) {
	s := start(t, func(o *Options) { o.Server.Queue = 1 })
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	var cut, full atomic.Int64
	came := make(chan bool, 3)
	for range 3 {
		r, _ := http.NewRequestWithContext(ctx, "GET", "http://"+s.Address(), nil)
		r.Header.Set(DemandHeader, "3600")
		all.Go(func() {
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				cut.Add(1)
				return
			}
			answer.Body.Close()
			full.Add(int64(answer.StatusCode / 503))
			came <- true
		})
	}
	<-came // two are there, the third was told that there is no room
	cancel()
	all.Wait()
	if cut.Load() != 2 || full.Load() != 1 {
		t.Errorf("%d cut, %d found it full", cut.Load(), full.Load())
	}
}

func TestFaults(t *testing.T) {
	needed := atomic.Int64{}
	needed.Store(200)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(int(needed.Load())) }))
	defer other.Close()
	s := start(t, func(o *Options) { o.DependsOn = other.URL })
	address := s.Address()
	check := func(when string, serve, health, deep int) {
		t.Helper()
		for path, want := range map[string]int{"/": serve, HealthPath: health, HealthPath + "?deep=1": deep} {
			if got, text := ask(t, s, "GET", path); got != want {
				t.Errorf("%s: GET %s: %d %s, want %d", when, path, got, text, want)
			}
		}
	}
	do := func(f Fault) {
		t.Helper()
		if err := s.Do(f); err != nil {
			t.Fatal(err)
		}
	}
	check("sound", 200, 200, 200)
	do(Fault{Kind: sim.Crash})
	check("crashed", 0, 0, 0)
	do(Fault{Kind: sim.Errors, Ratio: 1, Status: 555})
	check("erring", 555, 200, 200)
	do(Fault{Kind: sim.Flaky, Ratio: 1, Status: 503})
	check("flaky", 503, 503, 503)
	do(Fault{Kind: sim.Slow, Factor: 2})
	check("slow", 200, 200, 200)
	needed.Store(500)
	check("without what it needs", 500, 200, 503)
	needed.Store(200)
	do(Fault{Kind: sim.Restore})
	check("restored", 200, 200, 200)
	if s.Address() != address {
		t.Errorf("it moved from %s to %s", address, s.Address())
	}
}

// Who hangs answers nothing until it is restored; what it had then is served.
func TestHang(t *testing.T) {
	s := start(t, nil)
	if status, text := ask(t, s, "POST", AdminPath+"/hang"); status != 200 {
		t.Fatal(status, text)
	}
	answers := make(chan int, 2)
	for _, path := range []string{"/", HealthPath} {
		go func() {
			status, _ := ask(t, s, "GET", path)
			answers <- status
		}()
	}
	if _, text := ask(t, s, "GET", AdminPath); !strings.Contains(text, `"wrong":"hang"`) {
		t.Error(text)
	}
	select {
	case status := <-answers:
		t.Fatalf("answered with %d", status)
	default:
	}
	ask(t, s, "POST", AdminPath+"/restore")
	if a, b := <-answers, <-answers; a != 200 || b != 200 {
		t.Errorf("%d, %d", a, b)
	}
}

// A fault with a time ends by itself: whoever hangs meanwhile is answered then.
func TestFaultForAWhile(t *testing.T) {
	s := start(t, nil)
	if status, text := ask(t, s, "POST", AdminPath+"/hang?for=20ms"); status != 200 {
		t.Fatal(status, text)
	}
	if status, text := ask(t, s, "GET", "/"); status != 200 {
		t.Error(status, text)
	}
	if status, text := ask(t, s, "POST", AdminPath+"/crash"); status != 202 {
		t.Error(status, text)
	}
}

func TestAdminMistakes(t *testing.T) {
	s := start(t, nil)
	for path, want := range map[string]string{
		"/slo":                 `there is no fault "slo": did you mean slow? (known: crash, hang, slow, errors, flaky, restore)`,
		"/slow?factor=0":       `slow: factor = "0": must be a number > 0 and <= 1000000`,
		"/slow?ratio=1":        "slow takes no ratio",
		"/errors?ratio=101%25": `errors: ratio = "101%": must be a share > 0 and <= 100%`,
		"/errors?status=404":   `errors: status = "404": must be a status from 500 to 599`,
		"/crash?for=x":         `crash: for = "x": must be a time such as 5s`,
	} {
		if status, text := ask(t, s, "POST", AdminPath+path); status != 400 || text != want {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
}

func TestModels(t *testing.T) {
	m := &sim.Model{Servers: []sim.Server{{Name: "api-1"}, {Name: "big-1", Cache: &sim.Cache{}, WarmUp: &sim.WarmUp{}}}}
	for name, want := range map[string]string{
		"":      "",
		"api-1": "",
		"big-1": "server big-1: has a cache and a warm-up, which a live server does not carry out",
		"api-2": `there is no server "api-2": did you mean api-1? (known: api-1, big-1)`,
	} {
		_, _, err := Of(m, name)
		if (err == nil) != (want == "") || err != nil && err.Error() != want {
			t.Errorf("%q: %v", name, err)
		}
	}
}

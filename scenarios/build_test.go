package scenarios_test

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"lbsim/clock"
	"lbsim/random"
	"lbsim/scenarios"
	"lbsim/sim"
)

// with is base with one change.
func with(t *testing.T, old, new string) *scenarios.Scenario {
	t.Helper()
	if !strings.Contains(base, old) {
		t.Fatalf("base has no %q", old)
	}
	s, err := load(strings.Replace(base, old, new, 1))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestCapacity: base has 5·1 + 1·4 = 9 workers, and a mean service of
// 0.95·5ms + 0.05·90ms = 9.25ms, so 9/9.25ms = 972.97 requests a second.
func TestCapacity(t *testing.T) {
	const capacity = 9 / 0.00925
	s := with(t, "rate: 400/s", "rate: 400/s")
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-9*want {
			t.Errorf("%s: got %v, want %v", what, got, want)
		}
	}
	near("capacity", s.Capacity(), capacity)
	rho, ok := s.OfferedLoad()
	if !ok {
		t.Error("no offered load")
	}
	near("offered load", rho, 400/capacity)
	near("rate at 120%", with(t, "rate: 400/s", "load: 120%").Rate(), 1.2*capacity)
	near("capacity at twice the speed", with(t, "count: 5", "count: 5, speed: 2").Capacity(), 14/0.00925)
	near("peak of steps", with(t, "process: poisson, rate: 400/s", "process: steps, rate: 100/s, steps: [{at: 0s, factor: 1}, {at: 9s, factor: 3}]").PeakRate(), 300)
	near("rate of bursts", with(t, "process: poisson, rate: 400/s", "process: bursts, phases: [{mean: 3s, rate: 100/s}, {mean: 1s, rate: 500/s}]").Rate(), 200)
	if _, ok := with(t, "process: poisson, rate: 400/s}", "process: closed, users: 2000, think: 1s}").OfferedLoad(); ok {
		t.Error("a closed loop has an offered load")
	}
}

// TestSetLoad replaces a rate by a load.
func TestSetLoad(t *testing.T) {
	src := open(t, "mixed-load")
	for _, load := range []float64{0.5, 0.8, 0.95, 1.2} {
		c := src.Clone()
		if err := c.SetLoad(load); err != nil {
			t.Fatal(err)
		}
		s, err := c.Scenario()
		if err != nil {
			t.Fatal(err)
		}
		if rho, ok := s.OfferedLoad(); !ok || math.Abs(rho-load) > 1e-12 {
			t.Errorf("load %v: got %v", load, rho)
		}
	}
}

// TestInterval: a round step that gives at most 600 and, if there are 30 of them,
// 12,000 requests in each: at 400/s and 20 replications that takes 1.5 s.
func TestInterval(t *testing.T) {
	for _, c := range []struct{ run, want string }{
		{"duration: 600s", "2s"}, {"duration: 1201s", "5s"}, {"duration: 3000s", "5s"}, {"duration: 1m", "2s"}, {"duration: 600s, replications: 100", "1s"}, {"duration: 24h", "200s"},
		{"duration: 50s, interval: 3s", "3s"}, {"requests: 4000", "500ms"}, {"requests: 1000000", "5s"},
	} {
		s := with(t, "{duration: 600s, warmup: 10s}", "{"+c.run+"}\n#")
		want, err := time.ParseDuration(c.want)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Interval(); got != want {
			t.Errorf("%s: got %v, want %v", c.run, got, want)
		}
	}
}

// TestWarmUp: auto where there is a steady state, nothing where there is none.
func TestWarmUp(t *testing.T) {
	if w := with(t, ", warmup: 10s", "").Run.WarmUp; w.Auto || w.Cut != 0 {
		t.Errorf("with a timeline: %+v", w)
	}
	text := base[:strings.Index(base, "timeline:")] + "run: {duration: 600s}\n"
	s, err := load(text)
	if err != nil {
		t.Fatal(err)
	}
	if !s.Run.WarmUp.Auto || s.Run.Replications != 20 || s.Run.Seed != 1 {
		t.Errorf("defaults: %+v", s.Run)
	}
}

// TestActs follows a group through the timeline: servers that come later have new
// names and indices, those that go are the youngest.
func TestActs(t *testing.T) {
	m := with(t, "  - {at: 40s, do: restore, server: api-1}\n", `  - {at: 30s, do: scale, group: api, count: 7}
  - {at: 40s, do: scale, group: api, count: 4}
  - {at: 50s, do: scale, group: api, count: 5}
  - {at: 60s, do: slow, group: api, factor: 2}
  - {at: 70s, do: restore, server: api-8}
`).Build()
	names := func(servers []sim.Server) (out []string) {
		for _, s := range servers {
			out = append(out, s.Name)
		}
		return out
	}
	if got := names(m.Servers); !reflect.DeepEqual(got, []string{"api-1", "api-2", "api-3", "api-4", "api-5", "big-1"}) {
		t.Fatalf("servers %v", got)
	}
	type act struct {
		kind    sim.ActKind
		servers []int
		added   []string
		label   string
	}
	want := []act{
		{sim.Slow, []int{0}, nil, "slow api-1 5x"},
		{sim.Add, nil, []string{"api-6", "api-7"}, "scale api to 7"}, // they are 6 and 7
		{sim.Remove, []int{4, 6, 7}, nil, "scale api to 4"},
		{sim.Add, nil, []string{"api-8"}, "scale api to 5"}, // it is 8
		{sim.Slow, []int{0, 1, 2, 3, 8}, nil, "slow api 2x"},
		{sim.Restore, []int{8}, nil, "restore api-8"},
	}
	for i, a := range m.Acts {
		if got := (act{a.Kind, a.Servers, names(a.Add), a.Label}); !reflect.DeepEqual(got, want[i]) {
			t.Errorf("act %d: got %+v, want %+v", i, got, want[i])
		}
	}
	if len(m.Acts) != len(want) || m.Acts[1].At != clock.Time(30*time.Second) {
		t.Errorf("acts %+v", m.Acts)
	}
}

// TestNetwork: zones in order of appearance, latencies symmetric.
func TestNetwork(t *testing.T) {
	m := with(t, "latency: 1ms", "latency: {within: 100us, between: 1ms, pairs: [{zones: [b, c], latency: 3ms}]}, frontends: [c]").Build()
	us := time.Microsecond
	want := sim.Network{
		Zones:     []string{"a", "b", "c"},
		OneWay:    [][]time.Duration{{100 * us, 1000 * us, 1000 * us}, {1000 * us, 100 * us, 3000 * us}, {1000 * us, 3000 * us, 100 * us}},
		Frontends: []int{2},
	}
	if !reflect.DeepEqual(m.Network, want) {
		t.Errorf("got %+v", m.Network)
	}
	if n := with(t, "network: {latency: 1ms}\n", "").Build().Network; n.OneWay != nil {
		t.Errorf("without latency: %+v", n)
	}
}

// TestEndpoints: the balancer knows the weights of its endpoints.
func TestEndpoints(t *testing.T) {
	text := strings.Replace(base, "algorithm: round_robin", "algorithm: wrr, endpoints: [{name: big-1, weight: 4}, {name: api-1, address: '10.0.0.1:80'}]", 1)
	text = strings.Replace(text, "count: 5", "count: 1, weight: 3", 1)
	s, err := load(text)
	if err != nil {
		t.Fatal(err)
	}
	m := s.Build()
	if m.Servers[0].Weight != 1 || m.Servers[1].Weight != 4 {
		t.Errorf("weights %v and %v", m.Servers[0].Weight, m.Servers[1].Weight)
	}
}

// TestRunSettings: what the model is told about the run.
func TestRunSettings(t *testing.T) {
	m := with(t, "warmup: 10s", "warmup: 10s, drain: 5s").Build()
	if m.Horizon != clock.Time(600*time.Second) || m.WarmUp != clock.Time(10*time.Second) || m.Drain != 5*time.Second || m.Requests != 0 {
		t.Errorf("%+v", m)
	}
	m = with(t, "duration: 600s, warmup: 10s", "requests: 5000, drain: 0s").Build()
	if m.Horizon != clock.Never || m.Requests != 5000 || m.Drain != 1 {
		t.Errorf("%+v", m)
	}
	src := random.New(1, "arrivals", 0)
	a, b := m.Arrivals(), m.Arrivals()
	at, ok := a.Next(&src)
	if !ok || at <= 0 || a == b {
		t.Errorf("arrivals: %v, %v", at, ok)
	}
}

const baseTrace = `name: recorded
workload: {arrivals: {process: trace, file: FILE}}
servers: [{name: api}]
balancer: {algorithm: rr}
run: {duration: 10s}
`

// TestTrace reads a recording: its classes come with it, and its hash stands in the
// canonical form, so that a result can't silently be about another file.
func TestTrace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "requests.csv")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("time,class,key,service\n0.1,read,1,5ms\n0.2,write,2,20ms\n0.3,read,1,7ms\n")
	s, err := load(strings.Replace(baseTrace, "FILE", file, 1))
	if err != nil {
		t.Fatal(err)
	}
	m := s.Build()
	if len(m.Trace.Records) != 3 || len(m.Classes) != 2 || m.Classes[0].Name != "read" || math.Abs(m.Classes[0].Service.Mean()-0.006) > 1e-12 {
		t.Errorf("%+v", m)
	}
	arrivals := s.Document()["workload"].(map[string]any)["arrivals"].(map[string]any)
	hash, _ := arrivals["sha256"].(string)
	if len(hash) != 64 {
		t.Fatalf("the canonical form has no hash: %v", arrivals)
	}
	pinned := strings.Replace(baseTrace, "FILE", file+", sha256: "+hash, 1)
	if _, err := load(pinned); err != nil {
		t.Error(err)
	}
	write("time,class,key,service\n0.1,read,1,5ms\n")
	if _, err := load(pinned); err == nil || !strings.Contains(err.Error(), "is another file now") {
		t.Errorf("another file: %v", err)
	}
	write("time,class,key,service\n0.1,read,1,fast\n")
	if _, err := load(strings.Replace(baseTrace, "FILE", file, 1)); err == nil || !strings.Contains(err.Error(), "s.yaml:2:45: workload.arrivals.file = ") || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("a broken file: %v", err)
	}
	if _, err := load(strings.Replace(baseTrace, "FILE", "none.csv", 1)); err == nil || !strings.Contains(err.Error(), "can't be read: no such file") {
		t.Errorf("no file: %v", err)
	}
}

// TestBalancerFile reads the balancer from a file of its own; mistakes in it name
// that file, and overrides reach into it.
func TestBalancerFile(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "lb.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text := strings.Replace(base, "balancer: {algorithm: round_robin}", "balancer: ./lb.yaml", 1)
	write("layer: l7\nalgorithm: lc\n")
	src, err := scenarios.Parse("s.yaml", dir, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := src.Set("balancer.frontends", "3"); err != nil {
		t.Fatal(err)
	}
	s, err := src.Scenario()
	if err != nil {
		t.Fatal(err)
	}
	if s.Balancer.Algorithm.Spec.Name != "least_connections" || s.Balancer.Frontends != 3 {
		t.Errorf("%+v", s.Balancer)
	}
	write("layer: l7\nalgorithm: lc\nfrontends: 0\n")
	src, err = scenarios.Parse("s.yaml", dir, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(dir, "lb.yaml") + ":3:12: balancer.frontends = 0: must be >= 1"
	if _, err = src.Scenario(); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if _, err := scenarios.Parse("s.yaml", filepath.Join(dir, "elsewhere"), strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), "s.yaml:11:11: balancer = ./lb.yaml: the file can't be read: no such file") {
		t.Errorf("no file: %v", err)
	}
}

// TestOpen finds shipped scenarios, files and stdin, and suggests names.
func TestOpen(t *testing.T) {
	if _, err := scenarios.Open("mixedload", nil); err == nil || !strings.Contains(err.Error(), "did you mean mixed-load?") {
		t.Errorf("a misspelt name: %v", err)
	}
	if _, err := scenarios.Open("none.yaml", nil); err == nil || err.Error() != "none.yaml: can't be read: no such file or directory" {
		t.Errorf("no file: %v", err)
	}
	if _, err := scenarios.Open(t.TempDir(), nil); err == nil || !strings.HasSuffix(err.Error(), "is a directory") {
		t.Errorf("a folder: %v", err)
	}
	if s, err := scenarios.Load("-", strings.NewReader(base)); err != nil || s.Name != "base" {
		t.Errorf("stdin: %v", err)
	}
	entries, err := scenarios.List()
	if err != nil || len(entries) < 13 || entries[0].Name != "mixed-load" || !strings.HasSuffix(entries[0].Description, "74% load.") {
		t.Errorf("the list: %+v, %v", entries, err)
	}
}

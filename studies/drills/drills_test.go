package drills

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"lbsim/config"
	"lbsim/scenarios"
	"lbsim/studies/result"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func balancerOf(t *testing.T, text string) *config.Balancer {
	t.Helper()
	b, err := config.Read("lb.yaml", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func worldOf(t *testing.T, text string) *scenarios.World {
	t.Helper()
	w, err := scenarios.ParseWorld("world.yaml", ".", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func run(t *testing.T, q Question, workers int) *Result {
	t.Helper()
	p, err := q.Plan()
	if err != nil {
		t.Fatal(err)
	}
	p.Workers = workers
	r, err := Run(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// small is two servers in two zones, and a short course.
const small = `
workload:
  arrivals: {process: poisson, rate: 300/s}
  classes: [{name: read, service: {dist: exponential, mean: 10ms}}]
  clients: {timeout: 1s}
servers:
  - {name: one, match: "10.0.1.*", zone: a, workers: 4, start_up: 500ms}
  - {name: two, match: "10.0.2.*", zone: b, workers: 4, start_up: 500ms}
run: {duration: 50s, warmup: 10s, replications: 3}
slo: [p99 < 100ms, error_ratio < 0.5%]
`

// Two configurations of the same servers in the same world: without health checks, retries
// and draining whatever is lost stays lost; with them little is noticed.
const (
	bare = `{algorithm: rr, endpoints: [{name: web-1, address: "10.0.1.1:80"}, {name: web-2, address: "10.0.2.1:80"}]}`
	full = `{algorithm: lc, endpoints: [{name: web-1, address: "10.0.1.1:80"}, {name: web-2, address: "10.0.2.1:80"}],
  health: {active: {interval: 1s, timeout: 500ms, unhealthy: 2, healthy: 1}, passive: {consecutive_failures: 5, ejection_time: 30s}},
  retries: {attempts: 2, conditions: [connect_failure, reset, "500"], budget: unlimited}, drain: {timeout: 5s}}`
)

// TestGolden drills both: what becomes of each is in testdata/two.golden, to read.
func TestGolden(t *testing.T) {
	var text strings.Builder
	for _, x := range []struct{ name, config string }{{"bare", bare}, {"full", full}} {
		r := run(t, Question{File: "lb.yaml", Balancer: balancerOf(t, x.config), World: worldOf(t, small)}, 2)
		fmt.Fprintf(&text, "%s\n", x.name)
		for _, a := range r.Assumed {
			fmt.Fprintf(&text, "  assumed: %s\n", a)
		}
		for _, d := range r.Drills {
			fmt.Fprintf(&text, "  %-12s %-9s p50 %s p99 %s errors %s detect %s recover %s\n", d.Name, d.Verdict,
				figure(d.Latency.P50), figure(d.Latency.P99), figure(d.ErrorRatio), figure(d.Detect), figure(d.Recover))
			for _, x := range d.Differences {
				fmt.Fprintf(&text, "    %s %s against %s: %s\n", x.Metric, figure(x.Difference), x.Baseline, x.Verdict)
			}
			for _, w := range d.Warnings {
				fmt.Fprintf(&text, "    %s\n", w)
			}
		}
	}
	const golden = "testdata/two.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if text.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s", text.String(), want)
	}
}

func figure(e result.Estimate) string {
	if !e.Known() {
		return "?"
	}
	return fmt.Sprintf("%.3g", *e.Value)
}

// The same bytes come out on any number of cores.
func TestCores(t *testing.T) {
	q := Question{File: "lb.yaml", Balancer: balancerOf(t, full), World: worldOf(t, small), Pick: []string{"lose-server", "reload"}, Replications: 2}
	first, err := json.Marshal(run(t, q, 1))
	if err != nil {
		t.Fatal(err)
	}
	second, err := json.Marshal(run(t, q, 3))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, second) {
		t.Error("one core and three give different results")
	}
}

// What happens in each drill, as the timeline of its scenario, and in which it changes the
// world.
func TestTimelines(t *testing.T) {
	q := Question{File: "lb.yaml", Balancer: balancerOf(t, full), World: worldOf(t, strings.Replace(small, "run: {duration: 50s, warmup: 10s, replications: 3}", "", 1))}
	p, err := q.Plan()
	if err != nil {
		t.Fatal(err)
	}
	var text []string
	for _, d := range p.courses[0].drills {
		s, err := d.source.Scenario()
		if err != nil {
			t.Fatal(err)
		}
		line := d.name + ":"
		for _, a := range s.Build().Acts {
			line += fmt.Sprintf(" %gs %s;", a.At.Seconds(), a.Label)
		}
		if c := s.Workload.Clients; c.Retries != nil {
			line += fmt.Sprintf(" %d attempts", c.Retries.Attempts)
		}
		text = append(text, line)
	}
	want := `steady:
lose web-1: 10s crash web-1;
lose web-2: 10s crash web-2;
lose zone a: 10s crash web-1;
lose zone b: 10s crash web-2;
slow web-1: 10s slow web-1 10x;
hang web-1: 10s hang web-1;
errors web-1: 10s errors web-1 100%;
deploy: 10s deploy one; 10s deploy two;
tenfold: 10s rate ×10; 20s rate ×1;
cold restart: 10s crash one; 10s crash two; 11s restore one; 11s restore two;
retry storm: 10s slow one 5.4x; 10s slow two 5.4x; 20s restore one; 20s restore two; 3 attempts
reload: 10s configure anew;`
	if got := strings.Join(text, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := strings.Join(p.assumed, "|"); got != "things happen after 10s, and what is measured is the 45s from then on" {
		t.Error(got)
	}
}

// A world with routes' hosts and paths gives each pool its own requests.
func TestTraffic(t *testing.T) {
	b := balancerOf(t, `
algorithm: rr
pools: {api: {endpoints: [{name: a}]}, web: {endpoints: [{name: w}]}, spare: {endpoints: [{name: s}]}}
routes: [{match: {path_prefix: /api}, split: {api: 75%, web: 25%}}, {match: {host: www.example.com}, pool: web}, {match: {host: x.example.com}, pool: spare}]`)
	q := Question{File: "lb.yaml", Balancer: b, World: worldOf(t, `
workload:
  arrivals: {process: poisson, rate: 1000/s}
  classes:
    - {name: call, share: 40%, path: /api/v1, service: 1ms}
    - {name: page, share: 50%, host: www.example.com, service: 2ms}
    - {name: lost, share: 10%, service: 2ms}
servers: [{name: all, match: "*", workers: 10}]
`)}
	p, err := q.Plan()
	if err != nil {
		t.Fatal(err)
	}
	var text []string
	for _, c := range p.courses {
		line := fmt.Sprintf("%s %.6g/s", c.pool, c.scenario.Rate())
		for _, x := range c.scenario.Workload.Classes {
			line += fmt.Sprintf(" %s %.4g", x.Name, x.Share)
		}
		text = append(text, line)
	}
	want := "api 300/s call 1|web 600/s call 0.1667 page 0.8333"
	if got := strings.Join(text, "|"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	assumed := strings.Join(p.assumed, "\n")
	for _, want := range []string{"requests of class lost take no route and are left out", "pool spare is not drilled: none of the world's classes takes a route to it"} {
		if !strings.Contains(assumed, want) {
			t.Errorf("%s\nlacks: %s", assumed, want)
		}
	}
}

// Flags make a world: workers by weight, so that those that are left when the strongest is
// lost are busy for 80% of the time, and
// zones in turn.
func TestFlags(t *testing.T) {
	b := balancerOf(t, `{algorithm: rr, endpoints: [{name: a}, {name: b}, {name: c, weight: 2}]}`)
	q := Question{File: "lb.yaml", Balancer: b, Load: Load{RateRPS: 1000, Service: 30 * time.Millisecond, CV: 2, Zones: 2}, Pick: []string{"steady"}}
	p, err := q.Plan()
	if err != nil {
		t.Fatal(err)
	}
	s := p.courses[0].scenario
	var text []string
	for _, x := range s.Build().Servers {
		text = append(text, fmt.Sprintf("%s %d workers in %d", x.Name, x.Workers, x.Zone))
	}
	if got := strings.Join(text, ", "); got != "a 19 workers in 0, b 19 workers in 1, c 38 workers in 0" {
		t.Error(got)
	}
	if service := s.Workload.Classes[0].Service; service.Dist != "lognormal" || *service.CV != 2 || *service.Mean != 0.03 {
		t.Errorf("%+v", service)
	}
	assumed := strings.Join(p.assumed, "\n")
	for _, want := range []string{"nobody gave objectives, so drills are held against error_ratio < 1%", "as their weights say", "1000/s to each pool", "cv 2"} {
		if !strings.Contains(assumed, want) {
			t.Errorf("%s\nlacks: %s", assumed, want)
		}
	}
}

// The example of a world fits the example of a configuration.
func TestExample(t *testing.T) {
	f, err := os.Open("../../examples/lb.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := config.Read("lb.yaml", f)
	if err != nil {
		t.Fatal(err)
	}
	world, err := os.ReadFile("../../examples/world.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := Question{File: "lb.yaml", Balancer: b, World: worldOf(t, string(world))}.Plan()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(p.courses[0].drills); n != 14 {
		t.Errorf("%d drills", n)
	}
}

package scenarios_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"lbsim/config/decode"
	"lbsim/scenarios"
)

// open returns a shipped scenario's source.
func open(t *testing.T, name string) *scenarios.Source {
	t.Helper()
	s, err := scenarios.Open(name, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSet changes mixed-load by one override each and looks at what became of it.
func TestSet(t *testing.T) {
	for _, c := range []struct {
		path, value string
		got         func(s *scenarios.Scenario) any
		want        any
	}{
		{"balancer.algorithm", "lc", func(s *scenarios.Scenario) any { return s.Balancer.Algorithm.String() }, "least_connections"},
		{"balancer.algorithm", "power_of_two:choices=3", func(s *scenarios.Scenario) any { return s.Balancer.Algorithm.String() }, "power_of_two:choices=3"},
		{"balancer.algorithm", "{name: p2c, choices: 3}", func(s *scenarios.Scenario) any { return s.Balancer.Algorithm.String() }, "power_of_two:choices=3"},
		{"balancer.affinity.cookie.ttl", "10m", func(s *scenarios.Scenario) any { return s.Balancer.Affinity.Cookie.TTL }, 10 * time.Minute},
		{"servers[0].workers", "4", func(s *scenarios.Scenario) any { return s.Servers[0].Workers }, 4},
		{"servers.0.workers", "4", func(s *scenarios.Scenario) any { return s.Servers[0].Workers }, 4},
		{"servers.api.count", "7", func(s *scenarios.Scenario) any { return s.Servers[0].Count }, 7},
		{"servers.api.queue", "0", func(s *scenarios.Scenario) any { return s.Servers[0].Queue }, 0},
		{"workload.classes.read.service.mean", "7ms", func(s *scenarios.Scenario) any { return *s.Workload.Classes[0].Service.Mean }, 0.007},
		{"workload.classes.report.service", "{dist: constant, mean: 80ms}", func(s *scenarios.Scenario) any { return s.Workload.Classes[1].Service.Dist }, "constant"},
		{"workload.arrivals.load", "50%", func(s *scenarios.Scenario) any { return s.Workload.Arrivals.Rate == nil }, true},
		{"run.requests", "1000", func(s *scenarios.Scenario) any { return s.Run.Duration }, time.Duration(0)},
		{"network.latency.between", "1ms", func(s *scenarios.Scenario) any { return s.Network.Latency.Between }, time.Millisecond},
		{"slo", "[p99 < 3s]", func(s *scenarios.Scenario) any { return s.SLO[0].Limit }, 3.0},
		{"run.seed", "18446744073709551615", func(s *scenarios.Scenario) any { return s.Run.Seed }, uint64(1<<64 - 1)},
	} {
		t.Run(c.path, func(t *testing.T) {
			src := open(t, "mixed-load")
			before, err := src.Scenario()
			if err != nil {
				t.Fatal(err)
			}
			changed := src.Clone()
			if err := changed.Set(c.path, c.value); err != nil {
				t.Fatal(err)
			}
			s, err := changed.Scenario()
			if err != nil {
				t.Fatal(err)
			}
			if got := c.got(s); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
			again, err := src.Scenario()
			if err != nil || again.SHA256() != before.SHA256() {
				t.Errorf("changing a clone changed the source (%v)", err)
			}
			if s.SHA256() == before.SHA256() {
				t.Error("the hash is still the same")
			}
		})
	}
}

// TestSetWraps gives a parameter to an algorithm that is written as a word.
func TestSetWraps(t *testing.T) {
	src := open(t, "mixed-load")
	for _, set := range [][2]string{{"balancer.algorithm", "p2c"}, {"balancer.algorithm.choices", "4"}} {
		if err := src.Set(set[0], set[1]); err != nil {
			t.Fatal(err)
		}
	}
	s, err := src.Scenario()
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Balancer.Algorithm.String(); got != "power_of_two:choices=4" {
		t.Errorf("got %s", got)
	}
}

// TestSetMistakes says what is told about overrides that can't be, and about good
// ones whose value is bad, which are found when the scenario is read.
func TestSetMistakes(t *testing.T) {
	for _, c := range []struct{ path, value, want string }{
		{"algorithm", "rr", "--set algorithm=rr: unknown path: did you mean balancer.algorithm?"},
		{"balancer.algoritm", "rr", "--set balancer.algoritm=rr: unknown path: did you mean balancer.algorithm?"},
		{"replications", "5", "--set replications=5: unknown path: did you mean run.replications?"},
		{"servers.api.cout", "5", "--set servers.api.cout=5: unknown path: did you mean servers.api.count?"},
		{"servers.apy.count", "5", "--set servers.apy.count=5: servers has no apy: did you mean api? (known: api)"},
		{"servers[3].count", "5", "--set servers[3].count=5: servers has 1 elements, the first is [0]"},
		{"balancer.frontends.zone", "5", "--set balancer.frontends.zone=5: balancer.frontends is 1, it has nothing below it"},
		{"a b", "5", "--set a b=5: the path must look like balancer.algorithm, servers[0].workers or servers.api.count"},
		{"run.seed", "{", "--set run.seed={: the value is not YAML: did not find expected node content"},
		{"run.seed", "", "--set run.seed=: the value is empty"},
		{"run.seed", "-1", "--set run.seed=-1: run.seed = -1: must be a whole number from 0 to 18446744073709551615"},
		{"servers.api.count", "0", "--set servers.api.count=0: servers[0].count = 0: must be >= 1"},
		{"workload.arrivals", "{process: poisson}", "--set workload.arrivals={process: poisson}: workload.arrivals: must have rate or load"},
		{"workload.clients.roam", "1m", "--set workload.clients.roam=1m: workload.clients.roam: is not supported yet"},
		{"timeline", "[{at: 9s, do: slow, server: api-1}]", "--set timeline=[{at: 9s, do: slow, server: api-1}]: timeline[0].factor: is missing: Service takes so many times as long as declared."},
	} {
		src := open(t, "many-frontends")
		if c.path == "balancer.frontends.zone" {
			if err := src.Set("balancer.frontends", "1"); err != nil {
				t.Fatal(err)
			}
		}
		err := src.Set(c.path, c.value)
		if err == nil {
			_, err = src.Scenario()
		}
		if err == nil || err.Error() != c.want {
			t.Errorf("%s=%s:\ngot  %v\nwant %s", c.path, c.value, err, c.want)
		}
	}
}

// TestOneMistakeElsewhere keeps the file's place for values that no override gave.
func TestOneMistakeElsewhere(t *testing.T) {
	src, err := scenarios.Parse("s.yaml", ".", strings.NewReader(strings.Replace(base, "mean: 5ms", "mean: 5", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if err := src.Set("balancer.algorithm", "lc"); err != nil {
		t.Fatal(err)
	}
	var p decode.Problems
	if _, err = src.Scenario(); !errors.As(err, &p) || len(p) != 1 || p[0].Place != (decode.Place{File: "s.yaml", Line: 5, Column: 67}) {
		t.Errorf("got %v", err)
	}
}

func ExampleSource_Set() {
	src, err := scenarios.Open("mixed-load", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := src.Set("servers.api.count", "8"); err != nil {
		fmt.Println(err)
		return
	}
	s, err := src.Scenario()
	if err != nil {
		fmt.Println(err)
		return
	}
	rho, _ := s.OfferedLoad()
	fmt.Printf("%d servers, load %.1f%%\n", len(s.Build().Servers), rho*100)
	fmt.Println(src.Set("servers.api.cont", "9"))
	// Output:
	// 8 servers, load 46.2%
	// --set servers.api.cont=9: unknown path: did you mean servers.api.count?
}

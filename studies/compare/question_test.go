package compare_test

import (
	"slices"
	"strings"
	"testing"

	"lbsim/scenarios"
	"lbsim/studies/compare"
)

// sources reads one world under each name.
func sources(t *testing.T, names ...string) (all []*scenarios.Source) {
	t.Helper()
	for _, name := range names {
		s, err := scenarios.Parse(name, ".", strings.NewReader(equal))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

// TestNamesAndTitles: a variant's name says how it was asked for, its title what it
// is. Both are unique.
func TestNamesAndTitles(t *testing.T) {
	for _, c := range []struct {
		name string
		q    compare.Question
		want string // name: title
	}{
		{"the scenario as written", compare.Question{}, "least_connections: Least connections"},
		{"algorithms", compare.Question{Algorithms: []string{"rr", "p2c:choices=3"}},
			"round_robin: Round robin; power_of_two:choices=3: Power of two choices (choices 3)"},
		{"a variant beside it", compare.Question{Variants: []string{"more:servers.api.count=5"}},
			"least_connections: Least connections; more: more"},
		{"loads", compare.Question{Algorithms: []string{"rr"}, Variants: []string{"more:servers.api.count=5"}, Loads: []float64{0.8, 0.955}},
			"round_robin@80%: Round robin at 80%; more@80%: more at 80%; round_robin@95.5%: Round robin at 95.5%; more@95.5%: more at 95.5%"},
		{"two scenarios", compare.Question{Sources: sources(t, "a/one.yaml", "two.yaml")},
			"a/one: a/one: Least connections; two: two: Least connections"},
		{"two scenarios with algorithms", compare.Question{Sources: sources(t, "one.yaml", "two.yaml"), Algorithms: []string{"rr"}, Loads: []float64{0.5}},
			"one/round_robin@50%: one: Round robin at 50%; two/round_robin@50%: two: Round robin at 50%"},
		{"two scenarios with variants", compare.Question{Sources: sources(t, "one.yaml", "two.yaml"), Variants: []string{"more:servers.api.count=5"}},
			"one: one: Least connections; one/more: one: more; two: two: Least connections; two/more: two: more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.q.Sources == nil {
				c.q.Sources = sources(t, "world.yaml")
			}
			var got []string
			for _, v := range planOf(t, c.q).Variants {
				got = append(got, v.Name+": "+v.Title)
			}
			if got := strings.Join(got, "; "); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestLoads: every variant is asked at every load, and variants of one load are a
// group. Changing the list afterwards changes nothing.
func TestLoads(t *testing.T) {
	loads := []float64{0.5, 0.9}
	p := planOf(t, compare.Question{Sources: sources(t, "world.yaml"), Algorithms: []string{"rr", "lc"}, Loads: loads})
	loads[0] = 7
	for i, v := range p.Variants {
		if group, load := i/2, []float64{0.5, 0.5, 0.9, 0.9}[i]; v.Group != group || *v.Load != load {
			t.Errorf("%s: group %d, load %v", v.Name, v.Group, *v.Load)
		}
	}
}

// TestVariantSettings reads what follows a variant's name. Commas divide settings,
// but not within a value.
func TestVariantSettings(t *testing.T) {
	for _, c := range []struct {
		text      string
		changes   string // one a line
		algorithm string
		servers   int
	}{
		{"v:servers.api.count=8", "servers.api.count=8", "least_connections", 8},
		{"v:servers.api.count=8,balancer.algorithm=rr", "servers.api.count=8\nbalancer.algorithm=rr", "round_robin", 8},
		{"v:servers.api.count=8, balancer.algorithm=rr", "servers.api.count=8\nbalancer.algorithm=rr", "round_robin", 8},
		{"v:balancer.algorithm={name: power_of_two, choices: 3},servers[0].count=2",
			"balancer.algorithm={name: power_of_two, choices: 3}\nservers[0].count=2", "power_of_two", 2},
		{"v:balancer.algorithm=power_of_two:choices=3,replacement=true,servers.api.count=2",
			"balancer.algorithm=power_of_two:choices=3,replacement=true\nservers.api.count=2", "power_of_two", 2},
		{"v:servers=[{name: a, count: 2}, {name: b}],slo=[]", "servers=[{name: a, count: 2}, {name: b}]\nslo=[]", "least_connections", 3},
		{"v:workload.classes.read.service={dist: gamma, mean: 5ms, cv: 2}", "workload.classes.read.service={dist: gamma, mean: 5ms, cv: 2}", "least_connections", 4},
	} {
		v := planOf(t, compare.Question{Sources: sources(t, "world.yaml"), Variants: []string{c.text}}).Variants[1]
		if !slices.Equal(v.Changes, strings.Split(c.changes, "\n")) || v.Algorithm != c.algorithm || len(v.Model.Servers) != c.servers {
			t.Errorf("%s: changes %q, %s on %d servers", c.text, v.Changes, v.Algorithm, len(v.Model.Servers))
		}
	}
}

// TestRequestsOfAPlan: rate times duration, for every variant and replication.
func TestRequestsOfAPlan(t *testing.T) {
	q := compare.Question{Algorithms: []string{"rr", "lc"}, Sources: []*scenarios.Source{
		source(t, plain, "workload.arrivals.rate=100/s", "run.duration=60s", "run.replications=4")}}
	if p := planOf(t, q); p.Requests != 2*4*6000 {
		t.Errorf("%v requests, want 48000", p.Requests)
	}
}

// TestBadQuestions: what can't be asked, and what is said about it.
func TestBadQuestions(t *testing.T) {
	one := compare.Question{}
	variant := func(text string) compare.Question { return compare.Question{Variants: []string{text}} }
	metric := func(text string) compare.Question { return compare.Question{Metrics: []string{text}} }
	for _, c := range []struct {
		q    compare.Question
		want string
	}{
		{variant("more"), `--variant "more": must look like name:path=value,path=value`},
		{variant("more:"), "must look like name:path=value"},
		{variant(":servers.api.count=8"), "must look like name:path=value"},
		{variant("more:servers.api.count"), "must look like name:path=value"},
		{variant("more:servers.api.count,slo=[]"), `"servers.api.count" must look like path=value`},
		{variant("more:=8"), "the path must look like"},
		{variant("more:servers.api.cout=8"), "did you mean servers.api.count?"},
		{variant("more:servers.api.count=0"), "must be >= 1"},
		{variant("more:run.seed=8"), "run.seed is one for all variants"},
		{variant("more:run.replications=8"), "run.replications is one for all variants"},
		{variant("more:run={duration: 5s, seed: 8}"), "run is one for all variants"},
		{compare.Question{Algorithms: []string{"rr", "round_robin"}}, `round_robin is given twice`},
		{compare.Question{Algorithms: []string{"round_robbin"}}, "did you mean round_robin?"},
		{compare.Question{Algorithms: []string{"p2c:choise=3"}}, "choise: unknown parameter"},
		{compare.Question{Loads: []float64{0}}, "workload.arrivals.load"},
		{compare.Question{Sources: sources(t, "one.yaml", "one.yaml")}, `two variants are named "one"`},
		{metric("p98"), `unknown metric "p98"`},
		{metric("p99{class=write}"), "one of read, report"},
		{metric("p99{read}"), "one of read, report"},
		{metric("utilization{class=read}"), "a figure of the servers, of no class by itself"},
		{compare.Question{Metrics: []string{"p99{class=read}"}, Variants: []string{"v:workload.classes=[{name: other, service: 5ms}]"}}, `metric "p99{class=read}"`},
	} {
		q := c.q
		if q.Sources == nil {
			q.Sources = sources(t, "world.yaml")
		}
		if _, err := q.Plan(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v:\ngot  %v\nwant %s", c.q, err, c.want)
		}
	}
	if _, err := one.Plan(); err == nil {
		t.Error("a question about no scenario has a plan")
	}
}

// TestMetricNames: a metric may be called as in the JSON, as in objectives, or
// shortly.
func TestMetricNames(t *testing.T) {
	for text, want := range map[string]string{
		"p99": "latency_seconds.p99", "p99.9": "latency_seconds.p999", "latency_seconds.mean": "latency_seconds.mean",
		"wait_p99": "wait_seconds.p99", "wait_seconds.p99": "wait_seconds.p99", "throughput": "throughput_rps",
		"throughput_rps": "throughput_rps", "error_ratio": "error_ratio", "imbalance.cv": "imbalance.cv",
		"p99{class=read}": "latency_seconds.p99", "p99 {class=read}": "latency_seconds.p99",
	} {
		m, err := compare.ParseMetric(text, []string{"read"})
		if err != nil || m.Path != want || (m.Class == "read") != strings.Contains(text, "{") {
			t.Errorf("%s: %s of class %q, %v", text, m.Path, m.Class, err)
		}
		if again, err := compare.ParseMetric(m.String(), []string{"read"}); err != nil || again.Path != m.Path || again.Class != m.Class {
			t.Errorf("%s is written %s, which is %s (%v)", text, m, again.Path, err)
		}
	}
}

// TestSourcesShareARun: the first scenario gives the seed and the replications, and
// says so where another has its own.
func TestSourcesShareARun(t *testing.T) {
	s := sources(t, "one.yaml", "two.yaml")
	if err := s[1].Set("run.replications", "9"); err != nil {
		t.Fatal(err)
	}
	p := planOf(t, compare.Question{Sources: s})
	if p.Replications != 4 || p.Seed != 3 {
		t.Errorf("%d replications with seed %d", p.Replications, p.Seed)
	}
	if !slices.Contains(p.Notes, "two.yaml runs with the seed and the replications of one.yaml") {
		t.Errorf("notes %q", p.Notes)
	}
}

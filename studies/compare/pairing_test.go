package compare_test

import (
	"math"
	"strings"
	"testing"

	"lbsim/scenarios"
	"lbsim/studies/compare"
	"lbsim/studies/result"
	"lbsim/studies/statistics"
)

// TestCommonRandomNumbers: variants meet the same arrivals and the same work, so
// their difference is known better than from runs with seeds of their own, whose
// variances add.
func TestCommonRandomNumbers(t *testing.T) {
	mean := []string{"mean"}
	paired := ask(t, compare.Question{Algorithms: []string{"round_robin", "least_connections"}, Metrics: mean}, equal, "run.replications=8")
	a := ask(t, compare.Question{Algorithms: []string{"round_robin"}}, equal, "run.replications=8")
	b := ask(t, compare.Question{Algorithms: []string{"least_connections"}}, equal, "run.replications=8", "run.seed=4")
	if x, y := paired.Results[0].Requests, paired.Results[1].Requests; x.Offered != y.Offered {
		t.Errorf("%d and %d requests offered: not the same arrivals", x.Offered, y.Offered)
	}
	unpaired := math.Hypot(halfWidth(t, a.Results[0].Latency.Mean), halfWidth(t, b.Results[0].Latency.Mean))
	if got := halfWidth(t, paired.Comparisons[0].Difference); got > 0.9*unpaired {
		t.Errorf("the difference is known to ±%.3g s paired, ±%.3g s unpaired", got, unpaired)
	}
	near(t, "difference", paired.Comparisons[0].Difference,
		value(t, paired.Results[1].Latency.Mean)-value(t, paired.Results[0].Latency.Mean), 1e-9)
}

// TestHolmOverAllShown asks for each comparison alone, which gives its own p-value,
// and then for all of them at once.
func TestHolmOverAllShown(t *testing.T) {
	// Two that hardly differ from the baseline, so that p-values are neither 0 nor 1.
	candidates := []string{"power_of_two:choices=3", "random"}
	metrics := []string{"mean", "p90"}
	question := func(algorithms, metrics []string) *result.Result {
		return ask(t, compare.Question{Algorithms: append([]string{"power_of_two"}, algorithms...), Metrics: metrics},
			equal, "run.duration=20s")
	}
	var raw []float64
	for _, candidate := range candidates {
		for _, m := range metrics {
			raw = append(raw, *question([]string{candidate}, []string{m}).Comparisons[0].P)
		}
	}
	all := question(candidates, metrics).Comparisons
	if len(all) != len(raw) {
		t.Fatalf("%d comparisons, want %d", len(all), len(raw))
	}
	for i, want := range statistics.Holm(raw) {
		if got := *all[i].P; got != want {
			t.Errorf("%s %s: p = %v, want %v of %v alone", all[i].Candidate, all[i].Metric, got, want, raw[i])
		}
		if (all[i].Verdict == "no_difference") != (*all[i].P >= 0.05) {
			t.Errorf("%s %s: %s with p = %v", all[i].Candidate, all[i].Metric, all[i].Verdict, *all[i].P)
		}
	}
}

// TestBaseline: everything is compared with the first variant, or with the one
// named, by an alias too, and at each load with the one of that load.
func TestBaseline(t *testing.T) {
	for _, c := range []struct {
		baseline string
		loads    []float64
		want     string // baseline<candidate
	}{
		{"", nil, "round_robin<least_connections round_robin<more"},
		{"least_connections", nil, "least_connections<round_robin least_connections<more"},
		{"lc", nil, "least_connections<round_robin least_connections<more"},
		{"more", nil, "more<round_robin more<least_connections"},
		{"lc", []float64{0.3, 0.5}, "least_connections@30%<round_robin@30% least_connections@30%<more@30% " +
			"least_connections@50%<round_robin@50% least_connections@50%<more@50%"},
		{"more@50%", []float64{0.3, 0.5}, "more@30%<round_robin@30% more@30%<least_connections@30% " +
			"more@50%<round_robin@50% more@50%<least_connections@50%"},
	} {
		r := ask(t, compare.Question{Algorithms: []string{"rr", "lc"}, Variants: []string{"more:servers.api.count=6"},
			Loads: c.loads, Metrics: []string{"mean"}, Baseline: c.baseline}, equal, "run.duration=10s")
		var got []string
		for _, x := range r.Comparisons {
			got = append(got, x.Baseline+"<"+x.Candidate)
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("baseline %q at %v: %s, want %s", c.baseline, c.loads, got, c.want)
		}
	}
	q := compare.Question{Sources: []*scenarios.Source{source(t, equal)}, Algorithms: []string{"rr", "lc"}, Baseline: "p2c"}
	if _, err := q.Plan(); err == nil || !strings.Contains(err.Error(), "round_robin, least_connections") {
		t.Errorf("a baseline that is no variant: %v", err)
	}
}

// TestMinEffect: a sure difference is a verdict only if it is as large as somebody
// would care for.
func TestMinEffect(t *testing.T) {
	for _, c := range []struct {
		effect float64
		want   string
	}{{0, "worse"}, {0.05, "worse"}, {100, "no_difference"}} {
		r := ask(t, compare.Question{Algorithms: []string{"lc", "random"}, Metrics: []string{"mean"}, MinEffect: c.effect}, equal)
		x := r.Comparisons[0]
		if x.Verdict != c.want {
			t.Errorf("random is %+.0f%% slower, min-effect %v: %s, want %s", 100**x.Relative, c.effect, x.Verdict, c.want)
		}
		near(t, "relative difference", x.Difference, *x.Relative*value(t, r.Results[0].Latency.Mean), 1e-9)
	}
}

// TestVerdictsWithoutSteadyState: where queues grow, nothing is said about latency;
// what needs no steady state is still compared.
func TestVerdictsWithoutSteadyState(t *testing.T) {
	r := ask(t, compare.Question{Variants: []string{"fewer:servers.api.count=2"},
		Metrics: []string{"p50", "wait_mean", "mean_in_system", "error_ratio", "throughput"}}, equal, "workload.arrivals.rate=350/s")
	if r.Results[0].Unstable || !r.Results[1].Unstable {
		t.Fatal("only the variant with fewer servers should be overloaded")
	}
	want := map[string]string{"latency_seconds.p50": "undecided", "wait_seconds.mean": "undecided", "mean_in_system": "undecided",
		"error_ratio": "no_difference", "throughput_rps": "worse"}
	for _, x := range r.Comparisons {
		if x.Verdict != want[x.Metric] {
			t.Errorf("%s: %s, want %s", x.Metric, x.Verdict, want[x.Metric])
		}
		if undecided := x.Verdict == "undecided"; undecided != (x.P == nil) || undecided == x.Difference.Known() {
			t.Errorf("%s is %s, with p = %v and the difference %v", x.Metric, x.Verdict, x.P, x.Difference.Value)
		}
	}
}

// TestMetricOfAClass compares a class's own figures.
func TestMetricOfAClass(t *testing.T) {
	r := ask(t, compare.Question{Algorithms: []string{"rr", "lc"}, Metrics: []string{"p90", "p90{class=read}", "mean{class=report}"}}, equal)
	classes := func(v int) []result.Class { return r.Results[v].Classes }
	for i, want := range []struct {
		class string
		of    func(v int) result.Estimate
	}{
		{"", func(v int) result.Estimate { return r.Results[v].Latency.P90 }},
		{"read", func(v int) result.Estimate { return classes(v)[0].Latency.P90 }},
		{"report", func(v int) result.Estimate { return classes(v)[1].Latency.Mean }},
	} {
		x := r.Comparisons[i]
		if x.Class != want.class {
			t.Errorf("comparison %d is of class %q, want %q", i, x.Class, want.class)
		}
		near(t, x.Metric+" "+x.Class, x.Difference, value(t, want.of(1))-value(t, want.of(0)), 1e-9)
	}
}

// TestOneReplicationDecidesNothing: without a spread there is no verdict.
func TestOneReplicationDecidesNothing(t *testing.T) {
	r := ask(t, compare.Question{Algorithms: []string{"rr", "lc"}}, equal, "run.replications=1")
	for _, x := range r.Comparisons {
		if x.Verdict != "undecided" || x.P != nil {
			t.Errorf("%s: %s, p = %v", x.Metric, x.Verdict, x.P)
		}
	}
}

// A variant of a scenario whose rate is given as a load meets that scenario's traffic,
// not as large a share of another capacity; one that changes the arrivals has its own.
func TestVariantsMeetTheScenariosTraffic(t *testing.T) {
	for _, c := range []struct {
		variant string
		times   float64 // its requests over the scenario's
	}{
		{"more:servers.api.count=8", 1},
		{"slower:workload.classes.read.service.mean=8ms", 1},
		{"half:workload.arrivals.load=35%", 0.5},
	} {
		for _, loads := range [][]float64{nil, {0.6}} {
			r := ask(t, compare.Question{Variants: []string{c.variant}, Loads: loads}, equal)
			base, x := float64(r.Results[0].Requests.Offered), float64(r.Results[1].Requests.Offered)
			if c.times == 1 && x != base {
				t.Errorf("%s at %v: %v requests, the scenario has %v", c.variant, loads, x, base)
			}
			if loads == nil && (x/base < c.times-0.02 || x/base > c.times+0.02) {
				t.Errorf("%s: %v requests, the scenario has %v", c.variant, x, base)
			}
		}
	}
}

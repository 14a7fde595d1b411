package compare_test

import (
	"fmt"
	"strings"
	"testing"

	"lbsim/studies/compare"
)

// objectives is the setting that asks for them.
func objectives(texts ...string) string { return `slo=["` + strings.Join(texts, `", "`) + `"]` }

// TestObjectives: an objective is met or missed when the whole interval is on one
// side of the limit. Mean latency is near 15 ms here.
func TestObjectives(t *testing.T) {
	mean := ask(t, compare.Question{}, equal).Results[0].Latency.Mean
	within := fmt.Sprintf("mean < %.6fms", 1000*value(t, mean))
	cases := []struct{ objective, want string }{
		{"mean < 1s", "met"},
		{"mean < 1ms", "missed"},
		{"mean > 1ms", "met"},
		{within, "undecided"}, // the interval holds it
		{"p90{class=report} < 1s", "met"},
		{"p90{class=report} <= 5ms", "missed"},
		{"wait_mean < 1s", "met"},
		{"error_ratio < 0.1%", "met"}, // 0 in each replication: no interval, but a value
		{"throughput > 300/s", "met"},
		{"throughput >= 400/s", "missed"},
		{"utilization <= 90%", "met"},
		{"p999 < 1s", "undecided"}, // too few requests to know
	}
	var slo []string
	for _, c := range cases {
		slo = append(slo, c.objective)
	}
	r := ask(t, compare.Question{}, equal, objectives(slo...))
	if len(r.SLO) != len(cases) {
		t.Fatalf("%d objectives of %d are judged: %q", len(r.SLO), len(cases), r.Warnings)
	}
	for i, c := range cases {
		x := r.SLO[i]
		if x.Verdict != c.want || x.Objective != c.objective || x.Variant != "least_connections" {
			t.Errorf("%s of %s: %s, want %s", x.Objective, x.Variant, x.Verdict, c.want)
		}
	}
}

// TestObjectivesWithoutSteadyState: where queues grow, latency so far is a lower
// bound. It may be beyond a limit for good, but within none. Its value is not shown.
func TestObjectivesWithoutSteadyState(t *testing.T) {
	cases := []struct {
		objective, want string
		shown           bool
	}{
		{"p90 < 100ms", "missed", false},
		{"p90 > 100ms", "met", false},
		{"p90 < 1000s", "undecided", false},
		{"mean{class=read} < 100ms", "missed", false},
		{"error_ratio < 1%", "met", true},
		{"utilization < 99%", "missed", true},
		{"throughput > 450/s", "met", true},
		{"throughput > 550/s", "missed", true},
	}
	var slo []string
	for _, c := range cases {
		slo = append(slo, c.objective)
	}
	r := ask(t, compare.Question{}, equal, "workload.arrivals.load=130%", objectives(slo...))
	for i, c := range cases {
		if x := r.SLO[i]; x.Verdict != c.want || (x.Value != nil) != c.shown {
			t.Errorf("%s: %s, want %s; its value is shown: %v", c.objective, x.Verdict, c.want, x.Value != nil)
		}
	}
}

// TestObjectivesNotJudged: what this run says nothing about is named, not dropped.
func TestObjectivesNotJudged(t *testing.T) {
	const changing = "timeline=[{at: 9s, do: slow, server: api-1, factor: 2}]"
	for _, c := range []struct{ objective, note string }{
		{"p90 < 1s at 350/s", ""}, // the scenario's rate
		{"p90 < 1s at 400/s", "it is about 400/s, and this run has 350/s"},
		{"p90{during=slow} < 1s", ""}, // from the act on
		{"wait_p99{during=slow} < 1s", "wait_p99 is not known of a part of a run"},
		{"utilization{class=read} < 1%", "a figure of the servers, of no class by itself"},
	} {
		r := ask(t, compare.Question{}, equal, changing, objectives(c.objective), "run.duration=20s")
		if judged := len(r.SLO) == 1; judged != (c.note == "") {
			t.Errorf("%s is judged: %v", c.objective, judged)
		}
		if c.note != "" && !warned(r, `least_connections: the objective "`+c.objective+`" is not judged: `, c.note) {
			t.Errorf("%s: warnings %q", c.objective, r.Warnings)
		}
	}
	r := ask(t, compare.Question{Loads: []float64{0.7, 0.8}}, equal, objectives("p90 < 1s at 400/s"))
	if len(r.SLO) != 1 || r.SLO[0].Variant != "least_connections@80%" {
		t.Errorf("400/s are 80%% load: %+v", r.SLO)
	}
}

// One replication says nothing of chance, so nothing is met by it.
func TestOneReplicationMeetsNothing(t *testing.T) {
	r := ask(t, compare.Question{}, equal, "run.replications=1", objectives("mean < 1s", "mean < 1ms"))
	for _, x := range r.SLO {
		if x.Verdict != "undecided" || x.Value == nil {
			t.Errorf("%s: %s", x.Objective, x.Verdict)
		}
	}
}

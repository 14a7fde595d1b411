package compare_test

import (
	"slices"
	"strings"
	"testing"

	"lbsim/studies/compare"
	"lbsim/studies/result"
)

// What a scenario is about comes before the latencies that every comparison shows, unless
// the question names metrics.
func TestLeadingMetrics(t *testing.T) {
	const world = `
name: about
workload:
  arrivals: {process: poisson, rate: 200/s}
  classes: [{name: read, share: 80%, service: {dist: exponential, mean: 10ms}}, {name: write, share: 20%, service: {dist: exponential, mean: 10ms}}]
servers: [{name: api, count: 2, workers: 2}]
balancer: {algorithm: random}
run: {duration: 4s, warmup: 1s, replications: 2}
`
	const crash, slow = `timeline=[{at: 2s, do: crash, server: api-1}, {at: 2.1s, do: restore, server: api-1}]`, `timeline=[{at: 2s, do: slow, server: api-1, factor: 2}]`
	const latencies = "latency_seconds.mean latency_seconds.p50 latency_seconds.p99"
	for _, c := range []struct {
		settings []string
		metrics  []string
		want     string
	}{
		{nil, nil, latencies},
		{[]string{"slo=[p99 < 1s, mean < 1s]"}, nil, latencies},
		{[]string{"slo=[p99 < 1s, 'error_ratio < 1%']"}, nil, "error_ratio " + latencies},
		{[]string{"slo=['p99{class=read} < 1s', 'utilization < 90%']"}, nil, "latency_seconds.p99{read} utilization " + latencies},
		{[]string{crash}, nil, "error_ratio " + latencies},
		{[]string{crash, "slo=['error_ratio{during=crash} < 1%', p99 < 1s]"}, nil, "error_ratio " + latencies},
		{[]string{slow}, nil, latencies},
		{[]string{crash}, []string{"p90"}, "latency_seconds.p90"},
	} {
		r := ask(t, compare.Question{Algorithms: []string{"rr", "lc"}, Metrics: c.metrics}, world, c.settings...)
		var got []string
		for _, x := range r.Comparisons {
			name := x.Metric
			if x.Class != "" {
				name += "{" + x.Class + "}"
			}
			got = append(got, name)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%v, asked for %v: %v, want %s", c.settings, c.metrics, got, c.want)
		}
	}
}

// A precision is asked of latencies, not of errors that nobody asked for and that may
// hardly ever happen.
func TestNoPrecisionOfWhatLeads(t *testing.T) {
	const rare = `
name: rare
workload:
  arrivals: {process: poisson, rate: 200/s}
  classes: [{name: request, service: {dist: constant, mean: 1ms}}]
servers: [{name: api, workers: 64}]
balancer: {algorithm: random}
timeline: [{at: 2s, do: errors, server: api-1, ratio: 1%}]
run: {duration: 4s, warmup: 1s, replications: 5}
`
	imprecise := func(r *result.Result) bool {
		return slices.ContainsFunc(r.Warnings, func(w string) bool { return strings.Contains(w, "error_ratio") && strings.Contains(w, "not enough") })
	}
	if r := ask(t, compare.Question{Precision: 0.05}, rare); r.Replications != 5 || imprecise(r) {
		t.Errorf("%d replications, %v", r.Replications, r.Warnings)
	}
	if r := ask(t, compare.Question{Precision: 0.05, Metrics: []string{"error_ratio"}}, rare); r.Replications == 5 {
		t.Errorf("asked for: %d replications, %v", r.Replications, r.Warnings)
	}
}

package compare_test

import (
	"fmt"
	"testing"

	"lbsim/scenarios"
	"lbsim/studies/compare"
)

// TestTheoryBesideMeasurement: of M/M/1 at 80% load everything is known, and the
// measured intervals hold it. (Each does with 95%; these are a fixed seed's.)
func TestTheoryBesideMeasurement(t *testing.T) {
	r := ask(t, compare.Question{}, queue, "run.duration=1000s", "run.warmup=100s", "run.replications=10")
	x := r.Results[0]
	want := map[string]float64{ // mu = 100/s, lambda = 80/s
		"latency_seconds.mean": 1. / 20, "wait_seconds.mean": 0.8 / 20, "mean_in_system": 4, "utilization": 0.8, "throughput_rps": 80,
		"latency_seconds.p50": 0.0346574, "latency_seconds.p90": 0.1151293, "latency_seconds.p95": 0.1497866, "latency_seconds.p99": 0.2302585,
	}
	seen := 0
	for _, f := range x.Theory {
		if f.Model != "M/M/1" || f.Source == "" {
			t.Errorf("%s: model %q, source %q", f.Metric, f.Model, f.Source)
		}
		if e, ok := x.Estimate(f.Metric); !ok || e != f.Measured {
			t.Errorf("%s: %v is not what was measured", f.Metric, f.Measured)
		}
		if f.Agrees == nil || !*f.Agrees {
			t.Errorf("%s: measured %v in [%v, %v], expected %v", f.Metric, *f.Measured.Value, *f.Measured.Low, *f.Measured.High, f.Expected)
		}
		if expected, ok := want[f.Metric]; ok {
			seen++
			near(t, f.Metric, f.Measured, expected, 0.1)
			if d := f.Expected/expected - 1; d > 1e-5 || d < -1e-5 {
				t.Errorf("%s: theory says %v, want %v", f.Metric, f.Expected, expected)
			}
		}
	}
	if seen != len(want) {
		t.Errorf("%d of %d figures have a theory", seen, len(want))
	}
}

// TestNoTheory: what theory assumes must hold, or nothing is put beside the figures.
func TestNoTheory(t *testing.T) {
	for name, c := range map[string]struct {
		settings []string
		known    bool
	}{
		"as it is":            {nil, true},
		"another algorithm":   {[]string{"servers.api.count=3", "balancer.algorithm=peak_ewma"}, false},
		"a timeline":          {[]string{"run.warmup=5s", "timeline=[{at: 9s, do: slow, server: api-1, factor: 2}]"}, false},
		"clients with limits": {[]string{"workload.clients={count: 10, timeout: 1s}"}, false},
		"several frontends":   {[]string{"servers.api.count=3", "balancer.frontends=2"}, false},
		"a network":           {[]string{"network.latency.within=1ms"}, false},
		"a random split":      {[]string{"balancer.algorithm=random", "servers=[{name: a, workers: 2}, {name: b, workers: 2}]"}, true},
		"unequal workers":     {[]string{"balancer.algorithm=random", "servers=[{name: a, workers: 1}, {name: b, workers: 2}]"}, false},
		"a changing load":     {[]string{"run.warmup=5s", "workload.arrivals={process: ramp, from: 10/s, to: 50/s, duration: 60s}"}, false},
		"overload":            {[]string{"workload.arrivals.load=120%"}, false},
	} {
		p := planOf(t, compare.Question{Sources: []*scenarios.Source{source(t, queue, c.settings...)}})
		if got := len(p.Variants[0].Theory) > 0; got != c.known {
			t.Errorf("%s: has a theory: %v, want %v", name, got, c.known)
		}
	}
}

// All figures of a study agree with theory together in 95 of 100 studies: of 40 seeds
// of a world of which everything is known, the chance that more than 7 have one that
// does not is below 0.1% (binomial, at most 5% each). With each figure's own 95% some
// ten would.
func TestFiguresAgreeTogether(t *testing.T) {
	apart := 0
	for seed := range 40 {
		r := ask(t, compare.Question{}, queue, "run.duration=100s", "run.warmup=20s", "run.replications=10", fmt.Sprintf("run.seed=%d", seed+1))
		for _, f := range r.Results[0].Theory {
			if f.Agrees != nil && !*f.Agrees {
				apart++
				break
			}
		}
	}
	if apart > 7 {
		t.Errorf("of 40 studies %d have a figure that does not agree", apart)
	}
}

package compare_test

import (
	"bytes"
	"reflect"
	"runtime"
	"testing"

	"lbsim/reports"
	"lbsim/scenarios"
	"lbsim/studies/compare"
	"lbsim/studies/result"
)

func document(t *testing.T, r *result.Result) string {
	t.Helper()
	var b bytes.Buffer
	if err := reports.WriteJSON(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// same fails unless two results are equal: all of them, distributions included, and
// the bytes of their JSON.
func same(t *testing.T, got, want *result.Result) {
	t.Helper()
	if got.Fingerprint != want.Fingerprint {
		t.Errorf("the fingerprint is %s, want %s", got.Fingerprint, want.Fingerprint)
	}
	if !reflect.DeepEqual(got, want) {
		t.Error("the results differ")
	}
	if document(t, got) != document(t, want) {
		t.Error("the JSON differs")
	}
}

// TestWorkersDoNotMatter: neither how many runs go on at once nor on how many cores
// changes a result.
func TestWorkersDoNotMatter(t *testing.T) {
	p := planOf(t, compare.Question{Sources: []*scenarios.Source{source(t, lossy, "run.replications=5")},
		Algorithms: []string{"rr", "p2c"}, Loads: []float64{0.6, 0.9}, Precision: 0.05})
	p.WarmUp = compare.WarmUp{Auto: true}
	p.Workers = 1
	want := run(t, p)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, cores := range []int{1, 2} {
		runtime.GOMAXPROCS(cores)
		for _, workers := range []int{0, 2, 7} {
			p.Workers = workers
			same(t, run(t, p), want)
		}
	}
}

// TestSeedMatters: another seed is another sample.
func TestSeedMatters(t *testing.T) {
	a, b := ask(t, compare.Question{}, equal), ask(t, compare.Question{}, equal, "run.seed=4")
	if a.Fingerprint == b.Fingerprint {
		t.Error("two seeds, one fingerprint")
	}
}

// TestPrecision: replications are added until the interval is as narrow as wished,
// and the result is that of asking for so many at once.
func TestPrecision(t *testing.T) {
	p := planOf(t, compare.Question{Sources: []*scenarios.Source{source(t, equal, "run.duration=20s", "run.replications=2")},
		Algorithms: []string{"rr", "lc"}, Metrics: []string{"mean"}, Precision: 0.04})
	got := run(t, p)
	if got.Replications <= 5 || got.Replications >= 50*p.Replications {
		t.Fatalf("%d replications: the precision took none or never came", got.Replications)
	}
	for _, x := range got.Results {
		if h := halfWidth(t, x.Latency.Mean); h > 0.04*value(t, x.Latency.Mean) {
			t.Errorf("%s: the mean is %v ± %v", x.Name, value(t, x.Latency.Mean), h)
		}
	}
	p.Precision, p.Replications = 0, got.Replications
	same(t, run(t, p), got)
}

// TestPrecisionLimit: what can't be reached within the limit is said.
func TestPrecisionLimit(t *testing.T) {
	p := planOf(t, compare.Question{Sources: []*scenarios.Source{source(t, equal, "run.duration=10s")},
		Metrics: []string{"mean", "p50{class=read}"}, Precision: 1e-6})
	p.Limit = 7
	r := run(t, p)
	if r.Replications != 7 {
		t.Errorf("%d replications, want the limit of 7", r.Replications)
	}
	if !warned(r, "7 replications are not enough to know mean, p50{class=read} to 0.0001%") {
		t.Errorf("no warning that the precision was not reached: %q", r.Warnings)
	}
}

// TestPrecisionOfWhatHasNoFigure: a variant without a steady state does not keep the
// others from coming to an end.
func TestPrecisionOfWhatHasNoFigure(t *testing.T) {
	r := ask(t, compare.Question{Loads: []float64{0.5, 1.3}, Metrics: []string{"mean"}, Precision: 0.2}, equal)
	if !r.Results[1].Unstable || r.Replications > 10 {
		t.Errorf("%d replications for a mean to 20%%", r.Replications)
	}
}

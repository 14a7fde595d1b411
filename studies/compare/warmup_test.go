package compare_test

import (
	"math"
	"strings"
	"testing"

	"lbsim/clock"
	"lbsim/scenarios"
	"lbsim/sim"
	"lbsim/studies/compare"
	"lbsim/studies/result"
	"lbsim/studies/statistics"
)

// queue is M/M/1 at a load, empty at first.
const queue = `
name: queue
workload:
  arrivals: {process: poisson, load: 80%}
  classes: [{name: request, service: {dist: exponential, mean: 10ms}}]
servers: [{name: api}]
balancer: {algorithm: round_robin}
run: {duration: 60s, replications: 4}
`

// TestWarmUpRules: what is given is cut, 0 is none, and auto is the rule where
// nothing is given.
func TestWarmUpRules(t *testing.T) {
	for _, c := range []struct {
		setting string
		seconds float64
		rule    string
	}{
		{"run.warmup=7s", 7, "given"},
		{"run.warmup=0.123456789s", 0.123456789, "given"},
		{"run.warmup=0s", 0, "none"},
	} {
		p := planOf(t, compare.Question{Sources: []*scenarios.Source{source(t, queue, c.setting)}})
		r, records := recorded(t, p)
		if want := (result.WarmUp{Seconds: c.seconds, Rule: c.rule}); r.WarmUp != want {
			t.Errorf("%s: %+v, want %+v", c.setting, r.WarmUp, want)
		}
		for _, x := range records[0] {
			if x.Measured != (x.Arrival >= clock.FromSeconds(c.seconds)) {
				t.Fatalf("%s: the request of %v is measured: %v", c.setting, x.Arrival, x.Measured)
			}
		}
	}
	for _, settings := range [][]string{nil, {"run.warmup=auto"}} {
		if r := ask(t, compare.Question{}, queue, settings...); r.WarmUp.Rule != "mser-5" {
			t.Errorf("%v: the rule is %s", settings, r.WarmUp.Rule)
		}
	}
}

// pilot is the replication of pilot runs, which no study reaches.
const pilot = math.MaxUint32

// cutByHand runs MSER-5 on a pilot run: the arrival of the first request that is
// kept, rounded up to a thousandth of the run. It holds for short runs, of which
// every arrival is remembered.
func cutByHand(t *testing.T, m *sim.Model, seed uint64) float64 {
	t.Helper()
	world := *m
	world.WarmUp = 0
	var latencies, arrivals []float64
	if _, err := sim.Run(&world, sim.Options{Seed: seed, Replication: pilot, OnRequest: func(r *sim.Record) {
		latencies = append(latencies, r.Latency.Seconds())
		arrivals = append(arrivals, r.Arrival.Seconds())
	}}); err != nil {
		t.Fatal(err)
	}
	if len(latencies) >= 2*statistics.MaxBatches {
		t.Fatalf("%d requests are too many to do by hand", len(latencies))
	}
	cut, ok := statistics.MSER5(latencies)
	switch end := m.Horizon.Seconds(); {
	case !ok:
		return end / 2
	case cut == 0:
		return 0
	default:
		return math.Ceil(arrivals[cut]/(end/1000)) * end / 1000
	}
}

// TestAutomaticCut: one cut for all variants and replications, the greatest that
// MSER-5 finds on a pilot run of any.
func TestAutomaticCut(t *testing.T) {
	loads := []float64{0.5, 0.9, 0.97}
	for seed := range uint64(5) {
		p := planOf(t, compare.Question{Sources: []*scenarios.Source{source(t, queue, "run.replications=1")}, Loads: loads})
		p.Seed = seed
		got := run(t, p).WarmUp.Seconds
		want := 0.0
		for _, v := range p.Variants {
			want = max(want, cutByHand(t, v.Model, seed))
		}
		if math.Abs(got-want) > 1e-9 {
			t.Errorf("seed %d: %v s are cut, want %v s", seed, got, want)
		}
		if got > 30 {
			t.Errorf("seed %d: %v s of 60 are cut", seed, got)
		}
	}
}

// TestCutOfAStationaryRun: M/M/1 at 50% load forgets that it began empty within a
// second (its relaxation time is 1/(mu·(1-√rho)²) = 0.12 s), so what is cut of ten
// minutes is little. MSER-5 errs upwards on some pilots; a tenth is its bound here.
func TestCutOfAStationaryRun(t *testing.T) {
	for seed := range uint64(5) {
		p := planOf(t, compare.Question{Sources: []*scenarios.Source{source(t, queue,
			"workload.arrivals.load=50%", "run.duration=600s", "run.replications=1")}})
		p.Seed = seed
		if cut := run(t, p).WarmUp.Seconds; cut > 60 {
			t.Errorf("seed %d: %v s of 600 are cut", seed, cut)
		}
	}
}

// TestPilotIsNoReplication: the pilot is another sample than any that is measured,
// or the cut would be fitted to what it cuts.
func TestPilotIsNoReplication(t *testing.T) {
	m := planOf(t, compare.Question{Sources: []*scenarios.Source{source(t, queue, "run.duration=1s")}}).Variants[0].Model
	first := func(replication uint64) (at clock.Time) {
		if _, err := sim.Run(m, sim.Options{Seed: 1, Replication: replication, OnRequest: func(r *sim.Record) {
			if r.ID == 0 {
				at = r.Arrival
			}
		}}); err != nil {
			t.Fatal(err)
		}
		return at
	}
	of := first(pilot)
	for replication := range uint64(1000) {
		if first(replication) == of {
			t.Fatalf("replication %d begins as the pilot does", replication)
		}
	}
}

// TestAutomaticCutNeedsSteadyState: where the world changes there is nothing to warm
// up to.
func TestAutomaticCutNeedsSteadyState(t *testing.T) {
	for _, setting := range []string{
		"timeline=[{at: 5s, do: slow, server: api-1, factor: 2}]",
		"workload.arrivals={process: ramp, from: 10/s, to: 50/s, duration: 60s}",
	} {
		q := compare.Question{Sources: []*scenarios.Source{source(t, queue, "run.warmup=auto", setting)}}
		if _, err := q.Plan(); err == nil || !strings.Contains(err.Error(), "auto is meaningless") {
			t.Errorf("%s: %v", setting, err)
		}
	}
}

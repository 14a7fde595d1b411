package compare_test

import (
	"fmt"
	"math"
	"testing"

	"lbsim/scenarios"
	"lbsim/studies/compare"
	"lbsim/studies/result"
)

// waits are the figures about waiting of a variant, of its classes and its servers.
func waits(x *result.Variant) map[string]result.Estimate {
	all := map[string]result.Estimate{"mean in system": x.InSystem}
	latency := func(of string, l result.Latency) {
		for name, e := range map[string]result.Estimate{"mean": l.Mean, "p50": l.P50, "p90": l.P90, "p95": l.P95, "p99": l.P99, "p999": l.P999} {
			all[of+" "+name] = e
		}
	}
	wait := func(of string, w result.Wait) {
		for name, e := range map[string]result.Estimate{"wait mean": w.Mean, "wait p50": w.P50, "wait p99": w.P99} {
			all[of+" "+name] = e
		}
	}
	latency("latency", x.Latency)
	wait("latency", x.Wait)
	for _, c := range x.Classes {
		latency(c.Name, c.Latency)
		wait(c.Name, c.Wait)
	}
	for _, s := range x.Servers {
		latency(s.Name, s.Latency)
		all[s.Name+" active"] = s.MeanActive
	}
	return all
}

// TestOverload: more is asked than the servers can do. Nothing is said about
// latency; the servers are busy throughout and answer what they can, 500/s.
func TestOverload(t *testing.T) {
	r := ask(t, compare.Question{}, equal, "workload.arrivals.load=130%")
	x := r.Results[0]
	if !x.Unstable {
		t.Error("130% load is not called unstable")
	}
	for name, e := range waits(&x) {
		if e.Known() || e.Low != nil || e.High != nil {
			t.Errorf("%s is shown", name)
		}
	}
	if x.Theory != nil {
		t.Error("theory of a steady state that is not there")
	}
	// The work of 650 requests a second over 54 s has a relative deviation of about
	// 1/sqrt(4·650·54)·1.8 = 0.5%.
	near(t, "throughput", x.Throughput, 500, 0.02)
	near(t, "utilization", x.Utilization, 1, 1e-6)
	near(t, "offered load", x.OfferedLoad, 1.3, 0.02)
	if !warned(r, "least_connections is overloaded", "130% of the servers' capacity is asked for, so queues grow") &&
		!warned(r, "least_connections is overloaded", "131% of the servers' capacity is asked for, so queues grow") {
		t.Errorf("no warning that says how much: %q", r.Warnings)
	}
}

// TestSomeServersOverloaded: the pool has room, and round robin still gives three
// of its five servers more than they can do. Who knows the weights does not.
func TestSomeServersOverloaded(t *testing.T) {
	s, err := scenarios.Open("heterogeneous", nil)
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, planOf(t, compare.Question{Sources: []*scenarios.Source{s}, Algorithms: []string{"rr", "wrr"},
		Settings: []string{"run.replications=5"}}))
	if !r.Results[0].Unstable || r.Results[1].Unstable {
		t.Errorf("unstable: round robin %v, weighted %v", r.Results[0].Unstable, r.Results[1].Unstable)
	}
	if !warned(r, "round_robin is overloaded", "75% of the servers' capacity is asked for, but some get more than they can do") {
		t.Errorf("no warning that says why: %q", r.Warnings)
	}
	if warned(r, "weighted_round_robin is overloaded") {
		t.Error("a warning about the stable variant")
	}
	if r.Results[0].Latency.Mean.Known() || !r.Results[1].Latency.Mean.Known() {
		t.Error("latency is to be shown of the stable variant only")
	}
}

// TestBoundedQueuesAreStable: at any load, for what can't wait is refused.
func TestBoundedQueuesAreStable(t *testing.T) {
	x := ask(t, compare.Question{}, lossy, "workload.arrivals.load=200%").Results[0]
	if x.Unstable || !x.Latency.Mean.Known() {
		t.Error("a bounded queue is called unstable")
	}
	// Half of the work is refused or given up, more or less: short requests give way
	// to long ones less often.
	near(t, "error ratio", x.ErrorRatio, 0.5, 0.2)
}

// TestTimeoutsClipLatency: where many give up, the figures are those of the others,
// and that is said. At 120% load only time-outs bound the queue: nothing grows.
func TestTimeoutsClipLatency(t *testing.T) {
	for _, c := range []struct {
		load, timeout string
		want, without string
	}{
		{"120%", "1s", "busy throughout, and only clients that give up bound the queue", "overloaded"},
		{"90%", "60ms", "of the requests timed out after 60ms; latencies are those of the requests that were answered", "throughout"},
		{"50%", "10s", "", "timed out"},
	} {
		r := ask(t, compare.Question{}, equal, "workload.arrivals.load="+c.load, "workload.clients={timeout: "+c.timeout+"}")
		if c.want != "" && !warned(r, "least_connections: ", c.want) {
			t.Errorf("%s: no warning: %q", c.load, r.Warnings)
		}
		if warned(r, c.without) {
			t.Errorf("%s: %q", c.load, r.Warnings)
		}
	}
}

// TestLongWarmUpIsNoGrowth: a queue that fills slowly and is cut until it is full
// does not count as growing.
func TestLongWarmUpIsNoGrowth(t *testing.T) {
	x := ask(t, compare.Question{}, queue, "workload.arrivals={process: constant, load: 80%}",
		"servers.api.workers=100", "servers.api.discipline=fifo", "workload.classes.request.service={dist: constant, mean: 20s}",
		"run.duration=60s", "run.warmup=30s").Results[0]
	if x.Unstable {
		t.Error("growth before the window makes the window unstable")
	}
	near(t, "mean in system", x.InSystem, 80, 1e-6)
}

// TestUnfinished: when the run ends at the horizon, those that are missing are the
// slow ones. A second of service makes 1/45 of the window's requests unfinished.
func TestUnfinished(t *testing.T) {
	settings := []string{"workload.arrivals.load=50%", "servers.api.workers=100",
		"workload.classes.request.service={dist: constant, mean: 1s}", "run.duration=50s", "run.warmup=5s"}
	r := ask(t, compare.Question{}, queue, append(settings, "run.drain=0s")...)
	x := r.Results[0]
	if x.Unstable {
		t.Error("called unstable")
	}
	for name, e := range waits(&x) {
		if e.Known() {
			t.Errorf("%s is shown", name)
		}
	}
	share := float64(x.Requests.Unfinished) / float64(x.Requests.Offered)
	if math.Abs(share-1./45) > 0.005 || !warned(r, fmt.Sprintf("round_robin: %.2g%% of the requests were unfinished", 100*share)) {
		t.Errorf("no warning that says how many: %q", r.Warnings)
	}
	near(t, "throughput", x.Throughput, 50, 0.05)
	if drained := ask(t, compare.Question{}, queue, settings...).Results[0]; !drained.Latency.Mean.Known() {
		t.Error("after draining, latency is known")
	}
}

// TestQuantilesNeedSamples: a quantile needs 100 samples beyond it in each
// replication, so p95 2,000 requests, p99 10,000 and p999 100,000.
func TestQuantilesNeedSamples(t *testing.T) {
	for _, c := range []struct {
		requests       string
		p95, p99, p999 bool
	}{
		{"1990", false, false, false},
		{"2000", true, false, false},
		{"9990", true, false, false},
		{"10000", true, true, false},
		{"100000", true, true, true},
	} {
		r := ask(t, compare.Question{}, queue, "run.requests="+c.requests, "run.warmup=0s", "run.replications=2", "workload.arrivals.load=50%")
		x := r.Results[0]
		if got := [...]bool{x.Latency.P95.Known(), x.Latency.P99.Known(), x.Latency.P999.Known()}; got != [...]bool{c.p95, c.p99, c.p999} {
			t.Errorf("%s requests: p95, p99, p999 known: %v", c.requests, got)
		}
		if warned(r, "too few requests for p99") == c.p99 {
			t.Errorf("%s requests: warnings %q", c.requests, r.Warnings)
		}
		if !x.Latency.Mean.Known() {
			t.Errorf("%s requests: the mean is always known", c.requests)
		}
	}
}

// Latencies of a system that turns requests away are those of the others, and a window
// without requests is no result.
func TestRejectionsAndEmptinessAreWarnedOf(t *testing.T) {
	r := ask(t, compare.Question{}, equal, "servers.api.queue=0")
	if !warned(r, "of the requests were rejected; latencies are those of the requests that were answered") {
		t.Errorf("warnings: %q", r.Warnings)
	}
	r = ask(t, compare.Question{}, equal, "run.duration=1ms", "run.warmup=0s", "workload.arrivals.load=0.1%")
	if !warned(r, "no request arrived in the measured time") {
		t.Errorf("warnings: %q", r.Warnings)
	}
}

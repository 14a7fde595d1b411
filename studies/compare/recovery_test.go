package compare

import (
	"math"
	"testing"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/sim"
)

// Detection is the first event against a server that failed, recovery the end of the
// last bad interval before the next act; without either there is no figure.
func TestRecovery(t *testing.T) {
	at := clock.FromSeconds
	m := &sim.Model{Horizon: at(10), Acts: []sim.Act{{At: at(1), Kind: sim.Slow, Servers: []int{0}}, {At: at(2.5), Kind: sim.Crash, Servers: []int{1, 2}}, {At: at(8), Kind: sim.Restore, Servers: []int{1, 2}}}}
	run := func(failed ...uint64) *sim.Result {
		r := &sim.Result{Interval: at(1), Happened: []sim.Happening{
			{At: at(1.5), Kind: balancer.Ejected, Server: 1}, {At: at(3), Kind: balancer.Down, Server: 0}, {At: at(3.1), Kind: balancer.PanicBegan, Server: -1},
			{At: at(4.25), Kind: balancer.Ejected, Server: 2}, {At: at(5), Kind: balancer.Down, Server: 1}}}
		for _, n := range failed {
			r.Timeline = append(r.Timeline, sim.Interval{Completed: 100, Failed: n})
		}
		return r
	}
	for _, c := range []struct {
		run             *sim.Result
		detect, recover float64
	}{
		{run(0, 0, 50, 50, 9, 1, 0, 0, 9, 9), 1.75, 2.5}, // 1 of 101 is tolerated, what follows the next act does not count
		{run(9, 9, 0, 0, 0, 0, 0, 0, 0, 0), 1.75, 0},
		{run(0, 0, 50, 50, 50, 50, 50, 50, 0, 0), 1.75, math.NaN()},
		{&sim.Result{}, math.NaN(), math.NaN()},
	} {
		got := recoveryOf(&Variant{Model: m}, c.run)
		if !same(got.detect, c.detect) || !same(got.recover, c.recover) {
			t.Errorf("%+v, want %v and %v", got, c.detect, c.recover)
		}
	}
	if got := recoveryOf(&Variant{Model: &sim.Model{}}, run(9)); !same(got.detect, math.NaN()) || !same(got.recover, math.NaN()) {
		t.Errorf("nothing failed, %+v", got)
	}
}

func same(a, b float64) bool { return a == b || a != a && b != b }

// What is suffered is counted from the failure on, and attempts are asked of intervals
// with enough requests only.
func TestSuffered(t *testing.T) {
	at := clock.FromSeconds
	m := &sim.Model{Horizon: at(5), Acts: []sim.Act{{At: at(2.5), Kind: sim.Crash, Servers: []int{0}}}}
	r := &sim.Result{Interval: at(1), Timeline: []sim.Interval{
		{Offered: 100, Failed: 7, Attempts: 900, Saved: 3}, {Offered: 100, Attempts: 100},
		{Offered: 100, Failed: 5, Attempts: 130, Saved: 20}, {Offered: 100, Failed: 1, Attempts: 180, Saved: 60}, {Offered: 3, Attempts: 30}}}
	m.Balancer.Pools = []balancer.PoolConfig{{}}
	if got := recoveryOf(&Variant{Model: m}, r); got.failed != 6 || !same(got.saved, math.NaN()) || !same(got.peak, math.NaN()) {
		t.Errorf("nobody tries again: %+v", got)
	}
	m.Balancer.Pools[0].Retries = &balancer.Retries{Attempts: 2}
	if got := recoveryOf(&Variant{Model: m}, r); got.failed != 6 || got.saved != 80 || got.peak != 1.8 {
		t.Errorf("with retries: %+v", got)
	}
	m.Acts[0].Kind, m.Acts[0].Factor = sim.Slow, 5
	if got := recoveryOf(&Variant{Model: m}, r); got.failed != 6 {
		t.Errorf("slow servers: %+v", got)
	}
	m.Acts[0].Factor = 0.5
	if got := recoveryOf(&Variant{Model: m}, r); !same(got.failed, math.NaN()) {
		t.Errorf("faster servers: %+v", got)
	}
}

// Each failure has what came of it until the next one: a server that is found long after
// was not found because of the first. What breaks at one instant is one failure, and one
// that ends within an interval can't be said to have recovered.
func TestEachFailure(t *testing.T) {
	at := clock.FromSeconds
	m := &sim.Model{Horizon: at(10), Acts: []sim.Act{
		{At: at(1), Kind: sim.Crash, Servers: []int{0}, Label: "crash a-1"}, {At: at(3), Kind: sim.Restore, Servers: []int{0}},
		{At: at(4), Kind: sim.Slow, Factor: 2, Servers: []int{0}, Label: "slow a-1 2x"}, {At: at(4), Kind: sim.Hang, Servers: []int{1}, Label: "hang a-2"},
		{At: at(8.2), Kind: sim.Errors, Servers: []int{2}}, {At: at(8.7), Kind: sim.Restore, Servers: []int{2}}}}
	m.Balancer.Pools = []balancer.PoolConfig{{Retries: &balancer.Retries{Attempts: 2}}}
	r := &sim.Result{Interval: at(1), Happened: []sim.Happening{{At: at(4.5), Kind: balancer.Down, Server: 0}, {At: at(5), Kind: balancer.Down, Server: 1}, {At: at(9), Kind: balancer.Ejected, Server: 2}}}
	for i, failed := range []uint64{1, 20, 0, 3, 30, 40, 0, 0, 7, 0} {
		r.Timeline = append(r.Timeline, sim.Interval{Offered: 100, Completed: 100, Failed: failed, Attempts: uint64(100 + i), Saved: 1})
	}
	unknown := math.NaN()
	want := []aftermath{
		{unknown, 1, 20 + 3, 3, 1.03},
		{0.5, 2, 30 + 40, 4, 1.07}, // the interval in which the third one comes is its own
		{9 - 8.2, unknown, 7, 2, 1.09},
	}
	got := recoveryOf(&Variant{Model: m}, r)
	for i, w := range want {
		g := got.each[i]
		if !near(g.detect, w.detect) || !near(g.recover, w.recover) || g.failed != w.failed || g.saved != w.saved || !near(g.peak, w.peak) {
			t.Errorf("failure %d: %+v, want %+v", i, g, w)
		}
	}
	if sum := 20 + 3 + 30 + 40 + 7.0; len(got.each) != len(want) || got.failed != sum || got.detect == got.detect || got.recover != 1 {
		t.Errorf("%d failures; from the first on %+v, want %v failed", len(got.each), got.aftermath, sum)
	}
	if all := failuresOf(m.Acts); all[1].Kind != sim.Hang || all[1].Label != "slow a-1 2x, hang a-2" {
		t.Errorf("at one instant: %+v", all[1])
	}
}

func near(a, b float64) bool { return same(a, b) || math.Abs(a-b) < 1e-9 }

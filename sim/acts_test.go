package sim

import (
	"math"
	"testing"
	"time"

	"lbsim/balancer"
	"lbsim/workloads"
)

// A change of the rate stretches the gaps to come, the one under way too: requests
// every 10 ms, from 10 ms on, come twice as fast after 55 ms and ten times as slowly
// after 100 ms. The gap from 50 to 60 ms has 5 ms left, which become 2.5.
func TestRateStretchesGaps(t *testing.T) {
	m := faultyPair(Act{At: sec(0.055), Kind: Rate, Factor: 2}, Act{At: sec(0.1), Kind: Rate, Factor: 0.1}, Act{At: sec(0.4), Kind: Rate, Factor: 1})
	m.Horizon = sec(0.5)
	_, records := byID(t, m, Options{})
	want := []float64{10, 20, 30, 40, 50, 57.5, 62.5, 67.5, 72.5, 77.5, 82.5, 87.5, 92.5, 97.5, 150, 250, 350, 405, 415}
	for i, at := range want {
		if records[i].Arrival != sec(at/1000) {
			t.Errorf("request %d came at %v, not at %v ms", i, records[i].Arrival, at)
		}
	}
}

// Whatever the rate, the same requests come: the n-th asks for the same work, and while
// nothing has changed yet it comes at the same instant. Afterwards as many come as the
// factor says.
func TestRateKeepsRequests(t *testing.T) {
	run := func(factor float64) []Record {
		m := farm(4, "round_robin")
		poisson(m, 100)
		m.Horizon = sec(200)
		m.Classes[0].Service = must(workloads.NewExponential(0.001))
		m.Acts = []Act{{At: sec(100), Kind: Rate, Factor: factor}}
		_, records := byID(t, m, Options{Seed: 3})
		return records
	}
	plain, thrice := run(1), run(3)
	for i := range plain {
		if a, b := plain[i], thrice[i]; a.Demand != b.Demand || a.Arrival <= sec(100) && a.Arrival != b.Arrival {
			t.Fatalf("request %d: %+v and %+v", i, a, b)
		}
	}
	// Of 30,000 expected beyond 100 s the deviation is 173.
	if n := len(thrice) - len(plain); math.Abs(float64(n)-20000) > 1000 {
		t.Errorf("%d more requests at three times the rate for 100 s", n)
	}
}

// A flaky server fails attempts and checks alike, each with its probability: weak
// thresholds take it out and in again and again, strong ones hardly ever do.
func TestFlakyServersFlap(t *testing.T) {
	var downs [2]int
	for i, check := range []balancer.HealthCheck{
		{Interval: 100 * time.Millisecond, Healthy: 1, Unhealthy: 1},
		{Interval: 100 * time.Millisecond, Healthy: 2, Unhealthy: 8},
	} {
		m := faultyPair(Act{At: sec(1), Kind: Flaky, Servers: []int{0}, Ratio: 0.2, Status: 503}, Act{At: sec(900), Kind: Restore, Servers: []int{0}})
		m.Horizon = sec(1000)
		m.Balancer.Pools[0].Health = &check
		r := must(Run(m, Options{}))
		for _, h := range r.Happened {
			if h.Kind == balancer.Down {
				downs[i]++
			}
			if h.Server != 0 || h.At < sec(1) || h.At > sec(901) {
				t.Errorf("%+v", h)
			}
		}
		// A fifth of what it got while it was flaky; all of its share, had it been in.
		if failed := status(r, 0, 503); i == 1 && math.Abs(float64(failed)-0.2*45000) > 500 {
			t.Errorf("%d attempts failed", failed)
		}
	}
	// 9,000 checks, of which a fifth fails: 0.2·0.8 of them begin a time out.
	if downs[0] < 1300 || downs[0] > 1600 || downs[1] > 2 {
		t.Errorf("%v times down", downs)
	}
}

// Settings that change in mid-run: retries put in hide errors from then on, another
// algorithm sends everything where it wants, and what is under way is not disturbed.
func TestConfigureInMidRun(t *testing.T) {
	m := faultyPair(Act{At: 0, Kind: Errors, Servers: []int{0}, Ratio: 1, Status: 500})
	with := m.Balancer.Pools[0]
	with.Retries = &balancer.Retries{Attempts: 2, Statuses: []int{500}}
	m.Acts = append(m.Acts, Act{At: sec(0.5), Kind: Configure, Balancer: &balancer.Config{Pools: []balancer.PoolConfig{with}}})
	r := must(Run(m, Options{}))
	// Every other one of the first 49 fails, and none of those after.
	if c := r.Classes[0]; c.Failed != 25 || c.Completed != c.Offered-25 {
		t.Errorf("%+v", c.Outcomes)
	}
	m.Acts[1].Balancer = &balancer.Config{}
	if _, err := Run(m, Options{}); err == nil {
		t.Error("settings without a pool were accepted")
	}
}

// Whether a server that leaves is drained, and for how long, is what balancers are told by
// then: a request of 8 s is cut a second after its server is to leave, or finishes.
func TestWhoLeavesDrainsBySettingsOfTheMoment(t *testing.T) {
	second := &balancer.Drain{Timeout: time.Second}
	for _, c := range []struct {
		before, after *balancer.Drain
		cut           uint64
		took          float64
	}{{nil, second, 1, 6}, {second, nil, 0, 8}, {second, second, 1, 6}, {nil, nil, 0, 8}} {
		m := scripted(job{5, 8})
		other := m.Servers[0]
		other.Name = "other"
		pool := m.Balancer.Pools[0]
		m.Balancer.Pools[0].Drain, pool.Drain = c.before, c.after
		m.Acts = []Act{{At: sec(2), Kind: Configure, Balancer: &balancer.Config{Pools: []balancer.PoolConfig{pool}}}, {At: sec(10), Kind: Remove, Servers: []int{0}},
			{At: sec(10), Kind: Add, Add: []Server{other}}}
		r, records := byID(t, m, Options{Seed: 1})
		if r.Cut != c.cut || records[0].Latency != sec(c.took) {
			t.Errorf("drain %v, then %v: %d cut, it took %v", c.before, c.after, r.Cut, records[0].Latency)
		}
	}
}

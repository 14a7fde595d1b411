package sim

import (
	"testing"
	"time"

	"lbsim/balancer"
	"lbsim/clock"
)

// deployed is a farm of n servers under regular requests, a hundred a second of 10 ms,
// whose servers are replaced at 10 s.
func deployed(n int, plan DeployPlan) *Model {
	m := farm(n, "round_robin")
	steadily(m, 0.01, 0.01, 60)
	m.Horizon, m.Requests = sec(60), 0
	act := Act{At: sec(10), Kind: Deploy, Deploy: &plan}
	for i := range n {
		m.Servers[i].StartUp = 2 * time.Second
		act.Servers = append(act.Servers, i)
		if plan.Batch == 0 {
			x := m.Servers[i]
			x.Name += "-new"
			act.Add = append(act.Add, x)
		}
	}
	m.Acts = []Act{act}
	if plan.Drain {
		m.Balancer.Pools[0].Drain = &balancer.Drain{Timeout: time.Second}
	}
	return m
}

// A deploy takes as long as it takes: batches of a start-up each, and pauses between
// them. With draining nothing is lost, however it is done.
func TestDeploys(t *testing.T) {
	for name, c := range map[string]struct {
		plan     DeployPlan
		from, to float64 // its length
		marks    int
	}{
		"one at a time":     {DeployPlan{Batch: 1, Drain: true}, 8, 8.1, 5},
		"two, with a pause": {DeployPlan{Batch: 2, Drain: true, Pause: 3 * time.Second}, 7, 7.1, 3},
		"blue-green":        {DeployPlan{Drain: true}, 2, 2.1, 2},
		"grace":             {DeployPlan{Batch: 2, Grace: time.Second}, 6, 6.1, 3},
	} {
		m := deployed(4, c.plan)
		r, err := Run(m, Options{Seed: 1})
		if err != nil {
			t.Fatal(name, err)
		}
		if len(r.Spans) != 1 || !r.Spans[0].Done || r.Spans[0].From != sec(10) || len(r.Marks) != c.marks {
			t.Fatalf("%s: %+v, %+v", name, r.Spans, r.Marks)
		}
		if took := (r.Spans[0].To - r.Spans[0].From).Seconds(); took < c.from || took > c.to {
			t.Errorf("%s: it took %v s", name, took)
		}
		if x := r.Classes[0]; x.Completed != x.Offered || r.Cut != 0 {
			t.Errorf("%s: %d of %d completed, %d cut", name, x.Completed, x.Offered, r.Cut)
		}
	}
}

// Without draining, what a server has is cut (502): of requests that follow each other
// without a gap there is always one at work on each server.
func TestADeployCuts(t *testing.T) {
	m := deployed(4, DeployPlan{Batch: 1})
	steadily(m, 0.01, 0.039, 60)
	r, err := Run(m, Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if x := r.Classes[0]; r.Cut == 0 || x.Failed != r.Cut || r.Status[502] != r.Cut {
		t.Errorf("%d cut, %d failed, %d with 502", r.Cut, x.Failed, r.Status[502])
	}
}

// What still runs at the end of a drain is cut, once, and the server may take work again
// when it is restored.
func TestADrainEnds(t *testing.T) {
	for _, frontends := range []int{1, 3} {
		m := farm(2, "round_robin")
		m.Frontends = frontends
		m.Arrivals, m.Trace = nil, scripted(job{1, 20}, job{2, 20}, job{3, 20}, job{4, 20}, job{30, 1}, job{31, 1}, job{32, 1}, job{33, 1}, job{34, 1}, job{35, 1}).Trace
		m.Horizon, m.Requests = sec(60), 0
		m.Balancer.Pools[0].Drain = &balancer.Drain{Timeout: 5 * time.Second}
		m.Acts = []Act{{At: sec(5), Kind: Drain, Servers: []int{0}}, {At: sec(29), Kind: Restore, Servers: []int{0}}}
		r, records := byID(t, m, Options{Seed: 1})
		cut, after := uint64(0), 0
		for _, x := range records {
			if x.Outcome == Failed && x.Status == 502 && x.Server == 0 && x.Arrival+x.Latency == sec(10) {
				cut++
			}
			if x.Server == 0 && x.Arrival > sec(29) {
				after++
			}
		}
		if cut == 0 || r.Cut != cut || after == 0 {
			t.Errorf("%d frontends: %d ended at the timeout, %d cut, %d came after", frontends, cut, r.Cut, after)
		}
	}
}

// A server that starts is announced when it listens, or at once; then it refuses what
// comes until it listens, unless checks keep requests away.
func TestAnnouncements(t *testing.T) {
	for _, c := range []struct {
		announce Announcement
		checks   bool
		refused  bool
		from     float64
	}{{Listening, false, false, 15}, {Started, false, true, 10}, {Started, true, false, 15}} {
		m := farm(1, "round_robin")
		steadily(m, 0.1, 0.01, 30)
		m.Horizon, m.Requests = sec(30), 0
		m.Network.Announce = c.announce
		if c.checks {
			m.Balancer.Pools[0].Health = &balancer.HealthCheck{Interval: time.Second, Healthy: 1, Unhealthy: 1}
		}
		x := m.Servers[0]
		x.Name, x.StartUp = "new", 5*time.Second
		m.Acts = []Act{{At: sec(10), Kind: Add, Add: []Server{x}}}
		r, records := byID(t, m, Options{Seed: 1})
		if (r.Status[503] > 0) != c.refused {
			t.Errorf("%+v: %d refused", c, r.Status[503])
		}
		first := clock.Never
		for _, x := range records {
			if x.Server == 1 {
				first = min(first, x.Arrival)
			}
		}
		if first < sec(c.from) || first > sec(c.from+1.2) {
			t.Errorf("%+v: the first request at %v", c, first)
		}
	}
}

// What balancers send to a server that has left before they hear of it is refused.
func TestDiscoveryIsLate(t *testing.T) {
	m := farm(4, "round_robin")
	steadily(m, 0.1, 0.01, 30)
	m.Horizon, m.Requests = sec(30), 0
	m.Network.Discovery = 2 * time.Second
	m.Acts = []Act{{At: sec(10), Kind: Leave, Servers: []int{3}}, {At: sec(20), Kind: Return, Servers: []int{3}}}
	r, records := byID(t, m, Options{Seed: 1})
	if got := r.Status[503]; got != 5 {
		t.Errorf("%d refused, of 20 requests in 2 s a quarter is", got)
	}
	for _, x := range records {
		away := x.Arrival > sec(12) && x.Arrival < sec(22)
		if x.Server == 3 && (away || (x.Status == 503) != (x.Arrival > sec(10) && x.Arrival < sec(12))) {
			t.Errorf("at %v: %+v", x.Arrival, x)
		}
	}
}

// A server that warms up from a fifth of its speed: alone, with work always waiting, it
// does the integral of its speed.
func TestWarmUp(t *testing.T) {
	for _, discipline := range []Discipline{FIFO, PS} {
		m := farm(1, "round_robin")
		m.Servers[0].Discipline, m.Servers[0].WarmUp = discipline, &WarmUp{Time: 10 * time.Second, Share: 0.2}
		m.Arrivals, m.Trace = nil, scripted(job{10.000001, 6}, job{25, 1}).Trace
		m.Horizon, m.Requests = sec(60), 0
		m.Acts = []Act{{At: sec(5), Kind: Crash, Servers: []int{0}}, {At: sec(10), Kind: Restore, Servers: []int{0}}}
		_, records := byID(t, m, Options{Seed: 1})
		// In 10 s it does 0.2·10 + 0.8·10/2 = 6 s of work; its steps make it late by at most
		// a hundredth of that.
		if took := records[0].Latency.Seconds(); took < 10 || took > 10.1 {
			t.Errorf("%v: 6 s of work took %v", discipline, took)
		}
		if took := records[1].Latency.Seconds(); took < 1 || took > 1.0001 {
			t.Errorf("%v: a warm server took %v for 1 s", discipline, took)
		}
	}
}

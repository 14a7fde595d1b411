package sim

import (
	"testing"
	"time"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/workloads"
)

// Whether requests wait at their balancer, which lets one go whenever a server becomes
// idle, or in one queue before as many workers, makes no difference to any of them: the
// same wait and the same latency, first come first served or by priority.
func TestWaitingAtTheBalancerIsWaiting(t *testing.T) {
	for _, d := range []Discipline{FIFO, ByPriority} {
		world := func(servers, workers int) *Model {
			m := farm(servers, "round_robin")
			for i := range m.Servers {
				m.Servers[i].Workers, m.Servers[i].Discipline = workers, d
			}
			m.Classes = []Class{
				{Name: "a", Share: 0.5, Service: must(workloads.NewExponential(0.01)), Priority: balancer.Sheddable},
				{Name: "b", Share: 0.5, Service: must(workloads.NewExponential(0.01))},
			}
			if d == ByPriority {
				m.Classes[1].Priority = balancer.Critical
			} else {
				m.Classes[1].Priority = m.Classes[0].Priority
			}
			m.Arrivals = func() workloads.Process { return must(workloads.NewPoisson(350)) }
			m.Horizon, m.Requests, m.WarmUp = clock.FromSeconds(60), 0, clock.FromSeconds(1)
			return m
		}
		atServer, atBalancer := world(1, 4), world(4, 1)
		atBalancer.Balancer.Pools[0].Limits = &balancer.Limits{PerEndpoint: 1, Queue: &balancer.WaitQueue{Size: 1_000_000, Timeout: time.Hour}}
		type times struct{ wait, latency clock.Time }
		run := func(m *Model) map[uint64]times {
			found := map[uint64]times{}
			if _, err := Run(m, Options{Seed: 4, OnRequest: func(r *Record) { found[r.ID] = times{r.Wait, r.Latency} }}); err != nil {
				t.Fatal(err)
			}
			return found
		}
		want, got := run(atServer), run(atBalancer)
		waited, different := 0, 0
		for id, x := range want {
			if x != got[id] {
				different++
			}
			if x.wait > 0 {
				waited++
			}
		}
		if different > 0 || len(want) != len(got) || waited < 1000 {
			t.Errorf("discipline %d: %d of %d requests differ, %d waited", d, different, len(want), waited)
		}
	}
}

// A client whose request waits at its balancer leaves when its time is over, or when it
// has lost its patience, and takes the request out of the queue.
func TestLeavingTheBalancersQueue(t *testing.T) {
	for _, x := range []struct {
		name    string
		clients workloads.Clients
	}{
		{"time-out", workloads.Clients{Count: 1, Connections: 1, Timeout: 0.5}},
		{"patience", workloads.Clients{Count: 1, Connections: 1, Patience: must(workloads.NewConstant(0.5))}},
	} {
		m := farm(1, "round_robin")
		m.Classes[0].Service = must(workloads.NewConstant(10))
		m.Arrivals = func() workloads.Process { return must(workloads.NewRegular(10)) }
		m.Horizon, m.Requests, m.WarmUp = clock.FromSeconds(3), 0, 0
		m.Clients = &x.clients
		m.Balancer.Pools[0].Limits = &balancer.Limits{PerEndpoint: 1, Queue: &balancer.WaitQueue{Size: 5, Timeout: time.Minute}}
		r, err := Run(m, Options{})
		if err != nil {
			t.Fatal(err)
		}
		// Of those that come each 100 ms the first is served for 10 s. Five wait at any
		// time, each for half a second, after which its place is taken at once or with the
		// next: so nobody or nearly nobody is rejected.
		if r.Classes[0].TimedOut < 20 || r.Reasons[balancer.QueueFull] > 8 || r.Reasons[balancer.QueueTimeout] > 0 {
			t.Errorf("%s: %+v, rejected %v", x.name, r.Classes[0].Outcomes, r.Reasons)
		}
	}
}

// Every rejection has its reason, and they add up; what a full server refuses has none
// of the balancer's.
func TestReasonsAddUp(t *testing.T) {
	for name, change := range map[string]func(m *Model){
		"limits":       func(m *Model) { resist(m); limit(m) },
		"without":      func(m *Model) { resist(m) },
		"own attempts": func(m *Model) { limit(m); m.Balancer.Pools[0].Limits.Queue = nil },
	} {
		m := town(t, "least_connections")
		breakTown(m)
		change(m)
		r, err := Run(m, Options{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		rejected, reasons := uint64(0), uint64(0)
		for _, c := range r.Classes {
			rejected += c.Rejected
		}
		for _, n := range r.Reasons {
			reasons += n
		}
		if rejected != reasons || rejected == 0 {
			t.Errorf("%s: %d rejected, with reasons %v", name, rejected, r.Reasons)
		}
	}
}

// A route's token bucket of 5, refilled at 30/s, meets 100 requests a second of that route:
// the n-th comes at 0.01·n s and finds what 5 + 0.3·(n-1) tokens leave, so of 1000
// floor(5 + 0.3·999) = 304 come through. Rejections are counted by reason for the class, the
// route, the pool and all; the other route's requests, as many, are not touched.
func TestRateLimitOfARoute(t *testing.T) {
	m := farm(4, "round_robin")
	m.Arrivals = nil
	m.Trace = &workloads.Trace{}
	for n := 1; n <= 1000; n++ {
		for class := range int32(2) {
			m.Trace.Records = append(m.Trace.Records, workloads.Record{At: clock.Time(n) * clock.Time(10*time.Millisecond), Service: 0.001, Client: -1, Class: class})
		}
	}
	m.Horizon = sec(11)
	m.Classes = []Class{{Name: "login", Share: 0.5, Service: m.Classes[0].Service, About: &balancer.Attributes{Path: "/login"}}, {Name: "page", Share: 0.5, Service: m.Classes[0].Service}}
	to := []balancer.Branch{{Share: 1}}
	m.Balancer.Routes = []balancer.Route{{Name: "login", Match: balancer.Match{Path: "/login"}, Branches: to,
		Rates: []balancer.RateLimit{{Tokens: 30, Per: time.Second, Burst: 5}}}, {Name: "rest", Branches: to}}
	r, _ := course(t, m, Options{Seed: 1})
	for what, x := range map[string]ClassResult{"class": r.Classes[0], "route": r.Routes[0].ClassResult, "pool": r.Pools[0].ClassResult} {
		if x.Rejected != 1000-304 || x.Reasons[balancer.RouteLimited] != 1000-304 {
			t.Errorf("%s: %d rejected, by reason %v", what, x.Rejected, x.Reasons)
		}
	}
	if r.Classes[1].Completed != 1000 || r.Routes[1].Completed != 1000 || r.Reasons[balancer.RouteLimited] != 1000-304 || r.Status[429] != 1000-304 {
		t.Errorf("%+v, %+v, reasons %v", r.Classes[1].Outcomes, r.Routes[1].Outcomes, r.Reasons)
	}
}

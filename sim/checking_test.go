package sim

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lbsim/balancer"
	"lbsim/workloads"
)

// checkAtWork lets health checks take work: so many seconds of each server.
func checkAtWork(m *Model, law workloads.Distribution, priority balancer.Priority) {
	eachServer(m, func(s *Server) { s.Checks = &CheckWork{Service: law, Priority: priority} })
}

// anyChecks lets health checks take work on some servers.
func anyChecks(t *rapid.T, m *Model) {
	law := anyLaw(t, rapid.SampledFrom([]float64{0.001, 0.01}).Draw(t, "check's service"), "check")
	eachServer(m, func(s *Server) {
		if rapid.Bool().Draw(t, "checks at work") {
			s.Checks = &CheckWork{Service: law, Priority: rapid.SampledFrom([]balancer.Priority{balancer.Ordinary, balancer.Critical}).Draw(t, "check's priority")}
		}
	})
}

// downs returns when a run's balancers took a server down for a failed check, in seconds.
func downs(r *Result) (at []float64) {
	for _, h := range r.Happened {
		if h.Kind == balancer.Down {
			at = append(at, h.At.Seconds())
		}
	}
	return at
}

// A check waits for a worker as a request does. A request of 5 s comes at 10.25 s to the
// only worker, and the check of 11 s, with a second for it, fails at 12 s: not where it
// goes first, or takes a share of the worker, or none; and where there is no place to wait
// it fails at once.
func TestChecksWaitForAWorker(t *testing.T) {
	for name, c := range map[string]struct {
		change func(m *Model)
		downs  []float64
	}{
		"no work":       {func(m *Model) { m.Servers[0].Checks = nil }, nil},
		"fifo":          {func(*Model) {}, []float64{12}},
		"no queue":      {func(m *Model) { m.Servers[0].Queue = 0 }, []float64{11}},
		"more patience": {func(m *Model) { m.Balancer.Pools[0].Health.Timeout = 5 * time.Second }, nil},
		"two workers":   {func(m *Model) { m.Servers[0].Workers = 2 }, nil},
		"shared":        {func(m *Model) { m.Servers[0].Discipline = PS }, nil},
		"connections":   {func(m *Model) { m.Balancer.Pools[0].Health.Connect = true }, nil},
		"first": {func(m *Model) {
			m.Servers[0].Discipline, m.Servers[0].Checks.Priority = PriorityPreemptive, balancer.Critical
		}, nil},
		"in their turn":  {func(m *Model) { m.Servers[0].Discipline = PriorityPreemptive }, []float64{12}},
		"first in queue": {func(m *Model) { m.Servers[0].Discipline, m.Servers[0].Checks.Priority = ByPriority, balancer.Critical }, []float64{12}},
	} {
		m := scripted(job{10.25, 5})
		m.Balancer.Pools[0].Health = &balancer.HealthCheck{Interval: time.Second, Timeout: time.Second, Healthy: 1, Unhealthy: 1}
		checkAtWork(m, must(workloads.NewConstant(0)), balancer.Ordinary)
		c.change(m)
		r, records := byID(t, m, Options{Seed: 1})
		if got := downs(r); !slices.Equal(got, c.downs) {
			t.Errorf("%s: down at %v s, want %v", name, got, c.downs)
		}
		if records[0].Latency != sec(5) || r.Servers[0].Requests != 1 {
			t.Errorf("%s: %d requests, the first took %v", name, r.Servers[0].Requests, records[0].Latency)
		}
	}
}

// Checks of 100 ms that end a second before the next begins keep a worker busy for a
// eleventh of the time, whatever its discipline, and count as no requests. Three frontends
// are three times as much.
func TestChecksTakeWork(t *testing.T) {
	for _, discipline := range []Discipline{FIFO, PS, ByPriority, PriorityPreemptive} {
		for _, frontends := range []int{1, 3} {
			m := scripted(job{59, 0.5})
			m.Servers[0].Discipline, m.Servers[0].Workers, m.Frontends, m.Interval = discipline, 4, frontends, 10*time.Second
			m.Horizon = sec(55)
			m.Trace.Records[0].At = sec(1)
			m.Balancer.Pools[0].Health = &balancer.HealthCheck{Interval: time.Second, Timeout: time.Second, Healthy: 1, Unhealthy: 1}
			checkAtWork(m, must(workloads.NewConstant(0.1)), balancer.Ordinary)
			r, _ := byID(t, m, Options{Seed: 1})
			s := r.Servers[0]
			if want := float64(5 * frontends); math.Abs(s.CheckTime-want) > 1e-6 || math.Abs(s.Busy-want-0.5) > 1e-6 || math.Abs(s.Active-0.5) > 1e-6 {
				t.Errorf("%v, %d frontends: %v s of checks, busy for %v s and for %v s of requests; want %v s of checks", discipline, frontends, s.CheckTime, s.Busy, s.Active, want)
			}
			if s.Requests != 1 || r.Timeline[0].Servers[0].Attempts != 1 || r.Timeline[1].Servers[0].Attempts != 0 {
				t.Errorf("%v: %d requests, by interval %+v", discipline, s.Requests, r.Timeline)
			}
		}
	}
}

// A check that is being worked on, or waits, fails with its server; one that is answered
// when its way back is cut is not heard of.
func TestChecksShareTheFateOfTheirServer(t *testing.T) {
	for name, c := range map[string]struct {
		act  Act
		down float64
	}{
		"crash":             {Act{At: sec(10.5), Kind: Crash, Servers: []int{0}}, 10.5},
		"hang":              {Act{At: sec(10.5), Kind: Hang, Servers: []int{0}}, 13},
		"partition":         {Act{At: sec(10.5), Kind: Partition, Zone: 0, From: 1}, 11},
		"silent partition":  {Act{At: sec(10.5), Kind: Partition, Zone: 0, From: 1, Silent: true}, 13},
		"half of the speed": {Act{At: sec(10.5), Kind: Slow, Servers: []int{0}, Factor: 10}, 13},
	} {
		for _, discipline := range []Discipline{FIFO, PS} {
			m := scripted(job{59, 0.5})
			m.Frontends, m.Network = 1, Network{Zones: []string{"a", "b"}, Frontends: []int{1}}
			m.Servers[0].Discipline = discipline
			m.Acts = []Act{c.act}
			m.Balancer.Pools[0].Health = &balancer.HealthCheck{Interval: time.Second, Timeout: 3 * time.Second, Healthy: 1, Unhealthy: 1}
			checkAtWork(m, must(workloads.NewConstant(1)), balancer.Ordinary) // from 10 s to 11 s
			r, _ := byID(t, m, Options{Seed: 1})
			if got := downs(r); len(got) == 0 || got[0] != c.down {
				t.Errorf("%s, %v: down at %v s, want %v", name, discipline, got, c.down)
			}
		}
	}
}

// A run does not wait for ever for requests whose server has time for nothing but checks,
// which go first: 20 ms of work from each of four balancers, 10 ms after its last.
func TestNothingButChecks(t *testing.T) {
	m := farm(1, "round_robin")
	m.Requests, m.Horizon, m.Frontends = 0, sec(10), 4
	m.Servers[0].Discipline = ByPriority
	m.Classes[0].Priority = balancer.Sheddable
	m.Balancer.Pools[0].Health = &balancer.HealthCheck{Interval: 10 * time.Millisecond, Timeout: time.Second, Healthy: 1, Unhealthy: 1, Trusted: true}
	checkAtWork(m, must(workloads.NewConstant(0.02)), balancer.Critical)
	r := must(Run(m, Options{Seed: 1}))
	if c := r.Classes[0]; c.Unfinished == 0 || r.Ended > sec(10).Add(2*time.Minute) {
		t.Errorf("%+v, ended at %v", c.Outcomes, r.Ended)
	}
}

// Overload makes checks fail, and whoever is taken out leaves more to the others: of five
// servers with work for four and three quarters at most one is left at times, and all are
// where checks take no work.
func TestHealthCheckStorm(t *testing.T) {
	least := func(work bool) int {
		m := farm(5, "round_robin")
		m.Arrivals = func() workloads.Process { return must(workloads.NewPoisson(95)) }
		m.Classes[0].Service = must(workloads.NewExponential(0.05))
		m.Clients = &workloads.Clients{Count: 1000, Timeout: 2}
		m.Requests, m.Horizon = 0, sec(200)
		m.Balancer.Pools[0].Health = &balancer.HealthCheck{Interval: time.Second, Timeout: 300 * time.Millisecond, Healthy: 1, Unhealthy: 2}
		if work {
			checkAtWork(m, must(workloads.NewConstant(0.005)), balancer.Ordinary)
		}
		up, least := 5, 5
		for _, h := range must(Run(m, Options{Seed: 1})).Happened {
			switch h.Kind {
			case balancer.Down:
				up--
			case balancer.Up:
				up++
			}
			least = min(least, up)
		}
		return least
	}
	if calm, storm := least(false), least(true); calm != 5 || storm > 1 {
		t.Errorf("at least %d of 5 servers are in use where checks take no work, %d where they do", calm, storm)
	}
}

package sim

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lbsim/balancer"
	"lbsim/clock"
)

// Two servers depend on one thing, which is down from 0.3 s to 0.6 s; of the classes
// one needs it. Requests come every 10 ms from 10 ms on: 30 while it is down, of
// which the class that needs it fails and the other does not; unless deep checks take
// both servers down, and then everything does. The panic threshold sends requests to
// servers that are down, so that again only those fail which need the dependency.
func TestDependencyDown(t *testing.T) {
	for _, c := range []struct {
		name           string
		deep           bool
		panicBelow     float64
		fail, rejected bool // of the class that needs nothing
	}{
		{name: "shallow"},
		{name: "deep", deep: true, rejected: true},
		{name: "deep with a panic threshold", deep: true, panicBelow: 0.5},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := faultyPair(
				Act{At: clock.FromSeconds(0.3005), Kind: DependencyDown, Dependency: 3, Status: 504},
				Act{At: clock.FromSeconds(0.6005), Kind: DependencyUp, Dependency: 3})
			m.Servers[0].DependsOn, m.Servers[1].DependsOn = 1<<3, 1<<3|1<<1
			m.Classes[0].Share = 0.5
			other := m.Classes[0]
			other.Name, other.Without = "static", 1<<3
			m.Classes = append(m.Classes, other)
			pool := &m.Balancer.Pools[0]
			pool.Health = &balancer.HealthCheck{Interval: time.Millisecond, Timeout: time.Millisecond, Healthy: 1, Unhealthy: 1, Deep: c.deep, Trusted: true}
			pool.PanicBelow = c.panicBelow
			r := must(Run(m, Options{}))
			needy, static := r.Classes[0].Outcomes, r.Classes[1].Outcomes
			switch {
			case c.rejected: // the one at 0.31 s comes a millisecond after both are down
				if r.Status[503] != 30 || needy.Rejected+static.Rejected != 30 || needy.Rejected == 0 || static.Rejected == 0 || r.Status[504] != 0 {
					t.Errorf("%+v and %+v, status 503 of %d, 504 of %d", needy, static, r.Status[503], r.Status[504])
				}
			case needy.Failed != r.Status[504] || needy.Failed < 5 || needy.Failed > 25 || static.Completed != static.Offered:
				t.Errorf("%+v and %+v, status 504 of %d", needy, static, r.Status[504])
			}
		})
	}
}

// A server that depends on something else goes on.
func TestOtherDependency(t *testing.T) {
	m := faultyPair(Act{At: 0, Kind: DependencyDown, Dependency: 0, Status: 500})
	m.Servers[0].DependsOn, m.Servers[1].DependsOn = 1, 2
	r := must(Run(m, Options{}))
	if status(r, 0, 500) != r.Servers[0].Requests || status(r, 1, 200) != r.Servers[1].Requests || r.Servers[1].Requests == 0 {
		t.Errorf("%+v", r.Servers)
	}
}

// Where servers have to try before they know, each request that needs what is down keeps a
// worker for as long, and whoever is behind them in the queue waits as long. What a server
// began with before the dependency came back fails even so; what it begins with after that
// is answered, here 150 ms after it came.
func TestWaitingForADependency(t *testing.T) {
	for _, speed := range []float64{1, 4} {
		for _, discipline := range []Discipline{FIFO, ByPriority} {
			m := scripted(job{0.1, 0.01}, job{0.35, 0.01}, job{0.351, 0.01}, job{0.36, 0.01}, job{0.5, 0.01}, job{0.95, 0.01})
			m.Servers[0].Speed, m.Servers[0].Discipline = speed, discipline
			m.Servers[0].DependsOn = 1<<3 | 1<<1
			m.Acts = []Act{
				{At: clock.FromSeconds(0.05), Kind: DependencyDown, Dependency: 5, Status: 500, After: time.Second},
				{At: clock.FromSeconds(0.3), Kind: DependencyDown, Dependency: 3, Status: 503, After: 100 * time.Millisecond},
				{At: clock.FromSeconds(0.6), Kind: DependencyUp, Dependency: 3}}
			m.Horizon = clock.FromSeconds(2)
			r, records := byID(t, m, Options{})
			done := 10 * time.Millisecond / time.Duration(speed)
			for i, want := range []time.Duration{done, 100 * time.Millisecond, 199 * time.Millisecond, 290 * time.Millisecond, 150*ms + done, done} {
				fails := i > 0 && i < 4
				if x := records[i]; x.Latency.Sub(0) != want || (x.Outcome == Failed) != fails {
					t.Errorf("%v at speed %v: %d ended after %v as %v, want %v", discipline, speed, i, x.Latency.Sub(0), x.Outcome, want)
				}
			}
			if r.Status[503] != 3 {
				t.Errorf("%v: %d times 503, want 3", discipline, r.Status[503])
			}
		}
	}
}

// anyDependencies lets servers depend on two things, each of which is down for a while.
func anyDependencies(t *rapid.T, m *Model) {
	eachServer(m, func(s *Server) {
		s.DependsOn = rapid.Uint64Range(0, 3).Draw(t, "depends on")
		if s.Discipline == PS || s.Discipline == PriorityPreemptive {
			s.Discipline = FIFO
		}
	})
	for i := range m.Classes {
		m.Classes[i].Without = rapid.Uint64Range(0, 3).Draw(t, "does without")
	}
	for i := range 2 {
		at := clock.Time(rapid.SampledFrom([]time.Duration{0, 50 * ms, 150 * ms}).Draw(t, "down at"))
		m.Acts = append(m.Acts,
			Act{At: at, Kind: DependencyDown, Dependency: i, Status: 503, After: rapid.SampledFrom([]time.Duration{0, 5 * ms, 80 * ms}).Draw(t, "tries for")},
			Act{At: at + clock.Time(100*ms), Kind: DependencyUp, Dependency: i})
	}
	slices.SortStableFunc(m.Acts, func(a, b Act) int { return cmp.Compare(a.At, b.At) })
	if health := m.Balancer.Pools[0].Health; health != nil {
		checks := *health
		checks.Deep = rapid.Bool().Draw(t, "deep")
		m.Balancer.Pools[0].Health = &checks
	}
}

// Those who can't wait are refused.
func TestWhoCannotWait(t *testing.T) {
	m := faultyPair(Act{At: 0, Kind: DependencyDown, Dependency: 0, Status: 500, After: time.Second})
	m.Servers[1].DependsOn, m.Servers[1].Discipline = 1, PS
	const want = "sim: server s-2: who waits for a dependency keeps a worker, so can't share one"
	if _, err := Run(m, Options{}); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

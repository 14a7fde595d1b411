package sim

import (
	"testing"
	"time"

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
			other.Name, other.Independent = "static", true
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

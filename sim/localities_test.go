package sim

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lbsim/balancer"
	"lbsim/workloads"
)

// localize gives a world's servers priorities, and lets them and zones matter.
func localize(m *Model) {
	for i := range m.Servers {
		m.Servers[i].Priority = i % 3 % 2
	}
	pool := &m.Balancer.Pools[0]
	pool.Levels, pool.Zones = true, &balancer.Zones{Mode: balancer.ZoneAware, MinEndpoints: 2, Enabled: 0.9}
}

// anyLocalities lets priorities or zones matter.
func anyLocalities(t *rapid.T, m *Model) {
	localize(m)
	pool := &m.Balancer.Pools[0]
	pool.Levels = rapid.Bool().Draw(t, "levels")
	pool.Zones.Mode = balancer.ZoneMode(rapid.IntRange(0, 2).Draw(t, "zone mode"))
}

// Frontends keep what is sent to them in their zones, each in its own: with as many
// servers as frontends everywhere no request crosses, and with half as many in one zone
// half of that one's do.
func TestFrontendsKnowTheirZone(t *testing.T) {
	for _, c := range []struct {
		zones []int // of the servers
		cross float64
	}{{[]int{0, 0, 1, 1}, 0}, {[]int{0, 1, 1, 1}, 0.25}} {
		m := farm(4, "round_robin")
		m.Network = Network{Zones: []string{"a", "b"}, Frontends: []int{0, 1}}
		m.Frontends = 2
		m.Servers = nil
		for i, zone := range c.zones {
			m.Servers = append(m.Servers, Server{Name: string(rune('a' + i)), Zone: zone, Workers: 1, Queue: Unlimited, Speed: 1, Weight: 1})
		}
		m.Balancer.Pools[0].Zones = &balancer.Zones{Mode: balancer.ZoneAware, Enabled: 1}
		m.Requests = 20_000
		r, err := Run(m, Options{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		in := [2]float64{}
		for i, s := range r.Servers {
			in[c.zones[i]] += float64(s.Requests) / 20_000
		}
		// Half of the requests come to each frontend; five deviations of a binomial count.
		if got, want := in[1], 0.5+c.cross; got < want-0.02 || got > want+0.02 {
			t.Errorf("servers in %v: zone b gets %v of the requests, want %v", c.zones, got, want)
		}
	}
}

// Of four frontends two are in a, and each zone has a third of the servers. When c is lost
// two thirds of the requests come to a, with half of the servers that are left: nothing
// crosses as long as a takes itself for half of the frontends, and 1/4 of what comes to a
// once it has heard of the loss. It is the same again when c is back.
func TestLostFrontendsDoNotCount(t *testing.T) {
	m := farm(12, "round_robin")
	m.Network = Network{Zones: []string{"a", "b", "c"}, Frontends: []int{0, 1, 0, 2}, Discovery: 10 * time.Second}
	m.Frontends, m.Requests, m.Horizon = 4, 0, sec(100)
	m.Arrivals = func() workloads.Process { return must(workloads.NewPoisson(500)) }
	m.Classes[0].Service = must(workloads.NewConstant(0.001))
	lose := Act{At: sec(20), Kind: LoseZone, Zone: 2}
	for i := range m.Servers {
		if m.Servers[i].Zone = i % 3; i%3 == 2 {
			lose.Servers = append(lose.Servers, i)
		}
	}
	back := lose
	back.At, back.Kind = sec(60), RestoreZone
	m.Acts = []Act{lose, back}
	pool := &m.Balancer.Pools[0]
	pool.Zones = &balancer.Zones{Mode: balancer.ZoneAware, Enabled: 1}
	pool.Health = &balancer.HealthCheck{Interval: 100 * time.Millisecond, Healthy: 1, Unhealthy: 1}
	_, records := course(t, m, Options{Seed: 1})
	for _, c := range []struct{ from, to, inA float64 }{{0, 20, 1 / 3.0}, {22, 30, 2 / 3.0}, {30, 60, 1 / 2.0}, {71, 100, 1 / 3.0}} {
		n, inA := 0.0, 0.0
		for _, r := range records {
			if r.Arrival >= sec(c.from) && r.Arrival < sec(c.to) {
				n++
				inA += float64(1 - min(m.Servers[r.Server].Zone, 1))
			}
		}
		// Five deviations of a binomial count.
		if got := inA / n; n < 1000 || math.Abs(got-c.inA) > 5*math.Sqrt(c.inA*(1-c.inA)/n) {
			t.Errorf("from %v s to %v s: of %v requests %.3f were answered in a, want %.3f", c.from, c.to, n, got, c.inA)
		}
	}
}

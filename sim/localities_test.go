package sim

import (
	"testing"

	"pgregory.net/rapid"

	"lbsim/balancer"
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

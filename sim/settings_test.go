package sim

import (
	"cmp"
	"slices"
	"time"

	"pgregory.net/rapid"

	"lbsim/balancer"
	"lbsim/clock"
)

// anySettings changes what the clients' balancers do in mid-run, once or twice.
func anySettings(t *rapid.T, m *Model) {
	for range rapid.IntRange(1, 2).Draw(t, "changes") {
		cfg := m.Balancer
		cfg.Pools = slices.Clone(m.Balancer.Pools)
		pool := &cfg.Pools[0]
		if rapid.Bool().Draw(t, "other drain") {
			pool.Drain = map[bool]*balancer.Drain{true: {Timeout: 50 * time.Millisecond}}[pool.Drain == nil]
		}
		if rapid.Bool().Draw(t, "other checks") {
			pool.Health = map[bool]*balancer.HealthCheck{true: {Interval: 30 * time.Millisecond, Healthy: 2, Unhealthy: 1}}[pool.Health == nil]
		}
		if rapid.Bool().Draw(t, "no outliers") {
			pool.Outliers = nil
		}
		if rapid.Bool().Draw(t, "other zones") {
			pool.Zones = map[bool]*balancer.Zones{true: {Mode: balancer.ZoneAware, Enabled: 1}}[pool.Zones == nil]
		}
		if rapid.Bool().Draw(t, "other algorithm") && pool.SlowStart == nil {
			pool.Algorithm = choice("least_connections")
		}
		at := clock.Time(rapid.SampledFrom([]time.Duration{0, 100 * time.Millisecond, 500 * time.Millisecond}).Draw(t, "change at"))
		m.Acts = append(m.Acts, Act{At: at, Kind: Configure, Balancer: &cfg, Anew: rapid.Bool().Draw(t, "anew")})
	}
	slices.SortStableFunc(m.Acts, func(a, b Act) int { return cmp.Compare(a.At, b.At) })
}

package sim

import (
	"cmp"
	"slices"
	"time"

	"pgregory.net/rapid"

	"lbsim/balancer"
	"lbsim/clock"
)

// anySettings changes what the clients' balancers do in mid-run, up to three times.
func anySettings(t *rapid.T, m *Model) {
	for range rapid.IntRange(1, 3).Draw(t, "changes") {
		cfg := m.Balancer
		cfg.Pools, cfg.Routes = slices.Clone(cfg.Pools), slices.Clone(cfg.Routes)
		otherPool(t, &cfg.Pools[0])
		if cfg.Layer == balancer.L7 {
			otherLimits(t, m, &cfg)
		}
		at := clock.Time(rapid.SampledFrom([]time.Duration{0, 50 * time.Millisecond, 100 * time.Millisecond, 500 * time.Millisecond}).Draw(t, "change at"))
		m.Acts = append(m.Acts, Act{At: at, Kind: Configure, Balancer: &cfg, Anew: rapid.Bool().Draw(t, "anew")})
	}
	slices.SortStableFunc(m.Acts, func(a, b Act) int { return cmp.Compare(a.At, b.At) })
}

// otherPool changes how a pool picks, checks, ejects and drains.
func otherPool(t *rapid.T, pool *balancer.PoolConfig) {
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
}

// otherLimits lets limits and hedges come, go and change, and so shares and limits of
// routes, of which one more may come.
func otherLimits(t *rapid.T, m *Model, cfg *balancer.Config) {
	if rapid.Bool().Draw(t, "other hedges") {
		other := &Model{Classes: slices.Clone(m.Classes), Balancer: *cfg}
		other.Balancer.Pools[0].Hedges = nil
		if rapid.Bool().Draw(t, "hedged then") {
			anyHedges(t, other)
		}
	}
	if rapid.Bool().Draw(t, "other limits") {
		for i := range cfg.Pools {
			cfg.Pools[i].Limits = anyLimits(t)
		}
	}
	for i := range cfg.Routes {
		r := &cfg.Routes[i]
		r.Rates = rapid.SampledFrom([][]balancer.RateLimit{nil, {{Tokens: 50, Per: time.Second, Burst: 3}}}).Draw(t, "rates then")
		r.Branches = rapid.SampledFrom([][]balancer.Branch{r.Branches, {{Pool: 1, Share: 1}}}).Draw(t, "branches then")
	}
	if len(cfg.Routes) > 0 && rapid.Bool().Draw(t, "one more route") {
		cfg.Routes = append([]balancer.Route{{Name: "more", Match: balancer.Match{Path: "/a/b"}, Branches: []balancer.Branch{{Share: 1}}}}, cfg.Routes...)
	}
}

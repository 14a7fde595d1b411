package sim

import (
	"slices"

	"lbsim/balancer"
	"lbsim/random"
)

// configurations are those that balancers begin with and get in the course of a run.
func (m *Model) configurations() []*balancer.Config {
	all := []*balancer.Config{&m.Balancer}
	for _, a := range m.Acts {
		if a.Kind == Configure {
			all = append(all, a.Balancer)
		}
	}
	return all
}

// settings are those of all pools in all configurations.
func (m *Model) settings() (all []*balancer.PoolConfig) {
	for _, cfg := range m.configurations() {
		for i := range cfg.Pools {
			all = append(all, &cfg.Pools[i])
		}
	}
	return all
}

// everywhere are the settings of clients' pools, in all configurations, and of tiers'.
func (m *Model) everywhere() []*balancer.PoolConfig {
	all := m.settings()
	for i := range m.Tiers {
		all = append(all, &m.Tiers[i].Balancer.Pools[0])
	}
	return all
}

// routes are those of all configurations.
func (m *Model) routes() (all []*balancer.Route) {
	for _, cfg := range m.configurations() {
		for i := range cfg.Routes {
			all = append(all, &cfg.Routes[i])
		}
	}
	return all
}

// RouteNames are the names of the routes that there are in the course of a run, as results
// have them: in the order in which they come first.
func (m *Model) RouteNames() (names []string) {
	for _, r := range m.routes() {
		if !slices.Contains(names, r.Name) {
			names = append(names, r.Name)
		}
	}
	return names
}

// TriesAgain reports whether a request may have more than one attempt.
func (m *Model) TriesAgain() bool {
	return m.Clients != nil && m.Clients.Retries != nil ||
		m.Balancer.Layer == balancer.L7 && slices.ContainsFunc(m.settings(), tries)
}

// tries reports whether a pool's settings give requests further attempts.
func tries(pool *balancer.PoolConfig) bool { return pool.Retries != nil || pool.Hedges != nil }

// checkSettings tries what balancers are to be told in mid-run.
func (m *Model) checkSettings() error {
	if len(m.configurations()) == 1 {
		return nil
	}
	lb, err := balancer.New(m.Balancer, random.NewIndex(0, "trial", 0))
	for _, a := range m.Acts {
		if err == nil && a.Kind == Configure {
			err = lb.Configure(a.At, *a.Balancer, true)
		}
	}
	return err
}

// configure gives all balancers other settings at once.
func (e *engine) configure(a *Act) {
	e.inForce = a.Balancer
	e.numberRoutes(a.Balancer.Routes)
	e.limitTries(e.pools, a.Balancer)
	for f, lb := range e.frontends[:e.fronts] {
		if err := lb.Configure(e.now, e.toldAt(f, a.Balancer), a.Anew); err != nil {
			panic(err) // checkSettings tried it
		}
		e.followUp(int32(f))
	}
	reported := e.reports
	e.askFrontends()
	if e.reports && !reported {
		for i := range e.servers {
			if s := &e.servers[i]; s.busy == 0 {
				e.tellIdle(int32(i), s)
			}
		}
	}
}

// toldAt is what a frontend is told: settings, and where it and the others are.
func (e *engine) toldAt(frontend int, settings *balancer.Config) balancer.Config {
	cfg := *settings
	if zonesMatter(settings) && len(e.m.Network.Zones) > 0 {
		cfg.Zone, cfg.Callers = e.m.Network.Zones[e.m.Network.home(frontend)], e.callers()
	}
	return cfg
}

// askFrontends notes what the algorithms in force want of the world.
func (e *engine) askFrontends() {
	e.reports = false
	for i := range e.pools {
		x := &e.pools[i]
		first, _, pool := e.frontsOf(i)
		x.reports = e.frontends[first].WantsReports(pool)
		e.reports = e.reports || x.reports
	}
	e.keyText = nil
	if e.frontends[0].HashesKeys(0) {
		e.keyText = make([]byte, 0, 20) // digits of 2^64
	}
}

// limitTries makes the time that settings give an attempt the one in force.
func (e *engine) limitTries(pools []poolEdge, cfg *balancer.Config) {
	for i := range cfg.Pools {
		pool := &pools[i]
		pool.tryLane = -1
		if x := cfg.Pools[i].Retries; e.keeps && x != nil && x.PerTry > 0 {
			pool.tryLane = e.laneFor(x.PerTry)
		}
	}
}

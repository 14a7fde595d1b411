package sim

import (
	"slices"

	"lbsim/balancer"
)

// spreadLosses lets frontends hear which of them are lost, as late as they hear of servers:
// Envoy has the hosts of its own cluster from discovery as any others.
func (e *engine) spreadLosses() {
	if slices.ContainsFunc(e.m.configurations(), zonesMatter) {
		e.spread(news{what: losses, lost: slices.Clone(e.topology.lost[:e.fronts])})
	}
}

// tellLosses lets zones that matter be held against the frontends that are left.
func (e *engine) tellLosses(lost []bool) {
	e.topology.missed = lost
	if !zonesMatter(e.inForce) {
		return // whoever is told of zones later is told of this too
	}
	for _, lb := range e.frontends[:e.fronts] {
		lb.SetCallers(e.callers())
	}
}

// zonesMatter reports whether they do in some pool.
func zonesMatter(cfg *balancer.Config) bool {
	return slices.ContainsFunc(cfg.Pools, func(p balancer.PoolConfig) bool { return p.Zones != nil })
}

// callers counts the clients' frontends by zone, but for those that the others know to be
// lost.
func (e *engine) callers() (all []balancer.Callers) {
	for f := range e.fronts {
		if x := &e.topology; x.torn && x.missed[f] {
			continue
		}
		zone := e.m.Network.Zones[e.m.Network.home(f)]
		i := slices.IndexFunc(all, func(c balancer.Callers) bool { return c.Zone == zone })
		if i < 0 {
			i, all = len(all), append(all, balancer.Callers{Zone: zone})
		}
		all[i].N++
	}
	return all
}

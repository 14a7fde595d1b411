package sim

import (
	"fmt"
	"slices"

	"lbsim/balancer"
	"lbsim/workloads"
)

// Tier is what one group of servers asks of another. A request that a server of From has
// served makes Count calls at once, and is answered when all of these are; until then it
// keeps its worker. Who is called is no endpoint of the balancer that clients meet. The
// balancer of calls is in the zone of From's first server.
type Tier struct {
	From, To string // groups
	Count    int    // at least 1
	Service  workloads.Distribution
	Balancer balancer.Config // of the only pool, whose endpoints are To; one instance for all of From
}

// maxCalls is how many calls a request may make at once.
const maxCalls = 10_000

// tiersOf returns by which tiers a group is called and which it calls: indices from 0, -1
// for none.
func (m *Model) tiersOf(group string) (by, calls int) {
	by, calls = -1, -1
	for i := range m.Tiers {
		if m.Tiers[i].To == group {
			by = i
		}
		if m.Tiers[i].From == group {
			calls = i
		}
	}
	return by, calls
}

// Bottom returns who answers in the end what a group is asked, itself if it calls nobody;
// "" where calls go round in a circle.
func (m *Model) Bottom(group string) string {
	for range len(m.Tiers) + 1 {
		_, calls := m.tiersOf(group)
		if calls < 0 {
			return group
		}
		group = m.Tiers[calls].To
	}
	return ""
}

// InFront reports whether clients' requests go to a group.
func (m *Model) InFront(group string) bool {
	by, _ := m.tiersOf(group)
	return by < 0
}

// zoneOf returns the zone of a group's first server.
func (m *Model) zoneOf(group string) int {
	for i := range m.Total() {
		if s := m.Server(i); s.Group == group {
			return s.Zone
		}
	}
	return 0
}

// checkTiers returns what makes tiers impossible to run.
func (m *Model) checkTiers() error {
	for i := range m.Tiers {
		x := &m.Tiers[i]
		pools := x.Balancer.Pools
		switch {
		case x.Count < 1 || x.Count > maxCalls || x.Service == nil:
			return fmt.Errorf("sim: calls of %s: need a count from 1 to %d and a service", x.From, maxCalls)
		case len(pools) != 1 || pools[0].Affinity != nil || pools[0].Algorithm.Spec.NeedsClient || pools[0].Limits != nil && slices.ContainsFunc(pools[0].Limits.Rates, byClient):
			return fmt.Errorf("sim: calls of %s: need one pool, which does not ask for clients", x.From)
		case m.Balancer.Layer == balancer.L4:
			return fmt.Errorf("sim: calls of %s: are of requests, and layer 4 sees none", x.From)
		}
		for k := range m.Tiers[:i] {
			if m.Tiers[k].To == x.To || m.Tiers[k].From == x.From {
				return fmt.Errorf("sim: calls of %s: a group calls one other, which nobody else calls", x.From)
			}
		}
	}
	for i := range m.Tiers {
		if m.Bottom(m.Tiers[i].To) == "" {
			return fmt.Errorf("sim: calls of %s: go round in a circle", m.Tiers[i].From)
		}
	}
	for i := range m.Total() {
		s := m.Server(i)
		if _, calls := m.tiersOf(s.Group); calls >= 0 && (s.Discipline == PS || s.Discipline == PriorityPreemptive) {
			return fmt.Errorf("sim: server %s: a request that calls others keeps its worker, so it can't share one", s.Name)
		}
	}
	return nil
}

// findEdges notes in which pool each server is, where there are several: first those of the
// clients' balancers, then one for each tier.
func (e *engine) findEdges() {
	if len(e.pools) == 1 {
		return
	}
	e.edges = make([]int32, len(e.servers))
	for i := range e.edges {
		s := e.m.Server(i)
		e.edges[i] = int32(s.Pool)
		if by, _ := e.m.tiersOf(s.Group); by >= 0 {
			e.edges[i] = int32(len(e.m.Balancer.Pools) + by)
		}
	}
}

// edgeOf returns the index of the pool in which a server is an endpoint.
func (e *engine) edgeOf(id int32) int {
	if e.edges == nil {
		return 0
	}
	return int(e.edges[id])
}

// edgeTo returns a frontend's pool.
func (e *engine) edgeTo(f int32, pool balancer.PoolID) *poolEdge {
	if tier := int(f) - e.fronts; tier >= 0 {
		return &e.pools[len(e.m.Balancer.Pools)+tier]
	}
	return &e.pools[pool]
}

// frontsOf returns which frontends have a pool, from first up to end, and its number there.
func (e *engine) frontsOf(edge int) (first, end int, pool balancer.PoolID) {
	if tier := edge - len(e.m.Balancer.Pools); tier >= 0 {
		return e.fronts + tier, e.fronts + tier + 1, 0
	}
	return 0, e.fronts, balancer.PoolID(edge)
}

// poolOf returns the pool in which a server is an endpoint, as its frontends number it.
func (e *engine) poolOf(id int32) balancer.PoolID {
	_, _, pool := e.frontsOf(e.edgeOf(id))
	return pool
}

// settingsOf returns those in force of the pool in which a server is an endpoint.
func (e *engine) settingsOf(id int32) *balancer.PoolConfig {
	edge := e.edgeOf(id)
	if tier := edge - len(e.m.Balancer.Pools); tier >= 0 {
		return &e.m.Tiers[tier].Balancer.Pools[0]
	}
	return &e.inForce.Pools[edge]
}

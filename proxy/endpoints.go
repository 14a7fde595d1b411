package proxy

import (
	"fmt"
	"slices"
	"time"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/config"
)

// endpoint is a server as the proxy reaches it.
type endpoint struct {
	pool    string
	name    string
	address string
	counts  *serverCounts
}

// roll is the attempts that are under way, so that those of an endpoint can be found
// when its time is over.
type roll struct{ first *attempt }

func (r *roll) enter(a *attempt) {
	a.before, a.after = nil, r.first
	if r.first != nil {
		r.first.before = a
	}
	r.first = a
}

func (r *roll) leave(a *attempt) {
	if a.before != nil {
		a.before.after = a.after
	} else if r.first == a {
		r.first = a.after
	}
	if a.after != nil {
		a.after.before = a.before
	}
	a.before, a.after = nil, nil
}

// configure gives the balancer other settings and every pool its endpoints. Where it
// fails nothing has changed. An endpoint that keeps its name and address keeps what is
// known of it; one that has moved begins anew. use puts the proxy's own part in place before
// anybody hears of what happens, such as a first health check that is due at once.
func (g *Guard) configure(file *config.Balancer, cfg balancer.Config, members [][]balancer.Endpoint, counts func(pool, server string) *serverCounts, use func()) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	var err error
	g.call(&Call{Kind: Configure, Config: cfg, File: file}, func(now clock.Time) { err = g.lb.Configure(now, cfg, false) })
	if err != nil {
		return err
	}
	for i := range members {
		g.populate(balancer.PoolID(i), cfg.Pools[i].Name, members[i], counts)
	}
	use()
	return nil
}

// populate makes members the endpoints of a pool. The caller holds the lock.
func (g *Guard) populate(pool balancer.PoolID, title string, members []balancer.Endpoint, counts func(pool, server string) *serverCounts) {
	stay := slices.DeleteFunc(slices.Clone(members), func(e balancer.Endpoint) bool {
		return slices.ContainsFunc(g.members[pool], func(old balancer.Endpoint) bool { return old.Name == e.Name && old.Address != e.Address })
	})
	if len(stay) < len(members) {
		g.setEndpoints(pool, title, stay, counts)
	}
	g.setEndpoints(pool, title, members, counts)
}

func (g *Guard) setEndpoints(pool balancer.PoolID, title string, members []balancer.Endpoint, counts func(pool, server string) *serverCounts) {
	g.call(&Call{Kind: SetEndpoints, Pool: pool, Endpoints: members}, func(now clock.Time) {
		g.lb.SetEndpoints(now, pool, members)
		old := g.endpoints[pool]
		var table []*endpoint // before anybody is told where to go
		for _, m := range members {
			slot, _ := g.lb.Slot(pool, m.Name)
			for int(slot) >= len(table) {
				table = append(table, nil)
			}
			e := &endpoint{pool: title, name: m.Name, address: m.Address, counts: counts(title, m.Name)}
			if int(slot) < len(old) && old[slot] != nil && old[slot].name == e.name && old[slot].address == e.address {
				e = old[slot]
			}
			table[slot] = e
		}
		g.endpoints[pool], g.members[pool] = table, members
	})
}

// find returns where an endpoint is. The caller holds the lock.
func (g *Guard) find(pool, name string) (balancer.PoolID, int32, error) {
	for i := range g.endpoints {
		for slot, e := range g.endpoints[i] {
			if e != nil && e.pool == pool && e.name == name {
				return balancer.PoolID(i), int32(slot), nil
			}
		}
	}
	return 0, 0, fmt.Errorf("there is no server %s in a pool %s", name, pool)
}

// drain lets an endpoint take no new work.
func (g *Guard) drain(pool, name string) error { return g.about(pool, name, Drain) }

// enable lets an endpoint that drained take work again.
func (g *Guard) enable(pool, name string) error { return g.about(pool, name, Undrain) }

// about makes a call that is about an endpoint.
func (g *Guard) about(pool, name string, kind CallKind) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	id, slot, err := g.find(pool, name)
	if err == nil {
		c := &Call{Kind: kind, Pool: id, Slot: slot}
		g.call(c, func(clock.Time) { c.Repeat(g.lb) })
	}
	return err
}

// weigh gives an endpoint another weight, until the next reload.
func (g *Guard) weigh(pool, name string, weight float64) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	id, slot, err := g.find(pool, name)
	if err != nil {
		return err
	}
	members := slices.Clone(g.members[id])
	for i := range members {
		if members[i].Name == name {
			members[i].Weight = weight
		}
	}
	counts := g.endpoints[id][slot].counts
	g.setEndpoints(id, pool, members, func(string, string) *serverCounts { return counts })
	return nil
}

// at returns who has a slot; nil where nobody has. The caller holds the lock.
func (g *Guard) at(pool balancer.PoolID, slot int32) *endpoint {
	if slot < 0 || int(slot) >= len(g.endpoints[pool]) {
		return nil
	}
	return g.endpoints[pool][slot]
}

// probed tells how a probe ended.
func (g *Guard) probed(t balancer.ProbeTicket, failed bool, latency time.Duration) {
	r := balancer.ProbeResult{Failed: failed, Latency: latency}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.call(&Call{Kind: ProbeDone, Probe: t, Result: r}, func(now clock.Time) { g.lb.ProbeDone(now, t, r) })
}

// end ends what an endpoint still has in flight.
func (g *Guard) end(pool balancer.PoolID, slot int32, why error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for a := g.running.first; a != nil; a = a.after {
		if a.ticket.Pool == pool && a.ticket.Slot == slot && a.cancel != nil {
			a.cancel(why)
		}
	}
}

// ServerState is what is known of an endpoint.
type ServerState struct {
	Name            string   `json:"name"`
	Address         string   `json:"address"`
	Zone            string   `json:"zone,omitempty"`
	Weight          float64  `json:"weight"`
	EffectiveWeight float64  `json:"effective_weight"`
	InFlight        int      `json:"in_flight"`
	Ready           bool     `json:"ready"`
	Against         []string `json:"against,omitempty"` // why it is not ready
}

// servers returns what is known of a pool's endpoints.
func (g *Guard) servers(pool balancer.PoolID) []ServerState {
	g.mu.Lock()
	defer g.mu.Unlock()
	all := make([]ServerState, 0, len(g.members[pool]))
	for _, m := range g.members[pool] {
		slot, _ := g.lb.Slot(pool, m.Name)
		all = append(all, ServerState{Name: m.Name, Address: m.Address, Zone: m.Zone, Weight: m.Weight, EffectiveWeight: g.lb.Weight(pool, slot),
			InFlight: g.lb.InFlight(pool, slot), Ready: g.lb.Uses(pool, slot), Against: g.lb.Standing(pool, slot)})
	}
	return all
}

package scenarios

import (
	"slices"
	"strings"

	"lbsim/balancer"
	"lbsim/config"
	"lbsim/config/decode"
)

// poolOf returns the pool in which a server of a group is.
func (s *Scenario) poolOf(group, server string) balancer.PoolID {
	if pools := s.poolsOf(group, server); len(pools) > 0 {
		return balancer.PoolID(pools[0])
	}
	return 0
}

// poolsOf returns the indices of the pools that name a server or its group.
func (s *Scenario) poolsOf(group, server string) (pools []int) {
	for i := range s.Balancer.Pools {
		p := &s.Balancer.Pools[i]
		if slices.Contains(p.Servers, group) || slices.ContainsFunc(p.Endpoints, func(e config.Endpoint) bool { return e.Name == server }) {
			pools = append(pools, i)
		}
	}
	return pools
}

// drain returns how the pool drains, under the settings then, that an act's servers are
// in; nil: it does not.
func (s *Scenario) drain(a *Act, then *config.Balancer) *balancer.Drain {
	group, server := a.Group, a.Server
	if server != "" {
		group = s.groupOf(server)
	}
	if g := s.caller(group); g != nil {
		return g.Calls.Balancer.Drain
	}
	if pools := s.poolsOf(group, server); len(pools) > 0 {
		return then.Pools[pools[0]].Drain
	}
	return then.Drain
}

// listed reports whether servers of a group are endpoints by their own names, so that
// there can be no new ones.
func (s *Scenario) listed(group string) bool {
	for _, p := range s.Balancer.All() {
		if slices.ContainsFunc(p.Endpoints, func(e config.Endpoint) bool { return s.groupOf(e.Name) == group }) {
			return true
		}
	}
	return false
}

// About is what routes see of a class's requests.
func (c *Class) About() *balancer.Attributes {
	a := &balancer.Attributes{Host: c.Host, Path: c.Path, Method: c.Method}
	for _, h := range c.Headers {
		a.Headers = append(a.Headers, balancer.Header{Name: h.Name, Value: h.Value})
	}
	return a
}

// poolPath is where a pool's setting stands: its own, or the one beside the pools.
func poolPath(v decode.Value, s *Scenario, pool, key string) string {
	if len(s.Balancer.Pools) > 0 {
		if path := "balancer.pools." + pool + "." + key; v.At(path).Present() {
			return path
		}
	}
	return "balancer." + key
}

// checkPools wants every pool to have servers, and every server a pool.
func checkPools(v decode.Value, s *Scenario) {
	if len(s.Balancer.Pools) == 0 || !v.Sound("balancer.pools") || !soundIn(v, "servers", s.Servers, "name") {
		return
	}
	var groups []string
	for _, g := range s.Servers {
		groups = append(groups, g.Name)
	}
	for i := range s.Balancer.Pools {
		p := &s.Balancer.Pools[i]
		at := v.At("balancer.pools." + p.Name)
		switch {
		case len(p.Servers) == 0 && len(p.Endpoints) == 0:
			at.FailKey("needs servers: the groups that are its endpoints, of %s", strings.Join(some(groups), ", "))
		case len(p.Servers) > 0 && len(p.Endpoints) > 0:
			at.Get("endpoints").FailKey("contradicts servers: give groups or single endpoints")
		}
		for j, group := range p.Servers {
			if !slices.Contains(groups, group) {
				at.Get("servers").Index(j).Fail("no group of servers has this name: %s", decode.Suggest(group, some(groups)))
			}
		}
		if path := poolPath(v, s, p.Name, "algorithm"); len(s.Balancer.Pools) > 1 && v.Sound(path) && p.Algorithm.HashesKeys() {
			v.At(path).Fail("places keys by a hash of its product, and pools must hash alike: choose another profile")
		}
	}
	if v.Sound("balancer.pools", "servers") {
		checkMembers(v, s)
	}
}

func checkMembers(v decode.Value, s *Scenario) {
	for i := range s.Balancer.Pools {
		p := &s.Balancer.Pools[i]
		at := v.At("balancer.pools." + p.Name + ".endpoints")
		names := s.serverNames()
		for j, e := range p.Endpoints {
			if !slices.Contains(names, e.Name) {
				at.Index(j).Get("name").Fail("no server has this name, and no match fits it: %s", decode.Suggest(e.Name, some(names)))
			}
		}
	}
	for i, g := range s.Servers {
		if s.caller(g.Name) != nil {
			continue
		}
		for n := range g.Count {
			name := g.server(n + 1)
			in := s.poolsOf(g.Name, name)
			at := v.Get("servers").Index(i).Get("name")
			switch {
			case len(in) == 0:
				at.Fail("%s is in no pool: name the group under servers of one", name)
			case len(in) > 1:
				at.Fail("%s is in the pools %s and %s: a server is in one", name, s.Balancer.Pools[in[0]].Name, s.Balancer.Pools[in[1]].Name)
			default:
				continue
			}
			break
		}
	}
}

package scenarios

import (
	"slices"

	"lbsim/balancer"
	"lbsim/config"
	"lbsim/config/decode"
	"lbsim/sim"
)

// Calls is what a group's servers ask of another group, as written.
type Calls struct {
	Group    string
	Count    int
	Service  Distribution
	Balancer config.Pool
}

func callsTable() decode.Object[Calls] {
	return decode.Object[Calls]{
		Name: "calls", Doc: "What a server asks of another group for each request, once its own service is done. The request keeps its worker until all calls are answered; one that comes to nothing fails it with 502, 503 or 504.",
		Fields: []decode.Field[Calls]{
			decode.Required("group", decode.Name, func(c *Calls) *string { return &c.Group }, "The group of servers that is called: clients' requests do not go there."),
			decode.Default("count", decode.Count.That(decode.AtLeast(1, "1"), decode.AtMost(10_000, "10000")), func(c *Calls) *int { return &c.Count }, 1, "How many calls at once (fan-out)."),
			decode.Required("service", distribution(), func(c *Calls) *Distribution { return &c.Service }, "How long a called server of speed 1 works on a call; drawn anew for each."),
			decode.Required("balancer", config.CallersTable(), func(c *Calls) *config.Pool { return &c.Balancer }, "What balances the calls: one instance for all servers of the calling group."),
		},
	}
}

// caller returns the group that calls another, nil where none does.
func (s *Scenario) caller(group string) *Server {
	for i := range s.Servers {
		if c := s.Servers[i].Calls; c != nil && c.Group == group {
			return &s.Servers[i]
		}
	}
	return nil
}

// tiers returns the calls as the simulator takes them.
func (s *Scenario) tiers() []sim.Tier {
	var all []sim.Tier
	for i := range s.Servers {
		if c := s.Servers[i].Calls; c != nil {
			all = append(all, sim.Tier{From: s.Servers[i].Name, To: c.Group, Count: c.Count, Service: law(&c.Service), Balancer: c.Balancer.Alone()})
		}
	}
	return all
}

// checkCalls wants calls to go to servers, once each, and not round.
func checkCalls(v decode.Value, s *Scenario) {
	var groups []string
	for _, g := range s.Servers {
		groups = append(groups, g.Name)
	}
	for i := range s.Servers {
		g, at := &s.Servers[i], v.Get("servers").Index(i)
		if g.Calls == nil {
			continue
		}
		to := at.At("calls.group")
		circle := s.circle(g.Name)
		switch first := s.caller(g.Calls.Group); {
		case !slices.Contains(groups, g.Calls.Group):
			to.Fail("no group of servers has this name: %s", decode.Suggest(g.Calls.Group, groups))
		case first.Name != g.Name:
			to.Fail("is called by %s already: a group is called by one other", first.Name)
		case circle != "":
			to.Fail("goes round in a circle, %s: leave one of these calls out", circle)
		}
		if g.Discipline == sim.PS || g.Discipline == sim.PriorityPreemptive {
			at.Get("calls").FailKey("a request keeps its worker while it calls, which %v does not allow: take discipline: fifo or priority", disciplines.Write(g.Discipline))
		}
		s.checkCaller(v, at.Get("calls"), g.Calls)
	}
}

// checkCaller looks at the balancer of calls.
func (s *Scenario) checkCaller(v, at decode.Value, c *Calls) {
	if s.Balancer.Layer == balancer.L4 && v.Sound("balancer.layer") {
		at.FailKey("contradicts layer: l4, where balancers see connections and no requests")
	}
	if limits := c.Balancer.Limits; limits != nil {
		for i, rate := range limits.Rates {
			if rate.PerClient {
				at.At("balancer.limits.rates").Index(i).Get("per").Fail("tells clients apart by their address, which is the calling server's here: give per: all")
			}
		}
	}
	algorithm := at.At("balancer.algorithm")
	switch spec := c.Balancer.Algorithm.Spec; {
	case spec == nil:
	case spec.NeedsClient:
		algorithm.Fail("%s chooses by the client's address, which is the calling server's here: choose another", spec.Name)
	case c.Balancer.Algorithm.HashesKeys():
		algorithm.Fail("places keys by a hash of its product, and all balancers must hash alike: choose another profile")
	default:
		s.checkNeeds(algorithm, spec)
	}
	if !v.Sound("balancer") {
		return
	}
	for i := range s.Balancer.Pools {
		p := &s.Balancer.Pools[i]
		if k := slices.Index(p.Servers, c.Group); k >= 0 {
			v.At("balancer.pools."+p.Name).Get("servers").Index(k).Fail("is called by %s, so clients' requests do not go there: leave it out", s.caller(c.Group).Name)
		}
	}
	for i, e := range s.Balancer.Endpoints {
		if s.groupOf(e.Name) == c.Group {
			v.At("balancer.endpoints").Index(i).Get("name").Fail("is called by %s, so clients' requests do not go there: leave it out", s.caller(c.Group).Name)
		}
	}
}

// circle returns the way from a group by calls back to itself, "" where there is none.
func (s *Scenario) circle(group string) string {
	way, at := group, group
	for range s.Servers {
		i := slices.IndexFunc(s.Servers, func(g Server) bool { return g.Name == at })
		if i < 0 || s.Servers[i].Calls == nil {
			return ""
		}
		at = s.Servers[i].Calls.Group
		if way += " calls " + at; at == group {
			return way
		}
	}
	return ""
}

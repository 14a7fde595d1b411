package scenarios

import (
	"fmt"

	"lbsim/config/decode"
	"lbsim/sim"
)

// checkServers needs not look for equal names: groups have different ones, and what
// follows a server's last dash is its number.
func checkServers(v decode.Value, s *Scenario) {
	total := 0
	for i, group := range s.Servers {
		if total += group.most(); total > maxServers {
			v.Get("servers").Index(i).Get("count").Fail("there must be at most %d servers in all", maxServers)
			return
		}
		if !v.Sound(fmt.Sprintf("servers[%d]", i)) {
			continue
		}
		if group.Autoscale != nil && s.listed(group.Name) && v.Sound("balancer") {
			v.Get("servers").Index(i).Get("autoscale").FailKey("starts servers that are no endpoints: leave balancer.endpoints out to have all servers")
		}
		if at := v.Get("servers").Index(i); group.Discipline == sim.PS && group.Queue != sim.Unlimited {
			at.Get("queue").Fail("has no meaning with discipline: ps, where all requests are in service at once: leave it out")
		}
	}
	if len(s.Balancer.Endpoints) > 0 && v.Sound("balancer.endpoints", "servers") {
		checkEndpoints(v.At("balancer.endpoints"), s)
	}
}

// most is how many servers of a group there may be at once without the timeline's
// doing.
func (g *Server) most() int {
	if g.Autoscale != nil {
		return g.Autoscale.Max
	}
	return g.Count
}

// checkEndpoints wants endpoints and servers to be the same.
func checkEndpoints(at decode.Value, s *Scenario) {
	servers, missing := s.serverNames(), map[string]bool{}
	for _, name := range servers {
		missing[name] = true
	}
	for i, e := range s.Balancer.Endpoints {
		if !missing[e.Name] {
			at.Index(i).Get("name").Fail("no server has this name, and no match fits it: %s", decode.Suggest(e.Name, some(servers)))
		}
		delete(missing, e.Name)
	}
	for _, name := range servers {
		if missing[name] {
			at.Fail("the server %s is missing: leave endpoints out to have all servers", name)
			return
		}
	}
}

// some returns the first few of many names.
func some(names []string) []string { return names[:min(len(names), 12)] }

// serverNames returns the servers at the beginning to which clients' requests go, in order.
func (s *Scenario) serverNames() []string {
	var names []string
	for _, group := range s.Servers {
		if s.caller(group.Name) != nil {
			continue
		}
		for i := range group.Count {
			names = append(names, group.server(i+1))
		}
	}
	return names
}

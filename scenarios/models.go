package scenarios

import (
	"fmt"
	"net"
	"strings"

	"lbsim/config"
	"lbsim/config/decode"
)

// endpointPatterns is the type of the key match: a pattern, or a list of them.
var endpointPatterns = decode.Short[[]string, string]{
	As:   decode.Text,
	Full: decode.List[string]{Of: decode.Text, Min: 1, Max: 10_000},
	Make: func(s string) []string { return []string{s} },
	Back: func(all []string) (string, bool) { return strings.Join(all, ""), len(all) == 1 },
}

// fits reports whether an endpoint's name, its address or the host of that is what a
// pattern says, in which * stands for any characters.
func fits(pattern string, e *config.Endpoint) bool {
	host, _, err := net.SplitHostPort(e.Address)
	return like(pattern, e.Name) || e.Address != "" && like(pattern, e.Address) || err == nil && like(pattern, host)
}

// like reports whether a pattern, in which * stands for any characters, is a text. It takes
// time in proportion to the product of their lengths at most.
func like(pattern, text string) bool {
	star, mark := -1, 0 // the last * and what it stands for so far
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && pattern[p] == text[t]:
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// modelEndpoints makes servers the models of the endpoints that the balancer lists: those
// of one name, a group of one by its own name, and those that a group's match fits, in the
// order of the list and for the first group that has them.
func modelEndpoints(v decode.Value, s *Scenario) {
	type place struct{ group, number int }
	taken, all := map[string]place{}, s.endpoints()
	for i := range s.Servers {
		if g := &s.Servers[i]; len(all) > 0 && len(g.Match) == 0 {
			for n := range g.Count {
				taken[serverName(g.Name, n+1)] = place{i, n}
			}
			if _, other := taken[g.Name]; g.Count == 1 && !other {
				taken[g.Name] = place{i, 0}
			}
		}
	}
	for k := range all {
		e := &all[k]
		at, ok := taken[e.Name]
		if !ok {
			if at.group = s.modelOf(e); at.group < 0 {
				continue // checkEndpoints and checkMembers report it
			}
			at.number = len(s.Servers[at.group].endpoints)
			taken[e.Name] = at
		}
		g := &s.Servers[at.group]
		for len(g.endpoints) <= at.number {
			g.endpoints = append(g.endpoints, config.Endpoint{})
		}
		g.endpoints[at.number] = *e
	}
	for i := range s.Servers {
		checkModel(v.Get("servers").Index(i), &s.Servers[i], len(all))
	}
}

// modelOf returns the first group whose match fits an endpoint; -1 where none does.
func (s *Scenario) modelOf(e *config.Endpoint) int {
	for i := range s.Servers {
		for _, pattern := range s.Servers[i].Match {
			if fits(pattern, e) {
				return i
			}
		}
	}
	return -1
}

// checkModel counts the servers of a group that models what it matches.
func checkModel(at decode.Value, g *Server, listed int) {
	n := len(g.endpoints)
	switch count := at.Get("count"); {
	case len(g.Match) == 0:
	case listed == 0:
		at.Get("match").FailKey("needs endpoints in the balancer, and none are listed: give count")
	case n == 0:
		at.Get("match").Fail("fits no endpoint's name or address, or others above have them")
	case count.Present() && g.Count != n:
		count.FailKey("contradicts match, which fits %s: leave it out", namesOf(g.endpoints))
	default:
		g.Count = n
	}
}

// namesOf is how many endpoints there are, and the first of them.
func namesOf(all []config.Endpoint) string {
	const most = 3
	var names []string
	for _, e := range all[:min(most, len(all))] {
		names = append(names, e.Name)
	}
	if len(all) > most {
		names = append(names, "…")
	}
	what := "endpoints"
	if len(all) == 1 {
		what = "endpoint"
	}
	return fmt.Sprintf("%d %s (%s)", len(all), what, strings.Join(names, ", "))
}

// endpoints returns those that the balancer's pools list.
func (s *Scenario) endpoints() (all []config.Endpoint) {
	for _, p := range s.Balancer.All() {
		all = append(all, p.Endpoints...)
	}
	return all
}

// endpoint returns the endpoint that a group's server of a number, from 1, models; false
// where it is none that the balancer lists.
func (g *Server) endpoint(number int) (config.Endpoint, bool) {
	if number > len(g.endpoints) || g.endpoints[number-1].Name == "" {
		return config.Endpoint{}, false
	}
	return g.endpoints[number-1], true
}

// down reports whether a group's server of a number, from 1, models an endpoint that gets
// nothing.
func (g *Server) down(number int) bool {
	e, ok := g.endpoint(number)
	return ok && e.Down
}

// server is the name of a group's server of a number, from 1: its endpoint's, or the
// group's with the number.
func (g *Server) server(number int) string {
	if e, ok := g.endpoint(number); ok {
		return e.Name
	}
	return serverName(g.Name, number)
}

// zoneOf is where a group's server of a number, from 1, is: where its endpoint says, or
// where the group is.
func (g *Server) zoneOf(number int) string {
	if e, ok := g.endpoint(number); ok && e.Zone != "" {
		return e.Zone
	}
	return g.Zone
}

// serverName is the name of a group's i-th server, from 1.
func serverName(group string, i int) string { return fmt.Sprintf("%s-%d", group, i) }

// groupOf is the group of a server by its name: the one that models an endpoint of that
// name, or what stands before its number.
func (s *Scenario) groupOf(server string) string {
	for i := range s.Servers {
		g := &s.Servers[i]
		for n := range g.endpoints {
			if g.endpoints[n].Name == server {
				return g.Name
			}
		}
	}
	return server[:max(strings.LastIndexByte(server, '-'), 0)]
}

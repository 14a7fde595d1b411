package validate

import (
	"fmt"

	"lbsim/config"
)

var limitLints = []*Lint{{
	ID: "LB027", Name: "limit-below-load", Severity: Error, Situated: true,
	Title:    "a limit that turns away the usual load",
	When:     "in a world, limits.rates let through less than comes on average, or limits.requests, or limits.per_endpoint of all endpoints together, are less than what is in flight on average, by Little's law: rate · mean service; all of them times frontends",
	Why:      "what is asked for on a usual day is more than the limit lets through: requests are rejected though the servers could answer them",
	Instead:  "a limit above the offered load with room for bursts",
	Scenario: "circuit-breaker", Command: "lbsim run circuit-breaker --set balancer.limits.per_endpoint=1",
	pool: belowLoad, whole: routesBelowLoad,
}, {
	ID: "LB028", Name: "limits-multiply", Severity: Warning,
	Title:   "a limit that each instance has for itself",
	When:    "frontends is 2 or more, and there is a limits.per_endpoint",
	Why:     "instances do not know of each other: endpoints get as much as all limits together allow, and the circuit does not break",
	Instead: "the limit divided by frontends",
	Products: map[string]string{
		"nginx": "zone NAME 64k in the upstream, whose workers then count together",
	},
	Scenario: "breaker-per-frontend", Command: "lbsim compare breaker-per-frontend --variant divided:balancer.limits.per_endpoint=1",
	pool: func(p *pool) []flaw {
		n := p.subject.Balancer.Frontends
		if p.Limits == nil || p.Limits.PerEndpoint == 0 || n < 2 || p.caller != "" {
			return nil
		}
		return []flaw{{path: "limits.per_endpoint", message: fmt.Sprintf("each of %d instances has this limit: an endpoint may have %d × %d = %d in flight", n, n, p.Limits.PerEndpoint, n*p.Limits.PerEndpoint)}}
	},
}}

// belowLoad holds a pool's limits against the usual rate, and against what is in flight at
// it by Little's law when nothing waits: rate · work of a request.
func belowLoad(p *pool) []flaw {
	d, ok := p.demand()
	if p.Limits == nil || !ok {
		return nil
	}
	rate, instances := p.subject.World.Rate(), float64(p.subject.Balancer.Frontends)
	flaws := belowRate("limits.rates", p.Limits.Rates, rate*d.share, instances)
	usual := rate * d.work
	below := func(path string, most float64) {
		if most > 0 && most < usual {
			flaws = append(flaws, flaw{path: path, message: fmt.Sprintf("%s may be in flight, and at %s requests/s %s are, by Little's law", number(most), number(rate*d.share), number(usual))})
		}
	}
	below("limits.requests", float64(p.Limits.Requests)*instances)
	below("limits.per_endpoint", float64(p.Limits.PerEndpoint*p.size())*instances)
	return flaws
}

// belowRate holds rate limits, which stand at a path, against the requests that come to them.
func belowRate(path string, limits []config.Rate, rate, instances float64) []flaw {
	var flaws []flaw
	for i, x := range limits {
		if all := x.Rate * instances; !x.PerClient && all < rate {
			flaws = append(flaws, flaw{path: fmt.Sprintf("%s[%d].rate", path, i), message: fmt.Sprintf("%s requests/s are let through, and %s come: %s are rejected", number(all), number(rate), percent(1-all/rate))})
		}
	}
	return flaws
}

// routesBelowLoad holds the rate limits of routes against what comes to them.
func routesBelowLoad(s *Subject, _ []*pool) []flaw {
	shares := s.routeShares()
	var flaws []flaw
	for i := range shares {
		for _, f := range belowRate(fmt.Sprintf("routes[%d].limits.rates", i), s.Balancer.Routes[i].Limits.Rates, s.World.Rate()*shares[i], float64(s.Balancer.Frontends)) {
			f.path = join(s.root, f.path)
			f.at = s.at(f.path)
			flaws = append(flaws, f)
		}
	}
	return flaws
}

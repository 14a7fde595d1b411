package validate

import "fmt"

var limitLints = []*Lint{{
	ID: "LB027", Name: "limit-below-load", Severity: Error,
	Title:    "a limit that turns away the usual load",
	Why:      "what is asked for on a usual day is more than the limit lets through: requests are rejected though the servers could answer them",
	Instead:  "a limit above the offered load with room for bursts",
	Scenario: "circuit-breaker", Command: "lbsim run circuit-breaker --set balancer.limits.per_endpoint=1",
	pool: belowLoad,
}, {
	ID: "LB028", Name: "limits-multiply", Severity: Warning,
	Title:   "a limit that each instance has for itself",
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
		return []flaw{{path: "limits.per_endpoint", message: fmt.Sprintf("each of %d frontends has this limit: an endpoint may have %d × %d = %d in flight", n, n, p.Limits.PerEndpoint, n*p.Limits.PerEndpoint)}}
	},
}}

// belowLoad holds limits against the usual rate, and against what is in flight at it by
// Little's law when nothing waits: rate · mean service.
func belowLoad(p *pool) []flaw {
	w := p.subject.World
	if p.Limits == nil || w == nil || p.caller != "" || len(p.subject.Balancer.Pools) > 1 || w.Rate() == 0 {
		return nil
	}
	rate, instances := w.Rate(), float64(p.subject.Balancer.Frontends)
	var flaws []flaw
	for i, x := range p.Limits.Rates {
		if all := x.Rate * instances; !x.PerClient && all < rate {
			flaws = append(flaws, flaw{path: fmt.Sprintf("limits.rates[%d].rate", i), message: fmt.Sprintf("%s requests/s are let through, and %s come: %s are rejected", number(all), number(rate), percent(1-all/rate))})
		}
	}
	usual := rate * w.MeanService()
	below := func(path string, most float64) {
		if most > 0 && most < usual {
			flaws = append(flaws, flaw{path: path, message: fmt.Sprintf("%s may be in flight, and at %s requests/s %s are, by Little's law", number(most), number(rate), number(usual))})
		}
	}
	below("limits.requests", float64(p.Limits.Requests)*instances)
	below("limits.per_endpoint", float64(p.Limits.PerEndpoint*p.size())*instances)
	return flaws
}

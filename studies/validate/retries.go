package validate

import (
	"fmt"
	"slices"

	"lbsim/balancer"
	"lbsim/config"
)

// amplified is from how many attempts for a request on layers are said to amplify.
const amplified = 8

var retryLints = []*Lint{{
	ID: "LB011", Name: "retries-without-budget", Severity: Warning,
	Title:   "retries that nothing bounds",
	When:    "retries.attempts is 2 or more, a condition is another than connect_failure, and there is neither retries.budget nor limits.retries; 2 are let pass where the conditions are connect_failure and reset alone",
	Why:     "a retry is more load at the moment when there is too much already: servers that are slow for a while get a multiple of what they can do, and do not catch up when they are quick again",
	Instead: "budget: {ratio: 20%, min_rate: 10/s}",
	Products: map[string]string{
		"nginx":   "proxy_next_upstream error, and proxy_next_upstream_tries 2: it has no budget",
		"haproxy": "retry-on conn-failure alone, or with empty-response and retries 1: it has no budget",
		"envoy":   "circuit_breakers: {thresholds: [{retry_budget: {budget_percent: {value: 20}}}]}",
	},
	Scenario: "retry-storm", Command: "lbsim compare retry-storm --variant 'budget:balancer.retries.budget={ratio: 20%}'",
	pool: func(p *pool) []flaw {
		r := p.Retries
		if r == nil || r.Attempts < 2 || r.Budget != nil || p.Limits != nil && p.Limits.Retries > 0 {
			return nil
		}
		// A server that refuses a connection has no work of it, however often it is asked; what
		// was reset another one has once more.
		if !afterSending(r) || onlyResets(r) && r.Attempts == 2 {
			return nil
		}
		return []flaw{{path: "retries.budget", message: fmt.Sprintf("without a budget a request is up to %d attempts: when all fail, servers get %d times the load", r.Attempts, r.Attempts)}}
	},
}, {
	ID: "LB012", Name: "repeated-writes", Severity: Error,
	Title:   "requests that must not be made twice are sent again",
	When:    "there is more than one attempt with methods: any and a condition beside connect_failure, or a hedge with methods: any",
	Why:     "an attempt that broke or timed out may have been carried out: the order is placed twice, the card is charged twice",
	Instead: "methods: idempotent, or idempotency keys that the servers know",
	Products: map[string]string{
		"nginx":   "proxy_next_upstream without non_idempotent",
		"haproxy": "retry-on conn-failure alone, or http-request disable-l7-retry if { method POST PATCH }",
		"envoy":   "retry_on: connect-failure,refused-stream on routes for :method POST and PATCH, before the one for the rest",
	},
	Scenario: "retry-storm", Command: "lbsim run retry-storm",
	pool: func(p *pool) []flaw {
		var flaws []flaw
		if r := p.Retries; r != nil && r.AnyMethod && r.Attempts > 1 && afterSending(r) {
			flaws = append(flaws, flaw{path: "retries.methods", message: "a POST that an endpoint may have carried out is sent again " + times(r.Attempts-1)})
		}
		if h := p.Hedge; h != nil && h.AnyMethod {
			flaws = append(flaws, flaw{path: "hedge.methods", message: fmt.Sprintf("a POST is carried out by up to %d endpoints at once", h.Attempts)})
		}
		return flaws
	},
}, {
	ID: "LB013", Name: "retries-multiply", Severity: Warning, Situated: true,
	Title:    "every layer tries again, and they multiply",
	When:     fmt.Sprintf("in a world, two layers or more try again, clients among them, and their attempts multiply to %d or more; a layer with a budget counts as 1 + its ratio", amplified),
	Why:      "attempts of layers multiply: what is down at the bottom gets a multiple of the load just then, and everything above waits for it",
	Instead:  "retries at one layer, the one next to the trouble, or budgets at all of them",
	Scenario: "layered-retries", Command: "lbsim run layered-retries",
	whole: multiplied,
}, {
	ID: "LB014", Name: "hedges-without-budget", Severity: Warning,
	Title:    "copies that nothing bounds",
	When:     "a hedge has no budget",
	Why:      "when everything is slow, every request is late, and every request is sent again: the load doubles where there is too much already",
	Instead:  "budget: {ratio: 10%}",
	Scenario: "hedging", Command: "lbsim run hedging",
	pool: func(p *pool) []flaw {
		if p.Hedge == nil || p.Hedge.Budget != nil {
			return nil
		}
		return []flaw{{path: "hedge.budget", message: fmt.Sprintf("without a budget a request is up to %d copies: when all are late, servers get %d times the load", p.Hedge.Attempts, p.Hedge.Attempts)}}
	},
}}

func onlyResets(r *config.Retries) bool {
	return !slices.ContainsFunc(r.Conditions, func(c string) bool { return c != "connect_failure" && c != "reset" })
}

// afterSending reports whether an attempt is made after one that may have been carried out.
func afterSending(r *config.Retries) bool {
	return slices.ContainsFunc(r.Conditions, func(c string) bool { return c != "connect_failure" })
}

// times writes how often at most.
func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("up to %d times", n)
}

// attempts is how many attempts of each request a pool makes at most when all fail for
// long: what its budget leaves, where it has one.
//
//	min(attempts, 1 + ratio), and 1 under a throttle or a bound on retries under way, which
//	then lets hardly any through
func attempts(p *config.Pool) float64 {
	r := p.Retries
	switch {
	case r == nil:
		return 1
	case p.Limits != nil && p.Limits.Retries > 0, r.Budget != nil && r.Budget.Kind == balancer.Throttle.String():
		return 1
	case r.Budget != nil:
		return min(float64(r.Attempts), 1+r.Budget.Rule.Ratio)
	}
	return float64(r.Attempts)
}

// multiplied follows calls from clients down and multiplies attempts.
func multiplied(s *Subject, pools []*pool) []flaw {
	if s.World == nil {
		return nil
	}
	var first []float64
	if c := s.World.Workload.Clients; c != nil && c.Retries != nil && c.Retries.Attempts > 1 {
		first = append(first, float64(c.Retries.Attempts))
	}
	var flaws []flaw
	for _, p := range pools {
		way := s.way(p, pools, 0)
		factors := slices.Clone(first)
		for _, q := range way {
			if n := attempts(q.Pool); n > 1 {
				factors = append(factors, n)
			}
		}
		total := 1.0
		for _, x := range factors {
			total *= x
		}
		if len(factors) < 2 || total < amplified || s.calls(p) {
			continue
		}
		flaws = append(flaws, flaw{path: p.path("retries.attempts"), at: p.place("retries.attempts"), pool: p.name,
			message: fmt.Sprintf("when %s is down, a request of a client is up to %s = %s attempts there", p.name, product(factors), number(total))})
	}
	return flaws
}

// way returns the pools that a request passes on its way to one: it last.
func (s *Subject) way(p *pool, pools []*pool, depth int) []*pool {
	if p.caller == "" || depth > len(pools) {
		return []*pool{p}
	}
	for _, q := range pools {
		if slices.ContainsFunc(q.members, func(m member) bool { return m.model != nil && m.model.Name == p.caller }) {
			return append(s.way(q, pools, depth+1), p)
		}
	}
	return []*pool{p}
}

// calls reports whether servers of a pool call others: what is multiplied there is more
// below.
func (s *Subject) calls(p *pool) bool {
	return slices.ContainsFunc(p.members, func(m member) bool { return m.model != nil && m.model.Calls != nil })
}

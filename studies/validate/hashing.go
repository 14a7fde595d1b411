package validate

import "fmt"

// entriesEach is how many entries of a Maglev table an endpoint should have at least: the
// paper's M > 100·N, for shares within 1% of each other (Eisenbud et al., NSDI 2016, 3.4).
const entriesEach = 100

var hashLints = []*Lint{{
	ID: "LB021", Name: "modulo-hash", Severity: Warning,
	Title:   "a hash that moves nearly all keys when an endpoint comes or goes",
	When:    "algorithm: modulo, and more than one endpoint",
	Why:     "what a key was sent somewhere for, a cache or a session, is somewhere else then: a cache begins anew, and the origin gets all that it kept away",
	Instead: "algorithm: ring_hash, or maglev: one key in n moves",
	Products: map[string]string{
		"nginx":   "hash $key consistent",
		"haproxy": "hash-type consistent",
	},
	Scenario: "cache-sharding", Command: "lbsim compare cache-sharding --metric hit_ratio,p99",
	pool: func(p *pool) []flaw {
		if p.Algorithm.Spec.Name != "modulo" || p.alone() {
			return nil
		}
		if p.size() == 0 {
			return []flaw{{path: "algorithm", message: "modulo moves nearly all keys when an endpoint is added or removed"}}
		}
		n := float64(p.size())
		return []flaw{{path: "algorithm", message: fmt.Sprintf("with one endpoint more than the %d there are, modulo moves %s of the keys, where a consistent hash moves %s",
			p.size(), percent(n/(n+1)), percent(1/(n+1)))}}
	},
}, {
	ID: "LB022", Name: "small-maglev-table", Severity: Warning,
	Title:   "a Maglev table with too few entries for its endpoints",
	When:    fmt.Sprintf("table_size is less than %d for each endpoint, the bound in the paper; less than 1 is an error", entriesEach),
	Why:     "endpoints have whole entries, so with few of them one has noticeably more keys than another, and more keys move when the pool changes",
	Instead: "table_size: 65537, its default, or a prime of at least 100 for each endpoint",
	Products: map[string]string{
		"envoy": "maglev_lb_config: {table_size: 65537}, its default",
	},
	Scenario: "cache-sharding", Command: "lbsim compare cache-sharding --algorithms maglev:table_size=65537,maglev:table_size=31",
	pool: func(p *pool) []flaw {
		if p.Algorithm.Spec.Name != "maglev" || p.size() == 0 {
			return nil
		}
		size, n := p.Algorithm.Values.Int("table_size"), p.size()
		switch {
		case size < n:
			return []flaw{{path: "algorithm.table_size", severity: Error, message: fmt.Sprintf("%d entries for %s: %d of them get no key at all", size, endpoints(n), n-size)}}
		case size < entriesEach*n:
			return []flaw{{path: "algorithm.table_size", message: fmt.Sprintf("%d entries for %s are %s for each: one entry more or less is %s of a share", size, endpoints(n),
				number(float64(size)/float64(n)), percent(float64(n)/float64(size)))}}
		}
		return nil
	},
}}

package validate

import (
	"slices"
	"strings"
	"testing"

	"lbsim/scenarios"
)

// The figures of messages are those of the configuration at hand.
func TestMessages(t *testing.T) {
	const three = `endpoints: [{name: a, address: "10.0.0.1:80"}, {name: b, address: "10.0.0.2:80"}, {name: c, address: "10.0.0.3:80"}]
`
	world := func(servers, balancer string, changes ...string) string {
		return strings.NewReplacer(changes...).Replace(`name: w
workload: {arrivals: {process: poisson, rate: 100/s}, classes: [{name: r, service: {dist: exponential, mean: 10ms}}], clients: {timeout: 5s}}
servers: ` + servers + `
balancer:
  health: {active: {path: /up}}
  drain: {}
  ` + balancer + `
run: {duration: 60s}
`)
	}
	const pools = `name: w
workload:
  arrivals: {process: poisson, rate: 300/s}
  classes:
    - {name: a, share: 80%, path: /a/x, service: 10ms}
    - {name: b, share: 20%, path: /b/x, service: 1ms}
servers: [{name: a, count: 3}, {name: b, count: 2}]
balancer:
  algorithm: lc
  health: {active: {path: /up}}
  pools: {a: {servers: [a]}, b: {servers: [b]}}
  routes: [{match: {path_prefix: /b}, pool: b, limits: {rates: [{rate: 50/s, per: all}]}}, {pool: a}]
run: {duration: 60s}
`
	good := "health: {active: {path: /up}}\ndrain: {}\n"
	for _, c := range []struct{ name, text, id, message string }{
		{"endpoints of the driver", "algorithm: rr\ntimeouts: {request: 9s}\ndrain: {}\n", "LB001", "no health check: nobody notices when an endpoint is down"},
		{"unused cap", three + "algorithm: rr\ntimeouts: {request: 9s}\ndrain: {}\nhealth: {passive: {max_ejected: 0%}}\n", "LB007", "0% of 3 endpoints is less than one: nobody is ever ejected"},
		{"no rule", three + "algorithm: rr\ntimeouts: {request: 9s}\ndrain: {}\nhealth: {passive: {consecutive_failures: 0}}\n", "LB007", "0 failures in a row eject nobody, and there is no other rule"},
		{"few hosts", three + "algorithm: rr\ntimeouts: {request: 9s}\ndrain: {}\nhealth: {passive: {success_rate: {hosts: 5}}}\n", "LB007", "the rule needs 5 endpoints with enough requests, and there are 3: it is never applied"},
		{"short silence", three + "algorithm: rr\ntimeouts: {request: 9s}\ndrain: {}\nhealth: {active: {path: /up, interval: 200ms, timeout: 100ms, unhealthy: 3}}\n", "LB003", "an endpoint that is silent for 0.7s is taken out"},
		{"time-out too long", three + good + "algorithm: rr\ntimeouts: {request: 9s}\nretries: {conditions: [timeout], per_try_timeout: 9s}\n", "LB010", "an attempt may take 9s, but a request may take 9s: it never times out, and none is made after it"},
		{"last attempt cut", three + good + "algorithm: rr\ntimeouts: {request: 9s}\nretries: {attempts: 3, conditions: [timeout], per_try_timeout: 4s}\n", "LB010", "3 attempts of 4s take 12s, but a request may take 9s: the last is cut after 1s"},
		{"copy too late", three + good + "algorithm: rr\ntimeouts: {request: 9s}\nhedge: {delay: 10s}\n", "LB010", "a copy is sent after 10s, but a request may take 9s: none ever is"},
		{"queue too patient", three + good + "algorithm: rr\ntimeouts: {request: 9s}\nlimits: {per_endpoint: 9, queue: {size: 9}}\n", "LB010", "a request may wait 60s in the queue, but a request may take 9s: who gets a turn at last has gone"},
		{"clients that wait less", world("[{name: l, count: 3}]", "algorithm: lc\n  timeouts: {request: 30s}"), "LB010", "a request may take 30s, but clients wait 5s: servers go on for nobody"},
		{"copied writes", three + good + "algorithm: rr\ntimeouts: {request: 9s}\nhedge: {delay: 1s, methods: any}\n", "LB012", "a POST is carried out by up to 2 endpoints at once"},
		{"tiny table", three + good + "algorithm: maglev:table_size=2\ntimeouts: {request: 9s}\n", "LB022", "2 entries for 3 endpoints: 1 of them get no key at all"},
		{"idle for long", three + good + "layer: l4\nalgorithm: rr\ntimeouts: {idle: 1h}\n", "LB020", ""},
		{"strict cookie", three + good + "algorithm: rr\ntimeouts: {request: 9s}\naffinity: {cookie: {on_down: fail}}\n", "LB018",
			"the cookie holds for a client's whole session: endpoints that are added get new clients alone, and whoever was at one that is down is rejected until it is back"},
		{"weights not looked at", world("[{name: l, count: 1, workers: 3}, {name: s, count: 1}]", "algorithm: rr"), "LB023",
			"s-1 has 25% of the capacity and gets 50% of the requests, as round_robin does not look at weights: 50% of what it can do, where the pool is at 25%"},
		{"cold cache", world("[{name: l, count: 4, cache: {capacity: 10, miss_penalty: 10ms}}]", "algorithm: lc", "classes:", "keys: {dist: uniform, count: 100}, classes:"), "LB017",
			"the cache of l-1 is empty after a start, when every lookup misses, but it gets its full share at once"},
		{"too much as it is", world("[{name: l, count: 1, speed: 0.5}, {name: m, count: 1, speed: 0.25}]", "algorithm: lc"), "LB025",
			"2 endpoints are at 133% of what they can do, at 100 requests/s, when nothing is broken"},
		{"a zone lost", world("[{name: l, count: 3, zone: a, speed: 0.5}, {name: m, count: 1, zone: b, speed: 0.5}]", "algorithm: lc"), "LB025",
			"without zone a the load is 200% of what the rest can do"},
		{"Little's law", world("[{name: l, count: 3}]", "algorithm: lc\n  limits: {per_endpoint: 1}", "rate: 100/s", "rate: 400/s"), "LB027",
			"3 may be in flight, and at 400 requests/s 4 are, by Little's law"},
		{"a pool of several", pools, "LB025", "without a-1 the load is 120% of what the rest can do, at 300 requests/s"},
		{"a route's limit", pools, "LB027", "50 requests/s are let through, and 60 come: 17% are rejected"},
		{"three layers", shown(t, "layered-retries"), "LB013", "when db is down, a request of a client is up to 4 × 4 × 4 = 64 attempts there"},
		{"long services", world("[{name: l, count: 3}]", "algorithm: lc", "drain: {}", "drain: {timeout: 20ms}"), "LB016",
			"a drain lasts 20ms, but one in a hundred requests of class r is served for more than 46ms"},
	} {
		findings := check(t, c.text)
		i := slices.IndexFunc(findings, func(f Finding) bool { return f.ID == c.id && (c.message == "" || f.Message == c.message) })
		if i < 0 {
			t.Errorf("%s: no %s %q", c.name, c.id, c.message)
			for _, f := range findings {
				t.Logf("  %s", describe(f))
			}
		}
	}
}

func shown(t *testing.T, name string) string {
	t.Helper()
	text, err := scenarios.Show(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

package scenarios_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"lbsim/algorithms"
	"lbsim/config/decode"
	"lbsim/scenarios"
)

// load reads a scenario's text under the name s.yaml.
func load(text string) (*scenarios.Scenario, error) {
	s, err := scenarios.Parse("s.yaml", "testdata", strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	return s.Scenario()
}

// TestFiveMistakes reads a file with five different mistakes: all are reported at
// once, in order of line, each with its place.
func TestFiveMistakes(t *testing.T) {
	text, err := os.ReadFile("testdata/five-mistakes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	golden, err := os.ReadFile("testdata/five-mistakes.golden")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, a := range algorithms.All() {
		names = append(names, a.Name)
	}
	want := strings.ReplaceAll(strings.TrimSpace(string(golden)), "ALGORITHMS", strings.Join(names, ", "))
	_, err = scenarios.Load("-", strings.NewReader(string(text)))
	if err == nil {
		t.Fatal("no error")
	}
	if got := strings.ReplaceAll(err.Error(), "stdin", "five-mistakes.yaml"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// base is a good scenario, of which each case below spoils one thing.
const base = `name: base
workload:
  arrivals: {process: poisson, rate: 400/s}
  classes:
    - {name: read, share: 95%, service: {dist: exponential, mean: 5ms}}
    - {name: report, share: 5%, service: {dist: lognormal, mean: 90ms, cv: 2}}
  clients: {count: 2000, timeout: 10s}
servers:
  - {name: api, count: 5, zone: a}
  - {name: big, workers: 4, zone: b}
balancer: {algorithm: round_robin}
network: {latency: 1ms}
timeline:
  - {at: 20s, do: slow, server: api-1, factor: 5}
  - {at: 40s, do: restore, server: api-1}
run: {duration: 600s, warmup: 10s}
slo:
  - p99 < 250ms
`

// mistakes are changes of base (old, new) and what is said about them.
var mistakes = []struct{ old, new, want string }{
	// Values.
	{"rate: 400/s", "rate: 0/s", "s.yaml:3:38: workload.arrivals.rate = 0/s: must be > 0"},
	{"rate: 400/s", "rate: .inf", "s.yaml:3:38: workload.arrivals.rate = .inf: must be a rate, such as 400/s, 400 rps or 24000/min"},
	{"rate: 400/s", "rate: ", "s.yaml:3:38: workload.arrivals.rate = \"\": is empty: must be a rate, such as 400/s, 400 rps or 24000/min, or leave the key out"},
	{"rate: 400/s", "load: -5%", "s.yaml:3:38: workload.arrivals.load = -5%: must be > 0"},
	{"rate: 400/s", "load: 80", "s.yaml:3:38: workload.arrivals.load = 80: must be a share, such as 80% or 0.8 (at most 1000%): did you mean 80%?"},
	{"rate: 400/s", "load: 1001%", "s.yaml:3:38: workload.arrivals.load = 1001%: must be a share, such as 80% or 0.8 (at most 1000%)"},
	{"share: 5%", "share: 0.06", "s.yaml:5:5: workload.classes = […]: the shares must sum to 100%, not 101%"},
	{"share: 5%", "share: NaN", "s.yaml:6:29: workload.classes[1].share = NaN: must be a share, such as 5% or 0.05"},
	{"mean: 5ms", "mean: 5", "s.yaml:5:67: workload.classes[0].service.mean = 5: must be a duration, such as 5ms or 1m30s"},
	{"mean: 5ms", "mean: [5ms]", "s.yaml:5:67: workload.classes[0].service.mean = […]: must be a duration, such as 5ms or 1m30s"},
	{"count: 5", "count: 2.5", "s.yaml:9:24: servers[0].count = 2.5: must be a whole number"},
	{"count: 5", "count: 1e300", "s.yaml:9:24: servers[0].count = 1e300: must be a whole number"},
	{"name: big", "name: 5", "s.yaml:10:12: servers[1].name = 5: must be text (in quotes, if it looks like a number, a date or true or false)"},
	{"name: big", "name: a b", "s.yaml:10:12: servers[1].name = a b: must be made of letters, digits, -, _ and ., beginning with a letter"},
	{"duration: 600s", "duration: 99999999h", "s.yaml:16:17: run.duration = 99999999h: must be <= 100 years"},
	{"p99 < 250ms", "p99 < 250%", "s.yaml:18:5: slo[0] = p99 < 250%: the limit 250% must be a duration, such as 250ms"},
	{"p99 < 250ms", "p99 < 250ms at noon", "s.yaml:18:5: slo[0] = p99 < 250ms at noon: at noon must be a rate > 0, such as 400/s"},
	// Keys and words.
	{"timeout:", "time_out:", "s.yaml:7:26: workload.clients.time_out: unknown key: did you mean timeout? (known: count, connections, requests_per_connection, timeout, patience, on_timeout, retries, nat)"},
	{"rate: 400/s", "rate: 400/s, users: 5", "s.yaml:3:45: workload.arrivals.users: unknown key of process poisson: known: rate, load"},
	{"factor: 5", "factor: 5, factor: 6", "s.yaml:14:51: timeline[0].factor: the key is given twice"},
	{"process: poisson", "process: poison", "s.yaml:3:23: workload.arrivals.process = poison: unknown word: did you mean poisson? (known: poisson, constant, renewal, bursts, steps, ramp, diurnal, closed, trace)"},
	{"dist: lognormal, mean: 90ms, cv: 2", "mean: 90ms", "s.yaml:6:42: workload.classes[1].service.dist: is missing: one of constant, exponential, uniform, erlang, gamma, hyperexponential, lognormal, weibull, pareto, bimodal, empirical"},
	{"algorithm: round_robin", "algorithm: {name: round_robin, strat: first}", "s.yaml:11:43: balancer.algorithm.strat: unknown parameter of round_robin: did you mean start? (known: start, gaps)"},
	{"algorithm: round_robin", "algorithm: {name: power_of_two, choices: 0}", "s.yaml:11:53: balancer.algorithm.choices = 0: must be in [2, 64]"},
	{"algorithm: round_robin", "algorithm: 'power_of_two:choices'", "s.yaml:11:23: balancer.algorithm = power_of_two:choices: power_of_two: \"choices\": a parameter is written name=value"},
	{"algorithm: round_robin", "algorithm: ip_hash, layer: l5", "s.yaml:11:39: balancer.layer = l5: unknown word: did you mean l7? (known: l7, l4)"},
	{"process: poisson, rate: 400/s", "proces: poisson, rate: 400/s", "s.yaml:3:14: workload.arrivals.proces: unknown key: did you mean process? (known: process, rate, load"},
	{"dist: exponential, mean: 5ms", "dist: exponentail, mean: 5", "workload.classes[0].service.mean = 5: must be a duration"},
	{"dist: exponential, mean: 5ms", "dist: exponentail, mean: 5", "workload.classes[0].service.dist = exponentail: unknown word: did you mean exponential?"},
	{"dist: exponential, mean: 5ms", "dist: nothing, mean: 5", "workload.classes[0].service.mean = 5: must be a duration"},
	{"count: 5", "count: 5, cache: {capacity: 10, policy: lfu, miss_penalty: 5ms}", "s.yaml:9:57: servers[0].cache.policy = lfu: unknown word: did you mean lru? (known: lru, fifo, random)"},
	{"count: 5", "count: 5, cache: {capacity: 0, miss_penalty: 5ms}", "s.yaml:9:45: servers[0].cache.capacity = 0: must be >= 1"},
	{"count: 5", "count: 5, cache: {capacity: 10}", "s.yaml:9:34: servers[0].cache.miss_penalty: is missing"},
	{"count: 5", "count: 5, cache: {capacity: 10, miss_penalty: {dist: exponential}}", "servers[0].cache.miss_penalty"},
	// Sessions.
	{"timeout: 10s}", "timeout: 10s}\n  sessions: {length: 0}", "s.yaml:8:22: workload.sessions.length = 0: must be >= 1"},
	{"timeout: 10s}", "timeout: 10s}\n  sessions: {length: 2.5, spread: constant}", "s.yaml:8:22: workload.sessions.length = 2.5: must be a whole number where all sessions are equally long"},
	{"  clients: {count: 2000, timeout: 10s}", "  sessions: {length: 20}", "s.yaml:7:3: workload.sessions: are of clients: the scenario needs workload.clients"},
	{"count: 5", "count: 5, sessions: {store: shared}", "s.yaml:9:27: servers[0].sessions: keeps sessions, of which there are none: the scenario needs workload.sessions"},
	{"count: 5", "count: 5, sessions: {store: memory, access: 1ms}", "s.yaml:9:61: servers[0].sessions.access = 1ms: has no meaning with store: memory, which takes no time: leave it out"},
	{"algorithm: round_robin", "algorithm: round_robin, affinity: {cookie: {on_down: reject}}", "balancer.affinity.cookie.on_down = reject: unknown word: known: repick, fail"},
	// Dependencies.
	{"do: restore, server: api-1", "do: dependency_down, dependency: db", "timeline[1].dependency = db: no server depends on anything: give servers depends_on: [db]"},
	{"count: 5", "count: 5, depends_on: [all]", "servers[0].depends_on[0] = all: has a meaning of its own in needs: take another name"},
	{"dist: exponential, mean: 5ms}", "dist: exponential, mean: 5ms}, needs: db", "workload.classes[0].needs = db: no server depends on anything: give servers depends_on: [db]"},
	// Zones.
	{"do: restore, server: api-1", "do: lose_zone, zone: z", "timeline[1].zone = z: nothing is in this zone"},
	{"do: restore, server: api-1", "do: partition, zones: [a, a]", "timeline[1].zones = […]: must be two zones: a zone always reaches itself"},
	// Health checks and retries.
	{"algorithm: round_robin", "algorithm: round_robin, health: {}", "balancer.health: must have active, or passive, or active and passive"},
	{"algorithm: round_robin", "algorithm: round_robin, health: {active: {interval: 0s}}", "balancer.health.active.interval = 0s: must be > 0"},
	{"algorithm: round_robin", "algorithm: round_robin, health: {passive: {max_ejected: 140%}}", "balancer.health.passive.max_ejected = 140%: must be <= 100%"},
	{"algorithm: round_robin", "algorithm: round_robin, health: {passive: {cap: afer}}", "balancer.health.passive.cap = afer: unknown word: did you mean after? (known: before, after)"},
	{"algorithm: round_robin", "algorithm: round_robin, retries: {conditions: [404]}", "balancer.retries.conditions[0] = 404: must be a status from 500 to 599 or a condition: known: connect_failure, reset, timeout, 5xx"},
	{"algorithm: round_robin", "algorithm: round_robin, retries: {conditions: [timeout]}", "balancer.retries.conditions: timeout needs a per_try_timeout, which says when one has come"},
	{"algorithm: round_robin", "algorithm: round_robin, retries: {budget: {kind: throttle, ratio: 20%}}", "balancer.retries.budget.ratio: unknown key of kind throttle: known: max_tokens, token_ratio"},
	{"algorithm: round_robin", "algorithm: round_robin, retries: {budget: {ratio: 20%, max: 3}}", "balancer.retries.budget.max: unknown key"},
	// Limits.
	{"algorithm: round_robin", "algorithm: round_robin, limits: {rates: [{rate: 5/s}]}", "balancer.limits.rates[0].per: is missing"},
	{"algorithm: round_robin", "algorithm: round_robin, limits: {rates: [{rate: 5/s, per: all, burst: 0}]}", "balancer.limits.rates[0].burst = 0: must be >= 1 with rule: token_bucket, whose requests each take a token"},
	{"algorithm: round_robin", "algorithm: round_robin, limits: {rates: [{rate: 5/s, per: all, delay: nodelay}]}", "balancer.limits.rates[0].delay: has no meaning with rule: token_bucket, which rejects and never delays: give rule: nginx"},
	{"algorithm: round_robin", "algorithm: round_robin, limits: {rates: [{rate: 5/s, per: all, rule: nginx, delay: no-delay}]}", "balancer.limits.rates[0].delay = no-delay: unknown word: did you mean nodelay?"},
	{"algorithm: round_robin", "algorithm: round_robin, limits: {rates: [{rate: 5/s, per: all, clients: 10}]}", "balancer.limits.rates[0].clients: has no meaning with per: all"},
	{"algorithm: round_robin", "algorithm: round_robin, limits: {rates: [{rate: 5/s, per: host}]}", "balancer.limits.rates[0].per = host: unknown word: known: client, all"},
	{"algorithm: round_robin", "algorithm: round_robin, limits: {queue: {size: 10}}", "balancer.limits.queue: needs something that is bounded: give requests, per_endpoint or adaptive"},
	{"algorithm: round_robin", "algorithm: round_robin, limits: {retries: 3}", "balancer.limits.retries: has no meaning without retries: give balancer.retries"},
	{"algorithm: round_robin", "algorithm: round_robin, limits: {shedding: {}}", "balancer.limits.shedding: needs something that is bounded: give requests, per_endpoint or adaptive"},
	{"algorithm: round_robin", "algorithm: round_robin, limits: {adaptive: {min: 20, max: 10}}", "balancer.limits.adaptive: min, 20, must be at most max, 10"},
	{"algorithm: round_robin", "algorithm: round_robin, layer: l4, limits: {requests: 10}", "balancer.limits: contradicts layer: l4, where balancers see connections and no requests"},
	{"clients: {count: 2000, timeout: 10s}\nservers:\n  - {name: api, count: 5, zone: a}\n  - {name: big, workers: 4, zone: b}\nbalancer: {algorithm: round_robin}",
		"keys: {dist: uniform, count: 10}\nservers:\n  - {name: api, count: 5, zone: a}\n  - {name: big, workers: 4, zone: b}\nbalancer: {algorithm: round_robin, limits: {rates: [{rate: 5/s, per: client}]}}",
		"balancer.limits.rates[0].per = client: tells clients apart by their address: the scenario needs workload.clients"},
	{"clients: {count: 2000, timeout: 10s}\nservers:\n  - {name: api, count: 5, zone: a}\n  - {name: big, workers: 4, zone: b}\nbalancer: {algorithm: round_robin}",
		"keys: {dist: uniform, count: 10}\nservers:\n  - {name: api, count: 5, zone: a}\n  - {name: big, workers: 4, zone: b}\nbalancer: {algorithm: round_robin, pools: {all: {servers: [api, big]}}, routes: [{pool: all, limits: {rates: [{rate: 5/s, per: client}]}}]}",
		"balancer.routes[0].limits.rates[0].per = client: tells clients apart by their address: the scenario needs workload.clients"},
	{"mean: 5ms}}", "mean: 5ms}, priority: crit}", "workload.classes[0].priority = crit: unknown word: known: critical, default, sheddable"},
	{"algorithm: round_robin", "algorithm: round_robin, layer: l4, retries: {}", "balancer.retries: contradicts layer: l4, where balancers see connections and no requests"},
	{"algorithm: round_robin", "algorithm: round_robin, hedge: {attempts: 2}", "balancer.hedge: must have delay or percentile or on_per_try_timeout"},
	{"algorithm: round_robin", "algorithm: round_robin, hedge: {delay: 5ms, percentile: p95}", "balancer.hedge.percentile: contradicts delay"},
	{"algorithm: round_robin", "algorithm: round_robin, hedge: {percentile: p96}", "balancer.hedge.percentile = p96: unknown word: did you mean p90? (known: p50, p75, p90, p95, p98, p99, p999)"},
	{"algorithm: round_robin", "algorithm: round_robin, hedge: {delay: 0s}", "balancer.hedge.delay: sends every request several times: say within which budget, such as budget: unlimited"},
	{"algorithm: round_robin", "algorithm: round_robin, hedge: {delay: 5ms, attempts: 1}", "balancer.hedge.attempts = 1: must be >= 2"},
	{"algorithm: round_robin", "algorithm: round_robin, hedge: {on_per_try_timeout: false}", "balancer.hedge.on_per_try_timeout = false: is false, and nothing else says when a copy is sent: give delay or percentile instead"},
	{"algorithm: round_robin", "algorithm: round_robin, hedge: {on_per_try_timeout: true}", "balancer.hedge.on_per_try_timeout: needs retries.per_try_timeout, which says when a copy is sent"},
	{"algorithm: round_robin", "algorithm: round_robin, retries: {same_server: true}, hedge: {delay: 5ms}", "balancer.retries.same_server: contradicts hedge, under which no request goes to a server twice while there are others"},
	{"algorithm: round_robin", "algorithm: round_robin, layer: l4, hedge: {delay: 5ms}", "balancer.hedge: contradicts layer: l4, where balancers see connections and no requests"},
	{"cv: 2}}", "cv: 2}, copies: independent}", "workload.classes[1].copies: independent says what further attempts need, and there are none: give balancer.retries, balancer.hedge or workload.clients.retries"},
	{"do: slow, server: api-1, factor: 5", "do: errors, server: api-1, status: 404", "timeline[0].status = 404: must be >= 500"},
	{"timeout: 10s", "retries: {attempts: 0}", "workload.clients.retries.attempts = 0: must be >= 1"},
	{"timeout: 10s", "retries: {after: [timeout]}", "workload.clients.retries.after[0] = timeout: unknown word: did you mean timed_out? (known: rejected, failed, timed_out)"},
	{"timeout: 10s", "retries: {attempts: unlimited}", "workload.clients.retries = {…}: backoff: is missing: without end and without a wait a client would ask for ever at one instant"},
	{"timeout: 10s", "retries: {deadline: 0s}", "workload.clients.retries.deadline = 0s: must be > 0"},
	{"timeout: 10s", "patience: 1s, retries: {}", "workload.clients.retries = {…}: contradicts patience: who has lost it does not come back, give a timeout instead"},
	{"do: slow, server: api-1, factor: 5", "do: flaky, server: api-1", "timeline[0].ratio: is missing: Which share of the attempts and of the checks."},
	{"do: slow, server: api-1, factor: 5", "do: rate", "timeline[0]: must have factor or rate"},
	{"do: slow, server: api-1, factor: 5", "do: rate, factor: 2, rate: 5/s", "timeline[0].rate: contradicts factor: give factor or rate"},
	{"do: slow, server: api-1, factor: 5", "do: configure", "timeline[0] = {…}: must change something: give set, unset or anew: true"},
	{"do: slow, server: api-1, factor: 5", "do: configure, set: {algoritm: rr}", "timeline[0].set.algoritm: unknown key: did you mean algorithm?"},
	{"do: slow, server: api-1, factor: 5", "do: configure, set: {algorithm: rrr}", "timeline[0].set.algorithm = rrr: unknown algorithm: did you mean rr?"},
	{"do: slow, server: api-1, factor: 5", "do: configure, set: {algorithm: maglev}", "timeline[0].set.algorithm = maglev: maglev chooses by key: the scenario needs workload.keys"},
	{"do: slow, server: api-1, factor: 5", "do: configure, set: {health: {active: {interval: 0s}}}", "timeline[0].set.health.active.interval = 0s: must be > 0"},
	{"do: slow, server: api-1, factor: 5", "do: configure, unset: [algorithm]", "timeline[0].unset[0] = algorithm: unknown word: known: affinity, subset, health, retries, panic_threshold, slow_start, drain"},
	{"do: slow, server: api-1, factor: 5", "do: drain, server: api-1", "timeline[0].do = drain: needs balancer.drain, which says how long it may take"},
	{"do: slow, server: api-1, factor: 5", "do: deploy, group: api, drain: true", "timeline[0].drain = true: needs balancer.drain, which says how long it may take"},
	{"do: slow, server: api-1, factor: 5", "do: deploy, group: api, batch: 99", "timeline[0].batch = 99: must be at most the "},
	{"do: slow, server: api-1, factor: 5", "do: deploy, group: api, style: blue_green, batch: 2", "timeline[0].batch: contradicts style blue_green, which replaces all at once: leave it out"},
	{"do: slow, server: api-1, factor: 5", "do: deploy, group: api, drain: true, grace: 5s", "timeline[0].grace: contradicts drain: a server that is drained stops when that is over"},
	{"do: slow, server: api-1, factor: 5", "do: deploy, group: api, style: canary", "timeline[0].style = canary: unknown word: known: rolling, blue_green"},
	// Pools and routes.
	{"algorithm: round_robin", "algorithm: rr, pools: {x: {servers: [api, bag]}}", "s.yaml:11:54: balancer.pools.x.servers[1] = bag: no group of servers has this name: did you mean big? (known: api, big)"},
	{"algorithm: round_robin", "algorithm: rr, pools: {x: {servers: [api]}}", "s.yaml:10:12: servers[1].name = big: big-1 is in no pool: name the group under servers of one"},
	{"algorithm: round_robin", "algorithm: rr, pools: {x: {}}", "s.yaml:11:35: balancer.pools.x: needs servers: the groups that are its endpoints, of api, big"},
	{"algorithm: round_robin", "algorithm: rr, pools: {x: {servers: [api, big], algorithm: maglev}}", "s.yaml:11:71: balancer.pools.x.algorithm = maglev: maglev chooses by key: the scenario needs workload.keys"},
	{"algorithm: round_robin", "algorithm: rr, layer: l4, pools: {x: {servers: [api, big]}}, routes: [{pool: x}]", "balancer.routes: contradicts layer: l4, where balancers see connections and no requests"},
	{"algorithm: round_robin", "algorithm: rr, pools: {x: {servers: [api]}, y: {endpoints: [{name: bog-1}]}}, routes: [{pool: x}]", "balancer.pools.y.endpoints[0].name = bog-1: no server has this name, and no match fits it: did you mean big-1?"},
	{"algorithm: round_robin", "algorithm: rr, pools: {x: {servers: [api, big]}, y: {servers: [big]}}, routes: [{pool: x}]", "servers[1].name = big: big-1 is in the pools x and y: a server is in one"},
	{"share: 5%", "share: 5%, path: x", "workload.classes[1].path = x: must be a path that begins with /"},
	// Zones and priorities.
	{"algorithm: round_robin", "algorithm: rr, zones: {mode: weighted, weights: {a: 1, d: 2}}", "balancer.zones.weights.d: nothing is in this zone: did you mean a? (known: a, b)"},
	{"algorithm: round_robin", "algorithm: rr, zones: nearest", "balancer.zones = nearest: unknown word: known: aware, only, weighted"},
	{"algorithm: round_robin", "algorithm: rr, zones: {mode: only, min_endpoints: 3}", "balancer.zones.min_endpoints: unknown key of mode only"},
	{"algorithm: round_robin", "algorithm: rr, zone: a", "s.yaml:11:27: balancer.zone: is for the proxy: a scenario says under network.frontends where its frontends are"},
	{"algorithm: round_robin", "algorithm: rr, overprovisioning: 90%", "balancer.overprovisioning = 90%: must be >= 100%"},
	{"count: 5", "count: 5, priority: -1", "servers[0].priority = -1: must be >= 0"},
	{"count: 5", "count: 5, health: {}", "servers[0].health.service: is missing: How long a server of speed 1 works on a check."},
	{"count: 5", "count: 5, health: {service: 1ms, priority: high}", "servers[0].health.priority = high: unknown word: known: critical, default, sheddable"},
	{"count: 5", "count: 5, health: {service: 1ms, priority: critical}", "servers[0].health.priority = critical: has no meaning with discipline: fifo: take priority or priority_preemptive"},
	// Known, not built.
	{"count: 5", "count: 5, match: x", "servers[0].match: needs endpoints in the balancer, and none are listed: give count"},
	{"algorithm: round_robin", "algorithm: rr, endpoints: [{name: big-1}, {name: web}]", "balancer.endpoints[1].name = web: no server has this name, and no match fits it:"},
	// What is missing.
	{"rate: 400/s", "", "s.yaml:3:3: workload.arrivals: must have rate or load"},
	{"mean: 90ms, cv: 2", "mean: 90ms", "s.yaml:6:42: workload.classes[1].service.cv: is missing beside mean: give mean and cv"},
	{"run: {duration: 600s, warmup: 10s}", "run: {warmup: 10s}", "s.yaml:16:1: run: must have duration or requests"},
	{"name: base\n", "", "s.yaml:1:1: name: is missing: The scenario's name."},
	// Contradictions.
	{"rate: 400/s", "rate: 400/s, load: 50%", "s.yaml:3:45: workload.arrivals.load: contradicts rate: give rate or load"},
	{"process: poisson, rate: 400/s", "process: closed, users: 50, think: 1s", "s.yaml:7:20: workload.clients.count = 2000: must be workload.arrivals.users, which is 50: each user is a client"},
	{"process: poisson, rate: 400/s", "process: closed, think: 1s", "s.yaml:3:13: workload.arrivals.users: is missing beside think: give users and think, or users"},
	{"count: 5", "count: 5, queue: 3, discipline: ps", "s.yaml:9:34: servers[0].queue = 3: has no meaning with discipline: ps, where all requests are in service at once: leave it out"},
	{"name: big", "name: api", "s.yaml:10:12: servers[1].name = api: servers[0] has this name already"},
	{"warmup: 10s", "warmup: 600s", "s.yaml:16:31: run.warmup = 600s: must be shorter than the duration, 600s"},
	{"warmup: 10s", "warmup: auto", "s.yaml:16:31: run.warmup = auto: auto is meaningless where the timeline changes the world: give a duration, such as 10s, or 0s"},
	{"warmup: 10s", "interval: 1us", "s.yaml:16:33: run.interval = 1us: must be >= 6ms: the figures over time have at most 100000 steps"},
	{"at: 40s", "at: 10s", "s.yaml:15:10: timeline[1].at = 10s: must not be before the act above, 20s"},
	{"at: 40s", "at: 700s", "s.yaml:15:10: timeline[1].at = 700s: must be before the end of the run, 600s"},
	{"do: slow, server: api-1", "do: slow, server: api-9", "s.yaml:14:33: timeline[0].server = api-9: no server has this name then: did you mean api-1? (known: api-1, api-2, api-3, api-4, api-5, big-1)"},
	{"do: slow, server: api-1, factor: 5", "do: scale, group: api, count: 5", "s.yaml:14:45: timeline[0].count = 5: api has 5 servers already"},
	{"count: 5", "count: 5, cache: {capacity: 10, miss_penalty: 5ms}", "s.yaml:9:27: servers[0].cache: is over keys: the scenario needs workload.keys"},
	{"do: slow, server: api-1, factor: 5", "do: remove, server: api-6", "s.yaml:14:35: timeline[0].server = api-6: no server has this name then: did you mean api-1? (known: api-1,"},
	{"do: slow, server: api-1, factor: 5", "do: add, server: api-1", "s.yaml:14:32: timeline[0].server = api-1: no server of this name was removed before: there is none"},
	{"do: slow, server: api-1, factor: 5", "do: remove, group: api", "s.yaml:14:27: timeline[0].group: unknown key of do remove"},
	{"do: slow, server: api-1", "do: slow, server: api-1, group: api", "s.yaml:14:40: timeline[0].group: contradicts server: give server or group"},
	{"latency: 1ms", "latency: {pairs: [{zones: [a, c], latency: 2ms}]}", "s.yaml:12:41: network.latency.pairs[0].zones[1] = c: nothing is in this zone: did you mean a? (known: a, b)"},
	{"latency: 1ms", "frontends: [a, b]", "s.yaml:12:22: network.frontends = […]: must be at most as many as balancer.frontends: 1, not 2"},
	{"algorithm: round_robin", "algorithm: rr, endpoints: [{name: api-1}]", "s.yaml:11:38: balancer.endpoints = […]: the server api-2 is missing: leave endpoints out to have all servers"},
	{"p99 < 250ms", "p99{class=raed} < 250ms", "s.yaml:18:5: slo[0] = p99{class=raed} < 250ms: there is no class raed: did you mean read? (known: read, report)"},
	{"p99 < 250ms", "p99{during=deploy} < 250ms", "s.yaml:18:5: slo[0] = p99{during=deploy} < 250ms: no act of the timeline is called deploy: known: slow, restore"},
	{"dist: exponential, mean: 5ms", "dist: hyperexponential, mean: 5ms, cv: 0.5", "s.yaml:5:81: workload.classes[0].service.cv = 0.5: must be in [1, 1000]"},
	{"dist: exponential, mean: 5ms", "dist: uniform, min: 5ms, max: 1ms", "s.yaml:5:72: workload.classes[0].service.max = 1ms: must be > min = 0.005"},
	{"process: poisson, rate: 400/s", "process: steps, rate: 400/s, steps: [{at: 1s, factor: 2}]", "s.yaml:3:50: workload.arrivals.steps = […]: the first must be at 0"},
	{"process: poisson, rate: 400/s", "process: trace, file: none.csv", "s.yaml:4:3: workload.classes: contradicts process trace, which brings its classes"},
	// Servers that call others.
	{"{name: big, workers: 4, zone: b}", "{name: big, calls: {group: apu, service: 1ms, balancer: {algorithm: rr}}}", "s.yaml:10:32: servers[1].calls.group = apu: no group of servers has this name: did you mean api? (known: api, big)"},
	{"{name: big, workers: 4, zone: b}", "{name: big, calls: {group: big, service: 1ms, balancer: {algorithm: rr}}}", "servers[1].calls.group = big: goes round in a circle, big calls big: leave one of these calls out"},
	{"{name: big, workers: 4, zone: b}", "{name: b, calls: {group: c, service: 1ms, balancer: {algorithm: rr}}}\n  - {name: c, calls: {group: b, service: 1ms, balancer: {algorithm: rr}}}", "servers[2].calls.group = b: goes round in a circle, c calls b calls c: leave one of these calls out"},
	{"{name: big, workers: 4, zone: b}", "{name: b, calls: {group: api, service: 1ms, balancer: {algorithm: rr}}}\n  - {name: c, calls: {group: api, service: 1ms, balancer: {algorithm: rr}}}", "servers[2].calls.group = api: is called by b already: a group is called by one other"},
	{"{name: big, workers: 4, zone: b}", "{name: big, discipline: ps, calls: {group: api, service: 1ms, balancer: {algorithm: rr}}}", "servers[1].calls: a request keeps its worker while it calls, which ps does not allow: take discipline: fifo or priority"},
	{"{name: big, workers: 4, zone: b}", "{name: big, calls: {group: api, service: 1ms, balancer: {algorithm: ip_hash}}}", "servers[1].calls.balancer.algorithm = ip_hash: ip_hash chooses by the client's address, which is the calling server's here: choose another"},
	{"{name: big, workers: 4, zone: b}", "{name: big, calls: {group: api, service: 1ms, balancer: {algorithm: maglev}}}", "servers[1].calls.balancer.algorithm = maglev: maglev chooses by key: the scenario needs workload.keys"},
	{"{name: big, workers: 4, zone: b}", "{name: big, calls: {group: api, service: 1ms, balancer: {algorithm: rr, hedge: {}}}}", "servers[1].calls.balancer.hedge: must have delay or percentile or on_per_try_timeout"},
	{"{name: big, workers: 4, zone: b}", "{name: big, calls: {group: api, service: 1ms, balancer: {algorithm: rr, limits: {queue: {size: 3}}}}}", "servers[1].calls.balancer.limits.queue: needs something that is bounded"},
	{"{name: big, workers: 4, zone: b}", "{name: big, calls: {group: api, service: 1ms, balancer: {algorithm: rr, limits: {rates: [{rate: 1/s, per: client}]}}}}", "servers[1].calls.balancer.limits.rates[0].per = client: tells clients apart by their address, which is the calling server's here: give per: all"},
	{"{name: big, workers: 4, zone: b}", "{name: big, calls: {group: api, service: 1ms, balancer: {algorithm: rr, affinity: {cookie: {}}}}}", "servers[1].calls.balancer.affinity: unknown key"},
	{"{name: big, workers: 4, zone: b}", "{name: big, calls: {group: api, service: 1ms}}", "servers[1].calls.balancer: is missing"},
	// Not YAML, or too much of it.
	{"name: base", "name: [base", "s.yaml:1:1: is not YAML: did not find expected ',' or ']'"},
	{"name: base", "---\nname: base\n---", "s.yaml:3:1: a second document begins here: a file holds one"},
	{"name: base", "<<: {name: base}", "s.yaml:1:1: <<: merge keys are not part of the language: repeat the value"},
}

func TestMistakes(t *testing.T) {
	if _, err := load(base); err != nil {
		t.Fatal(err)
	}
	for _, m := range mistakes {
		if m.want == "" {
			t.Errorf("%s: the case expects nothing", m.new)
		}
		if !strings.Contains(base, m.old) {
			t.Fatalf("base has no %q", m.old)
		}
		_, err := load(strings.Replace(base, m.old, m.new, 1))
		if err == nil {
			t.Errorf("%s: no error", m.new)
			continue
		}
		if !strings.Contains(err.Error(), m.want) {
			t.Errorf("%s:\ngot  %s\nwant %s", m.new, err, m.want)
		}
	}
}

// FuzzScenario feeds the loader whatever: it may refuse, but not panic, and what it
// takes can be built and comes back from its canonical form.
func FuzzScenario(f *testing.F) {
	for _, name := range scenarios.Names() {
		text, err := scenarios.Show(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, m := range mistakes {
		f.Add(strings.Replace(base, m.old, m.new, 1))
	}
	f.Add("a: &a [*a]\n")
	f.Add("a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := load(text)
		if err != nil {
			if _, ok := err.(decode.Problems); !ok {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		total := 0
		for _, g := range s.Servers {
			total += g.Count
		}
		if total > 10_000 {
			return // good, and too large to build thousands of times
		}
		s.Build()
		canonical, err := json.Marshal(s.Document())
		if err != nil {
			t.Fatal(err)
		}
		if again, err := load(string(canonical)); err != nil || again.SHA256() != s.SHA256() {
			t.Errorf("the canonical form %s does not come back: %v", canonical, err)
		}
	})
}

// Keys are hashed before a route is found, so several pools must hash them alike.
func TestPoolsHashAlike(t *testing.T) {
	keyed := strings.Replace(base, "  clients:", "  keys: {dist: uniform, count: 10}\n  clients:", 1)
	text := strings.Replace(keyed, "algorithm: round_robin",
		"algorithm: rr, routes: [{pool: x}], pools: {y: {servers: [big]}, x: {servers: [api], algorithm: 'ring_hash:profile=nginx'}}", 1)
	const want = "balancer.pools.x.algorithm = ring_hash:profile=nginx: places keys by a hash of its product, and pools must hash alike: choose another profile"
	if _, err := load(text); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

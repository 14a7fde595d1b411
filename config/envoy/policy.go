package envoy

import (
	"math"
	"strings"
	"time"
)

// algorithm reads how an endpoint is chosen: lb_policy with its settings, or the typed
// policy that has taken their place.
func (r *reading) algorithm(c node, m members, pool map[string]any, path string) {
	word := c.get("lb_policy")
	kind, settings := strings.ToLower(word.text()), node{r: r}
	at := word
	if typed := c.get("load_balancing_policy"); typed.here() {
		kind, settings = r.typedPolicy(typed)
		at = typed
	}
	if kind == "" {
		kind = "round_robin" // the API's default
	}
	if !settings.here() {
		settings = c.get(kind + "_lb_config")
	}
	var algorithm any
	switch kind {
	case "round_robin":
		algorithm = r.roundRobin(m, r.slowStart(settings, pool, path))
	case "least_request":
		algorithm = r.leastRequest(settings, m, r.slowStart(settings, pool, path))
	case "random":
		algorithm = "random"
	case "ring_hash":
		algorithm = r.bounded(settings, ringHash(settings))
	case "maglev":
		algorithm = r.bounded(settings, map[string]any{"name": "maglev", "table_size": settings.get("table_size").number(65537)})
	default:
		r.remark(at.n, "lb_policy: "+kind, "lbsim has no such policy: round robin takes its place")
		algorithm = r.roundRobin(m, false)
	}
	r.put(pool, path, "algorithm", algorithm, at)
}

// typedPolicy returns the first policy of a list that is known here, as Envoy takes the
// first that it knows.
func (r *reading) typedPolicy(typed node) (kind string, settings node) {
	for _, x := range typed.get("policies").list() {
		extension := x.get("typed_extension_config")
		extension.get("name")
		config := extension.get("typed_config")
		name := config.get("@type").text()
		for _, kind := range []string{"round_robin", "least_request", "random", "ring_hash", "maglev"} {
			if strings.Contains(name, "."+kind+".v3.") {
				return kind, config
			}
		}
	}
	return "of the extension", node{r: r}
}

// roundRobin is the plain turn where weights are equal, and the earliest deadline first
// elsewhere, as in Envoy (round_robin_lb.h, load_balancer_impl.cc).
func (r *reading) roundRobin(m members, ramps bool) any {
	if m.even() && !ramps {
		return map[string]any{"name": "round_robin", "start": "random"}
	}
	return map[string]any{"name": "weighted_round_robin", "schedule": "edf", "prepicks": "random"}
}

// leastRequest is the best of some drawn with replacement where weights are equal
// (least_request_lb.cc). Where they are not, or endpoints start slowly, Envoy deals out by
// weight / (in flight + 1)^bias when it puts an endpoint back, which lbsim's deadlines do
// without looking at what is in flight.
func (r *reading) leastRequest(settings node, m members, ramps bool) any {
	choices := settings.get("choice_count")
	if method := settings.get("selection_method"); method.text() == "FULL_SCAN" {
		return map[string]any{"name": "least_connections", "ties": "random"}
	}
	if !m.even() || ramps {
		r.remark(m[0].at.n, "least_request with weights", "Envoy leaves the draw of two for deadlines by weight / (in flight + 1); here the least loaded for its weight of two drawn is taken")
	}
	return map[string]any{"name": "power_of_two", "choices": choices.number(2), "replacement": m.even() && !ramps}
}

func ringHash(settings node) map[string]any {
	x := map[string]any{"name": "ring_hash", "profile": "envoy",
		"min_ring_size": settings.get("minimum_ring_size").number(1024), "max_ring_size": settings.get("maximum_ring_size").number(8 << 20)}
	if settings.get("hash_function").text() == "MURMUR_HASH_2" {
		x["hash"] = "murmur2"
	}
	return x
}

// bounded lists the factor of a hash with bounded loads.
func (r *reading) bounded(settings node, hash map[string]any) any {
	if x := settings.at("consistent_hashing_lb_config", "hash_balance_factor"); x.here() && x.number(0) > 0 {
		r.remark(x.n, "hash_balance_factor: "+x.text(), "the hash is simulated without its bound; bounded_load is lbsim's own with one")
	}
	return hash
}

// slowStart reads the slow start of a policy's settings, and reports whether there is one.
func (r *reading) slowStart(settings node, pool map[string]any, path string) bool {
	x := settings.get("slow_start_config")
	window := x.get("slow_start_window").duration(0)
	if window == 0 {
		return false
	}
	ramp := map[string]any{"window": seconds(window), "profile": "envoy"}
	if a := x.get("aggression"); a.here() {
		r.put(ramp, path+".slow_start", "aggression", a.get("default_value").number(1), a)
	}
	x.at("aggression", "runtime_key")
	if least := x.get("min_weight_percent"); least.here() {
		r.put(ramp, path+".slow_start", "min_weight", least.get("value").number(10)/100, least)
	}
	r.put(pool, path, "slow_start", ramp, x)
	return true
}

// seconds writes a duration as the document has it.
func seconds(d time.Duration) string { return d.String() }

// percent is a share of what is given in percents.
func percent(x float64) float64 { return math.Min(x/100, 1) }

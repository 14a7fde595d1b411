package envoy

import "time"

// routeTimeout is what a route has that gives none (route_components.proto).
const routeTimeout = 15 * time.Second

// unlimited is from where on a bound bounds nothing: Istio writes 2^32 - 1 for none.
const unlimited = 1_000_000

// limits reads the circuit breakers of the default priority, which hold in Envoy also where
// none are written: 1024 connections, pending requests and requests, 3 retries
// (circuit_breaker.proto). To servers that speak HTTP/1.1 a request has a connection of its
// own, so what is bounded is connections, and requests wait for one.
func (r *reading) limits(c node, pool map[string]any, path string) {
	breakers := c.get("circuit_breakers")
	at := node{r: r}
	for _, x := range breakers.get("thresholds").list() {
		if p := x.get("priority").text(); p != "" && p != "DEFAULT" {
			r.remark(x.n, "thresholds of priority "+p, "requests have the default priority")
			r.forget(x)
			continue
		}
		at = x
	}
	requests := at.get("max_requests").number(1024)
	limits := map[string]any{}
	inner := path + ".limits"
	if !r.multiplexed(c) {
		connections := at.get("max_connections").number(1024)
		waits := connections <= requests // what is beyond max_requests is refused
		requests = min(requests, connections)
		pending := at.get("max_pending_requests")
		if n := pending.number(1024); n > 0 && requests < unlimited && waits {
			r.put(limits, inner, "queue", map[string]any{"size": min(n, unlimited), "timeout": seconds(routeTimeout)}, pending)
		}
	}
	if requests < unlimited {
		r.put(limits, inner, "requests", max(requests, 1), at)
	}
	if budget := at.get("retry_budget"); budget.here() {
		r.put(pool, path, "retry_budget", map[string]any{"kind": "concurrent", "ratio": budget.at("budget_percent", "value").number(20) / 100,
			"min_concurrent": budget.get("min_retry_concurrency").number(3)}, budget)
	} else if n := at.get("max_retries"); n.number(3) > 0 && n.number(3) < unlimited {
		r.put(limits, inner, "retries", n.number(3), n)
	}
	if len(limits) > 0 {
		r.put(pool, path, "limits", limits, breakers)
	}
}

// multiplexed reports whether servers are spoken to in HTTP/2.
func (r *reading) multiplexed(c node) bool {
	if c.get("http2_protocol_options").here() {
		return true
	}
	options := c.get("typed_extension_protocol_options").get("envoy.extensions.upstreams.http.v3.HttpProtocolOptions")
	options.get("@type")
	explicit := options.get("explicit_http_config")
	return explicit.get("http2_protocol_options").here()
}

// retries gives the pools that a route leads to its retry policy. lbsim tries again by
// pool: the first policy that a pool meets is its own.
func (r *reading) retries(policy node, pools map[string]any, names []string) {
	if !policy.here() {
		return
	}
	for _, name := range names {
		pool := pools[name].(map[string]any)
		if pool["retries"] != nil {
			if r.cfg.Places["pools."+name+".retries"] != policy.place() {
				r.remark(policy.n, "retry_policy", "retries are a pool's here: "+name+" has those of another route")
			}
			continue
		}
		r.put(pool, "pools."+name, "retries", r.retryPolicy(policy), policy)
		r.note("pools."+name+".retries", policy, map[string]string{"retry_on": "conditions", "num_retries": "attempts", "per_try_timeout": "per_try_timeout", "retry_back_off": "backoff"})
	}
}

func (r *reading) retryPolicy(x node) map[string]any {
	conditions, unknown := conditionsOf(x)
	for _, word := range unknown {
		r.remark(x.get("retry_on").n, "retry_on: "+word, "it is nothing that servers do here")
	}
	attempts := 1 + x.get("num_retries").number(1)
	if len(conditions) == 0 {
		conditions, attempts = []any{"connect_failure"}, 1
	}
	try := x.get("per_try_timeout").duration(0)
	p := map[string]any{"attempts": attempts, "methods": "any", "budget": "unlimited"}
	if try > 0 {
		p["per_try_timeout"] = seconds(try)
	}
	for _, c := range conditions {
		if c != "timeout" || try > 0 {
			kept, _ := p["conditions"].([]any)
			p["conditions"] = append(kept, c)
		}
	}
	base := x.at("retry_back_off", "base_interval").duration(25 * time.Millisecond)
	p["backoff"] = map[string]any{"base": seconds(base), "max": seconds(x.at("retry_back_off", "max_interval").duration(10 * base))}
	elsewhere := false
	for _, predicate := range x.get("retry_host_predicate").list() {
		elsewhere = elsewhere || predicate.get("name").text() == "envoy.retry_host_predicates.previous_hosts"
		r.forget(predicate)
	}
	x.get("host_selection_retry_max_attempts")
	p["same_server"] = !elsewhere
	return p
}

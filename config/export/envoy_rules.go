package export

import (
	"math"

	"lbsim/balancer"
	"lbsim/config"
)

// envoyAlgorithm writes lb_policy and what belongs to it.
func (w *writer) envoyAlgorithm(p *config.Pool, cluster, common object) {
	c := p.Algorithm
	value := func(name string) string { return c.Values.Map()[name] }
	policy, own := "LEAST_REQUEST", false
	lb := object{}
	switch c.Spec.Name {
	case "round_robin":
		policy, own = "ROUND_ROBIN", value("start") == "random" && value("gaps") == "closed"
	case "weighted_round_robin":
		policy, own = "ROUND_ROBIN", value("schedule") == "edf" && value("prepicks") == "random"
	case "power_of_two":
		own = value("replacement") == "true" && value("metric") == "in_flight"
		lb["choice_count"] = c.Values.Int("choices")
	case "random":
		policy, own = "RANDOM", value("profile") == "lbsim" && even(p)
	case "ring_hash":
		policy, own = "RING_HASH", value("profile") == "envoy"
		if own {
			lb["minimum_ring_size"], lb["maximum_ring_size"] = c.Values.Int("min_ring_size"), c.Values.Int("max_ring_size")
			if value("hash") == "murmur2" {
				lb["hash_function"] = "MURMUR_HASH_2"
			}
		}
	case "maglev":
		policy, own = "MAGLEV", true
		lb["table_size"] = c.Values.Int("table_size")
	case "bounded_load":
		policy, own = "RING_HASH", value("rule") == "envoy"
		if value("over") == "maglev" {
			policy = "MAGLEV"
		}
		common["consistent_hashing_lb_config"] = object{"hash_balance_factor": max(100, int(math.Round(c.Values.Float("factor")*100)))}
	default:
		if c.Spec.NeedsKey || c.Spec.NeedsClient {
			policy = "RING_HASH"
		}
	}
	if !own {
		w.lose(w.path(p, "algorithm"), "%s is done by Envoy's own rule (%s), which may pick other endpoints", c, policy)
	}
	w.envoySlowStart(p, policy, lb)
	cluster["lb_policy"] = policy
	if len(lb) > 0 {
		cluster[map[string]string{"ROUND_ROBIN": "round_robin_lb_config", "LEAST_REQUEST": "least_request_lb_config", "RING_HASH": "ring_hash_lb_config", "MAGLEV": "maglev_lb_config"}[policy]] = lb
	}
}

// even reports whether all endpoints weigh the same.
func even(p *config.Pool) bool {
	for _, e := range p.Endpoints {
		if e.Weight != p.Endpoints[0].Weight {
			return false
		}
	}
	return true
}

func (w *writer) envoySlowStart(p *config.Pool, policy string, lb object) {
	s := p.SlowStart
	if s == nil {
		return
	}
	path := w.path(p, "slow_start")
	if policy != "ROUND_ROBIN" && policy != "LEAST_REQUEST" {
		w.lose(path, "%s has none", policy)
		return
	}
	if s.Profile != balancer.RampEnvoy || s.AfterEjection {
		w.lose(path, "weights rise by Envoy's rule, of who joins and who is well again")
	}
	x := object{"slow_start_window": seconds(s.Window)}
	if s.Aggression > 0 {
		x["aggression"] = object{"default_value": s.Aggression, "runtime_key": "lbsim.aggression"}
	}
	if s.MinWeight > 0 {
		x["min_weight_percent"] = object{"value": s.MinWeight * 100}
	}
	lb["slow_start_config"] = x
}

// envoyHealth writes health_checks and outlier_detection.
func (w *writer) envoyHealth(p *config.Pool, cluster object) {
	if p.Health == nil {
		return
	}
	if h := p.Health.Active; h != nil {
		check := object{"interval": seconds(h.Interval), "timeout": seconds(h.Interval), "healthy_threshold": h.Healthy, "unhealthy_threshold": h.Unhealthy}
		if h.Timeout > 0 {
			check["timeout"] = seconds(h.Timeout)
		}
		if h.DownInterval > 0 {
			check["unhealthy_interval"] = seconds(h.DownInterval)
		}
		if h.TransitionInterval > 0 {
			check["unhealthy_edge_interval"], check["healthy_edge_interval"] = seconds(h.TransitionInterval), seconds(h.TransitionInterval)
		}
		if h.Jitter > 0 {
			check["interval_jitter_percent"] = int(math.Round(h.Jitter * 100))
		}
		switch {
		case h.GRPC:
			check["grpc_health_check"] = object{"service_name": h.Service}
		case h.Connect:
			check["tcp_health_check"] = object{}
		default:
			first, last := h.Expect.First, h.Expect.Last
			if h.Expect == (balancer.Statuses{}) {
				first, last = 200, 399
			}
			check["http_health_check"] = object{"path": h.Path, "expected_statuses": []any{object{"start": first, "end": last + 1}}}
			w.lose(w.path(p, "health.active"), "a status that is not expected takes an Envoy's endpoint down at once")
		}
		w.loseGiven(p, []setting{
			{"health.active.depth", h.Deep, "Envoy asks what path names"},
			{"health.active.port", h.Port > 0, "the port is the endpoints' own (health_check_config)"},
			{"health.active.trusted", h.Trusted, "Envoy waits for the first check"},
		})
		cluster["health_checks"] = []any{check}
	}
	if o := p.Health.Passive; o != nil {
		cluster["outlier_detection"] = w.envoyOutliers(p, o)
	}
}

func (w *writer) envoyOutliers(p *config.Pool, o *balancer.OutlierDetection) object {
	x := object{"interval": seconds(o.Interval), "base_ejection_time": seconds(o.EjectionTime), "max_ejection_time": seconds(o.MaxEjectionTime),
		"max_ejection_percent": int(math.Round(o.MaxEjected * 100)), "always_eject_one_host": o.AlwaysOne || o.Cap == balancer.CapBefore, "successful_active_health_check_uneject_host": o.RestoreOnCheck,
		"enforcing_success_rate": 0, "enforcing_consecutive_gateway_failure": 0}
	if o.ConsecutiveFailures > 0 {
		x["consecutive_5xx"] = o.ConsecutiveFailures
	} else {
		x["enforcing_consecutive_5xx"] = 0
	}
	if s := o.SuccessRate; s != nil {
		x["enforcing_success_rate"], x["success_rate_minimum_hosts"], x["success_rate_request_volume"], x["success_rate_stdev_factor"] = 100, s.Hosts, s.Requests, int(math.Round(s.Factor*1000))
	}
	if f := o.FailureRatio; f != nil {
		x["enforcing_failure_percentage"], x["failure_percentage_minimum_hosts"], x["failure_percentage_request_volume"], x["failure_percentage_threshold"] = 100, f.Hosts, f.Requests, int(math.Round(f.Threshold*100))
	}
	if o.Cap == balancer.CapBefore && !o.AlwaysOne {
		w.lose(w.path(p, "health.passive.always_one"), "so that one may be ejected, as with cap: before")
	}
	if o.Cap == balancer.CapBefore {
		w.lose(w.path(p, "health.passive.cap"), "Envoy looks at the share that would be ejected then (cap: after); always_eject_one_host lets it eject one all the same")
	}
	if o.Rule == balancer.FailWindows {
		w.lose(w.path(p, "health.passive.rule"), "Envoy ejects by rules of its own")
	}
	return x
}

// envoyLimits writes circuit_breakers. What lbsim does not bound is not bounded.
func (w *writer) envoyLimits(p *config.Pool, cluster object) {
	const unbounded = 1_000_000_000
	t := object{"max_connections": unbounded, "max_pending_requests": unbounded, "max_requests": unbounded, "max_retries": unbounded}
	if l := p.Limits; l != nil {
		if l.Requests > 0 {
			t["max_requests"] = l.Requests
		}
		if l.Retries > 0 {
			t["max_retries"] = l.Retries
		}
		w.loseGiven(p, []setting{
			{"limits.per_endpoint", l.PerEndpoint > 0, "Envoy bounds an endpoint's connections, which carry several requests"},
			{"limits.retries", l.Retries > 0 && p.Retries != nil && p.Retries.Budget != nil, "a budget takes its place"},
			{"limits.queue", l.Queue != nil, "Envoy's queue is for connections, not for requests"},
			{"limits.rates", len(l.Rates) > 0, "the filter local_ratelimit does this"},
		})
	}
	if r := p.Retries; r != nil && r.Budget != nil {
		t["retry_budget"] = w.envoyBudget(p, r.Budget)
	}
	cluster["circuit_breakers"] = object{"thresholds": []any{t}}
}

// envoyBudget writes a budget of retries, or the nearest that Envoy has: its usual one for
// gRPC's throttle, and for a share of the requests that share of those in flight.
func (w *writer) envoyBudget(p *config.Pool, b *config.Budget) object {
	percent, least := b.Rule.Ratio*100, b.Rule.MinConcurrent
	if b.Kind != balancer.Concurrent.String() {
		w.lose(w.path(p, "retries.budget"), "Envoy's budget is a share of what is in flight")
		least = 3
	}
	if b.Kind == balancer.Throttle.String() {
		percent = 20
	}
	return object{"budget_percent": object{"value": min(percent, 100)}, "min_retry_concurrency": least}
}

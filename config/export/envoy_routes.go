package export

import (
	"strconv"
	"strings"

	"lbsim/balancer"
	"lbsim/config"
)

// envoyRoute writes a route with the retries of its pool.
func (w *writer) envoyRoute(r *config.Route) object {
	m := &r.Match
	match := object{"prefix": "/"}
	switch prefix := strings.TrimSuffix(m.PathPrefix, "/"); {
	case m.Path != "":
		match = object{"path": m.Path}
	case m.PathBegins != "":
		match = object{"prefix": m.PathBegins}
	case prefix != "":
		match = object{"path_separated_prefix": prefix}
	}
	var headers []any
	equal := func(name, value string) {
		headers = append(headers, object{"name": name, "string_match": object{"exact": value}})
	}
	if m.Method != "" {
		equal(":method", m.Method)
	}
	for _, h := range m.Headers {
		equal(h.Name, h.Value)
	}
	if headers != nil {
		match["headers"] = headers
	}
	to := object{"timeout": seconds(w.b.Times().Request)}
	pool := r.Pool
	if pool != "" {
		to["cluster"] = pool
	} else {
		pool = r.Split[0].Pool
		var clusters []any
		for _, s := range r.Split {
			clusters = append(clusters, object{"name": s.Pool, "weight": int(s.Share*10_000 + 0.5)})
		}
		to["weighted_clusters"] = object{"clusters": clusters}
	}
	if r.Mirror != nil {
		to["request_mirror_policies"] = []any{object{"cluster": r.Mirror.Pool, "runtime_fraction": object{
			"default_value": object{"numerator": int(r.Mirror.Ratio*10_000 + 0.5), "denominator": "TEN_THOUSAND"}}}}
	}
	if len(r.Limits.Rates) > 0 {
		w.lose("routes."+r.Title()+".limits", "the filter local_ratelimit does this")
	}
	if i := w.b.Index(pool); i >= 0 || len(w.b.Pools) == 0 {
		p := w.b.All()[max(i, 0)]
		if policy := w.envoyRetries(&p); policy != nil {
			to["retry_policy"] = policy
		}
		if p.Algorithm.Spec.NeedsKey || p.Algorithm.Spec.NeedsClient {
			to["hash_policy"] = []any{w.envoyKey(&p)}
		}
	}
	return object{"match": match, "route": to}
}

// envoyKey says what of a request is hashed.
func (w *writer) envoyKey(p *config.Pool) object {
	k := w.b.Proxy.Key
	switch {
	case p.Algorithm.Spec.NeedsClient || k.Kind == "client":
		return object{"connection_properties": object{"source_ip": true}}
	case k.Kind == "header":
		return object{"header": object{"header_name": k.Name}}
	case k.Kind == "cookie":
		return object{"cookie": object{"name": k.Name}}
	case k.Kind == "":
		w.lose("key", "nothing says what is hashed: the path is taken")
	}
	return object{"header": object{"header_name": ":path"}}
}

// envoyRetries writes a retry policy.
func (w *writer) envoyRetries(p *config.Pool) object {
	r := p.Retries
	if r == nil {
		return nil
	}
	path := w.path(p, "retries")
	policy := object{"num_retries": r.Attempts - 1, "host_selection_retry_max_attempts": 5,
		"retry_host_predicate": []any{object{"name": "envoy.retry_host_predicates.previous_hosts", "typed_config": typed("envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate", object{})}}}
	var on []string
	var statuses []any
	for _, c := range r.Conditions {
		switch c {
		case "connect_failure":
			on = append(on, "connect-failure", "refused-stream")
		case "reset":
			on = append(on, "reset")
		case "timeout": // a reset, for Envoy
			if !strings.Contains(strings.Join(on, ","), "reset") {
				on = append(on, "reset")
				w.lose(path+".conditions", "for Envoy an attempt that took too long is a reset")
			}
		case "5xx":
			on = append(on, "5xx")
		default:
			n, _ := strconv.Atoi(c)
			statuses = append(statuses, n)
		}
	}
	if statuses != nil {
		on = append(on, "retriable-status-codes")
		policy["retriable_status_codes"] = statuses
	}
	policy["retry_on"] = strings.Join(on, ",")
	if r.PerTryTimeout > 0 {
		policy["per_try_timeout"] = seconds(r.PerTryTimeout)
	}
	if r.Backoff.Base > 0 {
		policy["retry_back_off"] = object{"base_interval": seconds(r.Backoff.Base), "max_interval": seconds(r.Backoff.Max)}
	} else {
		policy["retry_back_off"] = object{"base_interval": "0.001s"} // the least that there is
		w.lose(path+".backoff", "Envoy waits a millisecond at least")
	}
	if !r.AnyMethod {
		w.lose(path+".methods", "Envoy tries every method again")
	}
	if r.Redispatch != 0 {
		w.lose(path+".redispatch", "Envoy tries other hosts")
	}
	if b := r.Budget; b != nil && b.Kind != balancer.Concurrent.String() {
		w.lose(path+".budget", "Envoy's budget is a share of what is in flight")
	}
	return policy
}

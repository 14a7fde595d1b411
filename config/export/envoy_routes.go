package export

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"lbsim/config"
)

// envoyRoute writes the routes that one is, with the retries of its pool.
func (w *writer) envoyRoute(r *config.Route) []any {
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
	name := m.Method
	routes := []any{w.envoyWay(r, match, name)}
	if p := w.mostOf(r); name == "" && p.Retries != nil && !p.Retries.AnyMethod && sendsAgain(p.Retries) {
		// What may not be sent again has routes of its own before that of the rest.
		for i, method := range []string{"POST", "PATCH"} {
			own := maps.Clone(match)
			own["headers"] = append([]any{object{"name": ":method", "string_match": object{"exact": method}}}, headers...)
			routes = slices.Insert(routes, i, any(w.envoyWay(r, own, method)))
		}
	}
	return routes
}

// mostOf is the pool to which the most of a route's requests go.
func (w *writer) mostOf(r *config.Route) *config.Pool {
	name, share := r.Pool, 0.0
	for _, s := range r.Split {
		if s.Share > share {
			name, share = s.Pool, s.Share
		}
	}
	return &w.b.All()[max(w.b.Index(name), 0)]
}

// envoyWay writes where requests go that match, which are of one method if that is given.
func (w *writer) envoyWay(r *config.Route, match object, method string) object {
	to := object{"timeout": seconds(w.b.Times().Request)}
	if r.Pool != "" {
		to["cluster"] = r.Pool
	} else {
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
	p := w.mostOf(r)
	w.loseOthers(r, p)
	if policy := w.envoyRetries(p, method); policy != nil {
		to["retry_policy"] = policy
	}
	if p.Algorithm.Spec.NeedsKey || p.Algorithm.Spec.NeedsClient {
		to["hash_policy"] = []any{w.envoyKey(p)}
	}
	way := object{"match": match, "route": to}
	if session := envoySession(w.b, p); session != nil {
		way["typed_per_filter_config"] = object{statefulSession: session}
	}
	return way
}

const statefulSession = "envoy.filters.http.stateful_session"

// envoySession says which session requests to a pool belong to; nil: nobody has any.
func envoySession(b *config.Balancer, p *config.Pool) object {
	const perRoute = "envoy.extensions.filters.http.stateful_session.v3.StatefulSessionPerRoute"
	if !slices.ContainsFunc(b.All(), func(p config.Pool) bool { return p.Affinity != nil }) {
		return nil
	}
	if p.Affinity == nil {
		return typed(perRoute, object{"disabled": true})
	}
	c := &p.Affinity.Cookie
	state := object{"name": "envoy.http.stateful_session.cookie", "typed_config": typed("envoy.extensions.http.stateful_session.cookie.v3.CookieBasedSessionState",
		object{"cookie": object{"name": c.Name, "path": "/", "ttl": seconds(c.TTL)}})}
	return typed(perRoute, object{"stateful_session": object{"session_state": state, "strict": c.OnDown == config.Fail}})
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

const timeoutIsReset = "for Envoy an attempt that took too long is a reset"

// envoyRetries writes a retry policy for requests of a method, if that is given.
func (w *writer) envoyRetries(p *config.Pool, method string) object {
	r := p.Retries
	if r == nil {
		return nil
	}
	conditions := r.Conditions
	if !r.AnyMethod && (method == "POST" || method == "PATCH") {
		if !slices.Contains(conditions, "connect_failure") {
			return nil
		}
		conditions = []string{"connect_failure"}
	}
	path := w.path(p, "retries")
	policy := object{"num_retries": r.Attempts - 1, "host_selection_retry_max_attempts": 5,
		"retry_host_predicate": []any{object{"name": "envoy.retry_host_predicates.previous_hosts", "typed_config": typed("envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate", object{})}}}
	var on []string
	var statuses []any
	for _, c := range conditions {
		switch c {
		case "connect_failure":
			on = append(on, "connect-failure", "refused-stream")
		case "reset":
			on = append(on, "reset")
			if r.PerTryTimeout > 0 && !slices.Contains(r.Conditions, "timeout") {
				w.lose(path+".conditions", timeoutIsReset)
			}
		case "timeout": // a reset, for Envoy
			if !strings.Contains(strings.Join(on, ","), "reset") {
				on = append(on, "reset")
				w.lose(path+".conditions", timeoutIsReset)
			}
		case "5xx":
			on = append(on, "5xx")
			if len(conditions) == 1 || !slices.Contains(conditions, "connect_failure") || !slices.Contains(conditions, "reset") {
				w.lose(path+".conditions", "for Envoy 5xx is a failure to connect and a reset, too")
			}
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
	if r.Redispatch != 0 {
		w.lose(path+".redispatch", "Envoy tries other hosts")
	}
	if r.Backoff.Connect > 0 {
		w.lose(path+".backoff.connect", "Envoy waits as long after every failure")
	}
	return policy
}

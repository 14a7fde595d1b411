package envoy

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// tried is how requests of a route are tried again.
type tried struct {
	policy, to node
	pools      []string
	method     string // of the requests; "": any
	apart      bool   // writes have routes of their own, on which nothing is sent again
}

// safe reports whether no request that was sent is sent again unless it is idempotent.
func (t *tried) safe() bool {
	return t.apart || t.method != "" && !isWrite(t.method) || !t.sendsAgain()
}

// sendsAgain reports whether requests that were sent are sent again.
func (t *tried) sendsAgain() bool {
	if !t.policy.here() {
		return false
	}
	conditions, _ := conditionsOf(t.policy)
	return slices.ContainsFunc(conditions, func(c any) bool { return c != "connect_failure" })
}

// isWrite reports whether a method is not idempotent.
func isWrite(method string) bool { return method == "POST" || method == "PATCH" }

// join adds a route. Envoy asks for no method when it tries again, so who minds has routes
// before the route, alike but for POST and PATCH, which are not sent again: with them it is
// one.
func (b *routing) join(route map[string]any, how tried) {
	match, _ := route["match"].(map[string]any)
	how.method, _ = match["method"].(string)
	if first := len(b.routes) - 2; first >= 0 && how.method == "" && b.apart(first, route) && b.apart(first+1, route) &&
		b.tries[first].method != b.tries[first+1].method {
		for _, t := range b.tries[first:] {
			b.r.forget(t.policy)
		}
		delete(b.r.cfg.Places, fmt.Sprintf("routes[%d]", first+1))
		b.routes, b.tries = b.routes[:first], b.tries[:first]
		how.apart = true
	}
	b.routes, b.tries = append(b.routes, route), append(b.tries, how)
}

// apart reports whether a route is another one's for a method that is not sent again.
func (b *routing) apart(i int, route map[string]any) bool {
	own := b.tries[i]
	if !isWrite(own.method) || own.sendsAgain() {
		return false
	}
	plain := maps.Clone(b.routes[i].(map[string]any))
	match := maps.Clone(plain["match"].(map[string]any))
	delete(match, "method")
	if plain["match"] = match; len(match) == 0 {
		delete(plain, "match")
	}
	delete(plain, "name")
	other := maps.Clone(route)
	delete(other, "name")
	return reflect.DeepEqual(plain, other)
}

// settle gives the pools their retries and copies. lbsim tries again by pool, and sends
// again what is idempotent alone where no route to it does otherwise.
func (b *routing) settle() {
	for _, t := range b.tries {
		b.r.retries(t.policy, b.pools, t.pools)
		b.hedge(t.to, t.pools)
	}
	for name, x := range b.pools {
		retries, ok := x.(map[string]any)["retries"].(map[string]any)
		to := func(t tried) bool { return slices.Contains(t.pools, name) }
		if ok && !slices.ContainsFunc(b.tries, func(t tried) bool { return to(t) && !t.safe() }) && slices.ContainsFunc(b.tries, func(t tried) bool { return to(t) && t.sendsAgain() }) {
			retries["methods"] = "idempotent"
		}
	}
}

// session reads which cookie remembers where a client was.
func (b *routing) session(x node, names []string) {
	own := x.at("typed_per_filter_config", "envoy.filters.http.stateful_session")
	own.get("@type")
	switch session := own.get("stateful_session"); {
	case own.get("disabled").truth(false):
	case session.here():
		b.r.sticky(session, b.pools, names)
	default:
		b.r.sticky(b.sessions, b.pools, names)
	}
}

// sticky gives pools a cookie's affinity.
func (r *reading) sticky(session node, pools map[string]any, names []string) {
	state := session.get("session_state")
	cookie := state.at("typed_config", "cookie")
	state.get("name")
	state.at("typed_config", "@type")
	cookie.get("path")
	if !cookie.here() {
		return
	}
	own := map[string]any{"name": cookie.get("name").text()}
	if ttl := cookie.get("ttl").duration(0); ttl > 0 {
		own["ttl"] = seconds(ttl)
	}
	if session.get("strict").truth(false) {
		own["on_down"] = "fail"
	}
	for _, name := range names {
		if pool := pools[name].(map[string]any); pool["affinity"] == nil {
			r.put(pool, "pools."+name, "affinity", map[string]any{"cookie": own}, session)
		}
	}
}

// hedge reads whether a copy is sent when an attempt takes too long.
func (b *routing) hedge(to node, names []string) {
	x := to.at("hedge_policy", "hedge_on_per_try_timeout")
	if !x.truth(false) {
		return
	}
	for _, name := range names {
		pool := b.pools[name].(map[string]any)
		if retries, ok := pool["retries"].(map[string]any); ok && retries["per_try_timeout"] != nil && pool["hedge"] == nil {
			b.r.put(pool, "pools."+name, "hedge", map[string]any{"on_per_try_timeout": true, "attempts": min(retries["attempts"].(float64), 8), "methods": "any", "budget": "unlimited"}, x)
		}
	}
}

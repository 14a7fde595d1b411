package envoy

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// routing makes routes of virtual hosts.
type routing struct {
	r        *reading
	pools    map[string]any
	routes   []any
	timeouts map[time.Duration]node // one that says so, if any does
	titles   map[string]bool        // matches that are taken
	keys     *keyed
	tries    []tried // of the routes
	sessions node    // the filter that remembers where clients were
}

// host is a virtual host under one of its domains.
type host struct {
	domain string // as lbsim has it; "": any
	rank   int    // an exact one before the longest suffix before any
	of     node
}

// hosts reads virtual hosts. Envoy chooses one by the most precise domain and looks at the
// first route in it that matches, so they are listed in that order.
func (b *routing) hosts(config node) {
	var all []host
	for _, v := range config.get("virtual_hosts").list() {
		v.get("name")
		for _, d := range v.get("domains").list() {
			domain := d.text()
			if i := strings.LastIndexByte(domain, ':'); i > 0 {
				domain = domain[:i]
			}
			next := host{domain, 1 << 20, v}
			switch {
			case domain == "*":
				next = host{"", 0, v}
			case strings.HasPrefix(domain, "*."):
				next.rank = len(domain)
			case strings.Contains(domain, "*"):
				b.r.remark(d.n, "domain "+domain, "lbsim knows *.example.com, and no other wildcards")
				continue
			}
			if !slices.Contains(all, next) { // a domain may be listed with its port, too
				all = append(all, next)
			}
		}
	}
	slices.SortStableFunc(all, func(a, c host) int { return c.rank - a.rank })
	for _, h := range all {
		for _, x := range h.of.get("routes").list() {
			b.route(h, x)
		}
	}
}

// route reads a route of a virtual host.
func (b *routing) route(h host, x node) {
	to := x.get("route")
	if !to.here() { // a redirect or an answer of Envoy's own, which is listed
		b.r.forget(x.get("match"))
		return
	}
	match, ok := b.match(h, x.get("match"))
	if !ok {
		b.r.forget(to)
		return
	}
	route := map[string]any{}
	if len(match) > 0 {
		route["match"] = match
	}
	if name := x.get("name"); name.here() {
		route["name"] = b.r.title(name.text(), len(b.routes))
	}
	names := b.target(to, route)
	title := fmt.Sprint(match)
	switch {
	case len(names) == 0:
		b.r.remark(to.n, "route", "it leads to no cluster that has endpoints of its own, and is left out")
		return
	case b.titles[title]:
		b.r.remark(x.n, "route", "one before it takes what it matches")
		b.r.forget(x)
		return
	}
	b.titles[title] = true
	b.mirror(to, route)
	at := x.place()
	policy := to.get("retry_policy")
	if !policy.here() {
		policy = h.of.get("retry_policy")
	}
	b.session(x, names)
	b.keys.policy(to, b.pools, names)
	timeout := to.get("timeout")
	within := timeout.duration(routeTimeout)
	b.timeouts[within] = timeout
	for _, name := range names {
		if was := b.r.cfg.Within[name]; policy.here() && within > 0 && (was == 0 || within < was) {
			b.r.cfg.Within[name] = within
		}
	}
	b.join(route, tried{policy: policy, to: to, pools: names})
	b.r.cfg.Places[fmt.Sprintf("routes[%d]", len(b.routes)-1)] = at
}

// title is a name that a route may have.
func (r *reading) title(name string, i int) string {
	name = strange.ReplaceAllString(name, "-")
	if name == "" || !(name[0] >= 'A' && name[0] <= 'Z' || name[0] >= 'a' && name[0] <= 'z') {
		name = "r" + name
	}
	return fmt.Sprint(name, "-", i+1)
}

// match reads what a request must have.
func (b *routing) match(h host, m node) (match map[string]any, ok bool) {
	match = map[string]any{}
	if h.domain != "" {
		match["host"] = h.domain
	}
	switch prefix, path, whole := m.get("prefix"), m.get("path"), m.get("path_separated_prefix"); {
	case path.here():
		match["path"] = path.text()
	case whole.here():
		match["path_prefix"] = whole.text()
	case prefix.here() && prefix.text() != "/" && prefix.text() != "":
		match["path_begins"] = prefix.text()
	case !prefix.here():
		return b.leaveOut(m, "it matches by a regular expression or by a method of connecting")
	}
	if len(m.get("query_parameters").list()) > 0 {
		return b.leaveOut(m, "it matches by query parameters")
	}
	headers := map[string]any{}
	for _, x := range m.get("headers").list() {
		name, value := x.get("name").text(), x.get("exact_match")
		if !value.here() {
			value = x.at("string_match", "exact")
		}
		switch {
		case !value.here() || x.get("invert_match").truth(false):
			return b.leaveOut(m, "it matches a header by more than its value")
		case name == ":method":
			match["method"] = value.text()
		case name == ":authority":
			match["host"] = value.text()
		default:
			headers[name] = value.text()
		}
	}
	if len(headers) > 0 {
		match["headers"] = headers
	}
	return match, true
}

func (b *routing) leaveOut(m node, why string) (map[string]any, bool) {
	b.r.remark(m.n, "route", why+", which lbsim does not: it is left out")
	b.r.forget(m)
	return nil, false
}

// target reads where a route leads, and returns the names of the pools.
func (b *routing) target(to node, route map[string]any) (names []string) {
	if c := to.get("cluster"); c.here() {
		if name, ok := b.r.pools[c.text()]; ok {
			route["pool"] = name
			return []string{name}
		}
		return nil
	}
	split, total := map[string]any{}, 0.0
	weighted := to.get("weighted_clusters")
	weighted.get("total_weight")
	parts := weighted.get("clusters").list()
	for _, x := range parts {
		total += x.get("weight").number(0)
	}
	for _, x := range parts {
		name, ok := b.r.pools[x.get("name").text()]
		if !ok || total == 0 {
			return nil
		}
		was, _ := split[name].(float64)
		split[name] = was + x.get("weight").number(0)/total
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 1 {
		route["pool"] = names[0]
	} else {
		route["split"] = split
	}
	return names
}

// mirror reads the first copy that a route makes.
func (b *routing) mirror(to node, route map[string]any) {
	for i, x := range to.get("request_mirror_policies").list() {
		name, ok := b.r.pools[x.get("cluster").text()]
		if i > 0 || !ok {
			b.r.remark(x.n, "request_mirror_policies", "lbsim makes one copy, to a cluster that has endpoints of its own")
			b.r.forget(x)
			continue
		}
		part := x.at("runtime_fraction", "default_value")
		of := map[string]float64{"": 100, "HUNDRED": 100, "TEN_THOUSAND": 10_000, "MILLION": 1_000_000}[part.get("denominator").text()]
		route["mirror"] = map[string]any{"pool": name, "ratio": part.get("numerator").number(of) / of}
	}
}

package haproxy

import "slices"

// ofLayer returns the proxies that balance requests or, where there are none with servers or
// it is asked for, connections. The others are listed.
func (r *reading) ofLayer(proxies []*proxy) (kept []*proxy) {
	connections := r.layer == "l4" || !slices.ContainsFunc(proxies, func(p *proxy) bool { return len(p.many["server"]) > 0 && !p.tcp() })
	if !connections && r.layer == "" && slices.ContainsFunc(proxies, func(p *proxy) bool { return p.isBack() && len(p.many["server"]) > 0 && p.tcp() }) {
		r.cfg.Other = "l4"
	}
	for _, p := range proxies {
		if p.tcp() == connections || p.kind == "frontend" && !r.leads(p, proxies, !connections) || p.kind == "backend" && len(p.many["server"]) == 0 {
			kept = append(kept, p)
			continue
		}
		why := "balances requests: it is left out of what is read of connections (layer l4)"
		if !connections {
			why = "balances connections: ask for them (layer l4)"
		}
		r.remarkWord(p.head, 0, 1, why)
		for _, l := range p.section.lines {
			r.list(l, why)
		}
	}
	return kept
}

// leads reports whether a frontend leads to a backend of a layer.
func (r *reading) leads(p *proxy, proxies []*proxy, connections bool) bool {
	to := p.last["default_backend"]
	return slices.ContainsFunc(proxies, func(b *proxy) bool {
		named := to != nil && to.arg(1) == b.name || slices.ContainsFunc(p.many["use_backend"], func(l *line) bool { return l.arg(1) == b.name })
		return b.isBack() && named && b.tcp() == connections
	})
}

// setLayer is that of the backends; tcp is HAProxy's default.
func (r *reading) setLayer(proxies []*proxy, doc document) {
	doc["layer"] = "l7"
	for _, p := range proxies {
		l := p.get("mode")
		if l != nil && !contains([]string{"tcp", "http", "health", "log", "spop", "haterm"}, l.arg(1)) {
			r.fail(l.place(1), "mode %s: must be %s", quoted(l.arg(1)), near(l.arg(1), []string{"tcp", "http"}))
		}
		if p.id != "" && p.tcp() {
			doc["layer"] = "l4"
		}
		if l != nil && p.id != "" {
			r.put("layer", l.at)
		}
	}
}

package nginx

import (
	"slices"
	"strings"
)

// place is a location, or a server block itself.
type place struct {
	d    *directive
	in   *scope
	kind string // "", ^~, =, ~, ~*, or @ for a name
	text string
}

// passes are the directives that lead to servers, by the module that they are of.
var passes = map[string]string{"proxy_pass": "proxy", "grpc_pass": "grpc", "fastcgi_pass": "fastcgi",
	"uwsgi_pass": "uwsgi", "scgi_pass": "scgi", "memcached_pass": "memcached"}

// locations notes the locations of a block, and those within them.
func (r *reader) locations(h *host, block *directive, in *scope) {
	for _, d := range block.all("location") {
		p := &place{d: d, in: in.inside(d)}
		p.kind, p.text = modifier(d)
		if p.text == "" || !d.braces || len(d.args) > 2 {
			r.wrong(d, "a location has a path, perhaps =, ~, ~* or ^~ before it, and a block")
			continue
		}
		h.places = append(h.places, p)
		r.locations(h, d, p.in)
	}
}

// modifier takes the arguments of a location apart.
func modifier(d *directive) (kind, text string) {
	kinds := []string{"=", "~*", "^~", "~"}
	if len(d.args) == 2 {
		if slices.Contains(kinds, d.args[0]) {
			return d.args[0], d.args[1]
		}
		return "", ""
	}
	text = d.arg(0)
	for _, k := range kinds {
		if rest, ok := strings.CutPrefix(text, k); ok {
			return k, rest
		}
	}
	if strings.HasPrefix(text, "@") {
		return "@", text
	}
	return "", text
}

// passOf returns the directive of a block that leads to servers.
func passOf(block *directive) *directive {
	for _, d := range block.block {
		if passes[d.name] != "" {
			return d
		}
	}
	return nil
}

// lead makes the routes of a location.
func (r *reader) lead(h *host, p *place) {
	if p.kind == "@" || len(p.d.all("internal")) > 0 {
		p.d.fate = simulated // where something else leads
		for _, d := range p.d.all("internal") {
			d.fate = simulated
		}
		return
	}
	pass, in := r.destination(h, p)
	r.ifs(h, p)
	if pass == nil {
		if len(p.d.all("location")) == 0 {
			r.remark(p.d, "nginx answers what comes here itself: here it goes where a shorter path leads, or is rejected")
		} else {
			p.d.fate = simulated
		}
		return
	}
	if p.kind == "~" || p.kind == "~*" {
		h.regular = append(h.regular, p)
		return
	}
	p.d.fate = simulated
	x := route{d: p.d}
	switch {
	case p.kind == "=":
		x.path = p.text
	case p.text != "/":
		x.start = p.text
	}
	r.ways(h, x, p, pass, in)
}

// destination returns what leads from a location to servers: its own pass, or that of the
// location to which try_files comes in the end.
func (r *reader) destination(h *host, p *place) (*directive, *scope) {
	if pass := passOf(p.d); pass != nil {
		return pass, p.in
	}
	files := p.d.all("try_files")
	if len(files) == 0 {
		return nil, nil
	}
	last := files[0].arg(len(files[0].args) - 1)
	for _, q := range h.places {
		if q == p {
			continue
		}
		path, _, _ := strings.Cut(last, "?")
		if q.kind == "@" && q.text == last || strings.HasPrefix(last, "/") && q.leadsTo(path) {
			if pass := passOf(q.d); pass != nil {
				r.remark(files[0], "files that nginx serves itself: all requests are taken for ones of which there is no file")
				return pass, q.in
			}
		}
	}
	return nil, nil
}

// leadsTo reports whether a location has the requests for a path, by an expression or
// exactly.
func (p *place) leadsTo(path string) bool {
	switch p.kind {
	case "=":
		return p.text == path
	case "~", "~*":
		return matches(p, path)
	}
	return false
}

// ifs makes routes of conditions that lead to servers of their own.
func (r *reader) ifs(h *host, p *place) {
	for _, d := range p.d.all("if") {
		pass := passOf(d)
		if pass == nil {
			continue
		}
		c, ok := conditionOf(strings.Join(d.args, " "))
		x := route{d: d}
		switch {
		case p.kind == "=":
			x.path = p.text
		case p.kind == "" || p.kind == "^~":
			x.start = strings.TrimSuffix(p.text, "/")
			if x.start != "" {
				x.start = p.text
			}
		default:
			ok = false
		}
		if !ok || !x.narrow(c) {
			r.remark(d, "a condition that routes can't have: they see host, path, method and headers")
			r.also(pass, "behind a condition that routes can't have")
			r.unrouteable(pass, p.in.inside(d))
			continue
		}
		d.fate = simulated
		r.ways(h, x, p, pass, p.in.inside(d))
	}
}

// fromWithin makes the pools of the upstreams to which nginx itself sends requests, by error_page,
// rewrite or auth_request.
func (r *reader) fromWithin(hosts []*host) {
	if len(r.routes) == 0 {
		return // nobody asks for anything
	}
	for _, h := range hosts {
		for _, p := range h.places {
			if pass := passOf(p.d); pass != nil && pass.fate == unseen && r.namesUpstream(pass.arg(0)) {
				r.also(pass, "%s", reason(pass.name))
				r.unrouteable(pass, p.in)
			}
		}
	}
}

// namesUpstream reports whether an address begins with the name of an upstream.
func (r *reader) namesUpstream(text string) bool {
	if _, rest, ok := strings.Cut(text, "://"); ok {
		text = rest
	}
	if i := strings.IndexAny(text, "/$"); i >= 0 {
		text = text[:i]
	}
	return r.upstreams[text] != nil
}

// ways makes routes of what a pass comes to: one for each condition that its variables
// have, with a split where they draw.
func (r *reader) ways(h *host, x route, p *place, pass *directive, in *scope) {
	pass.fate = simulated
	groups := map[string]*route{}
	var order []*route
	for _, w := range r.resolve(pass.arg(0), in) {
		if w.apart && !r.namesUpstream(w.text) {
			continue
		}
		to := r.target(pass, w.text, in)
		if to == nil || w.apart {
			continue
		}
		y := x
		fits := true
		key := ""
		for _, c := range w.when {
			fits = fits && y.narrow(c)
			key += c.host + "\n" + c.path + "\n" + c.method + "\n" + c.header + "\n" + c.value + "\n"
		}
		if !fits {
			continue
		}
		g := groups[key]
		if g == nil {
			y.from, y.mirror = p, r.mirror(h, in)
			g = &y
			groups[key] = g
			order = append(order, g)
		}
		g.lead(to, w.share)
	}
	h.routes = append(h.routes, order...)
}

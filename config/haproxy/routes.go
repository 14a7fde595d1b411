package haproxy

import (
	"fmt"
	"strconv"
	"strings"

	"lbsim/config/decode"
)

// routes makes the routes of the frontends, in their order, to pools by the names of
// their backends.
func (r *reading) routes(proxies []*proxy) []any {
	pools := map[string]*proxy{}
	for _, p := range proxies {
		if p.isBack() && p.id != "" {
			pools[p.name] = p
		}
	}
	x := &routing{reading: r, pools: pools, reached: map[string]bool{}}
	for _, p := range proxies {
		if p.isFront() {
			x.frontend(p)
		}
	}
	for _, p := range proxies {
		if p.isBack() && p.id != "" && !x.reached[p.id] && len(pools) > 1 {
			r.remarkWord(p.head, 0, 1, "no frontend leads here")
		}
	}
	if len(pools) > 1 && len(x.all) == 0 {
		for _, p := range proxies {
			if p.isBack() && p.id != "" {
				return []any{document{"pool": p.id}}
			}
		}
	}
	return x.all
}

// routing is what of the routes has been read.
type routing struct {
	*reading
	pools   map[string]*proxy
	all     []any
	reached map[string]bool // pools by their names here
	titles  map[string]bool
	caught  bool  // a route takes all that is left
	split   bool  // the last route does, and shares it out
	bounds  []any // on the rates of the frontend's clients
	boundAt decode.Place
}

func (x *routing) frontend(p *proxy) {
	known := x.acls(p)
	first := len(x.all) == 0
	for _, l := range p.many[noRepeats] {
		x.list(l, "of a frontend it is simulated where no other one leads to the backend, and that has retry-on")
	}
	x.bounds = nil
	if p.kind == "frontend" {
		x.bound(p)
	}
	rules := p.many["use_backend"]
	rest := x.rest(p)
	for i, l := range rules {
		if l.used = true; x.hopeless() {
			return
		}
		x.rule(l, known, rest, i == len(rules)-1)
	}
	for _, lines := range known {
		for _, l := range lines {
			x.list(l, "no rule of use_backend that is simulated asks for it")
		}
	}
	if rest == nil || len(rules) > 0 && x.split {
		return // or all that is left has been shared out
	}
	if !first && x.caught {
		x.remarkWord(p.head, 0, 1, "there is one frontend: a route of an earlier one takes what this one's would get")
	}
	x.route(match{share: 1}, rest, nil, "")
	x.put("routes["+strconv.Itoa(len(x.all)-1)+"]", x.restPlace(p).at)
	x.caught = true
}

// bound reads the bounds on rates of a frontend, which each of its routes has.
func (x *routing) bound(p *proxy) {
	rates, at := x.rates(p)
	if len(at) > 0 {
		x.boundAt = at[0].at
	}
	if x.bounds = rates; len(p.many["use_backend"]) > 0 {
		for _, l := range at {
			x.remarkWord(l, 1, len(l.words), "each route counts apart")
		}
	}
}

// rest is the backend that gets what no rule does; nil: there is none.
func (x *routing) rest(p *proxy) *proxy {
	if p.kind == "listen" && p.id != "" {
		x.reached[p.id] = true
		return p
	}
	l := p.get("default_backend")
	if l == nil {
		return nil
	}
	return x.backend(l, 1)
}

func (x *routing) restPlace(p *proxy) *line {
	if l := p.last["default_backend"]; l != nil {
		return l
	}
	return p.head
}

// backend finds the pool that the i-th word names.
func (x *routing) backend(l *line, i int) *proxy {
	name := l.arg(i)
	p, known := x.pools[name]
	switch {
	case known:
		x.reached[p.id] = true
		return p
	case strings.ContainsAny(name, "%["):
		x.remark(l, "the backend's name is made of what a request says")
	case x.isEmpty(name):
		x.remark(l, "backend "+name+" has no servers that get requests")
	default:
		x.fail(l.place(i), "there is no backend %s: %s", quoted(name), near(name, keys(x.pools)))
	}
	return nil
}

// isEmpty reports whether there is such a backend, which became no pool.
func (x *routing) isEmpty(name string) bool {
	for _, s := range x.sections {
		if s.name == name && (s.kind == "backend" || s.kind == "listen") {
			return true
		}
	}
	return false
}

// rule reads a use_backend.
func (x *routing) rule(l *line, known acls, rest *proxy, last bool) {
	to := x.backend(l, 1)
	if to == nil {
		return
	}
	matches, why := []match{anything()}, ""
	switch l.arg(2) {
	case "if":
		matches, why = x.condition(l, 3, known)
	case "unless":
		why = "a route wants things to be, and not not to be"
	case "":
	default:
		x.fail(l.place(2), "%s: must be if or unless", quoted(l.arg(2)))
		return
	}
	if why != "" {
		x.remark(l, why)
		return
	}
	for _, m := range matches {
		if m.share < 1 && (rest == nil || !last) {
			x.remark(l, "what is left of a random share goes on to the next rule; a split shares between this backend and the default, behind which no other rule stands")
			return
		}
	}
	for _, m := range matches {
		x.route(m, to, rest, l.arg(1))
		x.put("routes["+strconv.Itoa(len(x.all)-1)+"]", l.at)
	}
}

// route adds a route to a pool, or with a share below 1 to it and to the rest.
func (x *routing) route(m match, to, rest *proxy, name string) {
	want := document{}
	for k, v := range m.words {
		want[k] = v
	}
	if len(m.headers) > 0 {
		headers := document{}
		for k, v := range m.headers {
			headers[k] = v
		}
		want["headers"] = headers
	}
	doc := document{}
	if len(x.bounds) > 0 {
		doc["limits"] = document{"rates": x.bounds}
		x.put("routes["+strconv.Itoa(len(x.all))+"].limits", x.boundAt)
	}
	x.split = m.share < 1 && rest != to && len(want) == 0
	if len(want) > 0 {
		doc["match"] = want
	}
	if m.share < 1 && rest != to {
		doc["split"] = document{to.id: m.share, rest.id: 1 - m.share}
	} else {
		doc["pool"] = to.id
	}
	// A second route that wants the same needs a name; it gets nothing.
	title := fmt.Sprint(want)
	if x.titles == nil {
		x.titles = map[string]bool{}
	}
	if x.titles[title] {
		doc["name"] = "again-" + strconv.Itoa(len(x.all))
	}
	x.titles[title] = true
	x.all = append(x.all, doc)
}

package nginx

import (
	"slices"
	"strconv"
	"strings"

	"lbsim/config/decode"
)

// translate makes the balancer of the directives.
func (r *reader) translate() {
	main := &directive{name: "main", block: r.top}
	if all := main.all("worker_processes"); len(all) > 0 {
		r.workers = all[len(all)-1]
	}
	http, stream := blocks(main, "http"), blocks(main, "stream")
	if http == nil && stream == nil {
		one := &directive{name: r.part(), block: r.top, fate: simulated}
		if one.name == "stream" { // a file of stream.conf.d
			stream = one
		} else {
			http = one
		}
	}
	if http != nil && (r.src.Layer != layer4 || stream == nil) {
		if stream != nil {
			if r.src.Layer == "" && len(stream.all("server")) > 0 {
				r.other = layer4
			}
			r.remark(stream, "connections, which a configuration for requests has no place for: read them for themselves (--layer l4)")
		}
		r.http(http)
	} else {
		if http != nil {
			r.remark(http, "requests, which a configuration for connections (--layer l4) has no place for")
		}
		r.stream(stream)
	}
	if len(r.routes) < maxRoutes { // else it is refused
		r.assemble()
	}
}

const layer4 = "l4"

// blocks returns all blocks of a name as one, nil if there is none.
func blocks(main *directive, name string) *directive {
	var one *directive
	for _, d := range main.all(name) {
		if !d.braces {
			continue
		}
		d.fate = simulated
		if one == nil {
			one = d
			continue
		}
		one.block = append(one.block, d.block...)
	}
	return one
}

// part is what the directives outside of any block are of: main, or for a file that http or
// stream includes that.
func (r *reader) part() string {
	main := &directive{name: "main", block: r.top}
	switch {
	case len(main.all("http"))+len(main.all("stream")) > 0:
		return "main"
	case isStream(main):
		return "stream"
	}
	return "http"
}

// isStream reports whether servers outside any block are of connections.
func isStream(main *directive) bool {
	servers := main.all("server")
	for _, s := range servers {
		if len(s.all("proxy_pass")) == 0 || len(s.all("location")) > 0 || len(s.all("server_name")) > 0 {
			return false
		}
	}
	return len(servers) > 0
}

// assemble writes the document of pools and routes.
func (r *reader) assemble() {
	r.doc.root.set("algorithm", "weighted_round_robin", nil)
	if len(r.order) == 0 {
		r.unrouted()
	}
	if len(r.order) == 0 {
		if len(r.problems) == 0 {
			r.problems = append(r.problems, decode.Problem{Place: decode.Place{File: r.src.Name, Line: 1, Column: 1},
				Rule: "leads to no server: there is no upstream, and no proxy_pass that names one"})
		}
		return
	}
	for name, u := range r.upstreams {
		if r.pools[name] == nil {
			r.remark(u.d, "nothing leads to it")
		}
	}
	if len(r.order) == 1 && len(r.routes) == 1 && r.routes[0].plain() {
		p := r.order[0]
		p.write(r, r.doc.root)
		r.routes[0].writeRates(r, r.doc.root)
	} else {
		together := len(r.order) == 1 && r.limitedAlike()
		for _, p := range r.order {
			at := r.doc.root.part("pools", p.d).part(p.name, p.d)
			p.write(r, at)
			if together {
				r.routes[0].writeRates(r, at)
			}
		}
		for _, x := range r.routes {
			at := x.write(r)
			if !together {
				x.writeRates(r, at)
			}
		}
	}
	r.frontends()
}

// limitedAlike reports whether the same limit_req hold for all routes, which so count all
// requests together.
func (r *reader) limitedAlike() bool {
	for _, x := range r.routes {
		if x.from == nil || !slices.Equal(x.from.in.findAll("limit_req"), r.routes[0].from.in.findAll("limit_req")) {
			return false
		}
	}
	return len(r.routes) > 0
}

// unrouted makes pools of upstreams to which nothing leads that is in the file, such as
// one of conf.d: each has the requests for its own name.
func (r *reader) unrouted() {
	main := &directive{block: r.top}
	var all []*directive
	for _, in := range append([]*directive{main}, append(main.all("http"), main.all("stream")...)...) {
		all = append(all, in.all("upstream")...)
	}
	for _, d := range all {
		u := r.upstreams[d.arg(0)]
		if u == nil || u.d != d || len(u.servers) == 0 {
			continue
		}
		p := r.poolOf(u.name, u, d)
		x := &route{d: d, to: []branch{{pool: p, share: 1}}}
		if len(all) > 1 {
			x.host = strings.ReplaceAll(p.name, "_", "-")
		}
		r.routes = append(r.routes, x)
	}
	if len(r.order) > 0 {
		r.also(r.order[0].d, "no proxy_pass leads to the upstreams: each has the requests whose host is its name")
	}
}

// frontends makes a balancer of each worker where workers share nothing.
func (r *reader) frontends() {
	if r.workers == nil {
		return
	}
	alone := ""
	for _, p := range r.order {
		if len(p.servers) > 1 && p.up != nil && len(p.up.d.all("zone")) == 0 {
			alone = p.name
			break
		}
	}
	n, err := strconv.Atoi(r.workers.arg(0))
	switch {
	case alone == "":
		r.remark(r.workers, "workers share what they know of servers (zone): they are one balancer")
	case r.workers.arg(0) == "auto":
		r.remark(r.workers, "each worker balances for itself, since upstream %s has no zone: there are as many balancers as the machine has cores, which no file says, so it is read as one; frontends: N says how many", alone)
	case err != nil || n < 1:
		r.wrong(r.workers, "must be a number from 1, or auto")
	case n > 1:
		r.workers.fate = simulated
		r.doc.root.set("frontends", min(n, 10_000), r.workers)
	default:
		r.workers.fate = simulated
	}
}

// poolOf returns the pool that a name or an address leads to, which is made if it is not
// there.
func (r *reader) poolOf(key string, u *upstream, d *directive) *pool {
	if p := r.pools[key]; p != nil {
		return p
	}
	p := &pool{name: r.poolName(key), d: d, up: u, port: 80}
	if u != nil {
		p.d, p.servers = u.d, u.servers
		u.d.fate = simulated
	}
	r.pools[key] = p
	r.order = append(r.order, p)
	return p
}

package nginx

import (
	"cmp"
	"slices"
	"strings"
)

// stream reads the part for connections. lbsim listens at one address: servers that listen
// at others have pools, and no route.
func (r *reader) stream(block *directive) {
	r.readUpstreams(block)
	r.collect(block)
	r.doc.root.set("layer", layer4, block.placed())
	in := (*scope)(nil).inside(block)
	var from *directive
	for _, d := range block.all("server") {
		pass := passOf(d)
		if !d.braces || pass == nil || pass.name != "proxy_pass" {
			r.remark(d, "leads to no server")
			continue
		}
		d.fate, pass.fate = simulated, simulated
		inner := in.inside(d)
		if from == nil {
			from = d
			r.connections(d, inner)
		} else {
			r.elsewhere(d, from)
		}
		for _, w := range r.resolve(pass.arg(0), inner) {
			to := r.target(pass, w.text, inner)
			if to == nil {
				continue
			}
			to.module = layer4
			if from != d {
				continue
			}
			x := route{d: d}
			fits := true
			for _, c := range w.when {
				fits = fits && x.narrow(c)
			}
			if !fits {
				continue
			}
			if y := r.taken[x.key()]; y != nil {
				y.lead(to, w.share)
				continue
			}
			x.lead(to, w.share)
			r.taken[x.key()] = &x
			r.routes = append(r.routes, &x)
		}
		r.preread(inner)
	}
}

// placed is the directive if it was written, nil if a file's content stands for it.
func (d *directive) placed() *directive {
	if d.at.Line == 0 {
		return nil
	}
	return d
}

// preread is that the name is read which a client of TLS asks for, as routes of hosts want.
func (r *reader) preread(in *scope) {
	if d := in.find("ssl_preread"); d != nil && slices.ContainsFunc(r.routes, func(x *route) bool { return x.host != "" }) {
		d.fate = simulated
	}
}

// elsewhere lists where another server listens than the first.
func (r *reader) elsewhere(d, first *directive) {
	for _, l := range d.all("listen") {
		r.remark(l, "lbsim listens at one address, that of the server at %v: no route leads to this one's pool", first.at)
	}
}

// connections writes what the first server says of how connections are taken.
func (r *reader) connections(d *directive, in *scope) {
	root := r.doc.root
	udp := false
	for _, l := range d.all("listen") {
		where := listenAddress(l.arg(0))
		if _, done := root.values["listen"]; done || where == "" {
			r.remark(l, "lbsim listens at one address")
			continue
		}
		l.fate = simulated
		root.set("listen", where, l)
		if slices.Contains(l.args, "udp") {
			udp = true
			root.set("transport", "udp", l)
		}
	}
	times := root.part("timeouts", d)
	r.time(times, "idle", "600s", in.find("proxy_timeout"))
	r.time(times, "connect", "60s", in.find("proxy_connect_timeout"))
	if pp := in.find("proxy_protocol"); pp != nil && strings.EqualFold(pp.arg(0), "on") && !udp {
		pp.fate = simulated
		root.part("proxy_protocol", pp).set("send", "v1", pp)
	}
}

// reconnects writes what NGINX does where a server takes no connection: the next one, as
// long as there is one. The defaults of stream are those of http.
//
// Source: ngx_stream_proxy_module.c, ngx_stream_proxy_next_upstream.
func (p *pool) reconnects(r *reader, at part) {
	if _, udp := r.doc.root.values["transport"]; udp {
		return
	}
	attempts := p.attempts(r)
	on := p.setting("_next_upstream")
	if on != nil {
		on.fate = simulated
		if on.arg(0) == "off" {
			attempts = 1
		}
	}
	x := at.part("retries", cmp.Or(on, p.pass))
	x.set("attempts", attempts, on)
	x.set("conditions", []any{"connect_failure"}, on)
	x.part("backoff", nil).set("base", "0s", nil)
	x.set("budget", "unlimited", nil)
}

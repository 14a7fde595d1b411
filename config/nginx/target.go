package nginx

import (
	"net"
	"strconv"
	"strings"
)

// target returns the pool that an address leads to; nil, with a remark, where it is known
// at run time only.
func (r *reader) target(pass *directive, text string, in *scope) *pool {
	port := 80
	if scheme, rest, ok := strings.Cut(text, "://"); ok && scheme != "unix" {
		text = rest
		if scheme == "https" || scheme == "grpcs" {
			port = 443
			r.also(pass, "TLS with servers, which takes no time here and is not taken over: lbsim proxy has upstream_tls, one for all pools, which checks certificates, where NGINX does so with %s_ssl_verify on alone", passes[pass.name])
		}
	}
	name := text
	if !strings.HasPrefix(text, "unix:") {
		name, _, _ = strings.Cut(text, "/")
	} else if i := strings.LastIndexByte(text, ':'); i > len("unix:") {
		name = text[:i]
	}
	for _, of := range []string{"$request_uri", "$uri", "$document_uri", "$is_args"} { // of the path
		name, _, _ = strings.Cut(name, of)
	}
	if strings.HasPrefix(name, "unix:") {
		r.also(pass, "it is a Unix socket: a server of lbsim's has an address and a port")
		return nil
	}
	if name == "" || strings.Contains(name, "$") {
		r.also(pass, "%s: where it leads is known at run time only", clip(text))
		return nil
	}
	u := r.upstreams[name]
	if u != nil && len(u.servers) == 0 {
		r.also(pass, "no server of upstream %s is in the file", u.name)
		return nil
	}
	p := r.poolOf(name, u, pass)
	if u == nil && len(p.servers) == 0 {
		p.port = port
		p.servers = []server{{d: pass, name: name, weight: 1, maxFails: 1}}
		if _, number, err := net.SplitHostPort(name); err == nil {
			if n, err := strconv.Atoi(number); err != nil || n < 1 || n > 65535 {
				r.wrong(pass, "%s is no port", clip(number))
			}
		}
	}
	if pass.name == "proxy_pass" {
		r.rewritten(pass, strings.TrimPrefix(text, name), in)
	}
	r.settle(p, pass, in)
	return p
}

// rewritten lists the path that an address ends with, by which NGINX replaces what the location
// has of the request's.
func (r *reader) rewritten(pass *directive, path string, in *scope) {
	for in != nil && in.d.name != "location" {
		in = in.up
	}
	if in == nil || path == "" {
		return
	}
	_, location := modifier(in.d)
	switch {
	case path == location && !strings.Contains(pass.arg(0), "$"), strings.HasPrefix(path, "$request_uri"), strings.HasPrefix(path, "$uri"), strings.HasPrefix(path, "$document_uri"), strings.HasPrefix(path, "$is_args"):
	default:
		r.also(pass, "another path for the request: servers are asked for %s in place of %s, and by lbsim proxy for the path as it comes", clip(path), clip(location))
	}
}

// perPlace are the settings of a location that lbsim has one for a pool of, with NGINX's
// defaults.
var perPlace = []struct{ name, usual string }{
	{"_next_upstream", "error timeout"}, {"_next_upstream_tries", "0"}, {"_read_timeout", "60s"}, {"_connect_timeout", "60s"}}

// settle gives a pool the settings of the first location that leads to it, and lists what
// others say otherwise.
func (r *reader) settle(p *pool, pass *directive, in *scope) {
	module := passes[pass.name]
	if p.from == nil {
		p.from, p.pass, p.module = in, pass, module
		return
	}
	for _, x := range perPlace {
		was, is := p.from.find(p.module+x.name), in.find(module+x.name)
		switch {
		case is == nil && was != nil && strings.Join(was.args, " ") != x.usual:
			r.also(was, "lbsim has one for a pool: this one holds for what the %s at %v leads to %s too", pass.name, pass.at, p.name)
		case is != nil && is != was && (was == nil || was.text() != is.text()):
			r.also(is, "lbsim has one for a pool, and takes that of the first location that leads to %s", p.name)
			is.fate = listed
		}
	}
}

// mirror returns the pool to which copies go.
func (r *reader) mirror(h *host, in *scope) *pool {
	for _, d := range in.findAll("mirror") {
		if d.arg(0) == "off" {
			d.fate = simulated
			continue
		}
		for _, q := range h.places {
			if pass := passOf(q.d); pass != nil && q.text == d.arg(0) && (q.kind == "=" || q.kind == "") {
				ways := r.resolve(pass.arg(0), q.in)
				if to := r.target(pass, ways[0].text, q.in); to != nil && len(ways) == 1 {
					d.fate, pass.fate, q.d.fate = simulated, simulated, simulated
					return to
				}
			}
		}
	}
	return nil
}

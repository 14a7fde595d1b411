package nginx

import (
	"cmp"
	"regexp"
	"strings"
)

// matches reports whether a location's expression has a path. One that Go does not read
// has none.
func matches(p *place, path string) bool {
	text := p.text
	if p.kind == "~*" {
		text = "(?i)" + text
	}
	re, err := regexp.Compile(text)
	return err == nil && re.MatchString(path)
}

// oneOf is ^/(a|b) and what ends it.
var oneOf = regexp.MustCompile(`^\^((?:/[\w-]+)*/)\(([\w|-]+)\)(/|\(/\|\$\)\(\.\*\)|\(/\|\$\)|\$|/\.\*|/\(\.\*\)|)$`)

// beginning is ^/a and what ends it.
var beginning = regexp.MustCompile(`^\^((?:/[\w-]+)*)(/|\(/\|\$\)\(\.\*\)|\(/\|\$\)|\$|/\.\*|/\(\.\*\)|/\?\$|/\?\(\.\*\)|\.\*|)$`)

// beginnings returns what an expression is as beginnings of paths, in octets or (whole) in
// segments; ok is false where it is something else.
func beginnings(text string) (all []string, whole, exact, ok bool) {
	head, alternatives, tail := "", []string{""}, ""
	if m := beginning.FindStringSubmatch(text); m != nil {
		head, tail = m[1], m[2]
	} else if m := oneOf.FindStringSubmatch(text); m != nil {
		head, alternatives, tail = m[1], strings.Split(m[2], "|"), m[3]
	} else {
		return nil, false, false, false
	}
	for _, a := range alternatives {
		start := head + a
		if strings.HasPrefix(tail, "/") && tail != "/?$" && tail != "/?(.*)" {
			start += "/"
		}
		all = append(all, start)
	}
	return all, strings.HasPrefix(tail, `(/|$)`), tail == "$" || tail == "/?$", true
}

// byExpression makes routes of the locations by expressions that are beginnings of paths.
// Others are listed; where no other location leads anywhere, what they have is taken for
// all that comes.
func (r *reader) byExpression(h *host) {
	var rest []*place
	for _, p := range h.regular {
		all, whole, exact, ok := beginnings(p.text)
		if !ok {
			rest = append(rest, p)
			continue
		}
		if p.kind == "~*" {
			r.also(p.d, "capitals count here, and do not there")
		}
		pass, in := r.destination(h, p)
		p.d.fate = simulated
		for _, start := range all {
			x := route{d: p.d}
			switch {
			case exact:
				x.path = cmp.Or(start, "/")
			case whole && start != "":
				x.prefix = start
			case start != "/":
				x.start = start
			}
			r.ways(h, x, p, pass, in)
		}
		for _, q := range h.places {
			if q.kind == "" && len(all) > 0 && len(q.text) > len(all[0]) && strings.HasPrefix(q.text, all[0]) {
				r.also(p.d, "NGINX tries it before the longer %s: here the longer path comes first", clip(q.text))
				break
			}
		}
	}
	r.remaining(h, rest)
}

// unrouteable makes the pools that a pass leads to where no route can, so that they are looked
// at as any other.
func (r *reader) unrouteable(pass *directive, in *scope) {
	pass.fate = simulated
	for _, w := range r.resolve(pass.arg(0), in) {
		r.target(pass, w.text, in)
	}
}

// remaining deals with expressions that are no beginnings of paths.
func (r *reader) remaining(h *host, rest []*place) {
	alone := len(h.routes) == 0
	for _, p := range rest {
		if !alone {
			r.also(p.d, "routes know no expressions: requests that match it go where a shorter path leads, in the simulation")
			p.d.fate = listed
			r.unrouteable(r.destination(h, p))
			continue
		}
		pass, in := r.destination(h, p)
		before := len(h.routes)
		r.ways(h, route{d: p.d}, p, pass, in)
		if alone = len(h.routes) == before; !alone {
			p.d.fate = simulated
			r.also(p.d, "routes know no expressions: all that comes to this server is taken for what it has")
		}
	}
}

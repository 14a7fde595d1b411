package haproxy

import (
	"fmt"
	"slices"
	"strings"
)

// proxy is a frontend, a backend or both (listen), or what defaults say.
type proxy struct {
	*section
	last    map[string]*line // the line that holds, by its directive: balance, timeout connect, option httpchk
	many    map[string][]*line
	servers []*server
	id      string // as lbsim calls the pool
	front   *proxy // of a backend: the one frontend that leads to it; nil: there are several
}

// repeated are directives of which each line counts.
var repeated = []string{"acl", "use_backend", "server", "server-template", "default-server", "bind", "http-check", "stick", "stick-table"}

// isFront and isBack report whether clients come to it, and whether it has servers.
func (p *proxy) isFront() bool { return p.kind == "frontend" || p.kind == "listen" }
func (p *proxy) isBack() bool  { return p.kind == "backend" || p.kind == "listen" }

// get returns the line that holds, and notes that it is simulated; nil: there is none.
func (p *proxy) get(directive string) *line {
	l := p.last[directive]
	if l != nil {
		l.used = true
	}
	return l
}

// has reports whether an option is on, and notes that it is simulated.
func (p *proxy) has(option string) bool { return p.get("option "+option) != nil }

// tcp reports whether it balances connections.
func (p *proxy) tcp() bool {
	l := p.get("mode")
	return l == nil || l.arg(1) == "tcp"
}

// settle finds out what holds for a section: what its defaults say, and then itself.
func (r *reading) settle(s *section) *proxy {
	p := &proxy{section: s, last: map[string]*line{}, many: map[string][]*line{}}
	for _, d := range s.ancestors() {
		d.inherited = true
		d.head.used = true
		for _, l := range d.lines {
			r.take(p, l, d)
		}
	}
	s.head.used = true
	for _, l := range s.lines {
		r.take(p, l, s)
	}
	return p
}

// ancestors are the defaults that hold, the furthest first. Each stands before the ones
// that name it, so there is no circle.
func (s *section) ancestors() []*section {
	var all []*section
	for base := s.base; base != nil; base = base.base {
		all = append(all, base)
	}
	slices.Reverse(all)
	return all
}

// link finds the defaults of each section: those that it names, or the last before it.
func (r *reading) link() {
	named := map[string]*section{}
	var last *section
	for _, s := range r.sections {
		if s.from != "" {
			base, known := named[s.from]
			if !known {
				r.fail(s.head.at, "there is no defaults section %s before this: %s", quoted(s.from), near(s.from, keys(named)))
			}
			s.base = base
		} else if s.kind != "defaults" {
			s.base = last
		}
		if s.kind == "defaults" {
			last = s
			if s.name != "" {
				named[s.name] = s
			}
		}
	}
}

// take lets a line hold for a proxy. What has no meaning is listed, once.
func (r *reading) take(p *proxy, l *line, of *section) {
	if l.used && of.kind != "defaults" || r.hopeless() {
		return
	}
	first := l.arg(0)
	if first == "no" || first == "default" {
		r.takeBack(p, l)
		return
	}
	key := first
	switch first {
	case "option", "timeout":
		key += " " + l.arg(1)
	}
	switch {
	case first == "option":
		r.known(p, l, key, options, "option")
	case first == "timeout":
		r.known(p, l, key, times, "timeout")
	case first == "http-request" && l.arg(1) == noRepeats:
		p.many[noRepeats] = append(p.many[noRepeats], l)
	case first == "http-request" && (strings.HasPrefix(l.arg(1), "track-sc") || strings.Contains(l.raw, "_rate")):
		p.many[ofRates] = append(p.many[ofRates], l)
	case rules[first] != "":
		r.list(l, rules[first])
	case unread[first] != "":
		r.list(l, unread[first])
	case contains(handled, first):
		if contains(repeated, first) {
			if first == "server-template" || first == "default-server" {
				first = "server" // their order matters
			}
			p.many[first] = append(p.many[first], l)
		} else {
			p.last[key] = l
		}
	case !l.used:
		l.used = true
		r.fail(l.at, "%s is no directive of a %s: %s", quoted(first), of.kind, near(first, directives()))
	}
}

// list lists a line that is not simulated, unless that has been done.
func (r *reading) list(l *line, why string) {
	if !l.used {
		r.remark(l, why)
	}
}

// known takes a line whose second word is one of a table's, or lists it.
func (r *reading) known(p *proxy, l *line, key string, table map[string]string, what string) {
	why, known := table[l.arg(1)]
	switch {
	case !known && !l.used:
		l.used = true
		r.fail(l.place(1), "%s is no %s: %s", quoted(l.arg(1)), what, near(l.arg(1), keys(table)))
	case why != "":
		r.list(l, why)
	case known:
		p.last[key] = l
	}
}

// takeBack carries out "no option …" and "default …".
func (r *reading) takeBack(p *proxy, l *line) {
	key := l.arg(1) + " " + l.arg(2)
	if l.arg(1) == "option" {
		if why, known := options[l.arg(2)]; !known || why != "" {
			r.list(l, "the opposite of an option that has no meaning here")
			return
		}
		delete(p.last, key)
		l.used = true
		return
	}
	r.list(l, "takes back what has no meaning here")
}

func contains(words []string, word string) bool { return slices.Contains(words, word) }

// quoted prints a word of the file.
func quoted(word string) string {
	if short := []rune(word); len(short) > 40 {
		word = string(short[:40]) + "…"
	}
	if strings.ContainsFunc(word, func(r rune) bool { return r < ' ' }) {
		return fmt.Sprintf("%q", word)
	}
	return word
}

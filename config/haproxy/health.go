package haproxy

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// HAProxy's defaults of checks (defaults.h).
const (
	usualInterval = 2 * time.Second
	usualFall     = 3
	mostNumber    = 65535 // of rise, fall and port
)

// checks reads what the servers of a backend are asked.
func (r *reading) checks(p *proxy, path string) document {
	var first *server
	for _, s := range p.servers {
		if s.on("check") && first == nil {
			first = s
		}
	}
	for _, s := range p.servers {
		if first != nil && !s.on("check") {
			r.remarkWord(s.line, 1, 0, "is not checked; here all endpoints of a pool are, or none")
		}
	}
	path += ".health"
	if first == nil {
		r.unchecked(p, path)
		return nil
	}
	path += ".active"
	check := first.last["check"]
	r.put(path, check.line.place(check.at))
	// A server is up until its first check, which decides alone (server.c: health is rise).
	doc := document{"trusted": true, "interval": span(usualInterval)}
	r.pace(p, doc, path)
	for _, x := range []struct{ word, field string }{{"rise", "healthy"}, {"port", "port"}} {
		if a, has := r.common(p, x.word, "all endpoints of a pool are checked alike"); has {
			if n, ok := r.number(a, 1, mostNumber); ok {
				doc[x.field] = n
				r.put(path+"."+x.field, a.line.place(a.at))
			}
		}
	}
	// timeout check is for the answer; to connect there is the interval (or timeout connect).
	if d, l := r.timeout(p, "check"); l != nil && d > 0 {
		doc["timeout"] = span(d)
		r.put(path+".timeout", l.at)
	}
	r.question(p, doc, path)
	return doc
}

// pace reads how often servers are checked and how many failures take one down. lbsim checks
// all alike: as the one that goes down last, so that nothing is promised of any which does not
// hold.
func (r *reading) pace(p *proxy, doc document, path string) {
	var last *server
	longest := -1.0
	for _, s := range p.servers {
		if d := r.detection(s); s.on("check") && d > longest {
			last, longest = s, d
		}
	}
	for _, x := range []struct{ word, field string }{{"inter", "interval"}, {"fastinter", "transition_interval"}, {"downinter", "down_interval"}, {"fall", "unhealthy"}} {
		a, has := last.last[x.word]
		for _, s := range p.servers {
			if other, given := s.last[x.word]; given && other.text != a.text {
				r.remarkWord(other.line, other.at, 1, fmt.Sprintf("all endpoints of a pool are checked alike: as %s of line %d, which goes down last", last.name, last.line.at.Line))
			}
		}
		if !has {
			continue
		}
		if x.word == "fall" {
			if n, ok := r.number(a, 1, mostNumber); ok {
				doc[x.field] = n
			}
		} else if d, ok := r.time(a); ok && d > 0 {
			doc[x.field] = span(d)
		}
		if doc[x.field] != nil {
			r.put(path+"."+x.field, a.line.place(a.at))
		}
	}
}

// detection is how long it takes at most until checks have noticed that a server has crashed,
// in seconds:
//
//	inter + (fall - 1)·fastinter
func (r *reading) detection(s *server) float64 {
	interval, fall := usualInterval, usualFall
	if a, has := s.last["inter"]; has {
		if d, ok := r.time(a); ok && d > 0 {
			interval = d
		}
	}
	faster := interval
	if a, has := s.last["fastinter"]; has {
		if d, ok := r.time(a); ok && d > 0 {
			faster = d
		}
	}
	if a, has := s.last["fall"]; has {
		if n, ok := r.number(a, 1, mostNumber); ok {
			fall = n
		}
	}
	return interval.Seconds() + float64(fall-1)*faster.Seconds()
}

// unchecked lists what is said of checks that there are none of.
func (r *reading) unchecked(p *proxy, path string) {
	for _, key := range []string{"option httpchk", "option tcp-check", "timeout check"} {
		if l := p.last[key]; l != nil {
			if slices.Contains(p.lines, l) {
				r.put(path, l.at)
			}
			r.list(l, "no server is checked: say check behind it")
		}
	}
	for _, l := range p.many["http-check"] {
		r.list(l, "no server is checked: say check behind it")
	}
	for _, word := range []string{"inter", "fastinter", "downinter", "rise", "fall", "port", "slowstart"} {
		for _, s := range p.servers {
			if a, has := s.last[word]; has && word != "slowstart" {
				r.remarkWord(a.line, a.at, 1, "the server is not checked: say check")
			}
		}
	}
}

// question reads what is asked and which answers pass.
func (r *reading) question(p *proxy, doc document, path string) {
	l := p.get("option httpchk")
	p.get("option tcp-check")
	if l == nil || p.last["option tcp-check"] != nil && later(p.last["option tcp-check"], l) {
		doc["connect"] = true
		if t := p.last["option tcp-check"]; t != nil {
			r.put(path+".connect", t.at)
		}
		for _, c := range p.many["http-check"] {
			r.list(c, "is for option httpchk")
		}
		return
	}
	r.put(path+".path", l.at)
	doc["path"] = "/"
	switch len(l.words) {
	case 2: // OPTIONS /
		if len(p.many["http-check"]) == 0 {
			r.remarkWord(l, 1, 0, "OPTIONS / is asked; here it is GET /")
		}
	case 3:
		doc["path"] = l.arg(2)
	default:
		if l.arg(2) != "GET" {
			r.remarkWord(l, 2, 0, "checks are GET requests")
		}
		doc["path"] = l.arg(3)
		if len(l.words) > 4 {
			r.remarkWord(l, 4, len(l.words), "checks say nothing more")
		}
	}
	for _, c := range p.many["http-check"] {
		r.httpCheck(c, doc, path)
	}
}

// later reports whether a line holds because it comes after another one.
func later(a, b *line) bool {
	return a.at.File == b.at.File && a.at.Line > b.at.Line
}

// httpCheck reads http-check send and http-check expect.
func (r *reading) httpCheck(c *line, doc document, path string) {
	switch c.arg(1) {
	case "send":
		c.used = true
		for i := 2; i < len(c.words); i++ {
			switch w := c.arg(i); w {
			case "uri":
				doc["path"] = c.arg(i + 1)
				r.cfg.Places[path+".path"] = c.place(i)
				i++
			case "hdr":
				r.remarkWord(c, i, 2, "checks have no headers")
				i += 2
			default:
				r.remarkWord(c, i, 1, "checks are GET requests of a path")
				i++
			}
		}
	case "expect":
		r.expect(c, doc, path)
	case "comment", "connect", "disable-on-404", "send-state", "set-var", "set-var-fmt", "unset-var":
		r.list(c, "a check asks once and looks at the status")
	default:
		c.used = true
		r.fail(c.place(1), "http-check %s: %s", quoted(c.arg(1)), near(c.arg(1), []string{"send", "expect", "connect", "comment", "disable-on-404", "send-state", "set-var", "unset-var"}))
	}
}

// expect reads http-check expect status 200 or 200-299.
func (r *reading) expect(c *line, doc document, path string) {
	if c.arg(2) == "status" && len(c.words) == 4 {
		if first, last, ok := statuses(c.arg(3)); ok {
			c.used = true
			doc["expect"] = fmt.Sprintf("%d-%d", first, last)
			if first == last {
				doc["expect"] = strconv.Itoa(first)
			}
			r.put(path+".expect", c.at)
			return
		}
	}
	if c.arg(2) == "rstatus" && c.arg(3) == "(2|3)[0-9][0-9]" {
		c.used = true // as where nothing is said
		return
	}
	r.list(c, "of an answer the status is looked at: one, or a range such as 200-299")
}

func statuses(text string) (first, last int, ok bool) {
	n, err := fmt.Sscanf(text, "%d-%d", &first, &last)
	if n == 1 && strconv.Itoa(first) == text {
		last, err = first, nil
	}
	return first, last, err == nil && first >= 100 && last <= 599 && first <= last
}

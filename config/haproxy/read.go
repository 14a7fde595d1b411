// Package haproxy reads the configuration of HAProxy, haproxy.cfg, as lbsim's: its lexer
// and grammar are our own and hold to those of HAProxy 2.6, the words to those of 3.5.
package haproxy

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"lbsim/config/decode"
	"lbsim/config/foreign"
)

// Read reads a configuration: src's text or, where it is nil, the files *.cfg of src's
// root. The error, if any, is a decode.Problems with everything that is wrong, in the
// places of that file.
func Read(src foreign.Source) (*foreign.Config, error) {
	r := newReading(src)
	r.read(src)
	if len(r.problems) > 0 {
		return nil, r.sortedProblems()
	}
	r.sortRemarks()
	return r.cfg, nil
}

func newReading(src foreign.Source) *reading {
	return &reading{
		cfg: &foreign.Config{Product: "haproxy", Version: cmp.Or(src.Version, usualVersion), Assumed: src.Version == "", Places: map[string]decode.Place{}},
		env: map[string]string{}, hidden: map[string]bool{}, layer: src.Layer,
	}
}

func (r *reading) read(src foreign.Source) {
	r.files(src)
	r.link()
	if len(r.problems) == 0 {
		r.translate(src.Name)
	}
}

// Is reports whether a file looks like HAProxy's: it is called so, or a line begins with
// one of the sections that every such file has.
func Is(name string, text []byte) bool {
	if strings.HasSuffix(name, "haproxy.cfg") {
		return true
	}
	found := 0
	for raw := range bytes.Lines(text[:min(len(text), 1<<20)]) {
		if l := bytes.TrimSpace(raw); len(l) > 0 && raw[0] != ' ' && raw[0] != '\t' {
			word, rest, _ := strings.Cut(string(l), " ")
			if strings.HasSuffix(rest, "{") || strings.HasSuffix(word, ":") {
				continue
			}
			if contains([]string{"global", "defaults", "frontend", "backend", "listen"}, word) {
				found++
			}
		}
	}
	return found > 0
}

// translate makes lbsim's configuration of the sections.
func (r *reading) translate(name string) {
	var proxies []*proxy
	for _, s := range r.sections {
		switch s.kind {
		case "global":
			r.global(s)
		case "frontend", "backend", "listen":
			proxies = append(proxies, r.settle(s))
		case "defaults":
		default:
			r.listSection(s)
		}
	}
	r.once(proxies)
	proxies = r.ofLayer(proxies)
	pools := r.pools(proxies)
	doc := document{"pools": pools, "algorithm": roundRobin()} // each pool has its own
	r.front(proxies, doc)
	if routes := r.routes(proxies); len(routes) > 0 {
		doc["routes"] = routes
		if len(routes) > 1 {
			doc["route_order"] = "listed"
		}
	}
	r.put("", decode.Place{File: name, Line: 1, Column: 1})
	r.rest()
	if len(r.problems) > 0 {
		return
	}
	if len(pools) == 0 {
		r.fail(decode.Place{File: name, Line: 1, Column: 1}, "has no backend with servers that get requests")
		return
	}
	r.accept(doc)
}

// accept holds the document against the rules of lbsim's language.
func (r *reading) accept(doc document) {
	if problems := (decode.Problems)(nil); errors.As(r.cfg.Accept(doc), &problems) {
		r.problems = append(r.problems, problems...)
	}
}

// once refuses two proxies of one name where both are frontends, or both backends.
func (r *reading) once(proxies []*proxy) {
	fronts, backs := map[string]*proxy{}, map[string]*proxy{}
	for _, p := range proxies {
		for _, x := range []struct {
			is    bool
			known map[string]*proxy
		}{{p.isFront(), fronts}, {p.isBack(), backs}} {
			if !x.is {
				continue
			}
			if other := x.known[p.name]; other != nil {
				r.fail(p.head.at, "%s %s has the name of %s %s of line %d", p.kind, quoted(p.name), other.kind, quoted(other.name), other.head.at.Line)
			}
			x.known[p.name] = p
		}
	}
}

// pools makes the pools of the backends that have servers which get requests.
func (r *reading) pools(proxies []*proxy) document {
	pools, names := document{}, map[string]int{}
	for _, p := range proxies {
		if !p.isBack() || r.hopeless() {
			continue
		}
		r.readServers(p)
		if l := p.last["disabled"]; l != nil {
			r.list(l, "the proxy is switched off and left out")
			p.servers = nil
		}
		if len(p.servers) == 0 {
			r.empty(p)
			continue
		}
		p.id, p.front = foreign.Unique(poolName(p.name), names), onlyFront(p, proxies)
		pool := r.pool(p)
		if pool["endpoints"] == nil {
			r.remarkWord(p.head, 0, 1, "none of its servers gets requests")
			p.id = ""
			continue
		}
		pools[p.id] = pool
	}
	return pools
}

// empty lists what a backend without servers says.
func (r *reading) empty(p *proxy) {
	if p.kind == "backend" {
		r.remarkWord(p.head, 0, 1, "has no servers that get requests")
	}
}

// listSection lists a section that has no meaning here, line by line.
func (r *reading) listSection(s *section) {
	why := kinds[s.kind]
	r.remark(s.head, why)
	for _, l := range s.lines {
		r.list(l, why)
	}
}

// rest lists what nothing has read: what defaults say that nobody has use for.
func (r *reading) rest() {
	for _, s := range r.sections {
		if s.kind == "defaults" && !s.inherited {
			r.list(s.head, "these defaults hold for nothing")
		}
		for _, l := range s.lines {
			switch {
			case l.arg(0) == "stick-table" || l.arg(0) == "stick":
				r.list(l, ofTables)
			case s.kind == "defaults" && !s.inherited:
				r.list(l, "these defaults hold for nothing")
			case s.kind == "defaults":
				r.list(l, "nothing for which these defaults hold has use for it, or all say otherwise")
			default:
				r.list(l, "it has no effect on "+s.kind+" "+s.name)
			}
		}
	}
}

// sortRemarks puts the remarks in order of place, each once.
func (r *reading) sortRemarks() {
	order := map[string]int{}
	for _, l := range r.all {
		if _, met := order[l.at.File]; !met {
			order[l.at.File] = len(order)
		}
	}
	slices.SortStableFunc(r.cfg.NotSimulated, func(a, b foreign.Remark) int {
		return cmp.Or(cmp.Compare(order[a.Place.File], order[b.Place.File]), cmp.Compare(a.Place.Line, b.Place.Line), cmp.Compare(a.Place.Column, b.Place.Column))
	})
	r.cfg.NotSimulated = slices.Compact(r.cfg.NotSimulated)
}

func (r *reading) sortedProblems() decode.Problems {
	slices.SortStableFunc(r.problems, func(a, b decode.Problem) int {
		return cmp.Or(cmp.Compare(a.Place.File, b.Place.File), cmp.Compare(a.Place.Line, b.Place.Line), cmp.Compare(a.Place.Column, b.Place.Column))
	})
	out := slices.Compact(r.problems)
	if len(out) >= mostProblems {
		out = append(out[:mostProblems:mostProblems], decode.Problem{Place: decode.Place{File: out[0].Place.File}, Rule: "and perhaps more: the first " + strconv.Itoa(mostProblems) + " are shown"})
	}
	return out
}

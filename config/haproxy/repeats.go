package haproxy

import (
	"slices"
	"strings"
)

// noRepeats is the action of http-request after which a request that was sent is not sent
// again.
const noRepeats = "disable-l7-retry"

// usualMethods are those that rules are about; the first two are not idempotent.
var usualMethods = []string{"POST", "PATCH", "GET", "HEAD", "PUT", "DELETE", "OPTIONS"}

// repeats reads which requests are not sent again: methods is lbsim's word for it, and kept
// are the conditions that are left where none is.
func (r *reading) repeats(p *proxy, conditions []string, path string) (methods string, kept []string) {
	never, said := r.silenced(p)
	switch {
	case len(said) == 0:
		return "any", conditions
	case !never["POST"]:
		for _, l := range said {
			r.remark(l, "lbsim sends again what is idempotent, neither POST nor PATCH, or all")
		}
		return "any", conditions
	}
	r.put(path+".methods", said[0].at)
	if !never["PATCH"] {
		r.remarkWord(said[0], 1, len(said[0].words), "PATCH is sent again, which is not idempotent either; here it is not")
	}
	if len(never) == len(usualMethods) {
		conditions = slices.DeleteFunc(conditions, func(c string) bool { return c != "connect_failure" })
	} else if len(never) > 2 {
		r.remarkWord(said[0], 1, len(said[0].words), "POST and PATCH are not sent again, but the other methods are")
	}
	return "idempotent", conditions
}

// silenced are the methods of which a backend, or the one frontend that leads to it, says
// that they are not sent again, and the lines that do.
func (r *reading) silenced(p *proxy) (never map[string]bool, said []*line) {
	never = map[string]bool{}
	lines := map[*line]*proxy{}
	all := slices.Clone(p.many[noRepeats])
	for _, l := range all {
		lines[l] = p
		if p.last["retry-on"] == nil {
			r.list(l, "without retry-on no request is sent again that was sent")
		}
	}
	if p.front != nil {
		for _, l := range p.front.many[noRepeats] {
			all, lines[l] = append(all, l), p.front
		}
	}
	if p.last["retry-on"] == nil {
		return never, nil
	}
	for _, l := range all {
		some, why := r.methodsOf(lines[l], l)
		if why != "" {
			r.list(l, why)
			continue
		}
		said, l.used = append(said, l), true
		for _, m := range some {
			never[m] = true
		}
	}
	return never, said
}

// onlyFront is the frontend that leads to a backend, where there is no other one.
func onlyFront(back *proxy, proxies []*proxy) (front *proxy) {
	for _, f := range proxies {
		to := f.last["default_backend"]
		leads := to != nil && to.arg(1) == back.name || slices.ContainsFunc(f.many["use_backend"], func(l *line) bool { return l.arg(1) == back.name })
		switch {
		case !f.isFront() || f == back || !leads:
		case front != nil || back.kind == "listen":
			return nil
		default:
			front = f
		}
	}
	return front
}

// methodsOf returns the methods that a rule is about: those that it names, or all others.
func (r *reading) methodsOf(p *proxy, l *line) (methods []string, why string) {
	if len(l.words) == 2 {
		return usualMethods, ""
	}
	asked, others := l, l.arg(2) == "unless"
	if positive := withoutNot(l); positive != nil {
		asked, others = positive, !others
	}
	matches, why := r.condition(asked, 3, r.acls(p))
	if why != "" {
		return nil, why
	}
	named := map[string]bool{}
	for _, m := range matches {
		method := m.words["method"]
		if method == "" || len(m.words) > 1 || len(m.headers) > 0 || m.share < 1 {
			return nil, "whether a request is sent again is a matter of its method alone here"
		}
		named[method] = true
		named["HEAD"] = named["HEAD"] || method == "GET" && slices.ContainsFunc(asked.words, func(w word) bool { return w.text == "METH_GET" })
	}
	for _, m := range usualMethods {
		if named[m] != others {
			methods = append(methods, m)
		}
	}
	return methods, ""
}

// withoutNot is a rule whose words behind if or unless all begin with a !, as one of which
// the opposite holds: not a and not b is not (a or b). nil: it is no such rule.
func withoutNot(l *line) *line {
	opposite := &line{at: l.at, raw: l.raw, words: slices.Clone(l.words[:min(3, len(l.words))])}
	for i, w := range l.words[len(opposite.words):] {
		name, negated := strings.CutPrefix(w.text, "!")
		if !negated {
			return nil
		}
		if i > 0 {
			opposite.words = append(opposite.words, word{text: "or", column: w.column})
		}
		opposite.words = append(opposite.words, word{text: name, column: w.column})
	}
	return opposite
}

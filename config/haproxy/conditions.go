package haproxy

import (
	"strconv"
	"strings"
)

// match is what a route wants of a request, by the words of lbsim's match; headers by
// their names. A share below 1 is that of the requests that match, drawn at random.
type match struct {
	words   map[string]string
	headers map[string]string
	share   float64
}

// mostMatches is how many routes one condition may become.
const mostMatches = 256

// both is what has what both want; nothing where that contradicts itself.
func (m match) both(n match) (match, bool) {
	x := match{words: map[string]string{}, headers: map[string]string{}, share: m.share * n.share}
	for _, from := range []match{m, n} {
		for k, v := range from.words {
			if old, taken := x.words[k]; taken && old != v {
				return x, false
			}
			x.words[k] = v
		}
		for k, v := range from.headers {
			if old, taken := x.headers[k]; taken && old != v {
				return x, false
			}
			x.headers[k] = v
		}
	}
	_, whole := x.words["path"]
	_, begins := x.words["path_begins"]
	return x, !(whole && begins)
}

// anything matches all requests.
func anything() match { return match{share: 1} }

// acls are the acl lines of a frontend by name.
type acls map[string][]*line

func (r *reading) acls(p *proxy) acls {
	all := acls{}
	for _, l := range p.many["acl"] {
		if len(l.words) < 3 {
			r.fail(l.at, "must be acl NAME CRITERION VALUE …")
			l.used = true
			continue
		}
		all[l.arg(1)] = append(all[l.arg(1)], l)
	}
	return all
}

// condition reads what follows if, from the i-th word on: names of acls and anonymous ones
// in braces, all of which must hold, in groups of which one must (or, ||). It is a list of
// matches of which one must hold; why says what keeps it from being one.
func (r *reading) condition(l *line, i int, known acls) (all []match, why string) {
	group, open := []match{anything()}, false
	for i < len(l.words) {
		w := l.arg(i)
		if w == "or" || w == "||" {
			all = append(all, group...)
			group, open = []match{anything()}, false
			i++
			continue
		}
		if strings.HasPrefix(w, "!") {
			return nil, "a route wants things to be, and not not to be"
		}
		term, next, why := r.term(l, i, known)
		if why != "" {
			return nil, why
		}
		i, open = next, true
		var product []match
		for _, a := range group {
			for _, b := range term {
				if m, fits := a.both(b); fits {
					product = append(product, m)
				}
			}
		}
		if group = product; len(group)+len(all) > mostMatches {
			return nil, "it is more than " + strconv.Itoa(mostMatches) + " routes"
		}
	}
	if !open {
		return nil, "the condition is empty"
	}
	return append(all, group...), ""
}

// term reads one acl of a condition.
func (r *reading) term(l *line, i int, known acls) (all []match, next int, why string) {
	name := l.arg(i)
	if name == "{" {
		end := i + 1
		for end < len(l.words) && l.arg(end) != "}" {
			end++
		}
		if end == len(l.words) {
			r.fail(l.place(i), "{ has no } behind it")
			return nil, end, "it is not closed"
		}
		all, why = criterion(l.words[i+1 : end])
		return all, end + 1, why
	}
	switch name {
	case "TRUE", "HTTP":
		return []match{anything()}, i + 1, ""
	case "METH_GET", "METH_POST", "METH_PUT", "METH_DELETE", "METH_OPTIONS", "METH_TRACE", "METH_CONNECT", "METH_HEAD":
		return []match{{words: map[string]string{"method": name[5:]}, share: 1}}, i + 1, ""
	}
	lines, defined := known[name]
	if !defined {
		if predefined[name] {
			return nil, i + 1, name + " is nothing that a route can want"
		}
		r.fail(l.place(i), "there is no acl %s: %s", quoted(name), near(name, keys(known)))
		return nil, i + 1, "its acl is missing"
	}
	for _, acl := range lines {
		some, why := criterion(acl.words[2:])
		if why != "" {
			return nil, i + 1, why
		}
		all = append(all, some...)
	}
	for _, acl := range lines {
		acl.used = true
	}
	return all, i + 1, ""
}

// predefined are the acls that HAProxy has from the beginning and lbsim can't use.
var predefined = map[string]bool{"FALSE": true, "HTTP_1.0": true, "HTTP_1.1": true, "HTTP_2.0": true, "HTTP_3.0": true, "HTTP_CONTENT": true, "HTTP_URL_ABS": true, "HTTP_URL_SLASH": true,
	"HTTP_URL_STAR": true, "LOCALHOST": true, "RDP_COOKIE": true, "REQ_CONTENT": true, "WAIT_END": true}

// criterion reads what is looked at and the values of which it must have one.
func criterion(words []word) (all []match, why string) {
	if len(words) == 0 {
		return nil, "it says nothing"
	}
	fetch := words[0].text
	base, converters, _ := strings.Cut(fetch, ",")
	method := ""
	i := 1
flags:
	for i < len(words) {
		switch words[i].text {
		case "-i", "--":
			i++
		case "-m":
			if i+1 < len(words) {
				method = words[i+1].text
			}
			i += 2
		case "-f", "-M", "-n", "-u":
			return nil, "its values are in a file, or otherwise not here"
		default:
			break flags
		}
	}
	i = min(i, len(words))
	if share, ok := randomShare(base, words[i:]); ok {
		return []match{{share: share}}, ""
	}
	for c := range strings.SplitSeq(converters, ",") {
		if c = strings.ToLower(c); c != "" && c != "lower" && c != "host_only" && !strings.HasPrefix(c, "field(1") && c != ":)" && c != "word(1" {
			return nil, "a route has no converter " + c
		}
	}
	set := criterionOf(base, method)
	if set == nil {
		return nil, "a route can't want " + fetch
	}
	if i == len(words) {
		return nil, "no value is given"
	}
	for _, w := range words[i:] {
		m := match{words: map[string]string{}, headers: map[string]string{}, share: 1}
		if why := set(&m, w.text); why != "" {
			return nil, why
		}
		all = append(all, m)
	}
	return all, ""
}

// criterionOf says how a value becomes part of a match; nil: it can't.
func criterionOf(fetch, method string) func(m *match, value string) string {
	name, inner, _ := strings.Cut(strings.TrimSuffix(fetch, ")"), "(")
	for _, suffix := range []string{"_beg", "_end", "_dir", "_dom", "_sub", "_reg"} {
		if base, ok := strings.CutSuffix(name, suffix); ok {
			name, method = base, suffix[1:]
		}
	}
	word := func(key string) func(m *match, value string) string {
		return func(m *match, value string) string { m.words[key] = value; return "" }
	}
	exact := method == "" || method == "str"
	isHeader := contains([]string{"hdr", "req.hdr", "req.fhdr"}, name)
	isHost := isHeader && strings.EqualFold(strings.TrimSpace(inner), "host") || contains([]string{"ssl_fc_sni", "req.ssl_sni", "req_ssl_sni"}, name)
	switch {
	case isHost && exact:
		return word("host")
	case isHost && method == "end":
		return func(m *match, value string) string {
			if !strings.HasPrefix(value, ".") {
				return "a route wants a whole host, or all below one (.example.com)"
			}
			m.words["host"] = "*" + value
			return ""
		}
	case isHeader && exact && inner != "" && !strings.Contains(inner, ","):
		return func(m *match, value string) string { m.headers[inner] = value; return "" }
	case name == "path" && exact:
		return word("path")
	case name == "path" && method == "beg":
		return word("path_begins")
	case name == "method" && exact:
		return word("method")
	}
	return nil
}

// randomShare reads rand(100) lt 5.
func randomShare(fetch string, values []word) (share float64, ok bool) {
	inner, is := strings.CutPrefix(fetch, "rand(")
	n, err := strconv.Atoi(strings.TrimSuffix(inner, ")"))
	if !is || err != nil || n < 1 || len(values) != 2 {
		return 0, false
	}
	limit, err := strconv.Atoi(values[1].text)
	if err != nil {
		return 0, false
	}
	below := map[string]int{"lt": limit, "le": limit + 1, "ge": n - limit, "gt": n - limit - 1}
	count, known := below[values[0].text]
	return float64(max(0, min(count, n))) / float64(n), known
}

package nginx

import (
	"strconv"
	"strings"
)

// variablesIn returns the variables of a text, without $.
func variablesIn(text string) []string {
	var names []string
	for i := 0; i < len(text); i++ {
		if text[i] != '$' {
			continue
		}
		rest := strings.TrimPrefix(text[i+1:], "{")
		n := 0
		for n < len(rest) && (rest[n] == '_' || rest[n] >= '0' && rest[n] <= '9' || rest[n] >= 'a' && rest[n] <= 'z' || rest[n] >= 'A' && rest[n] <= 'Z') {
			n++
		}
		if n > 0 {
			names = append(names, rest[:n])
		}
	}
	return names
}

// replace puts a value in the place of a variable.
func replace(text, name, value string) string {
	text = strings.ReplaceAll(text, "${"+name+"}", value)
	var b strings.Builder
	for {
		i := strings.Index(text, "$"+name)
		if i < 0 {
			return b.String() + text
		}
		rest := text[i+1+len(name):]
		if rest != "" && (rest[0] == '_' || rest[0] >= '0' && rest[0] <= '9' || rest[0] >= 'a' && rest[0] <= 'z' || rest[0] >= 'A' && rest[0] <= 'Z') {
			b.WriteString(text[:i+1+len(name)]) // a longer name
		} else {
			b.WriteString(text[:i] + value)
		}
		text = rest
	}
}

// condition is what a request must have for a way to be taken.
type condition struct {
	host, path, method string
	header, value      string
}

// way is what an expression comes to for some of the requests.
type way struct {
	text  string
	when  []condition
	share float64 // of those
	apart bool    // which requests take it no route can say
}

// with is a way with a value in the place of a variable, for requests that have more.
func (w way) with(name, value string, more ...condition) way {
	w.text, w.when = replace(w.text, name, value), append(w.when[:len(w.when):len(w.when)], more...)
	return w
}

// maxWays bounds what the variables of an expression may come to.
const maxWays = 10_000

// resolve returns what an expression of variables comes to; a text that still has one is
// known at run time only.
func (r *reader) resolve(text string, s *scope) []way {
	ways := []way{{text: text, share: 1}}
	for range 8 { // variables made of variables
		var next []way
		changed := false
		for _, w := range ways {
			if len(next) > maxWays {
				break
			}
			more := r.once(w, s)
			changed = changed || len(more) != 1 || more[0].text != w.text
			next = append(next, more...)
		}
		ways = next
		if !changed || len(ways) > maxWays {
			break
		}
	}
	return ways[:min(len(ways), maxWays)]
}

// once replaces the first variable of a way that can be known.
func (r *reader) once(w way, s *scope) []way {
	for _, name := range variablesIn(w.text) {
		if d := setter(s, name); d != nil {
			d.fate = simulated
			more := []way{}
			for _, x := range r.conditional(s, name) {
				y := w.with(name, x.text, x.when...)
				y.apart = w.apart || x.apart
				more = append(more, y)
			}
			return append(more, w.with(name, d.arg(1)))
		}
		switch d := r.variables[name]; {
		case d == nil:
		case d.name == "map":
			if ways := r.mapped(w, name, d); ways != nil {
				return ways
			}
		case d.name == "split_clients":
			return r.split(w, name, d)
		}
	}
	return []way{w}
}

// setter returns the set of a variable that holds in a scope, outside conditions.
func setter(s *scope, name string) *directive {
	for ; s != nil; s = s.up {
		all := s.d.all("set")
		for i := len(all) - 1; i >= 0; i-- {
			if all[i].arg(0) == "$"+name {
				return all[i]
			}
		}
	}
	return nil
}

// conditional returns what ifs make of a variable.
func (r *reader) conditional(s *scope, name string) []way {
	var ways []way
	for ; s != nil; s = s.up {
		for _, d := range s.d.all("if") {
			c, ok := conditionOf(strings.Join(d.args, " "))
			for _, set := range d.all("set") {
				if set.arg(0) != "$"+name {
					continue
				}
				if !ok {
					r.remark(d, "a condition that routes can't have: they see host, path, method and headers")
					set.fate = simulated
					ways = append(ways, way{text: set.arg(1), apart: true, share: 1})
					continue
				}
				d.fate, set.fate = simulated, simulated
				ways = append(ways, way{text: set.arg(1), when: []condition{c}, share: 1})
			}
		}
	}
	return ways
}

// conditionOf reads ($http_x = value), ($request_method = POST) and ($host = name).
func conditionOf(text string) (condition, bool) {
	inner := strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(text, "("), ")"))
	words := strings.Fields(inner)
	if len(words) != 3 || words[1] != "=" || !strings.HasPrefix(words[0], "$") || strings.Contains(words[2], "$") {
		return condition{}, false
	}
	return conditionOn(words[0][1:], strings.Trim(words[2], `"'`))
}

// conditionOn is that a variable has a value.
func conditionOn(name, value string) (condition, bool) {
	plain := strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
	switch {
	case !plain || value == "" || strings.HasPrefix(value, "~"):
	case name == "host" || name == "http_host" || name == "ssl_preread_server_name" || name == "ssl_server_name":
		if strings.HasPrefix(value, ".") || strings.ContainsAny(value, " /:") || strings.Contains(strings.TrimPrefix(value, "*."), "*") {
			return condition{}, false
		}
		return condition{host: strings.ToLower(value)}, true
	case name == "uri" || name == "request_uri" || name == "document_uri":
		return condition{path: value}, strings.HasPrefix(value, "/")
	case name == "request_method":
		return condition{method: value}, strings.ToUpper(value) == value
	case strings.HasPrefix(name, "http_"):
		return condition{header: strings.ReplaceAll(strings.TrimPrefix(name, "http_"), "_", "-"), value: value}, true
	}
	return condition{}, false
}

// mapped returns what a map makes of a way; nil where no request is known for which it makes
// anything of it.
func (r *reader) mapped(w way, name string, d *directive) []way {
	source := strings.Trim(d.arg(0), "${}")
	other, hasDefault := "", false
	var ways, apart []way
	for _, entry := range d.block {
		value := entry.arg(0)
		switch entry.name {
		case "default":
			other, hasDefault = value, true
			continue
		case "hostnames", "volatile", "include":
			continue
		}
		keys := []string{strings.TrimPrefix(entry.name, `\`)}
		if inner, below := strings.CutPrefix(entry.name, "."); below && len(d.all("hostnames")) > 0 {
			keys = []string{inner, "*" + entry.name}
		}
		for _, key := range keys {
			c, ok := conditionOn(source, key)
			if !ok {
				r.also(entry, "a case that routes can't have: they see host, path, method and headers, each as a whole")
				x := w.with(name, value)
				x.apart = true
				apart = append(apart, x)
				continue
			}
			ways = append(ways, w.with(name, value, c))
		}
	}
	if len(ways) == 0 && !hasDefault {
		return nil
	}
	d.fate = simulated
	if hasDefault {
		ways = append(ways, w.with(name, other))
	}
	return append(ways, apart...)
}

// split returns what split_clients makes of a way.
func (r *reader) split(w way, name string, d *directive) []way {
	if d.fate != simulated {
		d.fate = simulated
		r.also(d, "which request goes where is drawn for each, in these shares: NGINX draws by a hash of %s", d.arg(0))
	}
	left := 1.0
	var ways []way
	for _, entry := range d.block {
		share := left
		if entry.name != "*" {
			x, err := strconv.ParseFloat(strings.TrimSuffix(entry.name, "%"), 64)
			if err != nil || x <= 0 || x > 100 || !strings.HasSuffix(entry.name, "%") {
				r.wrong(entry, "must be a share such as 5%, or *")
				continue
			}
			share = x / 100
			left -= share
		}
		x := w.with(name, entry.arg(0))
		x.share *= share
		ways = append(ways, x)
	}
	return ways
}

package fit

import (
	"strings"

	"lbsim/studies/fit/accesslog"
)

const (
	depth         = 3    // segments of a path that a class can go by
	mostTemplates = 2048 // that are told apart while a log is read
	longestWord   = 24
	mostDigits    = 2 // v1 and oauth2 are words, 4711 is not
)

// templates are the kinds of paths that occur, as a tree: each is the first segments of a
// path, with * for one that does not look like a word. The first is all that has no path.
type templates struct {
	all   []template
	known map[string]int32
	text  []byte // of the one that is looked for
}

// template is a kind of path with a method, or a class that the log names.
type template struct {
	name     string // GET /api/items/*, or the class
	method   uint8
	parent   int32
	named    bool // by the log
	requests int
	crowd    distinct // clients, exactly up to a few
}

// crowdKept is how many clients of a template are told apart: as many as anonymity asks for.
const crowdKept = 1000

func newTemplates() templates {
	t := templates{known: map[string]int32{}}
	t.all = []template{{parent: -1, crowd: distinct{keep: crowdKept}}}
	return t
}

// add counts a request in and returns its template.
func (t *templates) add(e *accesslog.Entry) int32 {
	i := t.find(e)
	t.all[i].requests++
	if e.Client != 0 && len(t.all[i].crowd.least) < crowdKept {
		t.all[i].crowd.add(e.Client)
	}
	return i
}

func (t *templates) find(e *accesslog.Entry) int32 {
	if e.Class != nil {
		t.text = append(append(t.text[:0], ':'), e.Class...)
		return t.of(t.text, 0, e.Method, true)
	}
	if e.Method == 0 && e.Path == nil {
		return 0
	}
	t.text = append(append(t.text[:0], accesslog.Methods[e.Method]...), ' ')
	at := t.of(t.text, 0, e.Method, false)
	rest := e.Path
	for range depth {
		var word []byte
		if word, rest = segment(rest); word == nil {
			break
		}
		t.text = append(append(t.text, '/'), word...)
		next := t.of(t.text, at, e.Method, false)
		if next == at {
			break // no room for more
		}
		at = next
	}
	return at
}

// of is the template of a text, its parent where there is no room for another one.
func (t *templates) of(text []byte, parent int32, method uint8, named bool) int32 {
	if i, ok := t.known[string(text)]; ok {
		return i
	}
	if len(t.all) == mostTemplates {
		return parent
	}
	i := int32(len(t.all))
	name := string(text)
	t.known[name] = i
	if named {
		name = name[1:]
	}
	t.all = append(t.all, template{name: name, method: method, parent: parent, named: named, crowd: distinct{keep: crowdKept}})
	return i
}

var anyWord = []byte("*")

// segment cuts the first segment off a path, * where it is no word; nil at its end.
func segment(path []byte) (word, rest []byte) {
	for len(path) > 0 && path[0] == '/' {
		path = path[1:]
	}
	end := 0
	for end < len(path) && path[end] != '/' {
		end++
	}
	if end == 0 {
		return nil, nil
	}
	word, rest = path[:end], path[end:]
	if !isWord(word) {
		word = anyWord
	}
	return word, rest
}

// isWord reports whether a segment looks like a name that somebody gave to a part of a site:
// not like a number, an id, a token, an address or anything encoded.
func isWord(b []byte) bool {
	if len(b) > longestWord {
		return false
	}
	digits, letters := 0, 0
	for _, c := range b {
		switch {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			letters++
		case c >= '0' && c <= '9':
			digits++
		case c != '-' && c != '_' && c != '.':
			return false
		}
	}
	return digits <= mostDigits && letters > 0
}

// kind is a class that the requests of some templates make together.
type kind struct {
	name     string
	method   string
	path     string // that all of its requests begin with; "": none
	requests int
}

// crowdOf is how many clients and requests a name needs that is to be told.
type crowdOf struct {
	clients  int
	requests int
	known    bool // the log tells clients
}

// kinds makes at most so many classes of the templates: one that too few clients asked for
// becomes part of its parent, and what is left of a method, or beyond the greatest classes,
// is other. of says which class each template is of.
func (t *templates) kinds(most int, enough crowdOf) (all []kind, of []int) {
	merged := make([]template, len(t.all))
	copy(merged, t.all)
	into := make([]int32, len(merged))
	for i := len(merged) - 1; i > 0; i-- { // children come after their parents
		into[i] = int32(i)
		if !merged[i].common(enough) {
			p := merged[i].parent
			into[i] = p
			merged[p].requests += merged[i].requests
			for _, hash := range merged[i].crowd.least {
				merged[p].crowd.add(hash)
			}
		}
	}
	kept := t.greatest(merged, into, most)
	of = make([]int, len(merged))
	for _, i := range kept {
		if i > 0 {
			all = append(all, kind{name: merged[i].className(all), method: accesslog.Methods[merged[i].method], path: merged[i].path()})
		}
	}
	other := -1
	for i := range merged {
		at := int32(i)
		for at > 0 && into[at] != at {
			at = into[at]
		}
		of[i] = indexOf(kept, at)
		if of[i] < 0 && t.all[i].requests > 0 {
			if other < 0 {
				other = len(all)
				all = append(all, kind{name: freeName("other", all)})
			}
			of[i] = other
		}
		if of[i] >= 0 {
			all[of[i]].requests += t.all[i].requests
		}
	}
	if len(all) == 1 {
		all[0].name = "all"
	}
	return all, of
}

// greatest are the templates that become classes, those with the most requests, in the order
// of their first appearance.
func (t *templates) greatest(merged []template, into []int32, most int) (kept []int32) {
	for i := 1; i < len(merged); i++ {
		if into[i] == int32(i) && merged[i].requests > 0 && merged[i].sayable() {
			kept = append(kept, int32(i))
		}
	}
	for len(kept) > most-1 {
		least := 0
		for j, i := range kept {
			if merged[i].requests <= merged[kept[least]].requests {
				least = j
			}
		}
		kept = append(kept[:least], kept[least+1:]...)
	}
	return kept
}

func indexOf(kept []int32, at int32) int {
	for j, i := range kept {
		if i == at {
			return j
		}
	}
	return -1
}

func (t *template) common(enough crowdOf) bool {
	return t.requests >= enough.requests && (!enough.known || t.crowd.count() >= float64(enough.clients))
}

// sayable reports whether there is something to name the class by: more than a method.
func (t *template) sayable() bool { return t.named || strings.Contains(t.name, "/") || t.method > 0 }

// path is what the paths of a template begin with.
func (t *template) path() string {
	_, path, _ := strings.Cut(t.name, " ")
	if t.named {
		return ""
	}
	path, _, _ = strings.Cut(path, "/*")
	return path
}

// className makes a name of the language's of a method and words: get-api-items.
func (t *template) className(taken []kind) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_', r == '.':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, t.name)
	for strings.Contains(name, "--") {
		name = strings.ReplaceAll(name, "--", "-")
	}
	if name = strings.Trim(name, "-_."); name == "" || name[0] < 'a' || name[0] > 'z' {
		name = strings.TrimSuffix("class-"+name, "-")
	}
	return freeName(name, taken)
}

// freeName makes a name another one than those that are taken.
func freeName(name string, taken []kind) string {
	for {
		used := false
		for _, k := range taken {
			used = used || k.name == name
		}
		if !used {
			return name
		}
		name += "x"
	}
}

// roomy reports whether all kinds of paths could be told apart.
func (t *templates) roomy() bool { return len(t.all) < mostTemplates }

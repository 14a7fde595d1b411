package fit

import "lbsim/studies/fit/accesslog"

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
		if word[0] == '*' {
			continue // it tells something only where a word follows
		}
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
// not like a number, an id, a token, an address or anything encoded. It begins with a letter.
func isWord(b []byte) bool {
	if len(b) > longestWord {
		return false
	}
	digits := 0
	for i, c := range b {
		switch {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
		case i == 0:
			return false
		case c >= '0' && c <= '9':
			digits++
		case c != '-' && c != '_' && c != '.':
			return false
		}
	}
	return digits <= mostDigits
}

// roomy reports whether all kinds of paths could be told apart.
func (t *templates) roomy() bool { return len(t.all) < mostTemplates }

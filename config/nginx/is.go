package nginx

import (
	"path"
	"slices"
)

// Is reports whether a file looks like NGINX's configuration: by its name, or because what
// it begins with are directives of NGINX and blocks in braces.
func Is(name string, text []byte) bool {
	if isDump(text) || path.Base(name) == "nginx.conf" {
		return true
	}
	l := newLexer(name, text[:min(len(text), 64<<10)], 1)
	braces, marks, met, strange := 0, 0, 0, 0
	for range 200 {
		first, err := l.next()
		if err != nil || first.kind == end {
			break
		}
		if first.kind == closing {
			marks++
			continue
		}
		if first.kind != word {
			return false
		}
		if met++; !isKnown(first.text) {
			strange++
		}
		t, err := l.next()
		for err == nil && t.kind == word && t.at.Line-first.at.Line < 20 {
			t, err = l.next()
		}
		if err != nil || t.kind != semicolon && t.kind != opening {
			break
		}
		marks++
		if t.kind == opening {
			if braces++; !slices.Contains(contexts, first.text) {
				break
			}
		}
	}
	return marks > 1 && braces > 0 && strange*mostStrange <= met
}

// mostStrange is of how many directives one may be unknown: a word with a mistake, or of a module
// that is not known here, makes no other file of it.
const mostStrange = 2

// contexts are the blocks whose content are directives.
var contexts = []string{"events", "http", "stream", "server", "upstream", "location"}

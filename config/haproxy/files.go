package haproxy

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"lbsim/config/decode"
	"lbsim/config/foreign"
)

// files reads the file of a source, or all of its folder (haproxy -f DIRECTORY): those
// called *.cfg, in order of their names.
func (r *reading) files(src foreign.Source) {
	if src.Text != nil || src.Root == nil {
		r.text(src.Name, src.Text)
		return
	}
	names, err := fs.Glob(src.Root, "*.cfg")
	if err != nil || len(names) == 0 {
		r.fail(decode.Place{File: src.Name}, "holds no file called *.cfg")
		return
	}
	slices.Sort(names)
	for _, name := range names {
		if strings.HasPrefix(name, ".") {
			continue
		}
		text, err := readLimited(src.Root, name)
		full := path.Join(src.Name, name)
		if err != nil {
			r.fail(decode.Place{File: full}, "could not be read: %v", err)
			continue
		}
		r.text(full, text)
	}
}

// readLimited reads a file, and not much more of it than is allowed.
func readLimited(root fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(root, name)
	if err != nil {
		return nil, err
	}
	if info.Size() > 2*mostBytes {
		return nil, fmt.Errorf("it is larger than %d MiB", mostBytes>>20)
	}
	return fs.ReadFile(root, name)
}

// text reads the lines of a file into sections.
func (r *reading) text(name string, octets []byte) {
	text := string(octets)
	if len(text) > mostBytes {
		at := decode.Place{File: name, Line: 1 + strings.Count(text[:mostBytes], "\n"), Column: 1}
		r.fail(at, "the file is larger than %d MiB", mostBytes>>20)
		return
	}
	var now *section
	depth := 0
	for number := 1; text != "" && !r.hopeless(); number++ {
		var raw string
		raw, text, _ = strings.Cut(text, "\n")
		l := r.line(decode.Place{File: name, Line: number}, raw)
		if l == nil {
			continue
		}
		r.all = append(r.all, l)
		if depth = r.conditional(l, depth); l.used {
			continue
		}
		if _, begins := kinds[l.arg(0)]; begins {
			now = r.open(l)
			continue
		}
		if now == nil {
			r.fail(l.at, "is outside of a section: %s", decode.Suggest(l.arg(0), sectionNames()))
			now = &section{kind: "unknown", head: l}
			continue
		}
		now.lines = append(now.lines, l)
		if now.kind == "global" {
			r.setVariable(l)
		}
	}
}

// line takes a line apart; nil where it holds nothing, or nothing that is right.
func (r *reading) line(at decode.Place, text string) *line {
	text = strings.TrimSuffix(text, "\r")
	if strings.TrimLeft(text, " \t\r\v\f") == "" {
		return nil
	}
	x := lexer{in: text, env: r.lookUp}
	end, problem := x.split()
	if problem == nil {
		problem = checkText(text[:end])
	}
	if problem != nil {
		at.Column = problem.column
		r.fail(at, "%s", problem.rule)
		return nil
	}
	if len(x.words) == 0 {
		return nil
	}
	at.Column = x.words[0].column
	l := &line{at: at, words: x.words, raw: strings.Join(strings.Fields(text[:end]), " ")}
	for _, name := range x.unset {
		r.cfg.NotSimulated = append(r.cfg.NotSimulated, foreign.Remark{Place: at, Text: l.raw, Why: "the variable " + name + " has no value here; HAProxy takes it from its environment"})
	}
	return l
}

// conditional lists .if and what depends on it, and returns how deep within such blocks
// the next line is.
func (r *reading) conditional(l *line, depth int) int {
	switch l.arg(0) {
	case ".if":
		r.remark(l, "conditions are not evaluated: what depends on them is left out")
		return depth + 1
	case ".endif":
		r.remark(l, "the end of a condition")
		if depth == 0 {
			r.fail(l.at, "ends no .if")
			return 0
		}
		return depth - 1
	case ".elif", ".else":
		r.remark(l, "conditions are not evaluated: what depends on them is left out")
		if depth == 0 {
			r.fail(l.at, "belongs to no .if")
		}
	case ".notice", ".warning", ".alert", ".diag":
		r.remark(l, "a message")
	default:
		if depth > 0 {
			r.remark(l, "depends on a condition")
		}
	}
	return depth
}

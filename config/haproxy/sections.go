package haproxy

import (
	"fmt"
	"os"
	"slices"

	"lbsim/config/decode"
	"lbsim/config/foreign"
)

// section is a keyword at the beginning of a line and what follows up to the next one.
type section struct {
	kind, name string
	from       string // the defaults that it names
	head       *line
	lines      []*line
	base       *section // the defaults that hold for it; nil: none
	inherited  bool     // it is the defaults of another one
}

// kinds are the sections that there are; those whose reason is empty are read.
var kinds = map[string]string{
	"global": "", "defaults": "", "frontend": "", "backend": "", "listen": "",
	"peers": "stick tables are not shared with other instances", "resolvers": "names are not looked up", "mailers": "nobody is told by mail",
	"userlist": "passwords are not asked for", "program": "other programs are not started", "http-errors": "the text of errors does not matter",
	"ring": "logging", "cache": "answers are not cached", "fcgi-app": "FastCGI is not spoken", "log-forward": "logging", "log-profile": "logging",
	"crt-store": "certificates", "traces": "logging", "acme": "certificates", "ruleset": "rules shared by name",
}

// Limits on what is read, so that no input takes long.
const (
	mostBytes    = 8 << 20 // of a file
	mostProblems = 100
)

// reading is a configuration that is being read.
type reading struct {
	cfg      *foreign.Config
	problems decode.Problems
	env      map[string]string // set by the file
	hidden   map[string]bool   // unset by the file
	sections []*section
	all      []*line // every line but those of comments
	key      string  // what hashing algorithms place a request by; "": nothing
	keyLine  *line   // that says so
	layer    string  // l4: of a file with both, what balances connections
}

func (r *reading) fail(at decode.Place, rule string, args ...any) {
	if len(args) > 0 {
		rule = fmt.Sprintf(rule, args...)
	}
	if !r.hopeless() {
		r.problems = append(r.problems, decode.Problem{Place: at, Rule: rule})
	}
}

// hopeless reports whether so much is wrong that nothing more is looked at.
func (r *reading) hopeless() bool { return len(r.problems) >= mostProblems }

// remark lists a whole line as not simulated.
func (r *reading) remark(l *line, why string) {
	l.used = true
	r.cfg.NotSimulated = append(r.cfg.NotSimulated, foreign.Remark{Place: l.at, Text: l.raw, Why: why})
}

// remarkWord lists one word of a line, with n arguments.
func (r *reading) remarkWord(l *line, i, n int, why string) {
	text := l.arg(i)
	for k := i + 1; k <= i+n && k < len(l.words); k++ {
		text += " " + l.words[k].text
	}
	r.cfg.NotSimulated = append(r.cfg.NotSimulated, foreign.Remark{Place: l.place(i), Text: text, Why: why})
}

// lookUp is the value of a variable: what the file gives it, or the environment.
func (r *reading) lookUp(name string) (string, bool) {
	if value, ok := r.env[name]; ok {
		return value, true
	}
	if r.hidden[name] {
		return "", false
	}
	return os.LookupEnv(name)
}

// sectionNames returns the words that begin a section, in order.
func sectionNames() []string {
	var names []string
	for kind := range kinds {
		names = append(names, kind)
	}
	slices.Sort(names)
	return names
}

// open begins a section.
func (r *reading) open(l *line) *section {
	s := &section{kind: l.arg(0), name: l.arg(1), head: l}
	if s.kind == "defaults" && s.name == "from" {
		s.name, s.from = "", l.arg(2)
	} else if l.arg(2) == "from" {
		s.from = l.arg(3)
		if s.from == "" {
			r.fail(l.place(2), "from must be followed by the name of a defaults section")
		}
	}
	named := s.kind == "frontend" || s.kind == "backend" || s.kind == "listen"
	if named && s.name == "" {
		r.fail(l.at, "%s must have a name", s.kind)
	}
	r.sections = append(r.sections, s)
	return s
}

// setVariable carries out what the section global does to variables.
func (r *reading) setVariable(l *line) {
	name := l.arg(1)
	switch l.arg(0) {
	case "setenv":
		r.env[name] = l.arg(2)
	case "presetenv":
		if _, known := r.lookUp(name); !known {
			r.env[name] = l.arg(2)
		}
	case "unsetenv":
		for _, w := range l.words[1:] {
			delete(r.env, w.text)
			r.hidden[w.text] = true
		}
	default:
		return
	}
	l.used = true
}

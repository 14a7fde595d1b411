package validate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"lbsim/config/decode"
)

var commentLints = []*Lint{{
	ID: "LB030", Name: "ignores-nothing", Severity: Warning,
	Title:   "a comment that tells to ignore what is not there",
	When:    "a comment tells to ignore a lint that finds nothing there; of one that finds more in a world, only in a world",
	Why:     "the mistake was mended, or the comment stands in the wrong place; one day it hides another",
	Instead: "no comment",
}, {
	ID: "LB031", Name: "ignore-without-reason", Severity: Error,
	Title:   "a comment that tells to ignore something and does not say why, or not what",
	When:    "a comment tells to ignore and names no lint that there is, or has no reason",
	Why:     "without a reason who comes later can't know whether it still holds, and what names no lint ignores nothing though it seems to",
	Instead: "# lbsim:ignore LB001 and a reason",
}}

// directive is what tells to ignore lints, in a comment of any of the formats: the lints, and
// the reason. It is about its own line or, where it stands alone, the next one that is no
// comment.
var directive = regexp.MustCompile(`(^|\s)#\s*lbsim:ignore\b[ \t]*(.*)$`)

// word is what a directive names, with the blanks and commas that set it apart from the next.
var word = regexp.MustCompile(`^([^\s,]+)[\s,]*`)

// idLike is what is meant as an id, whether there is that lint or not.
var idLike = regexp.MustCompile(`^LB\d\w*:?$`)

// named splits what a directive says into the lints, of which the first is one whatever it
// looks like, and the reason.
func named(text string) (lints []string, reason string) {
	for {
		m := word.FindStringSubmatch(text)
		if m == nil {
			break
		}
		id := strings.TrimSuffix(m[1], ":")
		if len(lints) > 0 && !idLike.MatchString(id) && Lookup(id) == nil {
			break
		}
		lints, text = append(lints, id), text[len(m[0]):]
	}
	if len(lints) == 0 {
		lints = []string{""}
	}
	return lints, strings.TrimSpace(text)
}

// ignoring is a directive as it was read.
type ignoring struct {
	at     decode.Place
	line   int // the line it is about
	id     string
	reason string
}

// ignore marks the findings that comments tell to ignore, and returns what is wrong with
// the comments.
func (s *Subject) ignore(findings []Finding) []Finding {
	var wrong []Finding
	for _, file := range s.files() {
		for _, x := range directives(file, s.texts[file]) {
			l := Lookup(x.id)
			f := flaw{at: x.at}
			switch {
			case l == nil && x.id == "":
				f.message = "says not what is to be ignored"
			case l == nil:
				f.message = fmt.Sprintf("there is no lint %s: %s", x.id, suggested(x.id))
			case x.reason == "":
				f.message = "says not why " + x.id + " is to be ignored"
			default:
				if !mark(findings, l, x) && (s.World != nil || !l.Situated) {
					f.message = fmt.Sprintf("there is no %s (%s) on line %d", l.ID, l.Name, x.line)
					wrong = append(wrong, s.finding(Lookup("LB030"), f))
				}
				continue
			}
			wrong = append(wrong, s.finding(Lookup("LB031"), f))
		}
	}
	return wrong
}

// mark marks the findings of a lint on a line and reports whether there are any.
func mark(findings []Finding, l *Lint, x ignoring) bool {
	found := false
	for i := range findings {
		if f := &findings[i]; f.ID == l.ID && f.File == x.at.File && f.Line == x.line {
			f.Ignored, found = x.reason, true
		}
	}
	return found
}

// files returns the names of the files that it was read from, in order.
func (s *Subject) files() []string {
	var names []string
	for name := range s.texts {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// directives returns the directives of a file in order.
func directives(file, text string) []ignoring {
	var all []ignoring
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		m := directive.FindStringSubmatchIndex(line)
		if m == nil {
			continue
		}
		hash := strings.IndexByte(line[m[0]:], '#') + m[0]
		x := ignoring{at: decode.Place{File: file, Line: i + 1, Column: hash + 1}, line: i + 1}
		if strings.TrimSpace(line[:hash]) == "" {
			x.line = next(lines, i+1) + 1
		}
		lints, reason := named(line[m[4]:m[5]])
		for _, x.id = range lints {
			x.reason = reason
			all = append(all, x)
		}
	}
	return all
}

// next returns the first line from i on that is neither empty nor a comment.
func next(lines []string, i int) int {
	for i < len(lines)-1 {
		if text := strings.TrimSpace(lines[i]); text != "" && text[0] != '#' {
			break
		}
		i++
	}
	return i
}

// suggested is the lint that was meant, or where they are listed.
func suggested(id string) string {
	if text := decode.Suggest(id, ids()); strings.HasPrefix(text, "did you mean") {
		return text
	}
	return "lbsim lints lists them"
}

// ids returns the ids of all lints.
func ids() []string {
	var all []string
	for _, l := range lints {
		all = append(all, l.ID)
	}
	return all
}

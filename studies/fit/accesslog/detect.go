package accesslog

import (
	"bytes"
	"fmt"
)

// form is a way to take a line apart.
type form interface {
	match(line []byte, f *fields) fault
}

// found is the form of a log.
type found struct {
	form
	name   Format
	header bool // the first line is no request
}

// sampled is how many lines decide on the format.
const sampled = 200

// detect finds the format in which most of the first lines are written, all but a few.
func detect(text []byte) (found, error) {
	lines := firstLines(text)
	if len(lines) == 0 {
		return found{}, &Error{1, "the log is empty"}
	}
	for i, line := range lines[:min(3, len(lines))] {
		if isBinary(line) {
			return found{}, &Error{i + 1, "this is no text: a log, or one that is packed by gzip, is wanted"}
		}
	}
	if lines[0][0] == '{' {
		f := found{form: newJSONForm(lines), name: Format{Name: "JSON"}}
		return f, f.fits(lines)
	}
	if table, ok := csvHeader(lines[0]); ok {
		f := found{form: table, name: Format{Name: "CSV"}, header: true}
		if len(lines) == 1 {
			return f, &Error{1, "no request follows the header"}
		}
		table.onlyFirst(lines[0], lines[1])
		return f, f.fits(lines[1:])
	}
	best, most := found{}, 0
	for _, l := range layouts {
		f := found{form: l, name: l.format}
		if n := f.count(lines); n > most {
			best, most = f, n
		}
	}
	if most == 0 {
		return best, &Error{1, "no format that is known fits: it is none of NGINX's combined and main, HAProxy's httplog and tcplog, Envoy's, JSON and CSV with a header; say it with --log-format, in NGINX's language of $variables"}
	}
	return best, nil
}

// fits is an error if a form can't read a single one of the lines.
func (f found) fits(lines [][]byte) error {
	if f.count(lines) > 0 {
		return nil
	}
	var parts fields
	why := f.match(lines[0], &parts)
	if why == none {
		why = parts.read(&Entry{}, &finenesses{})
	}
	line := 1
	if f.header {
		line = 2
	}
	return &Error{line, fmt.Sprintf("none of the first lines can be read as %s: this one %s", f.name.Name, faults[why])}
}

// count is how many of the lines a form can read.
func (f found) count(lines [][]byte) int {
	n := 0
	for _, line := range lines {
		var parts fields
		if f.match(line, &parts) == none && parts.read(&Entry{}, &finenesses{}) == none {
			n++
		}
	}
	return n
}

// other names a known format that a line has, other than that of its log.
func (f found) other(line []byte) string {
	for _, l := range layouts {
		if one := (found{form: l}); l.format.Name != f.name.Name && one.count([][]byte{line}) == 1 {
			return l.format.Name
		}
	}
	if _, ok := f.form.(*jsonForm); !ok && eachPair(line, func(_, _ []byte) {}) {
		return "JSON"
	}
	return ""
}

func firstLines(text []byte) (lines [][]byte) {
	for len(text) > 0 && len(lines) < sampled {
		line, rest, whole := bytes.Cut(text, []byte("\n"))
		if text = rest; !whole && len(lines) > 0 {
			break // it may go on
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			lines = append(lines, line)
		}
	}
	return lines
}

// isBinary reports whether a line has control characters, but for tabs.
func isBinary(line []byte) bool {
	return bytes.IndexFunc(line, func(r rune) bool { return r < ' ' && r != '\t' && r != '\r' }) >= 0
}

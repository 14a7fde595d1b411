package accesslog

import (
	"bytes"
	"slices"
	"strings"
)

// column finds what a column's or a key's name says. moment is what a time without a further
// word is.
func column(name string, moment meaning) said {
	name = strings.ToLower(strings.TrimSpace(name))
	name = strings.NewReplacer("-", "_", " ", "_", ".", "_").Replace(name)
	if slices.Contains(times, name) {
		return said{what: moment}
	}
	if s, ok := named[name]; ok {
		return s
	}
	for _, u := range unitSuffixes {
		if short, ok := strings.CutSuffix(name, u.suffix); ok {
			if s := named[short]; s.unit > 0 || s.what == came || s.what == ended {
				return said{what: s.what, unit: u.unit}
			}
		}
	}
	return said{}
}

// csvForm is a table with a header. What lbsim --requests writes has several runs one after
// the other, each of which begins anew: only is the cells of a row of the first, by column.
type csvForm struct {
	separator byte
	columns   []said
	only      map[int]string
}

// runColumns say which run of lbsim a row is of.
var runColumns = []string{"variant", "replication"}

// onlyFirst keeps to the run of a row.
func (c *csvForm) onlyFirst(header, row []byte) {
	for i := range c.columns {
		var name, value []byte
		name, header, _ = cell(header, c.separator)
		value, row, _ = cell(row, c.separator)
		if slices.Contains(runColumns, string(name)) {
			if c.only == nil {
				c.only = map[int]string{}
			}
			c.only[i] = string(value)
		}
	}
	if len(c.only) < len(runColumns) {
		c.only = nil // of others, who mean something else
	}
}

// csvHeader reads a header. It is one if it says when and one thing more.
func csvHeader(line []byte) (*csvForm, bool) {
	line = bytes.TrimPrefix(line, []byte("\ufeff"))
	for _, separator := range []byte{',', ';', '\t'} {
		form := &csvForm{separator: separator}
		told := map[meaning]bool{}
		for rest, more := line, true; more; {
			var name []byte
			name, rest, more = cell(rest, separator)
			s := column(string(name), came)
			if told[s.what] {
				s = said{} // the first of two says it
			}
			told[s.what] = true
			form.columns = append(form.columns, s)
		}
		delete(told, nothing)
		if len(told) >= 2 && (told[came] || told[ended]) {
			return form, true
		}
	}
	return nil, false
}

func (c *csvForm) match(line []byte, f *fields) fault {
	for i, s := range c.columns {
		text, rest, more := cell(line, c.separator)
		if want, ok := c.only[i]; ok && want != string(text) {
			return elsewhere
		}
		f.put(s, text)
		line = rest
		if !more && i+1 < len(c.columns) {
			return fewColumns
		}
	}
	return none
}

// cell cuts the first cell off a line. Quotes that are doubled within a quoted one stay so.
func cell(line []byte, separator byte) (text, rest []byte, more bool) {
	if len(line) > 0 && line[0] == '"' {
		for i := 1; i < len(line); i++ {
			if line[i] != '"' {
				continue
			}
			if i+1 < len(line) && line[i+1] == '"' {
				i++
				continue
			}
			if i+1 < len(line) && line[i+1] == separator {
				return line[1:i], line[i+2:], true
			}
			return line[1:i], nil, false
		}
	}
	i := bytes.IndexByte(line, separator)
	if i < 0 {
		return bytes.TrimSpace(line), nil, false
	}
	return bytes.TrimSpace(line[:i]), line[i+1:], true
}

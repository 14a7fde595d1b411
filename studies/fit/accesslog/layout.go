package accesslog

import (
	"bytes"
	"fmt"
	"strings"

	"lbsim/config/decode"
)

// layout is a format of literal text and variables: what NGINX's log_format says.
type layout struct {
	format Format
	parts  []part
}

// part is a variable behind a literal.
type part struct {
	literal []byte
	said    said
	last    bool // no variable: the literal ends the line
}

// variables are NGINX's, and those that the known formats of others are written with.
var variables = map[string]said{
	"time_local": {what: ended}, "time_iso8601": {what: ended}, "msec": {what: ended}, "start_time": {what: came},
	"request": {what: request}, "request_method": {what: method}, "request_uri": {what: path}, "uri": {what: path}, "document_uri": {what: path},
	"status":       {what: status},
	"request_time": {what: total, unit: second}, "upstream_response_time": {what: response, unit: second},
	"remote_addr": {what: client}, "remote_port": {}, "realip_remote_addr": {}, "binary_remote_addr": {what: client},
	"upstream_addr": {what: server}, "session_time": {what: total, unit: second}, "upstream_session_time": {what: response, unit: second},
	// Of others, in their own units.
	"client": {what: client}, "server": {what: server},
	"receive_ms": {received, millisecond, true}, "wait_ms": {waited, millisecond, true}, "total_ms": {total, millisecond, true}, "upstream_ms": {response, millisecond, true},
}

// Compile reads a format in NGINX's language: text with $variables. Those that are not used
// here are read over.
func compile(f Format) (*layout, error) {
	l := &layout{format: f}
	text, literal := f.Text, ""
	told := map[meaning]bool{}
	for text != "" {
		i := strings.IndexByte(text, '$')
		if i < 0 {
			literal += text
			break
		}
		literal, text = literal+text[:i], text[i+1:]
		name, rest := variableName(text)
		if name == "" {
			return nil, fmt.Errorf("a $ without the name of a variable behind it")
		}
		if len(l.parts) > 0 && literal == "" {
			return nil, fmt.Errorf("$%s stands right behind another variable: nothing says where it begins", name)
		}
		s := variables[name]
		told[s.what] = true
		l.parts = append(l.parts, part{literal: []byte(literal), said: s})
		text, literal = rest, ""
	}
	if !told[ended] && !told[came] {
		return nil, fmt.Errorf("no variable says when: add $msec, $time_iso8601 or $time_local%s", misspelt(f.Text))
	}
	l.parts = append(l.parts, part{literal: []byte(literal), last: true})
	return l, nil
}

// misspelt names a variable that is nearly one that says when.
func misspelt(text string) string {
	for name, rest := "", text; ; {
		_, after, ok := strings.Cut(rest, "$")
		if !ok {
			return ""
		}
		if name, rest = variableName(after); name != "" {
			if near := decode.Nearest(name, []string{"msec", "time_iso8601", "time_local"}); near != "" {
				return fmt.Sprintf(" (did you mean $%s by $%s?)", near, name)
			}
		}
	}
}

// variableName reads name or {name}.
func variableName(text string) (name, rest string) {
	if inner, ok := strings.CutPrefix(text, "{"); ok {
		name, rest, _ = strings.Cut(inner, "}")
		return name, rest
	}
	end := strings.IndexFunc(text, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	if end < 0 {
		end = len(text)
	}
	return text[:end], text[end:]
}

// match takes a line apart.
func (l *layout) match(line []byte, f *fields) fault {
	for i := range l.parts {
		p := &l.parts[i]
		at := 0
		if i > 0 {
			at = find(line, p)
		} else if !bytes.HasPrefix(line, p.literal) {
			at = -1
		}
		if at < 0 {
			return otherForm
		}
		if i > 0 {
			f.put(l.parts[i-1].said, line[:at])
		}
		line = line[at+len(p.literal):]
	}
	return none
}

// find is where a literal begins; the last one ends the line.
func find(line []byte, p *part) int {
	switch {
	case p.last && bytes.HasSuffix(line, p.literal):
		return len(line) - len(p.literal)
	case p.last:
		return -1
	case len(p.literal) == 1:
		return bytes.IndexByte(line, p.literal[0])
	}
	return bytes.Index(line, p.literal)
}

package accesslog

import "bytes"

// jsonForm is a log with a JSON object on each line. keys are those that say something.
type jsonForm struct{ keys map[string]said }

// envoyKeys say that a log is Envoy's, whose durations are whole milliseconds.
var envoyKeys = []string{"response_code", "response_flags", "upstream_host", "bytes_received", "upstream_service_time"}

// newJSONForm learns from some lines which keys there are.
func newJSONForm(lines [][]byte) *jsonForm {
	seen := map[string]bool{}
	for _, line := range lines {
		eachPair(line, func(key, _ []byte) { seen[string(key)] = true })
	}
	envoy := false
	for _, key := range envoyKeys {
		envoy = envoy || seen[key]
	}
	form := &jsonForm{keys: map[string]said{}}
	for key := range seen {
		s := column(key, ended)
		switch {
		case key == "duration" && envoy:
			s = said{total, millisecond, true}
		case key == "upstream_service_time" || key == "x_envoy_upstream_service_time":
			s = said{response, millisecond, true}
		}
		if s.what != nothing {
			form.keys[key] = s
		}
	}
	return form
}

func (j *jsonForm) match(line []byte, f *fields) fault {
	whole := eachPair(line, func(key, value []byte) {
		if s, ok := j.keys[string(key)]; ok && f.text[s.what] == nil {
			f.put(s, value)
		}
	})
	if !whole {
		return noObject
	}
	return none
}

// eachPair calls visit with each key of an object and its value, strings without their
// quotes and as they are written. It reports whether the line is an object, as far as its
// parts can be told apart.
func eachPair(line []byte, visit func(key, value []byte)) bool {
	s := bytes.TrimSpace(line)
	if len(s) < 2 || s[0] != '{' || s[len(s)-1] != '}' {
		return false
	}
	s = bytes.TrimSpace(s[1 : len(s)-1])
	for len(s) > 0 {
		key, rest, ok := quotedText(s)
		rest = bytes.TrimLeft(rest, " \t")
		if !ok || len(rest) == 0 || rest[0] != ':' {
			return false
		}
		value, rest, ok := valueText(bytes.TrimLeft(rest[1:], " \t"))
		if !ok {
			return false
		}
		visit(key, value)
		s = bytes.TrimLeft(rest, " \t")
		if len(s) == 0 {
			return true
		}
		if s[0] != ',' {
			return false
		}
		s = bytes.TrimLeft(s[1:], " \t")
	}
	return true
}

// quotedText cuts a string off, which ends at a quote that no backslash precedes.
func quotedText(s []byte) (text, rest []byte, ok bool) {
	if len(s) == 0 || s[0] != '"' {
		return nil, nil, false
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return s[1:i], s[i+1:], true
		}
	}
	return nil, nil, false
}

// valueText cuts a value off: a string, a number or a word, which null is none of; of an
// object or a list it tells nothing.
func valueText(s []byte) (text, rest []byte, ok bool) {
	switch {
	case len(s) == 0:
		return nil, nil, false
	case s[0] == '"':
		return quotedText(s)
	case s[0] == '{' || s[0] == '[':
		end := closing(s)
		if end < 0 {
			return nil, nil, false
		}
		return nil, s[end:], true
	}
	end := bytes.IndexByte(s, ',')
	if end < 0 {
		end = len(s)
	}
	text = bytes.TrimSpace(s[:end])
	if string(text) == "null" {
		text = nil
	}
	return text, s[end:], true
}

// closing is where an object or a list ends, -1 where it does not.
func closing(s []byte) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			_, rest, ok := quotedText(s[i:])
			if !ok {
				return -1
			}
			i = len(s) - len(rest) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

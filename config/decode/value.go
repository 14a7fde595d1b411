package decode

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// Value is a place in a document, with or without something in it.
type Value struct {
	Path string
	doc  *Document
	node *yaml.Node // where there is nothing: the mapping that lacks it
	key  *yaml.Node // of a mapping's entry
	gone bool
}

// Present reports whether the file has a value here.
func (v Value) Present() bool { return !v.gone }

// Is reports what kind of value it is.
func (v Value) isMapping() bool { return !v.gone && v.node.Kind == yaml.MappingNode }
func (v Value) isList() bool    { return !v.gone && v.node.Kind == yaml.SequenceNode }

// IsScalar reports whether the value is a word, a number or another single thing.
func (v Value) IsScalar() bool {
	return !v.gone && v.node.Kind == yaml.ScalarNode && v.node.Tag != "!!null"
}

// Text returns a scalar as written, and a mapping or list in a few words.
func (v Value) Text() string {
	switch {
	case v.gone:
		return ""
	case v.node.Kind == yaml.MappingNode:
		return "{…}"
	case v.node.Kind == yaml.SequenceNode:
		return "[…]"
	case v.node.Value == "":
		return `""`
	}
	text := v.node.Value
	if short := []rune(text); len(short) > 60 {
		text = string(short[:60]) + "…"
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		text = fmt.Sprintf("%q", text)
	}
	return text
}

// Fail reports that the value breaks a rule.
func (v Value) Fail(rule string, args ...any) {
	v.report(v.place(v.node), v.Text(), rule, args)
}

// FailKey reports that the key itself is the mistake, whatever its value.
func (v Value) FailKey(rule string, args ...any) {
	at := v.node
	if v.key != nil {
		at = v.key
	}
	v.report(v.place(at), "", rule, args)
}

func (v Value) report(at Place, value, rule string, args []any) {
	if len(args) > 0 {
		rule = fmt.Sprintf(rule, args...)
	}
	v.doc.problems = append(v.doc.problems, Problem{Place: at, Path: v.Path, Value: value, Rule: rule})
}

func (v Value) place(n *yaml.Node) Place {
	if from, ok := v.doc.origin[n]; ok {
		if strings.HasPrefix(from, setPrefix) {
			return Place{File: from}
		}
		return Place{from, n.Line, n.Column}
	}
	return Place{v.doc.Name, n.Line, n.Column}
}

// Get returns the entry of a mapping.
func (v Value) Get(key string) Value {
	path := key
	if v.Path != "" {
		path = v.Path + "." + key
	}
	if v.isMapping() {
		for i := 0; i+1 < len(v.node.Content); i += 2 {
			if k := v.node.Content[i]; k.Value == key && k.Kind == yaml.ScalarNode {
				return Value{Path: path, doc: v.doc, node: v.node.Content[i+1], key: k}
			}
		}
	}
	return Value{Path: path, doc: v.doc, node: v.node, gone: true}
}

// Index returns an element of a list.
func (v Value) Index(i int) Value {
	path := fmt.Sprintf("%s[%d]", v.Path, i)
	if v.isList() && i < len(v.node.Content) {
		return Value{Path: path, doc: v.doc, node: v.node.Content[i]}
	}
	return Value{Path: path, doc: v.doc, node: v.node, gone: true}
}

// Len returns how many elements a list has, 0 for anything else.
func (v Value) Len() int {
	if v.isList() {
		return len(v.node.Content)
	}
	return 0
}

// At returns the value at a path as in messages: workload.classes[1].share.
func (v Value) At(path string) Value {
	for path != "" {
		name, rest, _ := strings.Cut(path, ".")
		name, index, indexed := strings.Cut(name, "[")
		if name != "" {
			v = v.Get(name)
		}
		for indexed {
			var i int
			if _, err := fmt.Sscanf(index, "%d]", &i); err != nil || i < 0 {
				break
			}
			v = v.Index(i)
			_, index, indexed = strings.Cut(index, "[")
		}
		path = rest
	}
	return v
}

// Keys returns a mapping's keys in order of the file.
func (v Value) Keys() []string {
	var keys []string
	if v.isMapping() {
		for i := 0; i+1 < len(v.node.Content); i += 2 {
			keys = append(keys, v.node.Content[i].Value)
		}
	}
	return keys
}

// Mapping reports whether v is a mapping whose keys are words, each given once,
// and reports a problem otherwise.
func (v Value) Mapping() bool {
	if !v.isMapping() {
		v.Fail("%s", v.wanted("a mapping, such as {key: value}"))
		return false
	}
	seen, good := map[string]bool{}, true
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		k := v.node.Content[i]
		at := Value{Path: strings.TrimPrefix(v.Path+"."+k.Value, "."), doc: v.doc, node: k, key: k}
		switch {
		case k.Kind != yaml.ScalarNode:
			v.report(v.place(k), "", "a key must be a word", nil)
		case k.Tag == "!!merge":
			at.FailKey("merge keys are not part of the language: repeat the value")
		case seen[k.Value]:
			at.FailKey("the key is given twice")
		default:
			seen[k.Value] = true
			continue
		}
		good = false
	}
	return good
}

// List reports whether v is a list, and reports a problem otherwise.
func (v Value) List() bool {
	if !v.isList() {
		v.Fail("%s", v.wanted("a list"))
		return false
	}
	return true
}

// wanted says what must be here; an empty value gets a hint of its own.
func (v Value) wanted(what string) string {
	if !v.gone && v.node.Kind == yaml.ScalarNode && v.node.Tag == "!!null" {
		return "is empty: must be " + what + ", or leave the key out"
	}
	return "must be " + what
}

// Sound reports whether no problem was found at, below or above the given paths,
// which are relative to v; "" is v itself.
func (v Value) Sound(paths ...string) bool {
	for _, p := range paths {
		switch {
		case p == "":
			p = v.Path
		case v.Path != "":
			p = v.Path + "." + p
		}
		for _, q := range v.doc.problems {
			if within(q.Path, p) || within(p, q.Path) {
				return false
			}
		}
	}
	return true
}

// within reports whether path is above, or something within it.
func within(path, above string) bool {
	rest, ok := strings.CutPrefix(path, above)
	return ok && (above == "" || rest == "" || rest[0] == '.' || rest[0] == '[')
}

// Word returns a string, quoted or not; ok is false for numbers and true, false.
func (v Value) Word() (string, bool) { return v.text() }

// Literal returns any scalar as written.
func (v Value) Literal() (string, bool) {
	if v.IsScalar() {
		return v.node.Value, true
	}
	return "", false
}

// number returns the text of an unquoted number.
func (v Value) number() (string, bool) {
	if v.IsScalar() && (v.node.Tag == "!!int" || v.node.Tag == "!!float") {
		return v.node.Value, true
	}
	return "", false
}

// text returns a string, quoted or not.
func (v Value) text() (string, bool) {
	if v.IsScalar() && v.node.Tag == "!!str" {
		return v.node.Value, true
	}
	return "", false
}

package decode

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// setPrefix begins the place of a value that an override gave.
const setPrefix = "--set "

// Language is what overrides need to know of the files they change.
type Language struct {
	Paths []string // as Paths returns them
	// Wrap says which keys take a word that is short for a mapping with that
	// word at another key: {"algorithm": "name"}.
	Wrap map[string]string
	// Exclusive is groups of keys of which a mapping has one: setting one
	// removes the others.
	Exclusive [][]string
}

// has reports whether the language has a path.
func (l Language) has(path string) bool {
	return slices.ContainsFunc(l.Paths, func(known string) bool {
		if !strings.Contains(known, anyName) {
			return known == path
		}
		a, b := strings.Split(known, "."), strings.Split(path, ".")
		return slices.EqualFunc(a, b, func(k, p string) bool { return k == p || k == anyName })
	})
}

// SetError is an override that cannot be.
type SetError struct{ Path, Value, Rule string }

func (e *SetError) Error() string { return setPrefix + e.Path + "=" + e.Value + ": " + e.Rule }

var (
	pathPattern = regexp.MustCompile(`^[A-Za-z_][\w-]*(?:\[\d{1,6}\])*(?:\.[\w-]+(?:\[\d{1,6}\])*)*$`)
	pathSplit   = regexp.MustCompile(`[\w-]+`)
)

// Set puts a value, written as in a file, at a path such as balancer.algorithm,
// servers[0].workers or servers.api.count (an element of a list by its name).
// The path must be one of the language and its lists must have the elements; keys
// that are not there are added. An error that a reader finds in the value later
// names the override as its place.
func (d *Document) Set(path, value string, lang Language) error {
	refuse := func(rule string, args ...any) error {
		return &SetError{path, value, fmt.Sprintf(rule, args...)}
	}
	if !pathPattern.MatchString(path) {
		return refuse("the path must look like balancer.algorithm, servers[0].workers or servers.api.count")
	}
	given, err := Parse(setPrefix+path+"="+value, strings.NewReader(value))
	if err != nil {
		return refuse("the value %s", err.(Problems)[0].Rule)
	}
	at := &target{doc: d, node: d.root, lang: lang, origin: setPrefix + path + "=" + value}
	steps := pathSplit.FindAllString(path, -1)
	for i, step := range steps {
		if rule := at.enter(step, i == len(steps)-1); rule != "" {
			return refuse("%s", rule)
		}
	}
	if !lang.has(at.pattern) {
		return refuse("unknown path%s", meant(path, at.pattern, lang.Paths))
	}
	at.commit(given.root)
	return nil
}

// target is where an override has come to on its way down the tree. Nothing is
// changed before the whole path is known to be good.
type target struct {
	doc     *Document
	lang    Language
	origin  string
	node    *yaml.Node // the mapping or list entered; nil: does not exist yet
	pattern string     // the path so far, as in Language.Paths

	parent  *yaml.Node // deepest existing mapping, when keys must be added
	missing []string   // keys to add below parent, outermost first
	wrap    *yaml.Node // a scalar that must become a mapping
	wrapKey string
}

// enter goes to the entry named step; it returns the rule that is broken, or "".
func (t *target) enter(step string, last bool) string {
	if t.node != nil && t.node.Kind == yaml.SequenceNode {
		return t.element(step)
	}
	t.pattern = strings.TrimPrefix(t.pattern+"."+step, ".")
	if t.node == nil {
		t.missing = append(t.missing, step)
		return ""
	}
	if t.node.Kind == yaml.ScalarNode {
		key := t.wrapper()
		if key == "" && t.node.Tag != "!!null" {
			return fmt.Sprintf("%s is %s, it has nothing below it", strings.TrimSuffix(t.pattern, "."+step), t.node.Value)
		}
		t.wrap, t.wrapKey = t.node, key
		t.parent, t.node, t.missing = t.node, nil, []string{step}
		return ""
	}
	for i := 0; i+1 < len(t.node.Content); i += 2 {
		if t.node.Content[i].Value == step {
			t.parent, t.missing = t.node, nil
			if last {
				t.missing = []string{step}
			}
			t.node = t.node.Content[i+1]
			return ""
		}
	}
	t.parent, t.node, t.missing = t.node, nil, []string{step}
	return ""
}

// wrapper returns the key under which the scalar here stands in full.
func (t *target) wrapper() string {
	steps := strings.Split(t.pattern, ".")
	if len(steps) < 2 {
		return ""
	}
	return t.lang.Wrap[strings.TrimSuffix(steps[len(steps)-2], "[]")]
}

// element goes to an element of a list by index or by name.
func (t *target) element(step string) string {
	list := t.node
	where := t.pattern
	t.pattern += "[]"
	i, err := strconv.Atoi(step)
	var names []string
	if err != nil {
		i = -1
		for j, e := range list.Content {
			name := Value{doc: t.doc, node: e}.Get("name")
			if !name.Present() {
				continue
			}
			names = append(names, name.node.Value)
			if name.node.Value == step {
				i = j
			}
		}
	}
	if i < 0 && err != nil {
		return fmt.Sprintf("%s has no %s: %s", where, step, Suggest(step, names))
	}
	if i >= len(list.Content) {
		return fmt.Sprintf("%s has %d elements, the first is [0]", where, len(list.Content))
	}
	t.parent, t.node, t.missing = nil, list.Content[i], nil
	return ""
}

// commit puts value at the target.
func (t *target) commit(value *yaml.Node) {
	t.doc.claim(value, t.origin)
	if t.parent == nil { // an element of a list
		*t.node = *value
		t.doc.origin[t.node] = t.origin
		return
	}
	into := t.parent
	if t.wrap != nil {
		word := *t.wrap
		*into = yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: word.Line, Column: word.Column}
		if t.wrapKey != "" {
			into.Content = []*yaml.Node{t.word(t.wrapKey), &word}
			if from, ok := t.doc.origin[t.wrap]; ok {
				t.doc.origin[&word] = from
			}
		}
	}
	for _, key := range t.missing[:len(t.missing)-1] {
		m := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		t.doc.claim(m, t.origin)
		put(into, t.word(key), m)
		into = m
	}
	key := t.missing[len(t.missing)-1]
	for _, group := range t.lang.Exclusive {
		if slices.Contains(group, key) {
			for _, other := range without(group, []string{key}) {
				drop(into, other)
			}
		}
	}
	put(into, t.word(key), value)
}

func (t *target) word(text string) *yaml.Node {
	w := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	t.doc.claim(w, t.origin)
	return w
}

// put adds an entry to a mapping or replaces it.
func put(m, key, value *yaml.Node) {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key.Value {
			m.Content[i], m.Content[i+1] = key, value
			return
		}
	}
	m.Content = append(m.Content, key, value)
}

func drop(m *yaml.Node, key string) {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			m.Content = slices.Delete(m.Content, i, i+2)
			return
		}
	}
}

// meant suggests a path: the one that ends in what was written, or the nearest by
// its letters, or by its last word. Where only the last word differs the rest is as typed,
// which names an element of a list.
func meant(typed, path string, known []string) string {
	for _, k := range known {
		if strings.HasSuffix(k, "."+path) || strings.HasSuffix(k, "]."+path) {
			return ": did you mean " + k + "?"
		}
	}
	if near := Nearest(path, known); near != "" {
		here, last := strings.LastIndex(path, ".")+1, strings.LastIndex(near, ".")+1
		if path[:here] == near[:last] {
			near = typed[:strings.LastIndex(typed, ".")+1] + near[last:]
		}
		return ": did you mean " + near + "?"
	}
	last := path[strings.LastIndex(path, ".")+1:]
	for _, k := range known {
		if tail := k[strings.LastIndex(k, ".")+1:]; Nearest(last, []string{tail}) != "" {
			return ": did you mean " + k + "?"
		}
	}
	return ""
}

package decode

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Limits on what is read, so that no input, however strange, takes long.
const (
	maxBytes = 4 << 20 // a file
	maxNodes = 200_000 // values of a file, aliases expanded
	maxDepth = 64      // mappings and lists within one another
	// maxProblems is where the report of a hopeless file stops.
	maxProblems = 100
)

// Document is a file's tree of values, what overrides made of it, and the
// problems found so far.
type Document struct {
	Name     string // for messages
	root     *yaml.Node
	origin   map[*yaml.Node]string // file or override, where it is not Name
	problems Problems
	nodes    int
}

// Parse reads one YAML document (JSON is YAML too). The error is a Problems.
func Parse(name string, r io.Reader) (*Document, error) {
	d := &Document{Name: name, origin: map[*yaml.Node]string{}}
	text, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return nil, Problems{{Place: Place{File: name}, Rule: err.Error()}}
	}
	if len(text) > maxBytes {
		return nil, Problems{{Place: Place{File: name}, Rule: fmt.Sprintf("is larger than %d MiB", maxBytes>>20)}}
	}
	root, problem := parseText(name, text)
	if problem != nil {
		return nil, Problems{*problem}
	}
	if root == nil {
		return nil, Problems{{Place: Place{File: name}, Rule: "is empty"}}
	}
	d.root, err = d.expand(root, 0, nil)
	if err != nil {
		return nil, err
	}
	return d, nil
}

// parseText returns the root value of a single YAML document.
func parseText(name string, text []byte) (root *yaml.Node, problem *Problem) {
	// yaml.v3 turns its own panics into errors except for a few inputs that
	// fuzzing has found in the past; a file must not be able to stop the program.
	defer func() {
		if r := recover(); r != nil {
			root, problem = nil, &Problem{Place: Place{File: name}, Rule: "is not YAML"}
		}
	}()
	dec := yaml.NewDecoder(strings.NewReader(string(text)))
	var file, more yaml.Node
	if err := dec.Decode(&file); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		return nil, syntaxProblem(name, err)
	}
	switch err := dec.Decode(&more); {
	case err == nil:
		return nil, &Problem{Place: Place{name, more.Line, 1}, Rule: "a second document begins here: a file holds one"}
	case !errors.Is(err, io.EOF):
		return nil, syntaxProblem(name, err)
	}
	if len(file.Content) == 0 {
		return nil, nil
	}
	return file.Content[0], nil
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

func syntaxProblem(name string, err error) *Problem {
	p := &Problem{Place: Place{File: name}, Rule: "is not YAML: " + strings.TrimPrefix(err.Error(), "yaml: ")}
	if m := yamlLine.FindStringSubmatch(strings.ReplaceAll(err.Error(), "\n", " ")); m != nil {
		p.Rule = "is not YAML: " + m[2]
		if m[1] != "" {
			p.Place.Line, _ = strconv.Atoi(m[1])
			p.Place.Column = 1
		}
	}
	return p
}

// expand returns a copy of the tree at n in which aliases are replaced by what
// they stand for, so that a change of one place leaves the others alone. open is
// the anchors that are being expanded.
func (d *Document) expand(n *yaml.Node, depth int, open []*yaml.Node) (*yaml.Node, error) {
	refuse := func(rule string) error {
		return Problems{{Place: Place{d.Name, n.Line, n.Column}, Rule: rule}}
	}
	if d.nodes++; d.nodes > maxNodes {
		return nil, refuse(fmt.Sprintf("the file has more than %d values, aliases expanded", maxNodes))
	}
	if depth > maxDepth {
		return nil, refuse(fmt.Sprintf("values are nested more than %d deep", maxDepth))
	}
	if n.Kind == yaml.AliasNode {
		for _, o := range open {
			if o == n.Alias {
				return nil, refuse("*" + n.Value + " holds itself")
			}
		}
		return d.expand(n.Alias, depth+1, append(open, n.Alias))
	}
	c := *n
	c.Anchor, c.Alias, c.Content = "", nil, make([]*yaml.Node, len(n.Content))
	for i, child := range n.Content {
		var err error
		if c.Content[i], err = d.expand(child, depth+1, open); err != nil {
			return nil, err
		}
	}
	return &c, nil
}

// Root is the value of the whole file.
func (d *Document) Root() Value { return Value{doc: d, node: d.root} }

// Places returns where each value of the document was written, by its path as in messages:
// of a mapping's entry where its key stands. The whole is at "".
func (d *Document) Places() map[string]Place {
	places := map[string]Place{}
	var note func(v Value)
	note = func(v Value) {
		at := v.node
		if v.key != nil {
			at = v.key
		}
		places[v.Path] = v.place(at)
		for _, key := range v.Keys() {
			note(v.Get(key))
		}
		for i := range v.Len() {
			note(v.Index(i))
		}
	}
	note(d.Root())
	return places
}

// Err returns all problems found, in order, or nil.
func (d *Document) Err() error {
	if len(d.problems) == 0 {
		return nil
	}
	p := d.problems.sorted()
	if len(p) > maxProblems {
		p = append(p[:maxProblems:maxProblems], Problem{Place: Place{File: d.Name}, Rule: fmt.Sprintf("and %d more", len(p)-maxProblems)})
	}
	return p
}

// Clone returns a copy without problems, which can be changed on its own.
func (d *Document) Clone() *Document {
	c := &Document{Name: d.Name, origin: make(map[*yaml.Node]string, len(d.origin))}
	var copyNode func(n *yaml.Node) *yaml.Node
	copyNode = func(n *yaml.Node) *yaml.Node {
		m := *n
		m.Content = make([]*yaml.Node, len(n.Content))
		for i := range n.Content {
			m.Content[i] = copyNode(n.Content[i])
		}
		if from, ok := d.origin[n]; ok {
			c.origin[&m] = from
		}
		return &m
	}
	c.root = copyNode(d.root)
	return c
}

// claim marks n and all below it as coming from origin.
func (d *Document) claim(n *yaml.Node, origin string) {
	d.origin[n] = origin
	for _, c := range n.Content {
		d.claim(c, origin)
	}
}

// Rename makes messages about the whole name another file; those about a value go on to
// name the one that it is from.
func (d *Document) Rename(name string) {
	var keep func(n *yaml.Node)
	keep = func(n *yaml.Node) {
		if _, ok := d.origin[n]; !ok {
			d.origin[n] = d.Name
		}
		for _, c := range n.Content {
			keep(c)
		}
	}
	keep(d.root)
	d.Name = name
}

// Put makes value, in its canonical form as Write gives it, the entry of the root's key.
// Problems in it name file, which has no lines.
func (d *Document) Put(key, file string, value any) error {
	text, err := json.Marshal(value) // which writes numbers as people do
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	node, problem := parseText(file, text)
	if problem != nil {
		return Problems{*problem}
	}
	k := &yaml.Node{}
	k.SetString(key)
	d.claim(k, file)
	d.claim(node, file)
	placeless(node)
	put(d.root, k, node)
	return nil
}

// placeless takes away lines and columns.
func placeless(n *yaml.Node) {
	n.Line, n.Column = 0, 0
	for _, c := range n.Content {
		placeless(c)
	}
}

// Keep takes out of the list at a path of the document the elements for which keep is false.
func (d *Document) Keep(path string, keep func(i int) bool) {
	list := d.Root().At(path)
	if !list.isList() {
		return
	}
	var kept []*yaml.Node
	for i, n := range list.node.Content {
		if keep(i) {
			kept = append(kept, n)
		}
	}
	list.node.Content = kept
}

// Drop takes the entry of a key out of the root, and reports whether there was one.
func (d *Document) Drop(key string) bool {
	if d.root.Kind != yaml.MappingNode {
		return false
	}
	for i := 0; i+1 < len(d.root.Content); i += 2 {
		if d.root.Content[i].Value == key {
			d.root.Content = slices.Delete(d.root.Content, i, i+2)
			return true
		}
	}
	return false
}

// DropEmpty takes out the entries of mappings that have no value, and what has no entries
// then: a form that is filled in in part is read as if they were not there. An empty list
// is a value.
func (d *Document) DropEmpty() { dropEmpty(d.root) }

// dropEmpty returns whether anything is left of a value.
func dropEmpty(n *yaml.Node) bool {
	switch n.Kind {
	case yaml.MappingNode:
		var kept []*yaml.Node
		for i := 0; i+1 < len(n.Content); i += 2 {
			if dropEmpty(n.Content[i+1]) {
				kept = append(kept, n.Content[i], n.Content[i+1])
			}
		}
		n.Content = kept
		return len(kept) > 0
	case yaml.SequenceNode:
		n.Content = slices.DeleteFunc(n.Content, func(x *yaml.Node) bool { return !dropEmpty(x) })
		return true
	}
	return n.Tag != "!!null"
}

// Include puts other's tree in place of the value at v, which must be a value of
// d. Problems in it name other's file.
func (d *Document) Include(v Value, other *Document) {
	for n, from := range other.origin {
		d.origin[n] = from
	}
	d.claim(other.root, other.Name)
	*v.node = *other.root
	d.origin[v.node] = other.Name
}

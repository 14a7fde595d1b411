package envoy

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"lbsim/config/decode"
)

// Limits on what is read, so that no input, however strange, takes long. Dumps are long.
const (
	maxBytes = 16 << 20
	maxNodes = 500_000
	maxDepth = 100
)

// node is a value of the file; the zero node stands for what is not there.
type node struct {
	n *yaml.Node
	r *reading
}

var yamlLine = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?(.*)$`)

// parse reads the file's one document, aliases expanded.
func (r *reading) parse(text []byte) (root *yaml.Node, err error) {
	whole := r.cfg.Places[""]
	refuse := func(at decode.Place, rule string) error { return decode.Problems{{Place: at, Rule: rule}} }
	if len(text) > maxBytes {
		return nil, refuse(whole, fmt.Sprintf("is larger than %d MiB", maxBytes>>20))
	}
	defer func() { // yaml.v3 has panicked on strange input before
		if recover() != nil {
			root, err = nil, refuse(whole, "is not YAML")
		}
	}()
	var file, more yaml.Node
	dec := yaml.NewDecoder(strings.NewReader(string(text)))
	if err := dec.Decode(&file); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, refuse(whole, "is empty")
		}
		m := yamlLine.FindStringSubmatch(strings.ReplaceAll(err.Error(), "\n", " "))
		at := whole
		if m[1] != "" {
			at.Line, _ = strconv.Atoi(m[1])
		}
		return nil, refuse(at, "is not YAML: "+m[2])
	}
	if dec.Decode(&more) == nil {
		return nil, refuse(decode.Place{File: r.file, Line: more.Line, Column: 1}, "a second document begins here: a bootstrap is one")
	}
	if len(file.Content) == 0 || file.Content[0].Kind != yaml.MappingNode {
		return nil, refuse(whole, "must be a mapping: a bootstrap, or a /config_dump")
	}
	count := 0
	return r.expand(file.Content[0], 0, &count)
}

// expand replaces aliases by what they stand for.
func (r *reading) expand(n *yaml.Node, depth int, count *int) (*yaml.Node, error) {
	if *count++; *count > maxNodes || depth > maxDepth {
		return nil, decode.Problems{{Place: r.place(n), Rule: "is too deep or too much, aliases expanded"}}
	}
	if n.Kind == yaml.AliasNode {
		return r.expand(n.Alias, depth+1, count)
	}
	c := *n
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, x := range n.Content {
		var err error
		if c.Content[i], err = r.expand(x, depth+1, count); err != nil {
			return nil, err
		}
	}
	return &c, nil
}

func (r *reading) place(n *yaml.Node) decode.Place {
	return decode.Place{File: r.file, Line: n.Line, Column: n.Column}
}

func (r *reading) fail(at decode.Place, format string, args ...any) {
	r.problems = append(r.problems, decode.Problem{Place: at, Rule: fmt.Sprintf(format, args...)})
}

// here reports whether it was written.
func (v node) here() bool { return v.n != nil }

func (v node) place() decode.Place { return v.r.place(v.n) }

// get returns the value of a key, which JSON may have written in camel case, and notes that
// somebody has looked at it.
func (v node) get(key string) node {
	if v.n == nil || v.n.Kind != yaml.MappingNode {
		return node{r: v.r}
	}
	for i := 0; i+1 < len(v.n.Content); i += 2 {
		if k := v.n.Content[i]; k.Value == key || k.Value == camel(key) {
			v.r.used[k] = true
			return node{v.n.Content[i+1], v.r}
		}
	}
	return node{r: v.r}
}

// at returns the value at keys within one another.
func (v node) at(keys ...string) node {
	for _, key := range keys {
		v = v.get(key)
	}
	return v
}

func camel(key string) string {
	words := strings.Split(key, "_")
	for i := 1; i < len(words); i++ {
		if words[i] != "" {
			words[i] = strings.ToUpper(words[i][:1]) + words[i][1:]
		}
	}
	return strings.Join(words, "")
}

// list returns the elements; none where it is not there.
func (v node) list() (all []node) {
	if v.n == nil || v.n.Kind != yaml.SequenceNode {
		return nil
	}
	for _, x := range v.n.Content {
		all = append(all, node{x, v.r})
	}
	return all
}

func (v node) text() string {
	if v.n == nil {
		return ""
	}
	return v.n.Value
}

// number returns the value, or what holds where it is not there. That it is a number has
// been checked.
func (v node) number(otherwise float64) float64 {
	if v.n == nil {
		return otherwise
	}
	x, err := strconv.ParseFloat(v.n.Value, 64)
	if err != nil {
		return otherwise
	}
	return x
}

func (v node) truth(otherwise bool) bool {
	if v.n == nil {
		return otherwise
	}
	return v.n.Value == "true"
}

// duration returns the value, such as 0.25s, or what holds where it is not there.
func (v node) duration(otherwise time.Duration) time.Duration {
	if v.n == nil {
		return otherwise
	}
	x, err := strconv.ParseFloat(strings.TrimSuffix(v.n.Value, "s"), 64)
	if err != nil {
		return otherwise
	}
	return time.Duration(x * 1e9)
}

package foreign

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"lbsim/config/decode"
)

// Write prints the configuration as lbsim's own file: what was written, or is a default of
// the product's and not of lbsim's, with comments that name the source, and then what is
// not simulated. The file says the same as c.Balancer but for the number of frontends,
// which stands in a comment: a file is for lbsim proxy too, which is one.
func (c *Config) Write(w io.Writer) error {
	doc, err := c.brief()
	if err != nil {
		return err
	}
	out := &writer{w: bufio.NewWriter(w), places: c.Places}
	version := ""
	if c.Version != "" {
		version = " " + c.Version
	}
	if c.Assumed {
		version += fmt.Sprintf(" (--profile %s@… names another version)", c.Product)
	}
	out.line("# Made of %s by lbsim import, by the rules of %s%s.", c.Places[""].File, c.Product, version)
	if n := c.Balancer.Frontends; n > 1 {
		at := c.Place("frontends")
		out.line("# frontends: %d  # %s:%d: in a simulation; lbsim proxy is one balancer", n, at.File, at.Line)
	}
	if c.Other != "" {
		out.line("# It balances connections, too, which are not here: --layer %s reads them.", c.Other)
	}
	delete(doc, "frontends")
	out.mapping(doc, "", "")
	out.remarks("Of this the file says too little:", c.Unseen)
	out.remarks("Not simulated:", c.NotSimulated)
	return out.w.Flush()
}

// remarks prints a list below the configuration.
func (o *writer) remarks(title string, all []Remark) {
	if len(all) > 0 {
		o.line("")
		o.line("# %s", title)
	}
	for _, r := range all {
		o.line("#   %v: %s  %s", r.Place, r.Text, r.Why)
	}
}

// writer prints YAML with comments.
type writer struct {
	w      *bufio.Writer
	places map[string]decode.Place
}

// line prints a line, on which nothing of a file can break.
func (o *writer) line(format string, args ...any) {
	text := strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c == '\u0085' || c == '\u2028' || c == '\u2029' {
			return ' '
		}
		return c
	}, fmt.Sprintf(format, args...))
	_, _ = o.w.WriteString(text + "\n") // Flush tells
}

// comment names where a setting was written.
func (o *writer) comment(path string) string {
	at, ok := o.places[path]
	if !ok || at.Line == 0 {
		return ""
	}
	return fmt.Sprintf("  # %s:%d", at.File, at.Line)
}

// first is the order of keys; the others follow, sorted.
var first = []string{"name", "listen", "layer", "transport", "pools", "match", "pool", "split", "algorithm", "key", "address",
	"endpoints", "weight", "zone", "priority", "down", "overprovisioning", "health", "active", "passive", "rule", "path", "interval",
	"timeout", "attempts", "conditions", "routes"}

func keysOf(m map[string]any) []string {
	rank := func(key string) int {
		if i := slices.Index(first, key); i >= 0 {
			return i
		}
		return len(first)
	}
	return slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
}

func (o *writer) mapping(m map[string]any, path, indent string) {
	for _, key := range keysOf(m) {
		o.value(indent+scalar(key)+":", m[key], under(path, key), indent+"  ")
	}
}

// value prints a value behind its key or its hyphen.
func (o *writer) value(head string, v any, path, indent string) {
	if text, short := flow(v); short && len(head)+len(text) < 120 && !o.within(v, path) {
		o.line("%s %s%s", head, text, o.comment(path))
		return
	}
	switch x := v.(type) {
	case map[string]any:
		if strings.HasSuffix(head, "-") { // the first key stands beside the hyphen
			for i, key := range keysOf(x) {
				lead := indent
				if i == 0 {
					lead = head + " "
				}
				o.value(lead+scalar(key)+":", x[key], under(path, key), indent+"  ")
			}
			return
		}
		o.line("%s%s", head, o.comment(path))
		o.mapping(x, path, indent)
	case []any:
		o.line("%s%s", head, o.comment(path))
		for i, e := range x {
			o.value(indent+"-", e, fmt.Sprintf("%s[%d]", path, i), indent+"  ")
		}
	}
}

// within reports whether a part of a value was written elsewhere than the whole.
func (o *writer) within(v any, path string) bool {
	whole := o.places[path]
	other := func(path string, v any) bool {
		at, ok := o.places[path]
		return ok && (at.File != whole.File || at.Line != whole.Line) || o.within(v, path)
	}
	switch x := v.(type) {
	case map[string]any:
		for key, e := range x {
			if other(under(path, key), e) {
				return true
			}
		}
	case []any:
		for i, e := range x {
			if other(fmt.Sprintf("%s[%d]", path, i), e) {
				return true
			}
		}
	}
	return false
}

func under(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// flow is a value on one line; short is false where it has parts of parts.
func flow(v any) (text string, short bool) {
	switch x := v.(type) {
	case map[string]any:
		var parts []string
		for _, key := range keysOf(x) {
			one, ok := flow(x[key])
			if !ok || len(parts) > 8 {
				return "", false
			}
			parts = append(parts, scalar(key)+": "+one)
		}
		return "{" + strings.Join(parts, ", ") + "}", true
	case []any:
		var parts []string
		for _, e := range x {
			one, ok := flow(e)
			if _, deep := e.(map[string]any); !ok || deep {
				return "", false
			}
			parts = append(parts, one)
		}
		return "[" + strings.Join(parts, ", ") + "]", true
	}
	return scalar(v), true
}

// scalar is a single value as YAML, quoted where it must be.
func scalar(v any) string {
	if x, ok := v.(float64); ok {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	text, err := yaml.Marshal(v)
	plain := strings.TrimSuffix(string(text), "\n")
	if s, ok := v.(string); ok && (err != nil || strings.ContainsAny(plain, ",[]{}:#\n") && !strings.HasPrefix(plain, `"`)) {
		quoted, _ := json.Marshal(s) // a string always has one
		return string(quoted)
	}
	return plain
}

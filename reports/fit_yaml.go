package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"lbsim/studies/fit"
)

// WriteFitYAML writes a document that was fitted as a file of the language, with what is
// known of the estimates in comments.
func WriteFitYAML(w io.Writer, r *fit.Result, document fit.Pairs) error {
	out := &fitWriter{}
	out.line("# Fitted to %s (%s) by lbsim fit: %d requests in %s s.", r.File, r.Log.Format, r.Log.Requests, number(r.Log.Seconds))
	out.line("# Arrivals: %s, %s.", r.Arrivals.Process, r.Arrivals.Why)
	for _, p := range r.Arrivals.Parameters {
		out.line("#   %s", parameterText(p))
	}
	for i := range r.Classes {
		c := &r.Classes[i]
		if c.Service == nil {
			continue
		}
		out.line("# Class %s: %s of the requests, %s service times: %s.", c.Name, shareText(c.Share), c.Service.Law.Dist, c.Service.Why)
		for _, p := range c.Service.Law.Parameters {
			out.line("#   %s", parameterText(p))
		}
	}
	if r.Keys != nil {
		out.line("# Keys: %s.", r.Keys.Dist)
		for _, p := range r.Keys.Parameters {
			out.line("#   %s", parameterText(p))
		}
	}
	for _, note := range r.Notes {
		for i, line := range strings.Split(note, "\n") {
			if i == 0 {
				line = "Note: " + line
			}
			out.line("# %s", line)
		}
	}
	out.mapping(document, "")
	_, err := io.WriteString(w, out.text.String())
	return err
}

// fitWriter prints pairs as YAML.
type fitWriter struct{ text strings.Builder }

func (o *fitWriter) line(format string, args ...any) {
	fmt.Fprintf(&o.text, format+"\n", args...)
}

// longestFlow is how long a line may be that holds a whole mapping or list.
const longestFlow = 120

func (o *fitWriter) mapping(pairs fit.Pairs, indent string) {
	for _, p := range pairs {
		o.value(indent+p.Key+":", p.Value, indent+"  ", p.Note)
	}
}

func (o *fitWriter) value(head string, value any, indent, note string) {
	if note != "" {
		note = "  # " + note
	}
	if text := flow(value); len(head)+len(text) < longestFlow || !nested(value) {
		o.line("%s %s%s", head, text, note)
		return
	}
	o.line("%s%s", head, note)
	switch x := value.(type) {
	case fit.Pairs:
		o.mapping(x, indent)
	case []fit.Pairs:
		for _, e := range x {
			o.element(e, indent)
		}
	}
}

// element prints a mapping of a list, its first key beside the hyphen.
func (o *fitWriter) element(e fit.Pairs, indent string) {
	if text := flow(e); len(indent)+len(text) < longestFlow {
		o.line("%s- %s", indent, text)
		return
	}
	for i, p := range e {
		head := indent + "  "
		if i == 0 {
			head = indent + "- "
		}
		o.value(head+p.Key+":", p.Value, indent+"    ", p.Note)
	}
}

// nested reports whether a value can be printed on several lines.
func nested(value any) bool {
	switch value.(type) {
	case fit.Pairs, []fit.Pairs:
		return true
	}
	return false
}

// flow is a value on one line.
func flow(value any) string {
	var parts []string
	switch x := value.(type) {
	case fit.Pairs:
		for _, p := range x {
			parts = append(parts, p.Key+": "+flow(p.Value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []fit.Pairs:
		for _, e := range x {
			parts = append(parts, flow(e))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case []any:
		for _, e := range x {
			parts = append(parts, flow(e))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case string:
		return yamlText(x)
	}
	return fmt.Sprint(value)
}

// notText are words that other readers of YAML take for something else.
var notText = []string{"null", "true", "false", "yes", "no", "on", "off", "y", "n"}

// yamlText is a text as YAML, in quotes where it needs them.
func yamlText(s string) string {
	plain := s != "" && !slices.Contains(notText, strings.ToLower(s)) && strings.IndexFunc(s, func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("-_./%", c))
	}) < 0
	if plain && s[0] != '-' && s[0] != '%' {
		return s
	}
	quoted, err := json.Marshal(s)
	if err != nil {
		panic("reports: " + err.Error()) // a string always has one
	}
	return string(quoted)
}

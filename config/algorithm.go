package config

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"lbsim/algorithms"
	"lbsim/config/decode"
	"lbsim/random"
)

type choice = algorithms.Choice

// Algorithm reads an algorithm: a word, its alias, name:parameter=value as on the
// command line, or a mapping {name: power_of_two, choices: 3}.
type Algorithm struct{}

// Read implements decode.Type.
func (Algorithm) Read(v decode.Value) (choice, bool) {
	if v.IsScalar() {
		c, ok := readText(v)
		if !ok {
			return choice{}, false
		}
		return makable(v, c)
	}
	if !v.Mapping() {
		return choice{}, false
	}
	name := v.Get("name")
	if !name.Present() {
		name.FailKey("is missing: the algorithm's name, such as round_robin")
		return choice{}, false
	}
	c, ok := readText(name)
	if !ok {
		return choice{}, false
	}
	given, good := map[string]string{}, true
	for _, p := range c.Spec.Params {
		if text := c.Values.Text(p.Name); text != p.Default {
			given[p.Name] = text
		}
	}
	for _, key := range v.Keys() {
		if key == "name" {
			continue
		}
		one, ok := readParam(v.Get(key), c.Spec, key)
		good = good && ok
		given[key] = one
	}
	if !good {
		return choice{}, false
	}
	values, err := c.Spec.Check(given)
	if err != nil {
		v.Fail("%s", err.Error())
		return choice{}, false
	}
	return makable(v, choice{Spec: c.Spec, Values: values})
}

// makable holds a choice against what its parameters must be together, which making
// the picker tells.
func makable(v decode.Value, c choice) (choice, bool) {
	if _, err := c.New(random.New(0, "", 0)); err != nil {
		v.Fail("%s", strings.TrimPrefix(err.Error(), c.Spec.Name+": "))
		return choice{}, false
	}
	return c, true
}

// readText reads name or name:a=1,b=2.
func readText(v decode.Value) (choice, bool) {
	text, ok := v.Word()
	if !ok {
		v.Fail("must be an algorithm: %s", strings.Join(names(), ", "))
		return choice{}, false
	}
	c, err := algorithms.Parse(text)
	if unknown := (*algorithms.UnknownError)(nil); errors.As(err, &unknown) {
		v.Fail("unknown algorithm: %s", suggestName(unknown.Name))
		return choice{}, false
	}
	if param := (*algorithms.ParamError)(nil); errors.As(err, &param) {
		v.Fail("%s", paramRule(param))
		return choice{}, false
	}
	if err != nil {
		v.Fail("%s", err.Error())
		return choice{}, false
	}
	return c, true
}

// readParam checks one parameter of a mapping where it stands.
func readParam(v decode.Value, spec *algorithms.Spec, name string) (string, bool) {
	text, ok := v.Literal()
	if !ok {
		v.Fail("must be a single value")
		return "", false
	}
	_, err := spec.Check(map[string]string{name: text})
	if param := (*algorithms.ParamError)(nil); errors.As(err, &param) {
		if param.Known != nil {
			v.FailKey("unknown parameter of %s: %s", spec.Name, decode.Suggest(name, param.Known))
		} else {
			v.Fail("%s", param.Rule)
		}
		return "", false
	}
	return text, err == nil
}

func paramRule(e *algorithms.ParamError) string {
	if e.Known != nil {
		return "unknown parameter " + e.Name + ": " + decode.Suggest(e.Name, e.Known)
	}
	return e.Name + "=" + e.Value + ": " + e.Rule
}

// names returns the algorithms' names in order.
func names() []string {
	var all []string
	for _, s := range algorithms.All() {
		all = append(all, s.Name)
	}
	return all
}

// suggestName suggests among names and aliases and lists the names.
func suggestName(name string) string {
	words := names()
	for _, s := range algorithms.All() {
		words = append(words, s.Aliases...)
	}
	list := "known: " + strings.Join(names(), ", ")
	if near := decode.Nearest(name, words); near != "" {
		return "did you mean " + near + "? (" + list + ")"
	}
	return list
}

// Write implements decode.Type.
func (Algorithm) Write(c choice) any {
	m := map[string]any{"name": c.Spec.Name}
	for _, p := range c.Spec.Params {
		text := c.Values.Text(p.Name)
		m[p.Name] = text
		switch p.Type {
		case algorithms.Int: // as one: YAML writes large numbers of the other kind as powers of ten
			if x, err := strconv.Atoi(text); err == nil {
				m[p.Name] = x
			}
		case algorithms.Float:
			if x, err := strconv.ParseFloat(text, 64); err == nil {
				m[p.Name] = x
			}
		case algorithms.Bool:
			m[p.Name] = text == "true"
		}
	}
	return m
}

// Schema implements decode.Type.
func (Algorithm) Schema(*decode.Defs) decode.Schema {
	var short []string
	cases := []decode.Schema{}
	for _, s := range algorithms.All() {
		short = append(short, s.Name)
		short = append(short, s.Aliases...)
		cases = append(cases, mapping(s))
	}
	slices.Sort(short)
	return decode.Schema{"anyOf": append([]decode.Schema{
		{"enum": short},
		{"type": "string", "pattern": `^[a-z0-9_]+:([a-z_]+=[^,=]+)(,[a-z_]+=[^,=]+)*$`},
	}, cases...)}
}

// mapping is the schema of {name: …, parameters}.
func mapping(s *algorithms.Spec) decode.Schema {
	properties := decode.Schema{"name": decode.Schema{
		"enum": append([]string{s.Name}, s.Aliases...), "description": decode.Sentence(s.Summary)}}
	for _, p := range s.Params {
		properties[p.Name] = param(p)
	}
	return decode.Schema{"type": "object", "properties": properties,
		"required": []string{"name"}, "additionalProperties": false, "description": decode.Sentence(s.Title)}
}

func param(p algorithms.Param) decode.Schema {
	out := decode.Schema{"description": decode.Sentence(p.Doc), "default": p.Default}
	switch p.Type {
	case algorithms.Int, algorithms.Float:
		out["type"] = "number"
		if p.Type == algorithms.Int {
			out["type"] = "integer"
		}
		if x, err := strconv.ParseFloat(p.Default, 64); err == nil {
			out["default"] = x
		}
		if p.Min != 0 || p.Max != 0 {
			out["minimum"], out["maximum"] = p.Min, p.Max
		}
	case algorithms.Bool:
		out["type"], out["default"] = "boolean", p.Default == "true"
	case algorithms.Duration:
		out["type"] = "string"
	case algorithms.Word:
		var words []any
		for _, w := range p.Words {
			words = append(words, w)
			if x, ok := decode.ParseNumber(w); ok { // bits: 32 needs no quotes
				words = append(words, x)
			}
		}
		out["enum"] = words
	}
	return out
}

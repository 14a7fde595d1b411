package algorithms

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Type is a parameter's type.
type Type uint8

const (
	Int Type = iota
	Float
	Bool
	Duration
	Word // one of Param.Words
)

// Param describes one parameter of an algorithm.
type Param struct {
	Name     string
	Type     Type
	Default  string   // as written in a scenario
	Min, Max float64  // of Int and Float; both 0: no limits. Durations are > 0
	Words    []string // of Word
	Doc      string
}

// Values are checked parameters by name. A name that is absent has its default.
type Values struct {
	params []Param
	given  map[string]string
}

// ParamError says which parameter is wrong and what it may be.
type ParamError struct {
	Name, Value, Rule string
	Known             []string // when the name is unknown: the names there are
}

func (e *ParamError) Error() string {
	if e.Known != nil {
		return fmt.Sprintf("%s: unknown parameter: %s", e.Name, e.Rule)
	}
	return fmt.Sprintf("%s = %s: %s", e.Name, e.Value, e.Rule)
}

// Check returns the parameters of spec given as text by name, or a *ParamError
// for the first, in order of names, that is wrong.
func (s *Spec) Check(given map[string]string) (Values, error) {
	v := Values{params: s.Params, given: map[string]string{}}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		at := slices.IndexFunc(s.Params, func(p Param) bool { return p.Name == name })
		if at < 0 {
			known := make([]string, 0, len(s.Params))
			for _, p := range s.Params {
				known = append(known, p.Name)
			}
			rule := s.Name + " has none"
			if len(known) > 0 {
				rule = s.Name + " has " + strings.Join(known, ", ")
			}
			return Values{}, &ParamError{Name: name, Value: given[name], Rule: rule, Known: known}
		}
		if rule := s.Params[at].check(given[name]); rule != "" {
			return Values{}, &ParamError{Name: name, Value: given[name], Rule: rule}
		}
		v.given[name] = given[name]
	}
	return v, nil
}

// check returns the rule that text breaks, "" when it breaks none.
func (p Param) check(text string) string {
	switch p.Type {
	case Int, Float:
		x, err := strconv.ParseFloat(text, 64)
		kind := "a number"
		if p.Type == Int {
			kind = "a whole number"
			if err == nil && x != math.Trunc(x) {
				err = strconv.ErrSyntax
			}
		}
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return "must be " + kind
		}
		if (p.Min != 0 || p.Max != 0) && (x < p.Min || x > p.Max) {
			return fmt.Sprintf("must be in [%v, %v]", p.Min, p.Max)
		}
	case Bool:
		if text != "true" && text != "false" {
			return "must be true or false"
		}
	case Duration:
		if d, err := time.ParseDuration(text); err != nil || d <= 0 {
			return "must be a duration > 0, such as " + p.Default
		}
	case Word:
		if !slices.Contains(p.Words, text) {
			return "must be one of " + strings.Join(p.Words, ", ")
		}
	}
	return ""
}

func (v Values) text(p Param) string {
	if t, ok := v.given[p.Name]; ok {
		return t
	}
	return p.Default
}

// Text returns a parameter as it was written.
func (v Values) Text(name string) string {
	for _, p := range v.params {
		if p.Name == name {
			return v.text(p)
		}
	}
	panic("algorithms: no parameter " + name)
}

// Int returns an Int parameter.
func (v Values) Int(name string) int { return int(v.Float(name)) }

// Float returns an Int or Float parameter.
func (v Values) Float(name string) float64 {
	x, err := strconv.ParseFloat(v.Text(name), 64)
	if err != nil {
		panic(fmt.Sprintf("algorithms: parameter %s: %v", name, err))
	}
	return x
}

// Bool returns a Bool parameter.
func (v Values) Bool(name string) bool { return v.Text(name) == "true" }

// Duration returns a Duration parameter.
func (v Values) Duration(name string) time.Duration {
	d, err := time.ParseDuration(v.Text(name))
	if err != nil {
		panic(fmt.Sprintf("algorithms: parameter %s: %v", name, err))
	}
	return d
}

// anySet reports whether any of the parameters has another value than its default:
// whether it was meant, where it means nothing.
func (v Values) anySet(names ...string) bool {
	return slices.ContainsFunc(v.params, func(p Param) bool {
		return slices.Contains(names, p.Name) && v.text(p) != p.Default
	})
}

// Map returns every parameter by name, defaults included, as written.
func (v Values) Map() map[string]string {
	m := make(map[string]string, len(v.params))
	for _, p := range v.params {
		m[p.Name] = v.text(p)
	}
	return m
}

// Parse reads an algorithm as on the command line: name or name:a=1,b=2.
func Parse(text string) (Choice, error) {
	name, rest, _ := strings.Cut(text, ":")
	spec := Lookup(name)
	if spec == nil {
		return Choice{}, &UnknownError{Name: name}
	}
	given := map[string]string{}
	for _, pair := range strings.FieldsFunc(rest, func(r rune) bool { return r == ',' }) {
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			return Choice{}, fmt.Errorf("%s: %q: a parameter is written name=value", spec.Name, pair)
		}
		given[key] = value
	}
	values, err := spec.Check(given)
	if err != nil {
		return Choice{}, fmt.Errorf("%s: %w", spec.Name, err)
	}
	return Choice{Spec: spec, Values: values}, nil
}

// UnknownError is an algorithm's name that nothing bears.
type UnknownError struct{ Name string }

func (e *UnknownError) Error() string {
	names := make([]string, 0, len(specs))
	for _, s := range All() {
		names = append(names, s.Name)
	}
	return fmt.Sprintf("unknown algorithm %q: there are %s", e.Name, strings.Join(names, ", "))
}

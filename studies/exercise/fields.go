package exercise

import (
	"slices"
	"strings"

	"lbsim/config/decode"
)

// byName reads an exercise from its name.
type byName struct{}

func (byName) Read(v decode.Value) (*Exercise, bool) {
	text, ok := decode.Text.Read(v)
	if !ok {
		return nil, false
	}
	x := Lookup(text)
	if x == nil {
		v.Fail("there is no such exercise: %s", decode.Suggest(text, Names()))
	}
	return x, x != nil
}

func (byName) Write(x *Exercise) any { return x.Name }

func (byName) Schema(*decode.Defs) decode.Schema { return decode.Schema{"enum": Names()} }

// choiceOf is a word of a few, however it is written: L7, l7 and layer 7, no and none.
type choiceOf struct {
	words   []string
	aliases map[string]string // in small letters
}

func (c choiceOf) Read(v decode.Value) (string, bool) {
	text, _ := v.Literal()
	small := strings.ToLower(strings.TrimSpace(text))
	for _, w := range c.words {
		if strings.ToLower(w) == small {
			return w, true
		}
	}
	if w, ok := c.aliases[small]; ok {
		return w, true
	}
	v.Fail("%s", decode.Suggest(text, c.words))
	return "", false
}

func (choiceOf) Write(text string) any { return text }

func (c choiceOf) Schema(*decode.Defs) decode.Schema { return decode.Schema{"enum": c.words} }

// one or more: a list, or its only element.
func oneOrMore(of decode.Type[string]) decode.Type[[]string] {
	return decode.Short[[]string, string]{
		As: of, Full: decode.List[string]{Of: of, Name: func(m *string) string { return *m }}, Make: func(s string) []string { return []string{s} },
		Back: func(all []string) (string, bool) { return strings.Join(all, ""), len(all) == 1 },
	}
}

// weights reads a number for each group.
type weights struct{}

var heavy = decode.Number.That(decode.Above(0.0, "0"), decode.AtMost(65535.0, "65535"))

func (weights) Read(v decode.Value) (map[string]float64, bool) {
	if !v.Mapping() {
		return nil, false
	}
	all, good := map[string]float64{}, true
	for _, group := range v.Keys() {
		x, ok := heavy.Read(v.Get(group))
		all[group], good = x, good && ok
	}
	return all, good
}

func (weights) Write(all map[string]float64) any {
	out := map[string]any{}
	for group, x := range all {
		out[group] = x
	}
	return out
}

func (weights) Schema(*decode.Defs) decode.Schema {
	return decode.Schema{"type": "object", "additionalProperties": decode.Schema{"type": "number", "exclusiveMinimum": 0}}
}

// literal is a word or a number, as written.
type literal struct{}

func (literal) Read(v decode.Value) (string, bool) {
	text, ok := v.Literal()
	if !ok {
		v.Fail("must be a value, such as 60%% or 200ms")
	}
	return text, ok
}

func (literal) Write(text string) any { return text }

func (literal) Schema(*decode.Defs) decode.Schema {
	return decode.Schema{"type": []string{"string", "number"}}
}

// answered reports whether the form has something at a point.
func (a *Answers) answered(point string) bool {
	switch point {
	case "slo":
		return a.SLO != ""
	case "layer":
		return a.Layer != Layer{}
	case "algorithm":
		return a.Algorithm != Algorithm{}
	case "weights":
		return len(a.Weights) > 0
	case "health":
		return a.Health != Health{}
	case "deploy":
		return a.Deploy != Deploy{}
	case "retries":
		return a.Retries.Attempts > 0 || a.Retries.Budget != nil || len(a.Retries.Methods) > 0
	case "sticky":
		return a.Sticky != Sticky{}
	case "autoscaling":
		return len(a.Triggers) > 0
	case "launch":
		return a.Launch != Launch{}
	}
	return len(a.Dashboards) > 0
}

// designed reports whether anything is answered that a balancer is made of.
func (a *Answers) designed() bool {
	return slices.ContainsFunc([]string{"algorithm", "weights", "health", "deploy", "retries"}, a.answered)
}

// with returns the answers with one point from others.
func (a *Answers) with(point string, from *Answers) *Answers {
	x := *a
	switch point {
	case "algorithm":
		x.Algorithm = from.Algorithm
	case "weights":
		x.Weights = from.Weights
	case "health":
		x.Health = from.Health
	case "deploy":
		x.Deploy = from.Deploy
	case "retries":
		x.Retries = from.Retries
	case "launch":
		x.Launch = from.Launch
	}
	return &x
}

// mayRetry reports whether a method is tried again.
func (r *Retries) mayRetry(method string) bool { return slices.Contains(r.Methods, method) }

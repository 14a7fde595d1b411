package workloads

import (
	"slices"
	"strconv"
	"strings"
)

// Kind is what a parameter's value is.
type Kind uint8

const (
	Number      Kind = iota // a number without a unit
	Seconds                 // a duration: a law of times has its values in seconds
	Share                   // a number from 0 to 1, also written 5%
	Rate                    // a number a second
	Count                   // a whole number
	NumberList              // a list of numbers
	SecondsList             // a list of durations
	Word                    // a name
	List                    // a list of maps; the parameter's Doc says of what
	Law                     // a distribution
)

// Parameter describes one parameter of a distribution, a process or a key law.
type Parameter struct {
	Name string
	Kind Kind
	Doc  string
}

// Choice describes one law or process that a scenario can name.
type Choice struct {
	Name string
	Doc  string
	// Forms are the sets of parameters each of which determines it: a scenario
	// gives exactly one of the sets.
	Forms [][]string
}

// Takes returns the names of all parameters of c, in the order of its forms.
func (c Choice) Takes() []string {
	var names []string
	for _, form := range c.Forms {
		for _, name := range form {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// FormsText reads "mean and cv, or mean and shape".
func (c Choice) FormsText() string {
	texts := make([]string, 0, len(c.Forms))
	for _, form := range c.Forms {
		texts = append(texts, andList(form))
	}
	return strings.Join(texts, ", or ")
}

func andList(names []string) string {
	switch n := len(names); n {
	case 0:
		return "no parameters"
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}

// setting is a parameter that a scenario has set, with its value as text.
type setting struct{ name, value string }

// settings collects what a specification has set.
type settings []setting

func (s *settings) number(name string, value *float64) {
	if value != nil {
		*s = append(*s, setting{name, plain(*value)})
	}
}

func (s *settings) list(name string, set bool, length int) {
	if set {
		*s = append(*s, setting{name, "a list of " + strconv.Itoa(length)})
	}
}

func (s settings) has(name string) bool {
	return slices.ContainsFunc(s, func(p setting) bool { return p.name == name })
}

// check returns an error unless given is one of c's forms. It names a parameter
// that c does not take, else one that is missing, else one too many.
func (c Choice) check(given settings) error {
	takes := c.Takes()
	for _, p := range given {
		if !slices.Contains(takes, p.name) {
			return &ParameterError{p.name, p.value, c.Name + " does not take it, it takes " + c.FormsText()}
		}
	}
	var best []string // the form that needs the least to be added, then removed
	bestMissing, bestExtra := 1<<30, 0
	for _, form := range c.Forms {
		common := 0
		for _, name := range form {
			if given.has(name) {
				common++
			}
		}
		missing, extra := len(form)-common, len(given)-common
		if missing+extra == 0 {
			return nil
		}
		if extra < bestExtra || bestMissing == 1<<30 || extra == bestExtra && missing < bestMissing {
			best, bestMissing, bestExtra = form, missing, extra
		}
	}
	if bestExtra == 0 {
		for _, name := range best {
			if !given.has(name) {
				return &ParameterError{Name: name, Rule: "is missing: " + c.Name + " takes " + c.FormsText()}
			}
		}
	}
	for _, p := range given {
		if !slices.Contains(best, p.name) {
			return &ParameterError{p.name, p.value, "is one too many: " + c.Name + " takes " + c.FormsText()}
		}
	}
	return nil
}

// unknown reports a name that is none of those known.
func unknown(field, name string, known []string) error {
	return &ParameterError{field, strconv.Quote(name), "must be one of " + strings.Join(known, ", ")}
}

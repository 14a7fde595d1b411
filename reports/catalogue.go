package reports

import (
	"fmt"
	"io"
	"strings"

	"lbsim/algorithms"
	"lbsim/scenarios"
)

// WriteAlgorithms writes of each algorithm its names, its rule and what it costs.
func WriteAlgorithms(w io.Writer, specs []*algorithms.Spec, opt TableOptions) error {
	p := &page{opt: opt}
	for _, s := range specs {
		p.list(names(s), []string{s.Summary, "Cost: " + costOf(s)})
	}
	p.paragraph("\nlbsim algorithms NAME says when to use one, what it costs and which parameters it has.")
	return p.flush(w)
}

// WriteAlgorithm writes all there is to say about an algorithm.
func WriteAlgorithm(w io.Writer, s *algorithms.Spec, opt TableOptions) error {
	p := &page{opt: opt}
	p.title(s.Title)
	p.paragraph(names(s))
	for _, part := range []struct{ heading, text string }{
		{"Rule", s.Summary}, {"Use it for", s.Use}, {"Not for", s.Avoid}, {"Cost", costOf(s)}, {"Source", s.Source},
	} {
		p.list(part.heading, []string{part.text})
	}
	g := grid{labels: []string{"parameter", "default", "values", "meaning"}}
	for _, q := range s.Params {
		g.rows = append(g.rows, gridRow{labels: []string{q.Name, q.Default, valuesOf(q), q.Doc}})
	}
	p.table("Parameters", g)
	if len(s.Params) > 0 {
		p.paragraph(fmt.Sprintf("\nOn the command line: --algorithms %s:%s=%s", s.Name, s.Params[0].Name, s.Params[0].Default))
		p.paragraph(fmt.Sprintf("In a scenario: algorithm: {name: %s, %s: %s}", s.Name, s.Params[0].Name, s.Params[0].Default))
	}
	return p.flush(w)
}

func names(s *algorithms.Spec) string {
	if len(s.Aliases) == 0 {
		return s.Name
	}
	return s.Name + ", also " + strings.Join(s.Aliases, ", ")
}

// costOf says what a pick costs, in endpoints n, and whether weights count.
func costOf(s *algorithms.Spec) string {
	if s.Weighted {
		return s.Cost + ". Weights count."
	}
	return s.Cost + ". Weights do not count."
}

// valuesOf says what a parameter may be.
func valuesOf(q algorithms.Param) string {
	switch {
	case q.Type == algorithms.Word:
		return strings.Join(q.Words, ", ")
	case q.Type == algorithms.Bool:
		return "true, false"
	case q.Type == algorithms.Duration:
		return "a duration"
	case q.Min == 0 && q.Max == 0:
		return "a number"
	}
	return fmt.Sprintf("%.10g … %.10g", q.Min, q.Max)
}

// WriteScenarios writes the library's table of contents.
func WriteScenarios(w io.Writer, entries []scenarios.Entry, opt TableOptions) error {
	p := &page{opt: opt}
	for len(entries) > 0 {
		theme := entries[0].Theme
		g := grid{labels: []string{"scenario", "what it shows"}}
		for len(entries) > 0 && entries[0].Theme == theme {
			g.rows = append(g.rows, gridRow{labels: []string{entries[0].Name, entries[0].Description}})
			entries = entries[1:]
		}
		p.table(theme, g)
	}
	p.paragraph("\nlbsim run NAME runs one, lbsim scenarios show NAME prints it, copy NAME makes a file of it.")
	return p.flush(w)
}

type algorithmEntry struct {
	Name       string           `json:"name"`
	Aliases    []string         `json:"aliases"`
	Title      string           `json:"title"`
	Rule       string           `json:"rule"`
	Use        string           `json:"use"`
	Avoid      string           `json:"avoid"`
	Cost       string           `json:"cost"`
	Weighted   bool             `json:"weighted"`
	Source     string           `json:"source"`
	Parameters []parameterEntry `json:"parameters"`
}

type parameterEntry struct {
	Name    string `json:"name"`
	Default string `json:"default"`
	Values  string `json:"values"`
	Doc     string `json:"meaning"`
}

// WriteAlgorithmsJSON writes all there is to say about algorithms as JSON.
func WriteAlgorithmsJSON(w io.Writer, specs []*algorithms.Spec) error {
	entries := make([]algorithmEntry, 0, len(specs))
	for _, s := range specs {
		e := algorithmEntry{Name: s.Name, Aliases: append([]string{}, s.Aliases...), Title: s.Title, Rule: s.Summary, Use: s.Use,
			Avoid: s.Avoid, Cost: s.Cost, Weighted: s.Weighted, Source: s.Source, Parameters: []parameterEntry{}}
		for _, q := range s.Params {
			e.Parameters = append(e.Parameters, parameterEntry{q.Name, q.Default, valuesOf(q), q.Doc})
		}
		entries = append(entries, e)
	}
	return writeIndented(w, struct {
		Schema     string           `json:"schema"`
		Algorithms []algorithmEntry `json:"algorithms"`
	}{"lbsim.algorithms/v1", entries})
}

// WriteScenariosJSON writes the library's table of contents as JSON.
func WriteScenariosJSON(w io.Writer, entries []scenarios.Entry) error {
	type entry struct {
		Name        string `json:"name"`
		Theme       string `json:"theme"`
		Description string `json:"description"`
	}
	all := make([]entry, len(entries))
	for i, e := range entries {
		all[i] = entry(e)
	}
	return writeIndented(w, struct {
		Schema    string  `json:"schema"`
		Scenarios []entry `json:"scenarios"`
	}{"lbsim.scenarios/v1", all})
}

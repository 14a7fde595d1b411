package reports

import (
	"io"
	"maps"
	"slices"
	"strings"

	"lbsim/studies/validate"
)

// WriteLints writes of each lint its id, how grave it is, and what is wrong.
func WriteLints(w io.Writer, lints []*validate.Lint, opt TableOptions) error {
	p := &page{opt: opt}
	g := grid{labels: []string{"lint", "severity", "what is wrong", "shown by"}}
	for _, l := range lints {
		g.rows = append(g.rows, gridRow{labels: []string{l.ID, string(l.Severity), l.Title, l.Scenario}})
	}
	p.table("Lints", g)
	p.paragraph("\nlbsim lints --explain LB001 teaches one: why, an example, the same mended, and what to run.")
	return p.flush(w)
}

// WriteLint writes all there is to say about a lint.
func WriteLint(w io.Writer, l *validate.Lint, opt TableOptions) error {
	p := &page{opt: opt}
	p.title(l.ID + " " + l.Name + ": " + l.Title)
	p.list("Severity", []string{string(l.Severity)})
	if l.Situated {
		p.list("Finds more", []string{"in a world: a scenario's, or that of --with"})
	}
	p.list("When", []string{l.When})
	p.list("Why", []string{l.Why})
	instead := []string{l.Instead}
	for _, product := range slices.Sorted(maps.Keys(l.Products)) {
		instead = append(instead, product+": "+l.Products[product])
	}
	for _, product := range slices.Sorted(maps.Keys(l.Connections)) {
		instead = append(instead, product+", of connections (layer l4): "+l.Connections[product])
	}
	p.list("Instead", instead)
	trips, mended := l.Example()
	p.file("An example", trips)
	p.file("The same, mended", mended)
	if l.Scenario != "" {
		p.list("Shown by", []string{"lbsim scenarios show " + l.Scenario, l.Command})
	}
	p.list("To leave it as it is", []string{"# lbsim:ignore " + l.ID + " and a reason, on its line or the one before"})
	return p.flush(w)
}

// file writes the text of a file, whose lines are not broken.
func (p *page) file(heading, text string) {
	p.heading(heading)
	for line := range strings.Lines(text) {
		p.text.WriteString("  " + line)
	}
}

type lintEntry struct {
	ID       string            `json:"id"`
	Name     string            `json:"name"`
	Severity validate.Severity `json:"severity"`
	Title    string            `json:"title"`
	When     string            `json:"when"`
	Why      string            `json:"why"`
	Instead  string            `json:"instead"`
	Products map[string]string `json:"products"`
	Situated bool              `json:"situated"`
	Scenario string            `json:"scenario"`
	Command  string            `json:"command"`
	Example  string            `json:"example"`
	Mended   string            `json:"mended"`
}

// WriteLintsJSON writes all there is to say about lints as JSON.
func WriteLintsJSON(w io.Writer, lints []*validate.Lint) error {
	entries := make([]lintEntry, 0, len(lints))
	for _, l := range lints {
		e := lintEntry{ID: l.ID, Name: l.Name, Severity: l.Severity, Title: l.Title, When: l.When, Why: l.Why, Instead: l.Instead,
			Products: l.Products, Situated: l.Situated, Scenario: l.Scenario, Command: l.Command}
		if e.Products == nil {
			e.Products = map[string]string{}
		}
		e.Example, e.Mended = l.Example()
		entries = append(entries, e)
	}
	return writeIndented(w, struct {
		Schema string      `json:"schema"`
		Lints  []lintEntry `json:"lints"`
	}{"lbsim.lints/v1", entries})
}

// WriteBaseline writes a baseline as JSON.
func WriteBaseline(w io.Writer, b *validate.Baseline) error { return writeIndented(w, b) }

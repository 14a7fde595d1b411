package reports

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"lbsim/reports/wording"
	"lbsim/studies/result"
)

// TableOptions says how a result is laid out for people.
type TableOptions struct {
	Color    bool // ANSI colours; the caller heeds NO_COLOR and terminals
	Width    int  // columns of the terminal; 0 is without limit
	Markdown bool // GitHub Markdown; Color and Width are ignored
	Full     bool // every column that fits, and servers of every variant
	Verbose  bool // each of what is told in short otherwise
}

// WriteTable writes r for people: head, warnings, a table of the variants, one
// each of classes, servers (of a single variant, or with Full) and theory where
// there are any, then verdicts and objectives in sentences. Columns that do not
// fit into Width are left out, the least important first. Nothing is written
// when it fails before the end.
func WriteTable(w io.Writer, r *result.Result, opt TableOptions) error {
	if opt.Markdown {
		opt.Color, opt.Width = false, 0
	}
	p := &page{opt: opt, sweep: slices.ContainsFunc(r.Results, func(v result.Variant) bool { return v.Load != nil })}
	p.head(r)
	p.warnings(r)
	p.variants(r)
	p.classes(r)
	p.groups(r, "Routes", "route", func(v *result.Variant) []result.Group { return v.Routes })
	p.groups(r, "Pools", "pool", func(v *result.Variant) []result.Group { return v.Pools })
	p.tiers(r)
	p.servers(r)
	p.recovery(r)
	p.theory(r)
	p.verdicts(r)
	p.objectives(r)
	return p.flush(w)
}

// WriteMarkdown writes r as GitHub Markdown, for pasting.
func WriteMarkdown(w io.Writer, r *result.Result) error {
	return WriteTable(w, r, TableOptions{Markdown: true})
}

func (p *page) head(r *result.Result) {
	p.title(r.Scenario)
	if r.Description != "" {
		p.paragraph(r.Description)
	}
	replications := fmt.Sprintf("%d replications", r.Replications)
	if r.Replications == 1 {
		replications = "1 replication, so no intervals"
	}
	warmUp := "no warm-up"
	if r.WarmUp.Seconds > 0 {
		warmUp = fmt.Sprintf("warm-up %s (%s)", seconds(r.WarmUp.Seconds), r.WarmUp.Rule)
	}
	p.paragraph(fmt.Sprintf("%s · %s · seed %d", replications, warmUp, r.Seed))
}

// seconds prints a setting, which needs no significant digits: 60 s, 2.5 s.
func seconds(s float64) string { return wording.Setting(s) + " s" }

// warnings come before any figure: what is overloaded has no figures to compare.
func (p *page) warnings(r *result.Result) {
	for _, text := range r.Warnings {
		p.warning(text)
	}
	if r.Interrupted {
		p.warning("the study was stopped before its end; the figures rest on what was done until then")
	}
}

func (p *page) variants(r *result.Result) {
	columns := columnsFor(r)
	g := grid{labels: []string{"variant"}, metrics: metricsOf(columns)}
	for i := range r.Results {
		v := &r.Results[i]
		g.rows = append(g.rows, gridRow{labels: []string{variantLabel(v)}, group: atLoad(v), overloaded: v.Unstable, figures: estimates(columns, v)})
	}
	p.table("", g)
	for i := range r.Results {
		if v := &r.Results[i]; len(r.Results) == 1 || p.opt.Full {
			p.paragraph(requestLine(v, len(r.Results) > 1))
		}
	}
}

// atLoad keeps apart what was asked at different offered loads.
func atLoad(v *result.Variant) string { return shortest(v.Load) }

func variantLabel(v *result.Variant) string {
	if v.Unstable {
		return v.Name + " (overloaded)"
	}
	return v.Name
}

// classes has the variants of a class beneath each other: they are what a reader
// compares.
func (p *page) classes(r *result.Result) {
	if len(r.Results) == 0 || len(r.Results[0].Classes) < 2 {
		return
	}
	p.table("Classes", beneath(r, "class", classColumns, func(v *result.Variant) []result.Class { return v.Classes }, func(c *result.Class) string { return c.Name }))
}

// beneath has the variants of each part of them, such as a class, beneath each other.
func beneath[T any](r *result.Result, label string, columns []column[*T], of func(*result.Variant) []T, name func(*T) string) grid {
	g := grid{labels: []string{label, "variant"}, metrics: metricsOf(columns)}
	first := of(&r.Results[0])
	for k := range first {
		part := name(&first[k])
		for i := range r.Results {
			v := &r.Results[i]
			all := of(v)
			j := slices.IndexFunc(all, func(x T) bool { return name(&x) == part })
			if j < 0 {
				continue
			}
			row := gridRow{labels: []string{part, v.Name}, group: part + "@" + atLoad(v), overloaded: v.Unstable, figures: estimates(columns, &all[j])}
			if v.Unstable {
				row.figures = withoutDurations(columns, row.figures)
			}
			g.rows = append(g.rows, row)
		}
	}
	return g
}

func (p *page) servers(r *result.Result) {
	if len(r.Results) != 1 && !p.opt.Full {
		return
	}
	for i := range r.Results {
		v := &r.Results[i]
		if len(v.Servers) == 0 {
			continue
		}
		g := grid{labels: []string{"server", "zone"}, metrics: metricsOf(serverColumns)}
		for j := range v.Servers {
			s := &v.Servers[j]
			row := gridRow{labels: []string{s.Name, s.Zone}, overloaded: v.Unstable, figures: estimates(serverColumns, s)}
			if v.Unstable {
				row.figures = withoutDurations(serverColumns, row.figures)
			}
			g.rows = append(g.rows, row)
		}
		heading := "Servers"
		if len(r.Results) > 1 {
			heading += " of " + v.Name
		}
		p.table(heading, g)
	}
}

func (p *page) theory(r *result.Result) {
	g := grid{labels: []string{"metric", "expected", "measured", "agrees", "model"}}
	for i := range r.Results {
		v := &r.Results[i]
		for _, t := range v.Theory {
			values := []float64{t.Expected}
			if t.Measured.Value != nil {
				values = append(values, *t.Measured.Value)
			}
			unit := wording.KindOf(t.Metric).UnitOf(values...)
			metric := wording.MetricName(t.Metric)
			if len(r.Results) > 1 {
				metric = v.Name + ": " + metric
			}
			measured := wording.EstimateText(unit, t.Measured)
			g.rows = append(g.rows, gridRow{labels: []string{metric, unit.Text(t.Expected), measured, p.agreement(t.Agrees), t.Model}})
		}
	}
	p.table("Theory", g)
	if len(g.rows) > 0 {
		p.paragraph("✓ agrees: the interval, widened so that all rows hold the truth together in 95 of 100 studies, holds the expected value; ✗ does not; ? can't be said, as of an approximation.")
	}
}

func (p *page) agreement(agrees *bool) string {
	switch {
	case agrees == nil:
		return "?"
	case *agrees:
		return p.paint(good, "✓")
	}
	return p.paint(bad, "✗")
}

func (p *page) verdicts(r *result.Result) {
	overloaded := overloadedOf(r)
	var lines []string
	family := wording.FamilyOf(r)
	for _, c := range r.Comparisons {
		if c.Difference.Value == nil && (overloaded[c.Baseline] || overloaded[c.Candidate]) {
			line := p.overload(c, overloaded)
			if !slices.Contains(lines, line) { // once for all metrics
				lines = append(lines, line)
			}
			continue
		}
		line := wording.Comparison(c, family)
		if text := wording.Unanswered(r, c); text != "" {
			line += "; but " + text
		}
		switch c.Verdict {
		case wording.Better:
			line = p.paint(good, line)
		case wording.Worse:
			line = p.paint(bad, line)
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return
	}
	p.heading("Verdict")
	if family.Size > 0 {
		p.paragraph(pairing(r.Provenance.Study, family.Size) + leading(r))
	}
	p.items(lines)
}

// pairing says what the intervals and the verdicts rest on.
func pairing(study result.Study, comparisons int) string {
	s := "Differences are paired, replication by replication"
	if sameWorkload(study) {
		s += " (same arrivals and work)"
	}
	if comparisons > 1 {
		s += fmt.Sprintf("; the verdicts are corrected for %d comparisons (Holm)", comparisons)
	}
	return s
}

// leading says that what comes first was not asked for, but is what the scenario is about.
func leading(r *result.Result) string {
	first := r.Comparisons[0]
	if len(r.Provenance.Study.Metrics) > 0 || first.Class == "" && strings.HasPrefix(first.Metric, "latency_seconds.") {
		return ""
	}
	return fmt.Sprintf("; the scenario is about the %s, so it comes first: --metric compares other figures", wording.MetricName(first.Metric))
}

// sameWorkload reports whether all variants met the same requests: not where several
// scenarios are held against each other, or where a variant's workload is another.
func sameWorkload(study result.Study) bool {
	other := func(variant string) bool { return strings.Contains(variant, "workload") }
	return len(study.Sources) <= 1 && !slices.ContainsFunc(study.Variants, other)
}

// overload says of a comparison without figures who keeps up with the load.
func (p *page) overload(c result.Comparison, overloaded map[string]bool) string {
	line := wording.Overload(c.Candidate, c.Baseline, overloaded[c.Candidate], overloaded[c.Baseline])
	switch {
	case !overloaded[c.Candidate]:
		return p.paint(good, line)
	case !overloaded[c.Baseline]:
		return p.paint(bad, line)
	}
	return line
}

// overloadedOf has the variants that are, by name.
func overloadedOf(r *result.Result) map[string]bool {
	overloaded := map[string]bool{}
	for i := range r.Results {
		overloaded[r.Results[i].Name] = r.Results[i].Unstable
	}
	return overloaded
}

func (p *page) objectives(r *result.Result) {
	overloaded := overloadedOf(r)
	var lines []string
	for _, o := range r.SLO {
		color := doubtful
		switch o.Verdict {
		case wording.Met:
			color = good
		case wording.Missed:
			color = bad
		}
		lines = append(lines, p.paint(color, wording.Mark(o.Verdict))+" "+wording.Objective(o, overloaded[o.Variant])+": "+o.Verdict)
	}
	p.list("Objectives", lines)
}

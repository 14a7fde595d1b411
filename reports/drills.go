package reports

import (
	"fmt"
	"io"
	"slices"

	"lbsim/reports/wording"
	"lbsim/studies/drills"
	"lbsim/studies/result"
)

var drillColumns = []column[*drills.Drill]{
	{metric{"p50", wording.Duration, noGoal, 3}, func(d *drills.Drill) result.Estimate { return d.Latency.P50 }},
	{metric{"p99", wording.Duration, noGoal, 0}, func(d *drills.Drill) result.Estimate { return d.Latency.P99 }},
	{metric{"errors", wording.Ratio, noGoal, 0}, func(d *drills.Drill) result.Estimate { return d.ErrorRatio }},
	{metric{"detected after", wording.Duration, noGoal, 2}, func(d *drills.Drill) result.Estimate { return d.Detect }},
	{metric{"recovered after", wording.Duration, noGoal, 1}, func(d *drills.Drill) result.Estimate { return d.Recover }},
}

// WriteDrills writes for people what drills came to: what was taken for granted, a table,
// and a sentence for each objective that was not met.
func WriteDrills(w io.Writer, r *drills.Result, opt TableOptions) error {
	if opt.Markdown {
		opt.Color, opt.Width = false, 0
	}
	p := &page{opt: opt}
	p.drills(r)
	return p.flush(w)
}

// drills writes the part of a page about them.
func (p *page) drills(r *drills.Result) {
	p.heading("Drills")
	for _, c := range r.Courses {
		pool := ""
		if len(r.Courses) > 1 {
			pool = "pool " + c.Pool + ": "
		}
		p.paragraph(fmt.Sprintf("%sfigures of the %s from what happens on · %d replications · seed %d", pool, seconds(c.Window), c.Replications, c.Seed))
		for _, text := range c.Warnings {
			p.warning(text)
		}
	}
	if r.Interrupted {
		p.warning("the drills were stopped before their end")
	}
	p.list("Taken for granted", r.Assumed)
	rows := shownDrills(r)
	g := grid{labels: []string{"pool", "drill", "objectives"}, metrics: metricsOf(drillColumns), unknown: "not in every replication, or too few requests support the figure"}
	for i := range rows {
		d := &rows[i].Drill
		pool := ""
		if len(r.Courses) > 1 {
			pool = d.Pool
		}
		g.rows = append(g.rows, gridRow{labels: []string{pool, rows[i].title, p.verdict(d.Verdict)}, figures: estimates(drillColumns, d)})
	}
	p.table("", g)
	var lines []string
	for _, row := range rows {
		lines = append(lines, p.shortcomings(&row, len(r.Courses) > 1)...)
	}
	p.list("Not met", lines)
}

// verdict is its sign and its word.
func (p *page) verdict(verdict string) string {
	color := map[string]string{wording.Met: good, wording.Missed: bad}[verdict]
	if color == "" {
		color = doubtful
	}
	return p.paint(color, wording.Mark(verdict)+" "+verdict)
}

// shownDrill is a row: a drill, or the worst of several.
type shownDrill struct {
	drills.Drill
	title string
}

// alikeFrom is how many drills of a kind with one verdict are shown as one.
const alikeFrom = 4

// shownDrills has the worst of those that are alike in the place of all.
func shownDrills(r *drills.Result) (rows []shownDrill) {
	type family struct{ pool, kind, verdict string }
	alike := map[family][]drills.Drill{}
	for _, d := range r.Drills {
		f := family{d.Pool, d.Kind, d.Verdict}
		alike[f] = append(alike[f], d)
	}
	for _, d := range r.Drills {
		all := alike[family{d.Pool, d.Kind, d.Verdict}]
		if len(all) < alikeFrom {
			rows = append(rows, shownDrill{d, d.Name})
			continue
		}
		if worst := slices.MaxFunc(all, compareDrills); d.Name == worst.Name {
			rows = append(rows, shownDrill{d, fmt.Sprintf("%s, worst of %d", d.Name, len(all))})
		}
	}
	return rows
}

// compareDrills is greater than 0 where a is worse than b: more errors, or else a greater
// p99.
func compareDrills(a, b drills.Drill) int {
	for _, of := range []func(*drills.Drill) result.Estimate{
		func(d *drills.Drill) result.Estimate { return d.ErrorRatio },
		func(d *drills.Drill) result.Estimate { return d.Latency.P99 },
	} {
		x, y := of(&a), of(&b)
		if x.Known() && y.Known() && *x.Value != *y.Value {
			return map[bool]int{true: 1, false: -1}[*x.Value > *y.Value]
		}
	}
	return 0
}

// shortcomings says each objective that a drill did not meet.
func (p *page) shortcomings(row *shownDrill, several bool) (lines []string) {
	for _, o := range row.Objectives {
		if o.Verdict == wording.Met {
			continue
		}
		if several {
			o.Variant += " of " + row.Pool
		}
		color := doubtful
		if o.Verdict == wording.Missed {
			color = bad
		}
		lines = append(lines, p.paint(color, wording.Mark(o.Verdict))+" "+wording.Objective(o, false)+": "+o.Verdict)
	}
	return lines
}

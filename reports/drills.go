package reports

import (
	"fmt"
	"io"
	"slices"

	"lbsim/reports/wording"
	"lbsim/studies/drills"
	"lbsim/studies/result"
)

// Errors are shown though there be none. Each row is a group, so that no figure is marked
// as the best of its column.
var drillColumns = []column[*drills.Drill]{
	{metric{"p50", wording.Duration, noGoal, 3}, func(d *drills.Drill) result.Estimate { return d.Latency.P50 }},
	{metric{"p99", wording.Duration, noGoal, 0}, func(d *drills.Drill) result.Estimate { return d.Latency.P99 }},
	{metric{"errors", wording.Ratio, lowest, 0}, func(d *drills.Drill) result.Estimate { return d.ErrorRatio }},
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

// WriteDrillKinds writes for people what can happen in a drill.
func WriteDrillKinds(w io.Writer, kinds []drills.Kind, opt TableOptions) error {
	p := &page{opt: opt}
	g := grid{labels: []string{"drill", "what happens"}}
	for _, k := range kinds {
		g.rows = append(g.rows, gridRow{labels: []string{k.Name, k.Doc}})
	}
	p.table("", g)
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
	shown, names := alike(len(r.Drills), func(i int) (*drills.Drill, string) {
		d := &r.Drills[i]
		return d, d.Pool + " " + d.Kind + " " + d.Verdict
	})
	g := grid{labels: []string{"pool", "drill", "objectives"}, metrics: metricsOf(drillColumns), unknown: "not in every replication, or too few requests support the figure"}
	var lines []string
	for k, i := range shown {
		d := &r.Drills[i]
		pool := ""
		if len(r.Courses) > 1 {
			pool = d.Pool
		}
		g.rows = append(g.rows, gridRow{labels: []string{pool, names[k], p.verdict(d.Verdict)}, group: nameOf(d), figures: estimates(drillColumns, d)})
		lines = append(lines, p.shortcomings(d, pool)...)
	}
	p.table("", g)
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

// alikeFrom is how many drills of a family are shown as one, their worst.
const alikeFrom = 4

// alike returns which of n drills to show, and how each is called: of a family, which is
// those of one kind and verdict, only the worst where there are many.
func alike(n int, of func(i int) (d *drills.Drill, family string)) (shown []int, names []string) {
	families := map[string][]int{}
	for i := range n {
		_, family := of(i)
		families[family] = append(families[family], i)
	}
	for i := range n {
		d, family := of(i)
		all := families[family]
		worst := slices.MaxFunc(all, func(i, j int) int {
			a, _ := of(i)
			b, _ := of(j)
			return compareDrills(a, b)
		})
		switch {
		case len(all) < alikeFrom:
			shown, names = append(shown, i), append(names, d.Name)
		case i == worst:
			shown, names = append(shown, i), append(names, fmt.Sprintf("%s, worst of %d", d.Name, len(all)))
		}
	}
	return shown, names
}

// compareDrills is greater than 0 where a is worse than b: more errors, or else a greater
// p99.
func compareDrills(a, b *drills.Drill) int {
	for _, of := range []func(*drills.Drill) result.Estimate{
		func(d *drills.Drill) result.Estimate { return d.ErrorRatio },
		func(d *drills.Drill) result.Estimate { return d.Latency.P99 },
	} {
		x, y := of(a), of(b)
		if x.Known() && y.Known() && *x.Value != *y.Value {
			return map[bool]int{true: 1, false: -1}[*x.Value > *y.Value]
		}
	}
	return 0
}

// shortcomings says which objectives a drill did not meet; pool is its pool's name where
// there are several.
func (p *page) shortcomings(d *drills.Drill, pool string) (lines []string) {
	for _, o := range d.Objectives {
		if o.Verdict == wording.Met || d.Verdict == wording.Missed && o.Verdict != wording.Missed {
			continue // of one that is missed, what is undecided says nothing more
		}
		if pool != "" {
			o.Variant += " of " + pool
		}
		color := doubtful
		if o.Verdict == wording.Missed {
			color = bad
		}
		lines = append(lines, p.paint(color, wording.Mark(o.Verdict))+" "+wording.Objective(o, false)+": "+o.Verdict)
	}
	return lines
}

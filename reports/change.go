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
var changeColumns = []column[*drills.Pair]{
	{metric{"p99 before", wording.Duration, noGoal, 1}, func(y *drills.Pair) result.Estimate { return y.Before.Latency.P99 }},
	{metric{"p99 after", wording.Duration, noGoal, 1}, func(y *drills.Pair) result.Estimate { return y.After.Latency.P99 }},
	{metric{"errors before", wording.Ratio, lowest, 0}, func(y *drills.Pair) result.Estimate { return y.Before.ErrorRatio }},
	{metric{"errors after", wording.Ratio, lowest, 0}, func(y *drills.Pair) result.Estimate { return y.After.ErrorRatio }},
	{metric{"recovered before", wording.Duration, noGoal, 2}, func(y *drills.Pair) result.Estimate { return y.Before.Recover }},
	{metric{"recovered after", wording.Duration, noGoal, 2}, func(y *drills.Pair) result.Estimate { return y.After.Recover }},
}

// WriteChange writes for people what a changed configuration does otherwise.
func WriteChange(w io.Writer, r *drills.Change, opt TableOptions) error {
	if opt.Markdown {
		opt.Color, opt.Width = false, 0
	}
	p := &page{opt: opt}
	p.change(r)
	return p.flush(w)
}

// change writes the part of a page about it.
func (p *page) change(r *drills.Change) {
	var lines []string
	for _, m := range r.Moved {
		lines = append(lines, moved(&m))
	}
	p.list("What moves", lines)
	if len(r.Pairs) == 0 {
		return
	}
	p.heading("Drills before and after")
	if r.Interrupted {
		p.warning("the drills were stopped before their end")
	}
	p.list("Taken for granted", r.Assumed)
	g := grid{labels: []string{"pool", "drill", "is"}, metrics: metricsOf(changeColumns), unknown: "not in every replication, or too few requests support the figure"}
	shown, names := alike(len(r.Pairs), func(i int) (*drills.Drill, string) {
		y := &r.Pairs[i]
		return &y.After, y.Pool + " " + y.Kind + " " + y.Verdict + " " + objectivesOf(y)
	})
	several := slices.ContainsFunc(r.Pairs, func(y drills.Pair) bool { return y.Pool != r.Pairs[0].Pool })
	lines = nil
	for k, i := range shown {
		y := &r.Pairs[i]
		pool := ""
		if several {
			pool = y.Pool
		}
		g.rows = append(g.rows, gridRow{labels: []string{pool, names[k], p.changed(y.Verdict) + ", " + objectivesOf(y)}, group: nameOf(&y.After), figures: estimates(changeColumns, y)})
		for _, c := range y.Differences {
			if c.Verdict == wording.Worse && y.Verdict == wording.Worse {
				lines = append(lines, p.paint(bad, names[k]+": "+wording.Comparison(c, wording.Family{})))
			}
		}
	}
	p.table("", g)
	p.list("What got worse", lines)
}

// objectivesOf says whether a pair's objectives are met, and were.
func objectivesOf(y *drills.Pair) string {
	if y.Before.Verdict == y.After.Verdict {
		return y.After.Verdict
	}
	return "was " + y.Before.Verdict + ", now " + y.After.Verdict
}

// changed is the verdict of a pair, in its colour.
func (p *page) changed(verdict string) string {
	switch verdict {
	case wording.Better:
		return p.paint(good, verdict)
	case wording.Worse:
		return p.paint(bad, verdict)
	case wording.NoDifference:
		return "as before"
	}
	return verdict
}

// moved says how much of what is elsewhere.
func moved(m *drills.Moved) string {
	from := m.Before
	switch {
	case m.After == "":
		from += ", which is no more"
	case m.After != m.Before:
		from += ", now " + m.After
	}
	unit := wording.Ratio.UnitOf(m.Moved)
	return fmt.Sprintf("%s of the %s of pool %s (%s); %s had to, for fair shares", unit.Text(m.Moved), m.What, m.Pool, from, unit.Text(m.Least))
}

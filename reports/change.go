package reports

import (
	"fmt"
	"io"
	"slices"

	"lbsim/reports/wording"
	"lbsim/studies/drills"
	"lbsim/studies/result"
)

// Errors are shown though there be none. Each pair is a group whose figures have no goal, so
// that none is marked as the best of its column.
var changeColumns = []column[*drills.Drill]{
	{metric{"p99", wording.Duration, noGoal, 0}, func(d *drills.Drill) result.Estimate { return d.Latency.P99 }},
	{metric{"errors", wording.Ratio, noGoal, 0}, func(d *drills.Drill) result.Estimate { return d.ErrorRatio }},
	{metric{"recovered after", wording.Duration, noGoal, 1}, func(d *drills.Drill) result.Estimate { return d.Recover }},
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
	g := grid{labels: []string{"pool", "drill", "is", "when"}, metrics: metricsOf(changeColumns), unknown: "not in every replication, or too few requests support the figure"}
	shown, names := alike(len(r.Pairs), func(i int) (*drills.Drill, string) {
		y := &r.Pairs[i]
		return &y.After, y.Pool + " " + y.Kind + " " + y.Verdict + " " + objectivesOf(y)
	})
	several := slices.ContainsFunc(r.Pairs, func(y drills.Pair) bool { return y.Pool != r.Pairs[0].Pool })
	var worse, better []string
	for k, i := range shown {
		y := &r.Pairs[i]
		pool := ""
		if several {
			pool = y.Pool
		}
		g.rows = append(g.rows,
			gridRow{labels: []string{pool, names[k], p.changed(y.Verdict) + ", " + objectivesOf(y), "before"}, group: nameOf(&y.After), figures: estimates(changeColumns, &y.Before)},
			gridRow{labels: []string{"", "", "", "after"}, group: nameOf(&y.After), figures: estimates(changeColumns, &y.After)})
		for _, c := range y.Differences {
			switch {
			case c.Verdict != y.Verdict:
			case c.Verdict == wording.Worse:
				worse = append(worse, p.paint(bad, names[k]+": "+wording.Comparison(c, wording.Family{})))
			case c.Verdict == wording.Better:
				better = append(better, p.paint(good, names[k]+": "+wording.Comparison(c, wording.Family{})))
			}
		}
	}
	p.table("", g)
	p.list("What got worse", worse)
	p.list("What got better", better)
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

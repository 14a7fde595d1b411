package charts

import (
	"fmt"
	"strings"

	"gonum.org/v1/plot/vg"

	"lbsim/reports/wording"
	"lbsim/studies/capacity"
)

// fleetLooks are how the fleets are drawn, whatever the algorithm.
var fleetLooks = map[capacity.Fleet]look{
	capacity.Whole:         {color: palette[0]},
	capacity.LessOneServer: {color: palette[1], dashes: dashes[1]},
	capacity.LessOneZone:   {color: palette[2], dashes: dashes[2]},
}

// WriteCapacity draws the curve of each algorithm into dir, as WriteCharts does: curve, or
// curve-NAME where there are several.
func WriteCapacity(dir string, r *capacity.Result) (Written, error) {
	var done Written
	for from := 0; from < len(r.Results); {
		to := from + 1
		for to < len(r.Results) && r.Results[to].Variant == r.Results[from].Variant {
			to++
		}
		lines := r.Results[from:to]
		name := "curve"
		if len(lines) < len(r.Results) {
			name += "-" + strings.NewReplacer(":", "-", "=", "-", ",", "-").Replace(lines[0].Variant)
		}
		c, why := capacityChart(r, lines, name)
		if c == nil {
			done.Skipped = append(done.Skipped, Skipped{name, why})
		} else if err := c.write(dir, &done); err != nil {
			return done, err
		}
		from = to
	}
	return done, nil
}

// capacityChart draws the figure of the objective that is missed first over what is varied,
// a curve for each fleet, with the limit and the answers.
func capacityChart(r *capacity.Result, lines []capacity.Line, name string) (*chart, string) {
	x, known := extentOf(r, lines)
	if !known {
		return nil, "no figure is known"
	}
	objective := drawnObjective(lines)
	limit, kind := limitOf(r, objective), wording.KindOf(objective)
	p := &panel{yLabel: objective, xGrid: true}
	p.x = scale{low: 0, high: x}
	p.xLabel = "Requests a second"
	p.xTicks = linearTicks(p.x, wording.PerSecond, 8)
	if r.Find == capacity.Servers {
		p.xLabel = "Servers of " + r.Group
		p.xTicks = linearTicks(p.x, wording.Plain, 8)
	}
	high := highestOf(lines, x, limit)
	unit := kind.UnitOf(high/4, high)
	p.y = fromZero(high, 0.04)
	p.yTicks = linearTicks(p.y, unit, 6)
	p.yLabel = figureName(objective, unit)
	c := newChart(name, []string{"variant", "fleet", "lost", "at", "offered_load", "value", "low", "high"})
	var entries []entry
	for i := range lines {
		l := &lines[i]
		look := fleetLooks[l.Fleet]
		entries = append(entries, entry{text: capital(wording.Fleet(l)), look: look})
		p.under = append(p.under, answerSpan(l, x))
		p.items = append(p.items, fleetCurve(l, look)...)
		for _, q := range l.Curve {
			c.row(l.Variant, string(l.Fleet), l.Lost, number(q.At), number(q.Load), optional(q.Value), optional(q.Low), optional(q.High))
		}
	}
	if limit > 0 && limit <= p.y.high {
		p.items = append(p.items, limitLine(limit, objective))
	}
	c.figure = &figure{
		title: capacityFound(r, lines), subtitle: capacitySubtitle(r, lines), footer: capacityFooter(r, lines),
		legend: entries, panels: []*panel{p},
	}
	return c, ""
}

// extentOf is how far the x axis goes: a little beyond the last answer.
func extentOf(r *capacity.Result, lines []capacity.Line) (far float64, known bool) {
	answers, points := 0.0, 0.0
	for i := range lines {
		for _, end := range []*float64{lines[i].Met, lines[i].Missed} {
			if end != nil {
				answers = max(answers, *end)
			}
		}
		for _, q := range lines[i].Curve {
			known = known || q.Known()
			points = max(points, q.At)
		}
	}
	beyond := 1.15
	if r.Find == capacity.Servers {
		beyond = 1.6
	}
	if points = min(points, beyond*answers); points == 0 {
		points = 1
	}
	return points * 1.02, known
}

// highestOf is how far the y axis goes: what is drawn up to x, but no farther than several
// times the limit, for what happens there has no part in the answer.
func highestOf(lines []capacity.Line, x, limit float64) float64 {
	high := 0.0
	for i := range lines {
		for _, q := range lines[i].Curve {
			if q.Known() && q.At <= x {
				high = max(high, *q.Value)
			}
		}
	}
	if limit > 0 {
		high = min(max(high, 1.25*limit), 2.5*limit)
	}
	return high
}

// drawnObjective is the one whose figure the curves are of.
func drawnObjective(lines []capacity.Line) string {
	for i := range lines {
		if lines[i].CurveOf != "" {
			return lines[i].CurveOf
		}
	}
	return ""
}

// limitOf is an objective's limit.
func limitOf(r *capacity.Result, text string) float64 {
	for _, o := range r.Objectives {
		if o.Objective == text {
			return o.Limit
		}
	}
	return 0
}

// figureName is what the objective is about, with its unit: p99{class=read} (ms).
func figureName(objective string, unit wording.Unit) string {
	name, _, _ := strings.Cut(objective, " ")
	if unit.Name != "" {
		name += " (" + unit.Name + ")"
	}
	return name
}

// fleetCurve draws a line's figures with their intervals as a band.
func fleetCurve(l *capacity.Line, look look) []func(placed) {
	var middle, low, high []xy
	for _, q := range l.Curve {
		if !q.Known() {
			continue
		}
		middle = append(middle, xy{q.At, *q.Value})
		if q.Low != nil && q.High != nil {
			low, high = append(low, xy{q.At, *q.Low}), append(high, xy{q.At, *q.High})
		}
	}
	return []func(placed){band(look.color, low, high), curve(look, middle)}
}

// answerSpan shades where a line's answer lies: between what is met and what is missed.
func answerSpan(l *capacity.Line, far float64) func(placed) {
	return func(p placed) {
		if l.Met == nil || l.Missed == nil || *l.Met > far {
			return
		}
		c := mixed(fleetLooks[l.Fleet].color, 0.82)
		low, high := min(*l.Met, *l.Missed), max(*l.Met, *l.Missed)
		span(low, min(high, far), c)(p)
		x := p.at(*l.Met, p.y.low).X
		p.StrokeLine2(stroke(fleetLooks[l.Fleet].color, 1), x, p.box.Min.Y, x, p.box.Max.Y)
	}
}

// limitLine draws the objective as a line, with its text.
func limitLine(limit float64, text string) func(placed) {
	return func(p placed) {
		y := p.at(p.x.low, limit).Y
		p.StrokeLine2(stroke(ink, 1.1, vg.Length(5), vg.Length(2.5)), p.box.Min.X, y, p.box.Max.X, y)
		tickFace.write(p, p.box.Min.X+4, y+3, text)
	}
}

// capacityFound is the answer for the fleets, as a headline.
func capacityFound(r *capacity.Result, lines []capacity.Line) string {
	var parts []string
	for i := range lines {
		l := &lines[i]
		if l.Met == nil || l.Missed == nil {
			continue
		}
		place := wording.PerSecond.Number(*l.Met)
		unit := " requests a second"
		if r.Find == capacity.Servers {
			place, unit = fmt.Sprintf("%.0f", *l.Met), " servers"
		}
		if len(parts) == 0 {
			place += unit
		}
		name := wording.Fleet(l)
		parts = append(parts, place+" "+name)
	}
	if len(parts) == 0 {
		return r.Scenario + ": no limit was found"
	}
	verb := " carries "
	if r.Find == capacity.Servers {
		verb = " needs "
	}
	return lines[0].Title + verb + strings.Join(parts, ", ")
}

func capacitySubtitle(r *capacity.Result, lines []capacity.Line) string {
	text := drawnObjective(lines) + " over the rate of arrivals"
	if r.Find == capacity.Servers {
		text = fmt.Sprintf("%s over the number of servers, at %s", drawnObjective(lines), wording.PerSecond.Text(*r.RateRPS))
	}
	return text + "; shaded: the answer lies there with 95% confidence, from what was shown to meet all objectives (line) to what was shown to miss one. Bands are 95% confidence intervals"
}

func capacityFooter(r *capacity.Result, lines []capacity.Line) string {
	requests := uint64(0)
	for i := range lines {
		for _, p := range lines[i].Probes {
			requests += p.Requests
		}
	}
	return fmt.Sprintf("Simulated: %s, %s requests for the answers, seed %d; what was lost is gone for good", r.Scenario, wording.Count(requests), r.Seed)
}

package charts

import (
	"strconv"

	"gonum.org/v1/plot/vg"

	"lbsim/reports/wording"
	"lbsim/studies/remap"
	"lbsim/studies/result"
)

// leastLook is that of the least that must move.
var leastLook = look{color: ink, dashes: []vg.Length{4, 2}}

// movedChart draws what moved as bars, a group for each step, and a line at the least
// that must move.
func movedChart(m Remap) (*chart, string) {
	r := m.Result
	if len(r.Steps) == 0 || len(r.Steps[0].Results) == 0 {
		return nil, "nothing was placed"
	}
	ids := outcomeIdentities(&r.Steps[0])
	all := palettesOf(ids)
	c := newChart("keys-moved", []string{"step", "change", "algorithm", "moved_ratio", "least_ratio", "excess_ratio"})
	var groups []barGroup
	var least []float64
	high := 0.0
	for i := range r.Steps {
		s := &r.Steps[i]
		label := s.Change
		if s.At != "" {
			label = s.At + " " + label
		}
		g := barGroup{label: label}
		for j := range s.Results {
			o := &s.Results[j]
			g.bars = append(g.bars, bar{color: all[o.Variant].color, estimate: result.Estimate{Value: &o.Moved}, line: o.Least})
			c.row(strconv.Itoa(i+1), label, o.Variant, number(o.Moved), number(o.Least), number(o.Excess))
			high = max(high, o.Moved, o.Least)
		}
		groups, least = append(groups, g), append(least, s.Results[0].Least)
	}
	p := &panel{
		yLabel: "Keys moved (%)",
		x:      scale{low: 0, high: float64(len(groups))},
		y:      fromZero(high, 0.09),
		groups: groupLabels(groups, textWidth-30),
		items:  []func(placed){drawBars(groups, wording.Percent), leastLines(least)},
	}
	p.yTicks = linearTicks(p.y, wording.Percent, 5)
	if len(p.groups) == 0 {
		p.xLabel = "Changes in their order"
	}
	var entries []entry
	for _, id := range ids {
		entries = append(entries, entry{text: id.title, look: all[id.name], box: true})
	}
	entries = append(entries, entry{text: "Least that must move", look: leastLook})
	c.figure = &figure{
		title:    movesFound(r).or("Keys that move"),
		subtitle: "Keys that have another node after a change; the least is what fair shares ask for",
		footer:   remapFooter(r),
		legend:   entries,
		panels:   []*panel{p},
	}
	return c, ""
}

// leastLines draws each group's least across it.
func leastLines(least []float64) func(placed) {
	return func(p placed) {
		for i, v := range least {
			a, b := p.at(float64(i)+0.03, v), p.at(float64(i)+0.97, v)
			p.StrokeLine2(stroke(white, 1.9), a.X, a.Y, b.X, b.Y)
			p.StrokeLine2(stroke(leastLook.color, 1.1, leastLook.dashes...), a.X, a.Y, b.X, b.Y)
		}
	}
}

// outcomesShown are those that the picture of flows has room for: three at most, who
// move the fewest keys, the most, and in the middle.
func outcomesShown(s *remap.Step) []*remap.Outcome {
	const most = 3
	var all []*remap.Outcome
	for i := range s.Results {
		all = append(all, &s.Results[i])
	}
	if len(all) <= most {
		return all
	}
	sortByMoved(all)
	return []*remap.Outcome{all[0], all[len(all)/2], all[len(all)-1]}
}

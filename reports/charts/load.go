package charts

import (
	"cmp"
	"errors"
	"slices"

	"lbsim/reports/wording"
	"lbsim/studies/result"
)

// LoadPoint is a variant's figure at an offered load, a share of the capacity. An
// estimate without value is overload, where the line ends.
type LoadPoint struct {
	Load      float64
	Variant   string
	Title     string // empty: Variant
	Algorithm string
	Estimate  result.Estimate
}

// LoadCurve says what the points are.
type LoadCurve struct {
	Metric string // path in the JSON contract, such as latency_seconds.p99
	Title  string // the finding; empty: "p99 against offered load"
	Footer string // model, requests and seed
	Points []LoadPoint
}

// loadChart draws a line for each variant over the offered load: the hockey stick.
func loadChart(l LoadCurve) (*chart, error) {
	ids, lines := l.byVariant()
	all := palettesOf(ids)
	low, high, first, last, ended := l.extent()
	if high == 0 {
		return nil, errors.New("no point of the load curve is known")
	}
	kind := wording.KindOf(l.Metric)
	unit := kind.UnitOf(low, high)
	name := wording.MetricName(l.Metric)
	p := &panel{yLabel: capital(name), xLabel: "Offered load (% of capacity)", y: fromZero(high, 0.05)}
	margin := max((last-first)*0.03, 0.01)
	p.x = scale{low: first - margin, high: last + margin}
	p.xTicks = l.loads()
	switch {
	case kind == wording.Duration && high > 30*low: // a stick that high hides its handle
		p.y = logAround(low, high)
		p.yTicks = durationTicks(p.y)
		p.yLabel += " (log scale)"
	default:
		p.yTicks = linearTicks(p.y, unit, 6)
		if unit.Name != "" {
			p.yLabel += " (" + unit.Name + ")"
		}
	}
	c := newChart("load", []string{"variant", "load", l.Metric, "low", "high"})
	var entries []entry
	for i, id := range ids {
		look := all[id.name]
		entries = append(entries, entry{text: id.title, look: look})
		p.items = append(p.items, loadLine(look, lines[i])...)
		for _, q := range lines[i] {
			c.row(id.name, number(q.Load), optional(q.Estimate.Value), optional(q.Estimate.Low), optional(q.Estimate.High))
		}
	}
	title := headline(l.Title).or(name + " against offered load")
	subtitle := "Error bars are 95% confidence intervals"
	if ended {
		subtitle += "; a line ends where overload leaves no steady figure"
	}
	c.figure = &figure{title: title, subtitle: subtitle, footer: l.Footer, legend: entries, panels: []*panel{p}}
	return c, nil
}

// byVariant returns the variants in the order of their first point and each one's
// points by load.
func (l LoadCurve) byVariant() (ids []identity, lines [][]LoadPoint) {
	for _, q := range l.Points {
		i := slices.IndexFunc(ids, func(id identity) bool { return id.name == q.Variant })
		if i < 0 {
			i = len(ids)
			title := q.Title
			if title == "" {
				title = q.Variant
			}
			ids, lines = append(ids, identity{q.Variant, title, q.Algorithm}), append(lines, nil)
		}
		lines[i] = append(lines[i], q)
	}
	for _, line := range lines {
		slices.SortStableFunc(line, func(a, b LoadPoint) int { return cmp.Compare(a.Load, b.Load) })
	}
	return ids, lines
}

// loads are the ticks of the x axis: the loads that were run.
func (l LoadCurve) loads() []tick {
	var out []tick
	for _, q := range l.Points {
		out = append(out, tick{value: q.Load, label: plain(q.Load * 100)})
	}
	slices.SortFunc(out, func(a, b tick) int { return cmp.Compare(a.value, b.value) })
	return slices.CompactFunc(out, func(a, b tick) bool { return a.value == b.value })
}

// extent is the range of the known values and of the loads; ended tells whether
// some value is not known.
func (l LoadCurve) extent() (low, high, first, last float64, ended bool) {
	for i, q := range l.Points {
		if i == 0 {
			first, last = q.Load, q.Load
		}
		first, last = min(first, q.Load), max(last, q.Load)
		if !q.Estimate.Known() {
			ended = true
			continue
		}
		v := *q.Estimate.Value
		least := v
		if q.Estimate.Low != nil && *q.Estimate.Low > 0 {
			least = *q.Estimate.Low
		}
		if low == 0 || least < low {
			low = least
		}
		high = max(high, v)
		if q.Estimate.High != nil {
			high = max(high, *q.Estimate.High)
		}
	}
	return low, high, first, last, ended
}

func loadLine(l look, points []LoadPoint) []func(placed) {
	var known []xy
	var items []func(placed)
	for _, q := range points {
		if !q.Estimate.Known() {
			continue
		}
		known = append(known, xy{q.Load, *q.Estimate.Value})
		if e := q.Estimate; e.Low != nil && e.High != nil && *e.High > *e.Low {
			items = append(items, func(p placed) {
				whisker(p.at(q.Load, p.y.high).X, *e.Low, *e.High, 5, l.color)(p)
			})
		}
	}
	return append([]func(placed){curve(l, known), dots(l, known)}, items...)
}

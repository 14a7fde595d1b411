package charts

import (
	"slices"

	"lbsim/reports/wording"
	"lbsim/studies/result"
)

// timeline draws p99, where any is known, the number in flight and, where there are
// failures, caches or servers that come and go, the share of requests without an
// answer, the hit ratio, arrivals and servers over time, with what happened as dashed
// verticals.
func timeline(r *result.Result, all palettes) (*chart, string) {
	var variants []*result.Variant
	for i := range r.Results {
		if v := &r.Results[i]; hasData(&v.Timeline) {
			variants = append(variants, v)
		}
	}
	if len(variants) == 0 {
		return nil, "no timeline has a p99 or requests in flight"
	}
	c := newChart("timeline", []string{"variant", "from_seconds", "offered", "completed", "failed", "in_flight", "p50_seconds", "p99_seconds", "hit_ratio", "servers_up", "servers_wanted"})
	for _, v := range variants {
		timelineRows(c, v)
	}
	horizon, slowest, fullest := extents(variants)
	events := labelled(fewScalings(commonEvents(variants)), horizon*nearby)
	unit := wording.UnitFor(slowest)
	time := scale{low: 0, high: horizon}
	above := &panel{yLabel: "p99 response time (" + unit.Name + ")", x: time, y: fromZero(slowest, 0.05)}
	below := &panel{yLabel: "Requests in flight", x: time, y: fromZero(fullest, 0.05)}
	panels := []*panel{above, below}
	if slowest == 0 { // overload, or too few requests: what is in flight says the more
		panels = []*panel{below}
	}
	if p := failuresPanel(variants, all, time); p != nil {
		panels = slices.Insert(panels, len(panels)-1, p)
	}
	above.yTicks, below.yTicks = linearTicks(above.y, unit, 6), linearTicks(below.y, wording.Plain, 6)
	above.limited(r, variants[0], slowest, unit, 6)
	for _, v := range variants {
		above.items = append(above.items, curve(all[v.Name], segments(v.Timeline.P99, v.Timeline.Interval)...))
		below.items = append(below.items, curve(all[v.Name], middles(v.Timeline.InFlight, v.Timeline.Interval)))
	}
	if hits := hitPanel(variants, all, time); hits != nil {
		panels = append(panels, hits)
	}
	panels = append(panels, fleetPanels(variants, all, time)...)
	panels[len(panels)-1].xLabel = "Time (s)"
	for i, p := range panels {
		p.xTicks = linearTicks(time, wording.Plain, 9)
		if r.WarmUp.Seconds > 0 && r.WarmUp.Seconds < horizon {
			p.under = append(p.under, span(0, r.WarmUp.Seconds, shade))
		}
		p.events, p.named = events, i == 0
	}
	c.figure = &figure{
		title: titleOver(r, variants, events, slowest), subtitle: timelineSubtitle(r, variants, horizon) + dotted(r, events), footer: footer(r),
		legend: legend(variants, all, false), panels: panels,
	}
	return c, ""
}

// extents are where time ends, the greatest p99 and the greatest number in flight.
func extents(variants []*result.Variant) (horizon, slowest, fullest float64) {
	for _, v := range variants {
		t := &v.Timeline
		horizon = max(horizon, t.Interval*float64(max(len(t.P99), len(t.InFlight))))
		slowest = max(slowest, peak(v))
		for _, n := range t.InFlight {
			fullest = max(fullest, n)
		}
	}
	return horizon, slowest, fullest
}

// titleOver says what a timeline shows: of failures where something happened, else of
// p99, else of overload.
func titleOver(r *result.Result, variants []*result.Variant, events []eventLabel, slowest float64) string {
	if slowest == 0 {
		return overloaded(r).or("Requests in flight over time")
	}
	if said := failuresTitle(variants, r.WarmUp.Seconds); said != "" && len(events) > 0 {
		return said
	}
	return timelineTitle(variants, events, r.WarmUp.Seconds)
}

// hasData reports whether a p99 is known somewhere, or something was in flight.
func hasData(t *result.Timeline) bool {
	if t.Interval <= 0 {
		return false
	}
	return slices.ContainsFunc(t.P99, func(p99 *float64) bool { return p99 != nil }) ||
		slices.ContainsFunc(t.InFlight, func(n float64) bool { return n > 0 })
}

func timelineRows(c *chart, v *result.Variant) {
	t := &v.Timeline
	at := func(values []float64, i int) string {
		if i >= len(values) {
			return ""
		}
		return number(values[i])
	}
	known := func(values []*float64, i int) string {
		if i >= len(values) {
			return ""
		}
		return optional(values[i])
	}
	for i := range max(len(t.P99), len(t.InFlight)) {
		c.row(v.Name, number(float64(i)*t.Interval), at(t.Offered, i), at(t.Completed, i), at(t.Failed, i), at(t.InFlight, i),
			known(t.P50, i), known(t.P99, i), known(t.HitRatio, i), at(t.Up, i), at(t.Wanted, i))
	}
}

// segments are the runs of known values, each at the middle of its interval.
func segments(values []*float64, interval float64) [][]xy {
	var out [][]xy
	var run []xy
	for i, v := range values {
		if v != nil {
			run = append(run, xy{(float64(i) + 0.5) * interval, *v})
			continue
		}
		if len(run) > 0 {
			out, run = append(out, run), nil
		}
	}
	if len(run) > 0 {
		out = append(out, run)
	}
	return out
}

// peak is the greatest p99 of a timeline, 0 where none is known.
func peak(v *result.Variant) float64 { return peakFrom(v, 0) }

// peakFrom is the peak of the intervals that begin at an instant or later.
func peakFrom(v *result.Variant, start float64) float64 {
	highest := 0.0
	for i, p99 := range v.Timeline.P99 {
		if p99 != nil && float64(i)*v.Timeline.Interval >= start {
			highest = max(highest, *p99)
		}
	}
	return highest
}

// timelineTitle says how high p99 went when something happened, which a start with
// empty queues or caches is not.
func timelineTitle(variants []*result.Variant, events []eventLabel, warmUp float64) string {
	peak := func(v *result.Variant) float64 { return peakFrom(v, warmUp) }
	if len(events) == 0 || !slices.ContainsFunc(variants, func(v *result.Variant) bool { return peak(v) > 0 }) {
		return "p99 and requests in flight over time"
	}
	lowest, highest := 0, 0
	var peaks []float64
	variants = slices.DeleteFunc(slices.Clone(variants), func(v *result.Variant) bool { return peak(v) == 0 })
	for i, v := range variants {
		peaks = append(peaks, peak(v))
		if peaks[i] < peaks[lowest] {
			lowest = i
		}
		if peaks[i] > peaks[highest] {
			highest = i
		}
	}
	said := func(i int) string { return wording.UnitFor(peaks[i]).Text(peaks[i]) }
	if len(variants) == 1 || peaks[lowest] == peaks[highest] {
		return "p99 peaks at " + said(0)
	}
	named := func(i int) string { return said(i) + " with " + inSentence(identityOf(variants[i]).title) }
	return "p99 peaks at " + named(lowest) + ", at " + named(highest)
}

func timelineSubtitle(r *result.Result, variants []*result.Variant, horizon float64) string {
	interval := variants[0].Timeline.Interval
	s := "Each point pools " + number(interval) + " s"
	if r.Replications > 1 {
		s += " of all replications"
	}
	if r.WarmUp.Seconds > 0 && r.WarmUp.Seconds < horizon {
		s += "; shaded: the warm-up, which other figures leave out"
	}
	return s
}

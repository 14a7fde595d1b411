package charts

import (
	"cmp"
	"image/color"
	"maps"
	"slices"

	"lbsim/reports/wording"
	"lbsim/studies/result"
)

// failover draws a variant second by second where something happens to it: requests
// offered and completed, servers that come and go, failures by status, latency, and who
// of the servers had them, with all events. nil where nothing happens.
func failover(r *result.Result, v *result.Variant, name string) *chart {
	t := &v.Timeline
	if len(t.Events) == 0 || !hasData(t) {
		return nil
	}
	c := newChart(name, failoverColumns(t))
	failoverRows(c, t)
	horizon := t.Interval * float64(len(t.Offered))
	time := scale{low: 0, high: horizon}
	panels := []*panel{ratesPanel(t, time)}
	colors := serverColors(t)
	for _, p := range []*panel{fleetPanel(t, time), statusPanel(t, time), latencyPanel(r, v, time), inFlightPanel(t, time, colors), sharePanel(t, time, colors)} {
		if p != nil {
			panels = append(panels, p)
		}
	}
	events := labelled(fewScalings(t.Events), horizon*nearby)
	undetected := undetectedSpans(v)
	for i, p := range panels {
		p.xTicks = linearTicks(time, wording.Plain, 9)
		if r.WarmUp.Seconds > 0 && r.WarmUp.Seconds < horizon {
			p.under = append(p.under, span(0, r.WarmUp.Seconds, shade))
		}
		p.under = append(p.under, undetected...)
		p.events, p.named = events, i == 0
	}
	panels[len(panels)-1].xLabel = "Time (s)"
	title := failuresTitle([]*result.Variant{v}, r.WarmUp.Seconds)
	if title == "" {
		title = "Fewer than 0.5% of the requests fail at any time" // noticeable
	}
	if v.Requests.Offered == v.Requests.Completed {
		title = "Every request gets its answer"
	}
	if len(r.Results) > 1 {
		title += " with " + inSentence(identityOf(v).title)
	}
	subtitle := timelineSubtitle(r, []*result.Variant{v}, horizon)
	if len(undetected) > 0 {
		subtitle += "; orange: until a failure is detected, on average"
	}
	c.figure = &figure{title: title, subtitle: subtitle + dotted(r, events), footer: footer(r), panels: panels}
	return c
}

// undetectedSpans shade the time from each failure until a balancer takes the server out.
func undetectedSpans(v *result.Variant) []func(placed) {
	var spans []func(placed)
	for _, f := range v.Recovery.Events {
		if f.Detect.Known() {
			spans = append(spans, span(f.At, f.At+*f.Detect.Value, undetectedColor))
		}
	}
	return spans
}

// series is a named line of a panel.
type series struct {
	name string
	look look
	runs [][]xy
}

// seriesPanel is a panel of lines with a legend of its own.
func seriesPanel(label string, unit wording.Unit, time scale, all ...series) *panel {
	highest := 0.0
	for _, s := range all {
		for _, run := range s.runs {
			for _, point := range run {
				highest = max(highest, point.y)
			}
		}
	}
	p := &panel{yLabel: label, x: time, y: fromZero(highest, 0.05)}
	p.yTicks = linearTicks(p.y, unit, 5)
	for _, s := range all {
		p.items = append(p.items, curve(s.look, s.runs...))
		if s.name != "" && len(s.runs) > 0 {
			p.legend = append(p.legend, entry{text: s.name, look: s.look})
		}
	}
	return p
}

// perSecond turns counts of intervals into a rate at the middle of each.
func perSecond(counts []float64, interval float64) [][]xy {
	out := make([]xy, len(counts))
	for i, n := range counts {
		out[i] = xy{(float64(i) + 0.5) * interval, n / interval}
	}
	return [][]xy{out}
}

func ratesPanel(t *result.Timeline, time scale) *panel {
	all := []series{
		{"offered", look{color: palette[6]}, perSecond(t.Offered, t.Interval)},
		{"completed", look{color: palette[0], dashes: dashes[1]}, perSecond(t.Completed, t.Interval)},
	}
	if len(t.Attempts) > 0 {
		all = append(all, series{"attempts", look{color: palette[4], dashes: dashes[2]}, perSecond(t.Attempts, t.Interval)})
	}
	return seriesPanel("Requests per second", wording.Plain, time, all...)
}

// statusNames say what the statuses mean that balancers give themselves.
var statusNames = map[string]string{
	"404": "404 no route", "429": "429 rate limit", "499": "499 client gave up", "500": "500 error", "502": "502 broken connection",
	"503": "503 refused", "504": "504 too slow",
}

// statusColors keep a status the same in all charts.
var statusColors = map[string]color.NRGBA{
	"499": palette[3], "500": palette[6], "502": palette[4], "503": palette[1], "504": palette[0], "429": palette[2], "404": palette[5],
}

// statusPanel draws failures by status; nil without any.
func statusPanel(t *result.Timeline, time scale) *panel {
	var all []series
	for i, status := range slices.Sorted(maps.Keys(t.Status)) {
		if slices.Max(t.Status[status]) == 0 {
			continue
		}
		c, known := statusColors[status]
		if !known {
			c = palette[i%len(palette)]
		}
		all = append(all, series{cmp.Or(statusNames[status], status), look{color: c, dashes: dashes[len(all)%len(dashes)]},
			perSecond(t.Status[status], t.Interval)})
	}
	if len(all) == 0 {
		return nil
	}
	return seriesPanel("Failed per second", wording.Plain, time, all...)
}

// latencyPanel draws the median and the 99th percentile, with the objective about it; nil
// where neither is known.
func latencyPanel(r *result.Result, v *result.Variant, time scale) *panel {
	t := &v.Timeline
	p50, p99 := segments(t.P50, t.Interval), segments(t.P99, t.Interval)
	if len(p50)+len(p99) == 0 {
		return nil
	}
	slowest := 0.0
	for _, known := range [][]*float64{t.P50, t.P99} {
		for _, v := range known {
			if v != nil {
				slowest = max(slowest, *v)
			}
		}
	}
	unit := wording.UnitFor(slowest)
	p := seriesPanel("Response time ("+unit.Name+")", unit, time,
		series{"p99", look{color: palette[1]}, p99}, series{"p50", look{color: palette[0]}, p50})
	if len(p99) > 0 {
		p.limited(r, v, slowest, unit, 5)
	}
	return p
}

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
	for _, p := range []*panel{fleetPanel(t, time), statusPanel(t, time), latencyPanel(t, time), inFlightPanel(t, time), sharePanel(t, time)} {
		if p != nil {
			panels = append(panels, p)
		}
	}
	events := labelled(fewScalings(t.Events))
	for i, p := range panels {
		p.xTicks = linearTicks(time, wording.Plain, 9)
		if r.WarmUp.Seconds > 0 && r.WarmUp.Seconds < horizon {
			p.under = append(p.under, span(0, r.WarmUp.Seconds))
		}
		p.items = append(p.items, drawEvents(events, i == 0))
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
	c.figure = &figure{title: title, subtitle: timelineSubtitle(r, []*result.Variant{v}, horizon), footer: footer(r), panels: panels}
	return c
}

// series is a named line of a panel.
type series struct {
	name string
	look look
	runs [][]xy
}

// seriesPanel is a panel of lines with a legend of its own; headroom is left free above
// them.
func seriesPanel(label string, unit wording.Unit, time scale, headroom float64, all ...series) *panel {
	highest := 0.0
	for _, s := range all {
		for _, run := range s.runs {
			for _, point := range run {
				highest = max(highest, point.y)
			}
		}
	}
	p := &panel{yLabel: label, x: time, y: fromZero(highest, headroom)}
	p.yTicks = linearTicks(p.y, unit, 5)
	if headroom > 0.1 { // it is for the names of events alone
		p.yTicks = slices.DeleteFunc(p.yTicks, func(t tick) bool { return t.value > highest*1.02 })
	}
	for _, s := range all {
		p.items = append(p.items, curve(s.look, s.runs...))
		if s.name != "" {
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
	return seriesPanel("Requests per second", wording.Plain, time, 0.35, all...)
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
	return seriesPanel("Failed per second", wording.Plain, time, 0.05, all...)
}

// latencyPanel draws the median and the 99th percentile; nil where neither is known.
func latencyPanel(t *result.Timeline, time scale) *panel {
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
	return seriesPanel("Response time ("+unit.Name+")", unit, time, 0.05,
		series{"p99", look{color: palette[1]}, p99}, series{"p50", look{color: palette[0]}, p50})
}

func inFlightPanel(t *result.Timeline, time scale) *panel {
	return serverPanel("In flight at each server", wording.Plain, t, time, func(s *result.ServerTimeline) [][]xy {
		out := make([]xy, len(s.InFlight))
		for i, n := range s.InFlight {
			out[i] = xy{float64(i+1) * t.Interval, n}
		}
		return [][]xy{out}
	})
}

func sharePanel(t *result.Timeline, time scale) *panel {
	return serverPanel("Share of the attempts (%)", wording.Percent, t, time, func(s *result.ServerTimeline) [][]xy {
		return segments(s.Share, t.Interval)
	})
}

// serverPanel draws a line for each server: in grey, but for those to whom something
// happens, as far as there are colours. nil where servers are not kept apart.
func serverPanel(label string, unit wording.Unit, t *result.Timeline, time scale, of func(*result.ServerTimeline) [][]xy) *panel {
	if len(t.Servers) == 0 {
		return nil
	}
	colors := serverColors(t)
	var others, named []series
	for i := range t.Servers {
		s := &t.Servers[i]
		if at := slices.Index(colors, s.Name); at >= 0 {
			named = append(named, series{s.Name, look{color: palette[at], dashes: dashes[at%len(dashes)]}, of(s)})
			continue
		}
		x := series{look: look{color: otherServers, thin: true}, runs: of(s)}
		if len(others) == 0 {
			x.name = "other servers"
			if len(colors) == 0 {
				x.name = "each server"
			}
		}
		others = append(others, x)
	}
	return seriesPanel(label, unit, time, 0.05, append(others, named...)...)
}

// otherServers is the colour of those to whom nothing happens.
var otherServers = color.NRGBA{0xb5, 0xb5, 0xb5, 0xff}

// mostNamedServers is how many servers a panel names.
const mostNamedServers = 4

// serverColors are the first servers to whom something happens.
func serverColors(t *result.Timeline) []string {
	var names []string
	for _, e := range t.Events {
		if e.Server != "" && !slices.Contains(names, e.Server) && len(names) < mostNamedServers {
			names = append(names, e.Server)
		}
	}
	return names
}

package charts

import (
	"cmp"
	"fmt"
	"slices"

	"gonum.org/v1/plot/vg"

	"lbsim/reports/wording"
	"lbsim/studies/result"
)

const (
	mostServerBars   = 20 // servers beyond this are drawn as a profile
	leastServerWidth = vg.Length(4)
)

// servers draws the utilization of every server: as bars grouped by variant, or,
// where they are too many, as a line from the busiest to the idlest.
func servers(r *result.Result, all palettes) (*chart, string) {
	var variants []*result.Variant
	most := 0
	for i := range r.Results {
		v := &r.Results[i]
		if slices.ContainsFunc(v.Servers, func(s result.Server) bool { return s.Utilization.Known() }) {
			variants = append(variants, v)
			most = max(most, len(v.Servers))
		}
	}
	if most == 0 {
		return nil, "no server's utilization is known"
	}
	c := newChart("servers", []string{"variant", "server", "zone", "requests", "utilization", "low", "high"})
	for _, v := range variants {
		for _, s := range v.Servers {
			u := s.Utilization
			c.row(v.Name, s.Name, s.Zone, fmt.Sprint(s.Requests), optional(u.Value), optional(u.Low), optional(u.High))
		}
	}
	wide := slotsFor(textWidth-30, len(variants), most).width >= leastServerWidth
	c.figure = &figure{title: serversTitle(r, variants), footer: footer(r)}
	if most <= mostServerBars && wide {
		c.figure.panels = []*panel{serverBars(variants, all)}
		c.figure.subtitle = "Utilization of each server, a bar for each, in the scenario’s order"
		if r.Replications > 1 {
			c.figure.subtitle += "; 95% confidence intervals"
		}
		c.figure.legend = legend(variants, all, true)
		return c, ""
	}
	c.figure.panels = []*panel{serverProfile(variants, all, most)}
	c.figure.subtitle = "Utilization of each server, from the busiest to the idlest"
	c.figure.legend = legend(variants, all, false)
	return c, ""
}

func serverBars(variants []*result.Variant, all palettes) *panel {
	groups := make([]barGroup, len(variants))
	for i, v := range variants {
		if len(variants) > 1 {
			groups[i].label = identityOf(v).title
		}
		for _, s := range v.Servers {
			groups[i].bars = append(groups[i].bars, bar{color: all[v.Name].color, estimate: s.Utilization})
		}
	}
	p := utilizationPanel(highest(groups), 0.09)
	p.x = scale{low: 0, high: float64(len(groups))}
	p.items = []func(placed){drawBars(groups, wording.Percent)}
	p.groups = groupLabels(groups, textWidth-30)
	if len(variants) == 1 {
		p.groups = serverNames(variants[0].Servers)
	}
	return p
}

// serverNames are the labels under the bars of a single variant, where all of them
// fit.
func serverNames(servers []result.Server) []tick {
	s := slotsFor(textWidth-30, 1, len(servers))
	var out []tick
	for j, server := range servers {
		if tickFace.width(server.Name) > s.step-2 {
			return nil
		}
		out = append(out, tick{value: float64(s.center(0, j, len(servers)) / s.group), label: server.Name})
	}
	return out
}

func serverProfile(variants []*result.Variant, all palettes, most int) *panel {
	p := utilizationPanel(0, 0.05)
	high := 0.0
	for _, v := range variants {
		points := profile(v.Servers)
		high = max(high, points[0].y)
		p.items = append(p.items, curve(all[v.Name], points))
	}
	p.y = fromZero(high, 0.05)
	p.yTicks = linearTicks(p.y, wording.Percent, 5)
	p.xLabel = "Servers, busiest first"
	p.x = scale{low: 1, high: float64(max(most, 2))}
	p.xTicks = append([]tick{{value: 1, label: "1"}}, wholeTicks(linearTicks(p.x, wording.Plain, 9))...)
	return p
}

// profile is the known utilizations from the greatest to the least by their rank,
// which begins at 1.
func profile(servers []result.Server) []xy {
	var points []xy
	for _, s := range servers {
		if s.Utilization.Known() {
			points = append(points, xy{y: *s.Utilization.Value})
		}
	}
	slices.SortFunc(points, func(a, b xy) int { return cmp.Compare(b.y, a.y) })
	for i := range points {
		points[i].x = float64(i + 1)
	}
	return points
}

// wholeTicks keeps the ticks that are whole numbers: there is no half server.
func wholeTicks(ticks []tick) []tick {
	return slices.DeleteFunc(ticks, func(t tick) bool { return t.value != float64(int(t.value)) })
}

func utilizationPanel(high, headroom float64) *panel {
	p := &panel{yLabel: "Utilization (%)", y: fromZero(high, headroom)}
	p.yTicks = linearTicks(p.y, wording.Percent, 5)
	return p
}

// serversTitle says how busy the busiest server is.
func serversTitle(r *result.Result, variants []*result.Variant) string {
	if h := finding(r, "imbalance.peak_to_mean"); h != "" {
		return string(h)
	}
	least, most := 0.0, 0.0
	for i, v := range variants {
		busiest := 0.0
		for _, s := range v.Servers {
			if s.Utilization.Known() {
				busiest = max(busiest, *s.Utilization.Value)
			}
		}
		if i == 0 {
			least = busiest
		}
		least, most = min(least, busiest), max(most, busiest)
	}
	low, high := wording.Percent.Text(least), wording.Percent.Text(most)
	if len(variants) == 1 || low == high {
		return "The busiest server is " + high + " utilized"
	}
	return "The busiest server is " + low + " to " + high + " utilized, depending on the variant"
}

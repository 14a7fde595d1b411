package charts

import (
	"lbsim/reports/wording"
	"lbsim/studies/result"
)

// fleetPanels draw the arrivals and, beneath them, how many servers there are to
// answer, and thinner how many with those being provisioned; none where servers
// neither come nor go.
func fleetPanels(variants []*result.Variant, all palettes, time scale) []*panel {
	var busiest, most float64
	for _, v := range variants {
		t := &v.Timeline
		for _, n := range t.Offered {
			busiest = max(busiest, n/t.Interval)
		}
		for _, n := range t.Wanted {
			most = max(most, n)
		}
	}
	if most == 0 {
		return nil
	}
	load := &panel{yLabel: "Arrivals (/s)", x: time, y: fromZero(busiest, 0.05)}
	fleet := &panel{yLabel: "Servers; thin: wanted", x: time, y: fromZero(most, 0.05)}
	load.yTicks, fleet.yTicks = linearTicks(load.y, wording.PerSecond, 4), linearTicks(fleet.y, wording.Plain, 6)
	for _, v := range variants {
		t, look := &v.Timeline, all[v.Name]
		load.items = append(load.items, curve(look, perSecond(t.Offered, t.Interval)...))
		fleet.items = append(fleet.items, curve(look, middles(t.Up, t.Interval)))
		look.thin = true
		fleet.items = append(fleet.items, curve(look, middles(t.Wanted, t.Interval)))
	}
	return []*panel{load, fleet}
}

// fleetPanel draws a variant's servers over time; nil where they are always the same.
func fleetPanel(t *result.Timeline, time scale) *panel {
	if len(t.Up) == 0 {
		return nil
	}
	return seriesPanel("Servers", wording.Plain, time,
		series{"in service", look{color: palette[0]}, [][]xy{middles(t.Up, t.Interval)}},
		series{"wanted", look{color: palette[1], dashes: dashes[1]}, [][]xy{middles(t.Wanted, t.Interval)}})
}

// middles are values at the middle of their intervals.
func middles(values []float64, interval float64) []xy {
	out := make([]xy, len(values))
	for i, v := range values {
		out[i] = xy{(float64(i) + 0.5) * interval, v}
	}
	return out
}

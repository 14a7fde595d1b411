package charts

import (
	"image/color"
	"slices"

	"lbsim/reports/wording"
	"lbsim/studies/result"
)

func inFlightPanel(t *result.Timeline, time scale, colors []string) *panel {
	return serverPanel("In flight at each server", wording.Plain, t, time, colors, func(s *result.ServerTimeline) [][]xy {
		out := make([]xy, len(s.InFlight))
		for i, n := range s.InFlight {
			out[i] = xy{float64(i+1) * t.Interval, n}
		}
		return [][]xy{out}
	})
}

const shareLabel = "Share of the attempts (%)"

func sharePanel(t *result.Timeline, time scale, colors []string) *panel {
	return serverPanel(shareLabel, wording.Percent, t, time, colors, func(s *result.ServerTimeline) [][]xy {
		return segments(s.Share, t.Interval)
	})
}

// serverPanel draws a line for each server: in grey, but for those with colors. nil where
// servers are not kept apart.
func serverPanel(label string, unit wording.Unit, t *result.Timeline, time scale, colors []string, of func(*result.ServerTimeline) [][]xy) *panel {
	if len(t.Servers) == 0 {
		return nil
	}
	var others, named []series
	for i := range t.Servers {
		s := &t.Servers[i]
		if at := slices.Index(colors, s.Name); at >= 0 {
			named = append(named, series{s.Name, look{color: palette[at], dashes: dashes[at%len(dashes)], thin: len(colors) > 2}, of(s)})
			continue
		}
		x := series{look: look{color: otherServers, thin: true}, runs: of(s)}
		if len(others) == 0 {
			x.name = otherNames
			if len(colors) == 0 {
				x.name = "each server"
			}
		}
		others = append(others, x)
	}
	return seriesPanel(label, unit, time, append(others, named...)...)
}

// otherServers is the colour of those to whom nothing happens.
var otherServers = color.NRGBA{0xb5, 0xb5, 0xb5, 0xff}

// otherNames is what the legend calls them.
const otherNames = "others"

// mostNamedServers is up to how many servers a panel names.
const mostNamedServers = 4

// serverColors are the first servers to whom something happens, as many as there is room
// for in a legend.
func serverColors(t *result.Timeline) []string {
	var names []string
	room := textWidth - yLabelFace.width(shareLabel) - legendGap - entry{text: otherNames}.width()
	for _, e := range t.Events {
		if e.Server == "" || slices.Contains(names, e.Server) {
			continue
		}
		if room -= legendGap + (entry{text: e.Server}).width(); room < 0 || len(names) == mostNamedServers {
			break
		}
		names = append(names, e.Server)
	}
	return names
}

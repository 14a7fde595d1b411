package charts

import (
	"lbsim/reports/wording"
	"lbsim/studies/result"
)

// worthMentioning is the share of requests without an answer from which on a title and
// a panel tell of them.
const worthMentioning = 0.001

// failedPanel draws how many requests a second ended without an answer; nil where in
// every variant next to none did.
func failedPanel(variants []*result.Variant, all palettes, time scale) *panel {
	most, worth := 0.0, false
	for _, v := range variants {
		offered, failed := 0.0, 0.0
		for i, n := range v.Timeline.Failed {
			offered, failed = offered+v.Timeline.Offered[i], failed+n
			most = max(most, n/v.Timeline.Interval)
		}
		worth = worth || failed > 0 && failed >= float64(worthMentioning*offered)
	}
	if !worth {
		return nil
	}
	p := &panel{yLabel: "Requests without an answer (/s)", x: time, y: fromZero(most, 0.05)}
	for _, v := range variants {
		var points []xy
		for i, n := range v.Timeline.Failed {
			points = append(points, xy{(float64(i) + 0.5) * v.Timeline.Interval, n / v.Timeline.Interval})
		}
		p.items = append(p.items, curve(all[v.Name], points))
	}
	p.yTicks = linearTicks(p.y, wording.Plain, 6)
	return p
}

// hitPanel draws the share of lookups that found their object; nil where no variant
// has a cache.
func hitPanel(variants []*result.Variant, all palettes, time scale) *panel {
	p := &panel{yLabel: "Hit ratio (%)", x: time, y: fromZero(1, 0.05)}
	for _, v := range variants {
		if len(v.Timeline.HitRatio) > 0 {
			p.items = append(p.items, curve(all[v.Name], segments(v.Timeline.HitRatio, v.Timeline.Interval)...))
		}
	}
	if p.items == nil {
		return nil
	}
	p.yTicks = linearTicks(p.y, wording.Percent, 6)
	return p
}

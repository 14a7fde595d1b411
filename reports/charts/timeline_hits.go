package charts

import (
	"lbsim/reports/wording"
	"lbsim/studies/result"
)

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

package charts

import (
	"lbsim/reports/wording"
	"lbsim/studies/result"
)

// tallest is how many times the least bar the greatest may be before the least
// would be a line on the axis.
const tallest = 20

// quantiles draws p50 and p99 of each variant as bars with 95% intervals.
func quantiles(r *result.Result, all palettes) (*chart, string) {
	var variants []*result.Variant
	for i := range r.Results {
		if v := &r.Results[i]; !v.Unstable && (v.Latency.P50.Known() || v.Latency.P99.Known()) {
			variants = append(variants, v)
		}
	}
	if len(variants) == 0 {
		return nil, "no variant's p50 or p99 is known"
	}
	c := newChart("quantiles", []string{"variant", "quantile", "seconds", "low_seconds", "high_seconds"})
	groups := []barGroup{{label: "p50"}, {label: "p99"}}
	for _, v := range variants {
		for i, e := range []result.Estimate{v.Latency.P50, v.Latency.P99} {
			groups[i].bars = append(groups[i].bars, bar{color: all[v.Name].color, estimate: e})
			c.row(v.Name, groups[i].label, optional(e.Value), optional(e.Low), optional(e.High))
		}
	}
	low, high := lowest(groups), highest(groups)
	unit := wording.UnitFor(high)
	p := &panel{
		yLabel: "Response time (" + unit.Name + ")",
		x:      scale{low: 0, high: float64(len(groups))},
		y:      fromZero(high, 0.09),
		groups: groupLabels(groups, textWidth-30),
		items:  []func(placed){drawBars(groups, unit)},
	}
	p.yTicks = linearTicks(p.y, unit, 6)
	if low > 0 && high > tallest*low {
		unit = wording.UnitFor(low, high)
		p.yLabel = "Response time (log scale; values in " + unit.Name + ")"
		p.y = barDecades(low, high)
		p.yTicks = durationTicks(p.y)
		p.items = []func(placed){drawBars(groups, unit)}
	}
	subtitle := "Median and 99th percentile of response time"
	if r.Replications > 1 {
		subtitle += "; error bars are 95% confidence intervals"
	}
	c.figure = &figure{
		title:    finding(r, "latency_seconds.p99", "latency_seconds.p50").or("Median and tail of " + subject(r)),
		subtitle: subtitle + ofAnswers(variants) + leftOut(r, variants),
		footer:   footer(r),
		legend:   legend(variants, all, true),
		panels:   []*panel{p},
	}
	return c, ""
}

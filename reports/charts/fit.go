package charts

import (
	"fmt"
	"math"

	"lbsim/reports/wording"
	"lbsim/sim/histogram"
	"lbsim/studies/fit"
)

// WriteFit draws what was fitted beside its log into dir, as WriteCharts does: fit-latency,
// the log and the simulation of what was fitted, and fit-rate.
func WriteFit(dir string, r *fit.Result) (Written, error) {
	return writeEach(dir, r, []drawer[*fit.Result]{{"fit-latency", fitLatency}, {"fit-rate", fitRate}})
}

// fitSides are the log and what was fitted to it.
var fitSides = []identity{{"log", "The log", ""}, {"fitted", "Fitted", ""}}

func fitLatency(r *fit.Result) (*chart, string) {
	switch {
	case r.Latency == nil:
		return nil, "the log has no durations"
	case r.Again == nil:
		return nil, "what was fitted was not simulated: it is not known in which world, or that can't carry it"
	}
	all := palettesOf(fitSides)
	p := cdfPanel()
	c := newChart("fit-latency", []string{"side", "latency_seconds", "cumulative_ratio"})
	low, high := math.Inf(1), 0.0
	var entries []entry
	for i, h := range []*histogram.Histogram{r.Times, r.Again.Times} {
		side := fitSides[i]
		low, high = min(low, h.Quantile(0.01)), max(high, h.Quantile(0.999))
		points := cdfPoints(h)
		for _, q := range points {
			c.row(side.name, number(q.x), number(q.y))
		}
		p.items = append(p.items, curve(all[side.name], points))
		entries = append(entries, entry{text: []string{side.title, "Fitted and simulated"}[i], look: all[side.name]})
	}
	p.x = logAround(positive(low), high)
	p.xTicks = durationTicks(p.x)
	c.figure = &figure{
		title:    fmt.Sprintf("What was fitted takes as long as the log: p50 %+.1f%%, p99 %+.1f%%", apartBy(r.Again.P50, r.Latency.P50), apartBy(r.Again.P99, r.Latency.P99)),
		subtitle: fmt.Sprintf("Cumulative distribution of response time; simulated with %s on %d servers that work on %d at once", r.Again.Algorithm, r.Servers.Count, r.Servers.Workers),
		footer:   fitFooter(r), legend: entries, panels: []*panel{p}}
	if math.Abs(r.Again.P99/r.Latency.P99-1) > 0.1 {
		c.figure.title = fmt.Sprintf("What was fitted does not take as long as the log: p50 %+.1f%%, p99 %+.1f%%", apartBy(r.Again.P50, r.Latency.P50), apartBy(r.Again.P99, r.Latency.P99))
	}
	return c, ""
}

func apartBy(x, from float64) float64 { return (x/from - 1) * 100 }

func fitFooter(r *fit.Result) string {
	return fmt.Sprintf("%s: %s requests in %.4g s", r.File, wording.Count(uint64(r.Log.Requests)), r.Log.Seconds)
}

func fitRate(r *fit.Result) (*chart, string) {
	if len(r.Rates) < 2 {
		return nil, "the log is too short"
	}
	all := palettesOf(fitSides)
	thin := all["log"]
	thin.thin = true
	c := newChart("fit-rate", []string{"at_seconds", "requests_per_second", "fitted"})
	var seen, fitted []xy
	most := 0.0
	for i, rate := range r.Rates {
		at := (float64(i) + 0.5) * r.Span
		seen, fitted = append(seen, xy{at, rate}), append(fitted, xy{at, r.Fits[i]})
		most = max(most, rate, fitted[i].y)
		c.row(number(at), number(rate), number(fitted[i].y))
	}
	end := float64(len(r.Rates)) * r.Span
	unit := wording.Duration.UnitOf(end)
	p := &panel{yLabel: "Requests per second", xLabel: "Time (" + unit.Name + ")", x: scale{low: 0, high: end}, y: fromZero(most, 0.05)}
	p.xTicks, p.yTicks = linearTicks(p.x, unit, 8), linearTicks(p.y, wording.Unit{Scale: 1}, 6)
	p.items = []func(placed){curve(thin, seen), curve(all["fitted"], fitted)}
	c.figure = &figure{
		title:    fmt.Sprintf("Arrivals: %s", r.Arrivals.Process),
		subtitle: fmt.Sprintf("Rate in spans of %.3g s, and the rate of what was fitted, %s", r.Span, r.Arrivals.Why),
		footer:   fitFooter(r), panels: []*panel{p},
		legend: []entry{{text: fitSides[0].title, look: thin}, {text: fitSides[1].title, look: all["fitted"]}}}
	return c, ""
}

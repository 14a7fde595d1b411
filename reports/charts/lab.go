package charts

import (
	"fmt"
	"math"
	"strings"

	"lbsim/clock"
	"lbsim/reports/wording"
	"lbsim/studies/lab"
)

// WriteLab draws what was measured and what was predicted into dir, as WriteCharts does:
// for each algorithm a chart lab-NAME, or lab where there is one.
func WriteLab(dir string, r *lab.Result) (Written, error) {
	var done Written
	for i := range r.Results {
		o := &r.Results[i]
		name := "lab"
		if len(r.Results) > 1 {
			name += "-" + strings.NewReplacer(":", "-", "=", "-", ",", "-").Replace(o.Variant)
		}
		c, why := labChart(r, o, name)
		if c == nil {
			done.Skipped = append(done.Skipped, Skipped{name, why})
			continue
		}
		if err := c.write(dir, &done); err != nil {
			return done, err
		}
	}
	return done, nil
}

// labChart draws both distributions on one pair of axes.
func labChart(r *lab.Result, o *lab.Outcome, name string) (*chart, string) {
	if len(o.Measurements) == 0 || len(o.Predictions) == 0 {
		return nil, "no request was completed"
	}
	sides := []struct {
		identity
		times []clock.Time
	}{
		{identity{"predicted", "Simulated, with the machine's overhead", ""}, o.Predictions},
		{identity{"measured", "Measured with " + r.Proxy, ""}, o.Measurements},
	}
	all := palettesOf([]identity{sides[0].identity, sides[1].identity})
	p := cdfPanel()
	c := newChart(name, []string{"side", "latency_seconds", "cumulative_ratio"})
	low, high := math.Inf(1), 0.0
	var entries []entry
	for _, side := range sides {
		var points []xy
		for i := range 401 {
			at := min(i*len(side.times)/400, len(side.times)-1)
			q := xy{positive(side.times[at].Seconds()), float64(at+1) / float64(len(side.times))}
			points = append(points, q)
			c.row(side.name, number(q.x), number(q.y))
			if q.y >= 0.01 && q.y <= 0.999 {
				low, high = min(low, q.x), max(high, q.x)
			}
		}
		p.items = append(p.items, curve(all[side.name], points))
		entries = append(entries, entry{text: side.title, look: all[side.name]})
	}
	p.x = logAround(positive(low), high)
	p.xTicks = durationTicks(p.x)
	c.figure = &figure{title: labFound(o), subtitle: fmt.Sprintf("Cumulative distribution of response time in %s, the same requests on both sides", r.Scenario),
		footer: fmt.Sprintf("%s requests in %.4g s, seed %d; measured on one machine", wording.Count(uint64(o.Requests)), r.Seconds-r.WarmUp, r.Seed),
		legend: entries, panels: []*panel{p}}
	return c, ""
}

// labFound says how far the measurement is from the prediction.
func labFound(o *lab.Outcome) string {
	if o.Difference.P50 == nil {
		return o.Title + ": measured and predicted"
	}
	text := fmt.Sprintf("%s: p50 measured %+.1f%% from the prediction", o.Title, *o.Difference.P50*100)
	if o.Difference.P99 != nil {
		text += fmt.Sprintf(", p99 %+.1f%%", *o.Difference.P99*100)
	}
	return text
}

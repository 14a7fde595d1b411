package charts

import (
	"math"
	"strconv"

	"lbsim/sim/histogram"
	"lbsim/studies/result"
)

// leastBeyond is how many requests the last point of a tail rests on.
const leastBeyond = 20

// withDistribution returns the variants that have one to draw.
func withDistribution(r *result.Result) []*result.Variant {
	var out []*result.Variant
	for i := range r.Results {
		if v := &r.Results[i]; v.Distribution != nil && v.Distribution.Count() > 0 && !v.Unstable {
			out = append(out, v)
		}
	}
	return out
}

// ofAnswers says that a distribution is that of answered requests, where some variant
// leaves many without an answer.
func ofAnswers(variants []*result.Variant) string {
	for _, v := range variants {
		if e := v.ErrorRatio; e.Known() && *e.Value > 0.005 {
			return ", of the requests that were answered"
		}
	}
	return ""
}

// cdf draws the share of requests completed within a time.
func cdf(r *result.Result, all palettes) (*chart, string) {
	variants := withDistribution(r)
	if len(variants) == 0 {
		return nil, "no variant has a latency distribution"
	}
	p := cdfPanel()
	c := newChart("latency-cdf", []string{"variant", "latency_seconds", "cumulative_ratio"})
	low, high := math.Inf(1), 0.0
	for _, v := range variants {
		low, high = min(low, v.Distribution.Quantile(0.01)), max(high, v.Distribution.Quantile(0.999))
	}
	p.x = logAround(positive(low), high)
	p.xTicks = durationTicks(p.x)
	for _, v := range variants {
		points := cdfPoints(v.Distribution)
		for _, q := range points {
			c.row(v.Name, number(q.x), number(q.y))
		}
		p.items = append(p.items, curve(all[v.Name], points))
	}
	c.figure = &figure{
		title:    finding(r, "latency_seconds.p50", "latency_seconds.mean", "latency_seconds.p99").or("Response time of " + subject(r)),
		subtitle: "Cumulative distribution of response time" + ofAnswers(variants) + leftOut(r, variants),
		footer:   footer(r),
		legend:   legend(variants, all, false),
		panels:   []*panel{p},
	}
	return c, ""
}

// cdfPanel is the axes of a distribution function, but for the range of x.
func cdfPanel() *panel {
	p := &panel{yLabel: "Requests completed within", xLabel: "Response time (log scale)", xGrid: true, y: scale{low: 0, high: 1}}
	for _, level := range []float64{0, 0.25, 0.5, 0.75, 0.9, 1} {
		p.yTicks = append(p.yTicks, tick{level, percentLabel(level), true})
	}
	return p
}

// cdfPoints has steps of half a percent and, towards both ends, finer ones.
func cdfPoints(h *histogram.Histogram) []xy {
	var out []xy
	add := func(q float64) { out = append(out, xy{positive(h.Quantile(q)), q}) }
	for _, q := range []float64{0.0005, 0.001, 0.002, 0.003} {
		add(q)
	}
	for i := 1; i < 200; i++ {
		add(float64(i) / 200)
	}
	for _, q := range []float64{0.997, 0.998, 0.999, 0.9995, 0.9999} {
		if float64(h.Count())*(1-q) >= 1 {
			add(q)
		}
	}
	return out
}

// ccdf draws the share of requests slower than a time, on two log scales, where
// the tails are.
func ccdf(r *result.Result, all palettes) (*chart, string) {
	variants := withDistribution(r)
	least := 1.0
	for _, v := range variants {
		least = min(least, leastBeyond/float64(v.Distribution.Count()))
	}
	if len(variants) == 0 || least > 0.1 {
		return nil, "no variant has the 200 requests that a tail needs"
	}
	p := &panel{yLabel: "Share of requests slower than x (log scale)", xLabel: "Response time (log scale)", xGrid: true,
		y: scale{low: niceBelow(least), high: 1, log: true}}
	p.yTicks = tailTicks(p.y)
	c := newChart("latency-ccdf", []string{"variant", "latency_seconds", "slower_ratio", "replicates_low_seconds", "replicates_high_seconds"})
	low, high := math.Inf(1), 0.0
	banded := false
	for _, v := range variants {
		t := tailOf(v)
		low, high = min(low, v.Distribution.Quantile(0.05)), max(high, t.furthest())
		for i, q := range t.curve {
			row := []string{v.Name, number(q.x), number(q.y), "", ""}
			if i < len(t.low) {
				row[3], row[4] = number(t.low[i].x), number(t.high[i].x)
			}
			c.row(row...)
		}
		if len(t.low) > 1 {
			banded = true
			p.under = append(p.under, band(all[v.Name].color, t.low, t.high))
		}
		p.items = append(p.items, curve(all[v.Name], t.curve))
	}
	p.x = logAround(positive(low), high)
	p.xTicks = durationTicks(p.x)
	subtitle := "Complementary CDF. The last point of each curve rests on " + strconv.Itoa(leastBeyond) + " requests"
	if banded {
		subtitle += "; bands span the replications"
	}
	c.figure = &figure{
		title:    finding(r, "latency_seconds.p99", "latency_seconds.p999").or("The tail of " + subject(r)),
		subtitle: subtitle + ofAnswers(variants) + leftOut(r, variants),
		footer:   footer(r),
		legend:   legend(variants, all, false),
		panels:   []*panel{p},
	}
	return c, ""
}

// tail is a variant's complementary CDF, and of its replicates the fastest and the
// slowest at each level.
type tail struct{ curve, low, high []xy }

func tailOf(v *result.Variant) tail {
	var t tail
	n := float64(v.Distribution.Count())
	for i := 0; ; i++ { // 40 levels a decade, from 1 down
		level := math.Pow(10, -float64(i)/40)
		if level*n < leastBeyond {
			break
		}
		t.curve = append(t.curve, xy{positive(v.Distribution.Quantile(1 - level)), level})
		if low, high, ok := replicateRange(v.Replicates, level); ok && len(t.low) == i {
			t.low, t.high = append(t.low, xy{low, level}), append(t.high, xy{high, level})
		}
	}
	return t
}

// replicateRange returns the least and the greatest of the replicates' quantiles
// at a level of the tail, where each has a request beyond it.
func replicateRange(replicates []*histogram.Histogram, level float64) (low, high float64, ok bool) {
	if len(replicates) < 2 {
		return 0, 0, false
	}
	low = math.Inf(1)
	for _, h := range replicates {
		if float64(h.Count())*level < 1 {
			return 0, 0, false
		}
		q := positive(h.Quantile(1 - level))
		low, high = min(low, q), max(high, q)
	}
	return low, high, true
}

func (t tail) furthest() float64 {
	high := t.curve[len(t.curve)-1].x
	if len(t.high) > 0 {
		high = max(high, t.high[len(t.high)-1].x)
	}
	return high
}

// tailTicks labels the decades as a share and as the quantile: 1% (p99).
func tailTicks(s scale) []tick {
	out := []tick{{1, "100%", true}}
	nines := ""
	for level := 0.1; s.holds(level); level /= 10 {
		nines += "9"
		name := nines
		switch {
		case len(nines) == 1:
			name = "90"
		case len(nines) > 2:
			name = nines[:2] + "." + nines[2:]
		}
		out = append(out, tick{level, percentLabel(level) + " (p" + name + ")", true})
	}
	return out
}

func percentLabel(ratio float64) string {
	return strconv.FormatFloat(math.Round(ratio*1e10)/1e8, 'f', -1, 64) + "%"
}

// positive keeps what a log scale cannot show, a latency of zero, at 1 ns.
func positive(seconds float64) float64 { return max(seconds, 1e-9) }

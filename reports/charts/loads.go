package charts

import (
	"strings"

	"lbsim/studies/result"
)

// LoadCurveOf takes the curve out of a result whose variants were asked at several
// offered loads: of p99 or, where no variant has enough requests for it, of the mean.
// ok is false when there are fewer than two loads, or neither is known.
func LoadCurveOf(r *result.Result) (curve LoadCurve, ok bool) {
	for _, metric := range []string{"latency_seconds.p99", "latency_seconds.mean"} {
		curve = LoadCurve{Metric: metric, Footer: footer(r)}
		known := false
		loads := map[float64]bool{}
		for i := range r.Results {
			v := &r.Results[i]
			if v.Load == nil {
				continue
			}
			e, _ := v.Estimate(metric)
			known = known || e.Known()
			loads[*v.Load] = true
			name, _, _ := strings.Cut(v.Name, "@")
			title, _, _ := strings.Cut(v.Title, " at ")
			curve.Points = append(curve.Points, LoadPoint{Load: *v.Load, Variant: name, Title: title, Algorithm: v.Algorithm, Estimate: e})
		}
		if known && len(loads) > 1 {
			return curve, true
		}
	}
	return LoadCurve{}, false
}

package charts

import (
	"testing"

	"lbsim/studies/result"
)

func atLoad(name string, load float64, p99, mean *float64) result.Variant {
	return result.Variant{Name: name, Title: "Round robin at some load", Load: &load,
		Latency: result.Latency{P99: result.Estimate{Value: p99}, Mean: result.Estimate{Value: mean}}}
}

func TestLoadCurveOf(t *testing.T) {
	figure := 0.1
	for name, c := range map[string]struct {
		variants []result.Variant
		metric   string // "": no curve
	}{
		"p99":          {[]result.Variant{atLoad("rr@50%", 0.5, &figure, &figure), atLoad("rr@120%", 1.2, nil, nil)}, "latency_seconds.p99"},
		"mean":         {[]result.Variant{atLoad("rr@50%", 0.5, nil, &figure), atLoad("rr@80%", 0.8, nil, &figure)}, "latency_seconds.mean"},
		"nothing":      {[]result.Variant{atLoad("rr@110%", 1.1, nil, nil), atLoad("rr@120%", 1.2, nil, nil)}, ""},
		"one load":     {[]result.Variant{atLoad("rr@50%", 0.5, &figure, &figure), atLoad("lc@50%", 0.5, &figure, &figure)}, ""},
		"without load": {[]result.Variant{{Name: "rr", Latency: result.Latency{P99: result.Estimate{Value: &figure}}}}, ""},
	} {
		curve, ok := LoadCurveOf(&result.Result{Results: c.variants})
		if ok != (c.metric != "") || ok && curve.Metric != c.metric {
			t.Errorf("%s: %v of %s", name, ok, curve.Metric)
		}
		if ok && (len(curve.Points) != 2 || curve.Points[0].Variant != "rr" || curve.Points[0].Title != "Round robin") {
			t.Errorf("%s: %+v", name, curve.Points)
		}
	}
}

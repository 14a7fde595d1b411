package compare

import (
	"math"

	"lbsim/studies/result"
)

// Objective is a service-level objective that a result can be held against.
type Objective struct {
	Text   string
	Metric Metric
	Met    func(value float64) bool // in the metric's unit: seconds, ratios, requests per second
}

// objectives judges a variant: met or missed when the whole interval lies on one
// side of the limit, undecided when it holds the limit or there is no figure.
// Limits are one-sided, so the interval's ends speak for all of it.
func (s *study) objectives(v int, x *result.Variant) []result.Objective {
	var judged []result.Objective
	for _, o := range s.Variants[v].Objectives {
		e := s.estimate(v, x.Unstable, func(r *replicate) float64 { return o.Metric.of(r.figures(o.Metric.Class, s.models[v])) })
		y := result.Objective{Objective: o.Text, Variant: x.Name, Verdict: "undecided", Value: e.Value, Low: e.Low, High: e.High}
		switch {
		case x.Unstable && !o.Met(math.Inf(1)):
			y.Verdict = "missed" // waiting without bound is beyond any limit
		case e.Known():
			y.Verdict = o.verdict(e)
		}
		judged = append(judged, y)
	}
	return judged
}

func (o Objective) verdict(e result.Estimate) string {
	low, high := *e.Value, *e.Value
	if e.Low != nil {
		low, high = *e.Low, *e.High
	}
	switch met := o.Met(low); {
	case met != o.Met(high):
		return "undecided"
	case met:
		return "met"
	}
	return "missed"
}

package compare

import "lbsim/studies/result"

// Objective is a service-level objective that a result can be held against: a
// metric on one side of a limit.
type Objective struct {
	Text    string
	Metric  Metric
	Limit   float64 // in the metric's unit: seconds, ratios, requests per second
	AtLeast bool    // the metric must be above the limit, not below
}

// objectives judges a variant: met or missed when the whole interval lies on one
// side of the limit, undecided when it holds the limit or there is no figure.
func (s *study) objectives(v int, x *result.Variant) []result.Objective {
	var judged []result.Objective
	for _, o := range s.Variants[v].Objectives {
		e := s.estimate(v, x.Unstable, func(r *replicate) float64 { return o.Metric.of(r.figures(o.Metric.Class, s.models[v])) })
		y := result.Objective{Objective: o.Text, Variant: x.Name, Verdict: "undecided", Value: e.Value, Low: e.Low, High: e.High}
		switch {
		case x.Unstable && !o.AtLeast:
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
	within, beyond := high < o.Limit, low >= o.Limit
	if o.AtLeast {
		within, beyond = low > o.Limit, high <= o.Limit
	}
	switch {
	case within:
		return "met"
	case beyond:
		return "missed"
	}
	return "undecided"
}

package compare

import (
	"fmt"
	"math"
	"slices"

	"lbsim/config"
	"lbsim/scenarios"
	"lbsim/studies/result"
)

// Objective is a service-level objective that a result can be held against.
type Objective struct {
	Text   string
	Metric Metric
	Limit  float64
	Met    func(value float64) bool // in the metric's unit: seconds, ratios, requests per second
	Acts   []int                    // of the timeline: only while they last; nil: the measured window
}

// objectiveOf translates an objective, or says why it can't be judged here.
func objectiveOf(o config.Objective, s *scenarios.Scenario) (Objective, string) {
	var acts []int
	if o.During != "" {
		var why string
		if acts, why = duringActs(o, s); why != "" {
			return Objective{}, why
		}
	}
	if rate := s.Rate(); o.Rate > 0 && (o.Rate < rate*0.999 || o.Rate > rate*1.001) {
		return Objective{}, fmt.Sprintf("it is about %g/s, and this run has %.6g/s", o.Rate, rate)
	}
	m, err := lookupMetric(o.Metric)
	if err == nil {
		m, err = m.within(o.Class)
	}
	if err != nil {
		return Objective{}, err.Error()
	}
	return Objective{Text: o.Text, Metric: m, Limit: o.Limit, Met: o.Met, Acts: acts}, ""
}

// Judges reports whether some variant has an objective to be held against.
func (p *Plan) Judges() bool {
	return slices.ContainsFunc(p.Variants, func(v Variant) bool { return len(v.Objectives) > 0 })
}

// objectives judges a variant by its interval. A figure that misleads is not
// shown, but as it is too low it bounds the true one from below: a p99 that misses
// its limit while queues still grow misses it for good.
func (s *study) objectives(v int) []result.Objective {
	var judged []result.Objective
	for i, o := range s.Variants[v].Objectives {
		e := s.estimate(v, false, s.figureOf(v, i))
		low, high := bounds(e)
		if s.complete < 2 {
			low = math.NaN() // one run says nothing of chance
		}
		if s.misleads(v, o.Metric) {
			e, high = result.Estimate{}, math.Inf(1)
		}
		judged = append(judged, result.Objective{Objective: o.Text, Variant: s.Variants[v].Name,
			Limit: o.Limit, Verdict: o.verdict(low, high), Value: e.Value, Low: e.Low, High: e.High})
	}
	return judged
}

// figureOf reads the figure that a variant's i-th objective is about.
func (s *study) figureOf(v, i int) func(*replicate) float64 {
	o := &s.Variants[v].Objectives[i]
	return func(r *replicate) float64 {
		if o.Acts != nil {
			return o.Metric.of(&r.during[i])
		}
		return o.Metric.of(r.figures(o.Metric.Class, s.models[v]))
	}
}

// bounds are the interval's, or the value where there are none, or NaN.
func bounds(e result.Estimate) (low, high float64) {
	switch {
	case e.Low != nil:
		return *e.Low, *e.High
	case e.Known():
		return *e.Value, *e.Value
	}
	return math.NaN(), math.NaN()
}

// verdict is met or missed when all of the interval lies on one side of the limit,
// undecided when it holds the limit or there is no figure. Limits are one-sided,
// so the ends speak for all of it.
func (o Objective) verdict(low, high float64) string {
	switch met := o.Met(low); {
	case math.IsNaN(low), met != o.Met(high):
		return "undecided"
	case met:
		return "met"
	}
	return "missed"
}

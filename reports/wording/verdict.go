package wording

import (
	"fmt"
	"math"
	"strings"

	"lbsim/studies/result"
)

// Verdicts of a comparison and of an objective.
const (
	Better       = "better"
	Worse        = "worse"
	NoDifference = "no_difference"

	Met    = "met"
	Missed = "missed"
)

// Family is what a verdict depends on beside its own comparison.
type Family struct {
	Size      int     // comparisons that were tested together
	MinEffect float64 // relative difference below which nothing is claimed
}

// FamilyOf returns the family of r's comparisons.
func FamilyOf(r *result.Result) Family {
	f := Family{MinEffect: r.Provenance.Study.MinEffect}
	for _, c := range r.Comparisons {
		if c.P != nil {
			f.Size++
		}
	}
	return f
}

// Comparison says a comparison in a sentence:
//
//	least_connections is better than round_robin: p99 41.2 ms lower (-38%, 95% CI 39.9 … 42.5 ms lower)
//
// Where no difference is claimed although the interval excludes zero, it says why.
func Comparison(c result.Comparison, f Family) string {
	metric := MetricName(c.Metric)
	if c.Class != "" {
		metric += " of " + c.Class
	}
	switch c.Verdict {
	case Better, Worse:
		return fmt.Sprintf("%s is %s than %s: %s %s", c.Candidate, c.Verdict, c.Baseline, metric, change(c))
	case NoDifference:
		return fmt.Sprintf("no difference shown between %s and %s: %s %s", c.Candidate, c.Baseline, metric, change(c)) + f.doubt(c)
	}
	return fmt.Sprintf("undecided between %s and %s: %s %s", c.Candidate, c.Baseline, metric, change(c))
}

// manyMore is the difference between two error ratios from which on latencies are not
// compared without a word about it.
const manyMore = 0.005

// Unanswered says that a candidate's figures are those of fewer requests than the
// baseline's, because more of its requests got no answer: "26% of its requests got no
// answer, 0% of round_robin's". It is empty where that is not so, or where the metric
// does not hang on it.
func Unanswered(r *result.Result, c result.Comparison) string {
	candidate, baseline := errorsOf(r, c.Candidate), errorsOf(r, c.Baseline)
	if !hangsOnAnswers(c.Metric) || !(candidate-baseline > manyMore) {
		return ""
	}
	return fmt.Sprintf("%s of its requests got no answer, %s of %s's", percent(candidate), percent(baseline), c.Baseline)
}

// hangsOnAnswers reports whether a metric is about answered requests only.
func hangsOnAnswers(metric string) bool {
	return strings.HasPrefix(metric, "latency_seconds") || strings.HasPrefix(metric, "wait_seconds")
}

// errorsOf is a variant's error ratio, NaN where it is not known.
func errorsOf(r *result.Result, name string) float64 {
	for i := range r.Results {
		if v := &r.Results[i]; v.Name == name && v.ErrorRatio.Known() {
			return *v.ErrorRatio.Value
		}
	}
	return math.NaN()
}

// doubt is why a difference whose interval excludes zero is not claimed.
func (f Family) doubt(c result.Comparison) string {
	d := c.Difference
	switch {
	case d.Value == nil || *d.Value == 0:
	case d.Low != nil && d.High != nil && *d.Low <= 0 && *d.High >= 0:
	case c.Relative != nil && math.Abs(*c.Relative) < f.MinEffect:
		return ", less than the " + Setting(f.MinEffect*100) + "%" + " that count as a difference"
	case f.Size > 1:
		return fmt.Sprintf(", which may be chance among %d comparisons", f.Size)
	}
	return ""
}

// Overload says which of two variants, at least one of them overloaded, keeps up with
// the load; there are no latencies to compare.
func Overload(candidate, baseline string, candidateOverloaded, baselineOverloaded bool) string {
	switch {
	case candidateOverloaded && baselineOverloaded:
		return fmt.Sprintf("%s and %s are both overloaded: there is no latency to compare", candidate, baseline)
	case candidateOverloaded:
		return fmt.Sprintf("%s is overloaded where %s keeps up with the load", candidate, baseline)
	}
	return fmt.Sprintf("%s keeps up with the load that overloads %s", candidate, baseline)
}

// change says a difference with its direction as a word.
func change(c result.Comparison) string {
	d := c.Difference
	if d.Value == nil {
		return "is not known"
	}
	unit := KindOf(c.Metric).UnitOf(math.Abs(*d.Value))
	points := ""
	if unit == Percent {
		unit, points = Unit{"percentage points", Percent.Scale}, " points"
	}
	said := fmt.Sprintf("%s %s", unit.Text(math.Abs(*d.Value)), direction(*d.Value))
	if *d.Value == 0 {
		said = "unchanged"
	}
	var inBrackets []string
	if c.Relative != nil {
		inBrackets = append(inBrackets, RelativeChange(*c.Relative))
	}
	if d.Low != nil && d.High != nil {
		short := unit
		if points != "" {
			short.Name = "points"
		}
		inBrackets = append(inBrackets, "95% CI "+interval(short, *d.Low, *d.High))
	}
	if len(inBrackets) == 0 {
		return said
	}
	return said + " (" + strings.Join(inBrackets, ", ") + ")"
}

// interval says a difference's bounds: "39.9 … 42.5 ms lower" when both are on
// one side of nothing, else "0.2 lower … 0.9 ms higher".
func interval(u Unit, low, high float64) string {
	switch {
	case high <= 0 && low < 0:
		return fmt.Sprintf("%s … %s lower", u.Number(-high), u.Text(-low))
	case low >= 0 && high > 0:
		return fmt.Sprintf("%s … %s higher", u.Number(low), u.Text(high))
	case low == 0 && high == 0:
		return fmt.Sprintf("%s … %s", u.Number(low), u.Text(high))
	}
	return fmt.Sprintf("%s lower … %s higher", u.Number(-low), u.Text(high))
}

func signed(s string, v float64) string {
	if v > 0 {
		return "+" + s
	}
	return s
}

func direction(v float64) string {
	if v < 0 {
		return "lower"
	}
	return "higher"
}

// RelativeChange prints a relative difference: -38%, +0.4%, x12 from ten times on.
func RelativeChange(r float64) string {
	if r >= 9 {
		return "×" + Plain.Number(1+r)
	}
	return signed(percent(r), r)
}

// percent prints whole percents from 10% on, and two significant digits below.
func percent(r float64) string {
	p := r * 100
	places := 0
	if a := math.Abs(p); a < 9.95 && a > 0 {
		places = min(max(1-int(math.Floor(math.Log10(a))), 1), 4)
	}
	return fixed(p, places) + "%"
}

// Objective says an objective's outcome: "p99 < 250ms: round_robin 212 ms (95% CI
// 205 … 219 ms)". An overloaded variant has no value.
func Objective(o result.Objective, overloaded bool) string {
	s := o.Objective + ": " + o.Variant
	switch {
	case o.Value == nil && overloaded:
		return s + ", overloaded"
	case o.Value == nil:
		return s + ", not known"
	}
	unit := KindOf(o.Objective).UnitOf(*o.Value)
	s += " " + unit.Text(*o.Value)
	if o.Low != nil && o.High != nil {
		s += fmt.Sprintf(" (95%% CI %s … %s)", unit.Number(*o.Low), unit.Text(*o.High))
	}
	return s
}

// Mark is the sign of an objective's verdict: ✓, ✗ or ?.
func Mark(verdict string) string {
	switch verdict {
	case Met:
		return "✓"
	case Missed:
		return "✗"
	}
	return "?"
}

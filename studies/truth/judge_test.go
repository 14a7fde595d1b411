package truth

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"lbsim/studies/statistics"
)

const (
	// chance is the two-sided probability with which a right answer lies outside its
	// interval: a thousand cases pass together with 94%.
	chance = 6e-5
	// bucket is the width of the latency histogram's buckets, relative.
	bucket = 0.004
	// sigmas is how far two simulations may be apart.
	sigmas = 4
	// printed is the error of published tables, relative.
	printed = 0.01
)

// An estimate is what replications say about one figure.
type estimate struct {
	mean, se, half float64 // half: of the interval that errs with chance
}

func estimateOf(sample []float64) estimate {
	i := statistics.Mean(sample, 1-chance)
	return estimate{mean: i.Mean, se: i.SD / math.Sqrt(float64(i.N)), half: i.HalfWidth()}
}

// vagueness is the greatest half-width that an answer may have, relative to it.
func (r row) vagueness(load float64) float64 {
	if load >= 0.95-1e-9 || strings.HasPrefix(r.Metric, "p999_") {
		return 0.05
	}
	return 0.02
}

// precision is the half-width to run for: what vagueness allows, or what makes the
// comparison with another simulation or a printed table a sharp one.
func (r row) precision(load float64) float64 {
	e := math.Abs(r.Value())
	asked := r.vagueness(load) * e
	if strings.HasPrefix(r.Kind, "published-sim") {
		return min(asked, printed*e)
	}
	if se, ok := r.Stated("se"); ok {
		return min(asked, 2*sigmas*se)
	}
	return asked
}

// ownError is the error that the table states for its own number.
func (r row) ownError() float64 {
	if x, ok := r.Stated("abs_err"); ok {
		return x
	}
	if x, ok := r.Stated("rel_err"); ok {
		return x * math.Abs(r.Value())
	}
	if strings.Contains(r.Kind, "about +3%") {
		// Above the truth by 2 to 4% where it is known.
		return 0.04 * math.Abs(r.Value())
	}
	return 0
}

// A verdict is how far an answer lies from the expected one, in units of what is
// allowed: it passes up to 1. Why is not empty when it fails.
type verdict struct {
	deviation float64
	why       string
}

// judge compares an estimate with a row's answer, by the rule for its kind.
func (r row) judge(e estimate, load float64) verdict {
	expected := r.Value()
	if math.IsNaN(e.mean) {
		return verdict{math.Inf(1), "no figure"}
	}
	tolerance := 0.0
	switch kind, _, _ := strings.Cut(r.Kind, ";"); kind {
	case "exact", "numeric", "limit", "approximation":
		tolerance = e.half + r.ownError() + float64(bucket*math.Abs(expected))
		if limit := r.vagueness(load) * math.Abs(expected); e.half > limit {
			return verdict{e.half / limit, fmt.Sprintf("half-width %.3g is above %.3g", e.half, limit)}
		}
	case "own-sim":
		se, _ := r.Stated("se")
		tolerance = sigmas * math.Hypot(se, e.se)
	case "published-sim":
		tolerance = printed * math.Abs(expected)
	default:
		return verdict{math.Inf(1), "no rule for kind " + r.Kind}
	}
	return within(e.mean, expected, tolerance)
}

func within(got, expected, tolerance float64) verdict {
	off := math.Abs(got - expected)
	if off == 0 {
		return verdict{}
	}
	v := verdict{deviation: off / tolerance}
	if !(v.deviation <= 1) {
		v.why = fmt.Sprintf("got %.8g, want %.8g ± %.3g", got, expected, tolerance)
	}
	return v
}

// judgeFormula compares a number computed by a formula: 1e-8 relative.
func (r row) judgeFormula(got float64) verdict {
	return within(got, r.Value(), float64(1e-8*math.Abs(r.Value()))+r.ownError())
}

// eachRow judges the rows of families that asks lets through (nil: all of them), each in a
// test of its own, and counts them: a table that lost rows does not pass.
func eachRow(t *testing.T, families string, want int, asks func(r row) bool, judge func(t *testing.T, r row) verdict) {
	t.Helper()
	asked := 0
	for _, r := range readFamilies(t, families) {
		if asks != nil && !asks(r) {
			continue
		}
		asked++
		t.Run(r.ID, func(t *testing.T) {
			v := judge(t, r)
			t.Logf("%.2f of the tolerance", v.deviation)
			if v.why != "" {
				t.Errorf("%s: %s", r.Kind, v.why)
			}
		})
	}
	if asked != want {
		t.Errorf("%d rows asked, there were %d", asked, want)
	}
}

// among is how many rows are asked: quick in the quick suite, else long.
func among(quick, long int) int {
	if all() {
		return long
	}
	return quick
}

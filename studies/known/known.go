// Package known holds the engine against answers that mathematics knows: each case's
// scenario is run and the figure measured stands beside the one expected.
package known

import (
	"context"
	"fmt"
	"strings"

	"lbsim/scenarios"
	"lbsim/studies/compare"
	"lbsim/studies/result"
	"lbsim/studies/theory"
)

// Answer is a case and what the engine says to it.
type Answer struct {
	Case     theory.Case
	Measured result.Estimate
	// Agrees: the 95% interval, widened on both sides by the case's tolerance, holds
	// the expected value.
	Agrees bool
}

// Progress is told which case is at work, and how many runs are done of how many
// planned.
type Progress func(name string, done, planned int)

// Run answers the cases in their order, on all cores. Cases of one scenario share its
// runs. When ctx ends, it returns the answers found until then with ctx's error.
func Run(ctx context.Context, cases []theory.Case, progress Progress) ([]Answer, error) {
	plans, err := plansOf(cases)
	if err != nil {
		return nil, err
	}
	planned, before := 0, 0
	for _, p := range plans {
		planned += p.Replications
	}
	found := map[string]*result.Variant{}
	for _, c := range cases {
		if found[c.Scenario] != nil {
			continue
		}
		p := plans[c.Scenario]
		if progress != nil {
			progress(c.Name, before, planned)
			p.Progress = func(done, _ int) { progress(c.Name, before+done, planned) }
		}
		r, err := compare.Run(ctx, *p)
		if err == nil && r.Interrupted {
			err = ctx.Err()
		}
		if err != nil {
			return answers(cases, found), fmt.Errorf("%s: %w", c.Name, err)
		}
		before += p.Replications
		found[c.Scenario] = &r.Results[0]
	}
	return answers(cases, found), nil
}

// plansOf reads every scenario, each once.
func plansOf(cases []theory.Case) (map[string]*compare.Plan, error) {
	plans := map[string]*compare.Plan{}
	for _, c := range cases {
		if plans[c.Scenario] != nil {
			continue
		}
		source, err := scenarios.Parse(c.Name+".yaml", ".", strings.NewReader(c.Scenario))
		if err != nil {
			return nil, err
		}
		if plans[c.Scenario], err = (compare.Question{Sources: []*scenarios.Source{source}}).Plan(); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	return plans, nil
}

func answers(cases []theory.Case, found map[string]*result.Variant) []Answer {
	var all []Answer
	for _, c := range cases {
		if v := found[c.Scenario]; v != nil {
			all = append(all, judge(c, v))
		}
	}
	return all
}

// judge holds a figure against what is expected of it. A figure that is not known
// agrees with nothing.
func judge(c theory.Case, v *result.Variant) Answer {
	e, _ := v.Estimate(c.Metric)
	a := Answer{Case: c, Measured: e}
	if !e.Known() {
		return a
	}
	low, high := *e.Value, *e.Value
	if e.Low != nil && e.High != nil {
		low, high = *e.Low, *e.High
	}
	width := c.Tolerance * c.Expected
	a.Agrees = low-width <= c.Expected && c.Expected <= high+width
	return a
}

package fit

import (
	"context"
	"fmt"
	"strings"

	"lbsim/scenarios"
	"lbsim/studies/compare"
)

// Simulate runs the fitted workload in the fitted world and notes what requests take there.
// text is the scenario as a file has it.
func (r *Result) Simulate(ctx context.Context, text string) error {
	source, err := scenarios.Parse("fitted.yaml", ".", strings.NewReader(text))
	if err != nil {
		return fmt.Errorf("the fitted scenario: %w", err)
	}
	plan, err := compare.Question{Sources: []*scenarios.Source{source}}.Plan()
	if err != nil {
		return fmt.Errorf("the fitted scenario: %w", err)
	}
	out, err := compare.Run(ctx, *plan)
	if err != nil {
		return err
	}
	v := &out.Results[0]
	if d := v.Distribution; d != nil && d.Count() > 0 && !v.Unstable {
		r.Again = &Simulated{Latency{rounded(d.Mean()), rounded(d.Quantile(0.5)), rounded(d.Quantile(0.99))}, v.Algorithm, d}
		return nil
	}
	r.Notes = append(r.Notes, "the fitted world can't carry the fitted load: servers or workers are too few, or the balancer is another one; there is nothing to hold against the log")
	return nil
}

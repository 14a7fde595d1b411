package reports

import (
	"slices"

	"lbsim/reports/wording"
	"lbsim/studies/result"
)

var recoveryColumns = []variantColumn{
	{metric{"detected after", wording.Duration, lowest, 0}, func(v *result.Variant) result.Estimate { return v.Recovery.Detect }},
	{metric{"recovered after", wording.Duration, lowest, 0}, func(v *result.Variant) result.Estimate { return v.Recovery.Recover }},
	{metric{"failed", wording.Number, lowest, 1}, func(v *result.Variant) result.Estimate { return v.Recovery.Failed }},
	{metric{"saved by retries", wording.Number, noGoal, 2}, func(v *result.Variant) result.Estimate { return v.Recovery.Saved }},
	{metric{"most attempts per request", wording.Number, lowest, 3}, func(v *result.Variant) result.Estimate { return v.Recovery.Peak }},
	{metric{"sessions lost", wording.Number, lowest, 1}, func(v *result.Variant) result.Estimate { return v.Recovery.SessionsLost }},
	{metric{"deploy time", wording.Duration, lowest, 3}, func(v *result.Variant) result.Estimate { return v.Recovery.Deploy }},
	{metric{"cut", wording.Number, lowest, 1}, func(v *result.Variant) result.Estimate { return v.Recovery.Cut }},
}

// recovery says how each variant met what broke, a replication at a time.
func (p *page) recovery(r *result.Result) {
	g := grid{labels: []string{"variant"}, metrics: metricsOf(recoveryColumns), unknown: "there is none, or not in every replication"}
	for i := range r.Results {
		v := &r.Results[i]
		figures := estimates(recoveryColumns, v)
		if slices.ContainsFunc(figures, result.Estimate.Known) {
			g.rows = append(g.rows, gridRow{labels: []string{v.Name}, group: atLoad(v), overloaded: v.Unstable, figures: figures})
		}
	}
	if len(g.rows) > 0 {
		p.table("Recovery, of one replication", g)
	}
}

package reports

import (
	"slices"

	"lbsim/reports/wording"
	"lbsim/studies/result"
)

var failureColumns = []column[*result.Failure]{
	{metric{"detected after", wording.Duration, lowest, 1}, func(f *result.Failure) result.Estimate { return f.Detect }},
	{metric{"recovered after", wording.Duration, lowest, 0}, func(f *result.Failure) result.Estimate { return f.Recover }},
	{metric{"failed", wording.Number, lowest, 1}, func(f *result.Failure) result.Estimate { return f.Failed }},
	{metric{"saved by retries", wording.Number, noGoal, 2}, func(f *result.Failure) result.Estimate { return f.Saved }},
	{metric{"most attempts per request", wording.Number, lowest, 3}, func(f *result.Failure) result.Estimate { return f.Peak }},
}

var recoveryColumns = []variantColumn{
	{metric{"sessions lost", wording.Number, lowest, 1}, func(v *result.Variant) result.Estimate { return v.Recovery.SessionsLost }},
	{metric{"deploy time", wording.Duration, lowest, 3}, func(v *result.Variant) result.Estimate { return v.Recovery.Deploy }},
	{metric{"cut", wording.Number, lowest, 1}, func(v *result.Variant) result.Estimate { return v.Recovery.Cut }},
}

// notEverywhere is what a figure of recovery means that is not known.
const notEverywhere = "there is none, or not in every replication"

// recovery says how each variant met what broke, failure by failure, and what sessions and
// deploys cost: the mean over replications.
func (p *page) recovery(r *result.Result) {
	failures := grid{labels: []string{"failure", "at", "variant"}, metrics: metricsOf(failureColumns), unknown: notEverywhere}
	for _, x := range failuresOf(r) {
		for i := range r.Results {
			v := &r.Results[i]
			at := slices.IndexFunc(v.Recovery.Events, func(f result.Failure) bool { return sameFailure(f, x) })
			if at < 0 {
				continue
			}
			what := wording.Happened(x.Kind, []string{x.Server}, x.Detail)
			failures.rows = append(failures.rows, gridRow{labels: []string{what, seconds(x.At), v.Name}, group: what + seconds(x.At) + "@" + atLoad(v),
				overloaded: v.Unstable, figures: estimates(failureColumns, &v.Recovery.Events[at])})
		}
	}
	p.table("Failures, each until the next: the mean over replications", failures)

	g := grid{labels: []string{"variant"}, metrics: metricsOf(recoveryColumns), unknown: notEverywhere}
	for i := range r.Results {
		v := &r.Results[i]
		figures := estimates(recoveryColumns, v)
		if slices.ContainsFunc(figures, result.Estimate.Known) {
			g.rows = append(g.rows, gridRow{labels: []string{v.Name}, group: atLoad(v), overloaded: v.Unstable, figures: figures})
		}
	}
	p.table("Sessions and deploys: the mean over replications", g)
}

// failuresOf lists the failures of all variants, those of the first one first.
func failuresOf(r *result.Result) []result.Failure {
	var all []result.Failure
	for _, v := range r.Results {
		for _, f := range v.Recovery.Events {
			if !slices.ContainsFunc(all, func(x result.Failure) bool { return sameFailure(f, x) }) {
				all = append(all, f)
			}
		}
	}
	return all
}

// sameFailure reports whether two variants met the same.
func sameFailure(a, b result.Failure) bool {
	return a.At == b.At && a.Kind == b.Kind && a.Server == b.Server && a.Detail == b.Detail
}

package reports

import (
	"lbsim/reports/wording"
	"lbsim/studies/result"
)

var groupColumns = []column[*result.Group]{
	{metric{"requests", wording.Number, noGoal, 3}, func(g *result.Group) result.Estimate { return exactly(g.Requests.Offered) }},
	{metric{"errors", wording.Ratio, lowest, 0}, func(g *result.Group) result.Estimate { return g.ErrorRatio }},
	{metric{"mean", wording.Duration, lowest, 2}, func(g *result.Group) result.Estimate { return g.Latency.Mean }},
	{metric{"p50", wording.Duration, lowest, 4}, func(g *result.Group) result.Estimate { return g.Latency.P50 }},
	{metric{"p99", wording.Duration, lowest, 1}, func(g *result.Group) result.Estimate { return g.Latency.P99 }},
	{metric{"mirrored", wording.Number, noGoal, 5}, func(g *result.Group) result.Estimate {
		if g.Mirrored == 0 {
			return result.Estimate{}
		}
		return exactly(g.Mirrored)
	}},
}

// groups has the variants of a pool, or of a route, beneath each other.
func (p *page) groups(r *result.Result, heading, label string, of func(*result.Variant) []result.Group) {
	if len(r.Results) == 0 || len(of(&r.Results[0])) == 0 {
		return
	}
	p.table(heading, beneath(r, label, groupColumns, of, func(g *result.Group) string { return g.Name }))
	if len(r.Results) > 1 && !p.opt.Full {
		return
	}
	for i := range r.Results {
		v := &r.Results[i]
		for _, g := range of(v) {
			if g.Requests.Rejected > 0 {
				p.paragraph(rejections(label, &g, v.Name, len(r.Results) > 1))
			}
		}
	}
}

// rejections says how many of a group's requests were rejected, and why.
func rejections(label string, g *result.Group, variant string, named bool) string {
	line := label + " " + g.Name
	if named {
		line = variant + ", " + line
	}
	return line + ": " + wording.Count(g.Requests.Rejected) + " rejected" + inBrackets(g.Reasons)
}

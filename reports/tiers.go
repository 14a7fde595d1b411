package reports

import (
	"lbsim/reports/wording"
	"lbsim/studies/result"
)

var tierColumns = []column[*result.Tier]{
	{metric{"attempts per request", wording.Number, lowest, 0}, func(t *result.Tier) result.Estimate { return t.Attempts }},
}

// tiers has the variants of each group that another one calls beneath each other.
func (p *page) tiers(r *result.Result) {
	if len(r.Results) == 0 || len(r.Results[0].Tiers) == 0 {
		return
	}
	g := grid{labels: []string{"called group", "called by", "variant"}, metrics: metricsOf(tierColumns)}
	for k, first := range r.Results[0].Tiers {
		for i := range r.Results {
			v := &r.Results[i]
			g.rows = append(g.rows, gridRow{labels: []string{first.Name, first.CalledBy, v.Name}, group: first.Name + "@" + atLoad(v), figures: estimates(tierColumns, &v.Tiers[k])})
		}
	}
	p.table("Tiers", g)
}

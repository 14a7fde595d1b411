package reports

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"lbsim/reports/wording"
	"lbsim/studies/remap"
	"lbsim/studies/result"
)

// No figure is marked as the best: one set of names is one sample, and has no interval
// that would tell a lead from chance.
var remapColumns = []column[*remap.Outcome]{
	{metric{"moved", wording.Ratio, noGoal, 0}, func(o *remap.Outcome) result.Estimate { return exact(o.Moved) }},
	{metric{"least", wording.Ratio, noGoal, 4}, func(o *remap.Outcome) result.Estimate { return exact(o.Least) }},
	{metric{"excess", wording.Ratio, noGoal, 1}, func(o *remap.Outcome) result.Estimate { return exact(o.Excess) }},
	{metric{"peak/mean", wording.Number, noGoal, 2}, func(o *remap.Outcome) result.Estimate { return exact(o.PeakToMean) }},
	{metric{"load cv", wording.Number, noGoal, 6}, func(o *remap.Outcome) result.Estimate { return exact(o.LoadCV) }},
	{metric{"requests peak/mean", wording.Number, noGoal, 3}, func(o *remap.Outcome) result.Estimate { return result.Estimate{Value: o.RequestsPeakToMean} }},
	{metric{"requests cv", wording.Number, noGoal, 7}, func(o *remap.Outcome) result.Estimate { return result.Estimate{Value: o.RequestsLoadCV} }},
	{metric{"memory", wording.Size, noGoal, 8}, func(o *remap.Outcome) result.Estimate { return exact(float64(o.MemoryBytes)) }},
	{metric{"build", wording.Duration, noGoal, 9}, func(o *remap.Outcome) result.Estimate { return result.Estimate{Value: o.BuildSeconds} }},
	{metric{"lookup", wording.Duration, noGoal, 5}, func(o *remap.Outcome) result.Estimate { return result.Estimate{Value: o.LookupSeconds} }},
}

var totalColumns = []column[*remap.Total]{
	{metric{"moved", wording.Ratio, noGoal, 0}, func(t *remap.Total) result.Estimate { return exact(t.Moved) }},
	{metric{"least", wording.Ratio, noGoal, 1}, func(t *remap.Total) result.Estimate { return exact(t.Least) }},
	{metric{"excess", wording.Ratio, noGoal, 2}, func(t *remap.Total) result.Estimate { return exact(t.Excess) }},
}

// exact is a figure without an interval.
func exact(v float64) result.Estimate { return result.Estimate{Value: &v} }

// WriteRemap writes what moved for people: a table of the algorithms and a sentence
// for each step.
func WriteRemap(w io.Writer, r *remap.Result, opt TableOptions) error {
	if opt.Markdown {
		opt.Color, opt.Width = false, 0
	}
	p := &page{opt: opt}
	p.title("Keys that move")
	p.paragraph(fmt.Sprintf("%s keys (%s) · seed %d", wording.Count(uint64(r.Keys)), popularity(r), r.Seed))
	p.paragraph("Names decide where keys go: other nodes' names give somewhat other figures.")
	for _, text := range r.Warnings {
		p.warning(text)
	}
	for i := range r.Steps {
		s := &r.Steps[i]
		p.heading(wording.Change(s))
		p.paragraph(wording.Members(s))
		g := grid{labels: []string{"algorithm"}, metrics: metricsOf(remapColumns)}
		for j := range s.Results {
			o := &s.Results[j]
			g.rows = append(g.rows, gridRow{labels: []string{o.Variant}, figures: estimates(remapColumns, o)})
		}
		p.table("", g)
		p.paragraph(wording.Moves(s, func(o *remap.Outcome) string { return o.Variant }))
	}
	p.totals(r)
	return p.flush(w)
}

// totals is what a history of several steps comes to.
func (p *page) totals(r *remap.Result) {
	if len(r.Steps) < 2 {
		return
	}
	p.heading(fmt.Sprintf("All %d changes", len(r.Steps)))
	p.paragraph("Shares of the keys, each counted as often as it moved")
	g := grid{labels: []string{"algorithm"}, metrics: metricsOf(totalColumns)}
	for i := range r.Totals {
		t := &r.Totals[i]
		g.rows = append(g.rows, gridRow{labels: []string{t.Variant}, figures: estimates(totalColumns, t)})
	}
	p.table("", g)
}

// popularity says how popular the keys are.
func popularity(r *remap.Result) string {
	switch r.KeyDistribution {
	case "uniform":
		return "equally popular"
	case "file":
		return "as popular as they are frequent in the file"
	}
	return "popularity " + r.KeyDistribution
}

// WriteRemapJSON writes the contract lbsim.remap/v1 in the form that WriteJSON has.
func WriteRemapJSON(w io.Writer, r *remap.Result) error { return writeContract(w, *r) }

// WriteRemapCSV writes a row for each step and algorithm, its columns named as in the
// JSON contract. A figure that is not known is an empty cell.
func WriteRemapCSV(w io.Writer, r *remap.Result) error {
	out := csv.NewWriter(w)
	out.Write([]string{"step", "at", "change", "nodes_before", "nodes_after", "algorithm", "moved_ratio", "least_ratio", "excess_ratio",
		"peak_to_mean", "load_cv", "requests_peak_to_mean", "requests_load_cv", "memory_bytes", "build_seconds", "lookup_seconds"})
	for i := range r.Steps {
		s := &r.Steps[i]
		for j := range s.Results {
			o := &s.Results[j]
			out.Write([]string{strconv.Itoa(i + 1), s.At, s.Change, strconv.Itoa(s.NodesBefore), strconv.Itoa(s.NodesAfter), o.Variant,
				shortest(&o.Moved), shortest(&o.Least), shortest(&o.Excess), shortest(&o.PeakToMean), shortest(&o.LoadCV),
				shortest(o.RequestsPeakToMean), shortest(o.RequestsLoadCV), strconv.Itoa(o.MemoryBytes), shortest(o.BuildSeconds), shortest(o.LookupSeconds)})
		}
	}
	out.Flush()
	return out.Error()
}

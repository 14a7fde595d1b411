package reports

import (
	"fmt"
	"io"

	"lbsim/reports/wording"
	"lbsim/studies/lab"
	"lbsim/studies/result"
)

// labRow is a line of a table: an algorithm, and one way to know of it.
type labRow struct {
	figures *lab.Figures
	errors  *float64
}

var labColumns = []column[labRow]{
	{metric{"mean", wording.Duration, noGoal, 2}, func(r labRow) result.Estimate { return result.Estimate{Value: r.figures.Mean} }},
	{metric{"p50", wording.Duration, noGoal, 0}, func(r labRow) result.Estimate { return result.Estimate{Value: r.figures.P50} }},
	{metric{"p90", wording.Duration, noGoal, 1}, func(r labRow) result.Estimate { return result.Estimate{Value: r.figures.P90} }},
	{metric{"p95", wording.Duration, noGoal, 3}, func(r labRow) result.Estimate { return result.Estimate{Value: r.figures.P95} }},
	{metric{"p99", wording.Duration, noGoal, 0}, func(r labRow) result.Estimate { return result.Estimate{Value: r.figures.P99} }},
	{metric{"errors", wording.Ratio, noGoal, 0}, func(r labRow) result.Estimate { return result.Estimate{Value: r.errors} }},
}

// WriteLab writes what was measured beside what was simulated, for people.
func WriteLab(w io.Writer, r *lab.Result, opt TableOptions) error {
	if opt.Markdown {
		opt.Color, opt.Width = false, 0
	}
	p := &page{opt: opt}
	p.title(fmt.Sprintf("%s, for real and simulated", r.Scenario))
	p.paragraph(fmt.Sprintf("%s in the middle · requests for %.4g s, the first %.4g s not counted · seed %d", r.Proxy, r.Seconds, r.WarmUp, r.Seed))
	for _, text := range r.Warnings {
		p.warning(text)
	}
	p.paragraph("Predicted is what is simulated of requests that leave when they left here, with the machine's own overhead, that of requests without a service, added to each.")
	all := grid{labels: []string{"algorithm", ""}, metrics: metricsOf(labColumns)}
	for i := range r.Results {
		o := &r.Results[i]
		for _, row := range []struct {
			what string
			labRow
		}{
			{"simulated", labRow{&o.Simulated, &o.Errors.Simulated}},
			{"overhead", labRow{&o.Overhead, nil}},
			{"predicted", labRow{&o.Predicted, nil}},
			{"measured", labRow{&o.Measured, &o.Errors.Measured}},
		} {
			all.rows = append(all.rows, gridRow{labels: []string{o.Variant, row.what}, figures: estimates(labColumns, row.labRow)})
		}
	}
	p.table("", all)
	for i := range r.Results {
		p.paragraph(apart(&r.Results[i]))
	}
	p.labServers(r)
	p.labDetections(r)
	return p.flush(w)
}

// apart says how far a measurement is from its prediction.
func apart(o *lab.Outcome) string {
	text := fmt.Sprintf("%s, measured against predicted:", o.Variant)
	for i, q := range []struct {
		name string
		by   *float64
	}{{"mean", o.Difference.Mean}, {"p50", o.Difference.P50}, {"p99", o.Difference.P99}} {
		if q.by == nil {
			continue
		}
		if i > 0 {
			text += ","
		}
		text += fmt.Sprintf(" %s %+.1f%%", q.name, *q.by*100)
	}
	return text
}

// shareColumns are of a server's share of the requests.
var shareColumns = []column[lab.Both]{
	{metric{"simulated share", wording.Ratio, noGoal, 0}, func(b lab.Both) result.Estimate { return exact(b.Simulated) }},
	{metric{"measured share", wording.Ratio, noGoal, 0}, func(b lab.Both) result.Estimate { return exact(b.Measured) }},
}

func (p *page) labServers(r *lab.Result) {
	p.heading("Servers")
	g := grid{labels: []string{"algorithm", "server"}, metrics: metricsOf(shareColumns)}
	for i := range r.Results {
		o := &r.Results[i]
		for _, s := range o.Servers {
			g.rows = append(g.rows, gridRow{labels: []string{o.Variant, s.Name}, figures: estimates(shareColumns, s.Both)})
		}
	}
	p.table("", g)
}

var detectionColumns = []column[*lab.Detection]{
	{metric{"simulated", wording.Duration, noGoal, 0}, func(d *lab.Detection) result.Estimate { return result.Estimate{Value: d.Simulated} }},
	{metric{"measured", wording.Duration, noGoal, 0}, func(d *lab.Detection) result.Estimate { return result.Estimate{Value: d.Measured} }},
	{metric{"at most", wording.Duration, noGoal, 0}, func(d *lab.Detection) result.Estimate { return result.Estimate{Value: d.Bound} }},
}

func (p *page) labDetections(r *lab.Result) {
	g := grid{labels: []string{"algorithm", "what fails"}, metrics: metricsOf(detectionColumns), unknown: "the balancer did not notice, or nothing bounds it"}
	for i := range r.Results {
		o := &r.Results[i]
		for j := range o.Detections {
			d := &o.Detections[j]
			g.rows = append(g.rows, gridRow{labels: []string{o.Variant, fmt.Sprintf("%s %s at %.4g s", d.Kind, d.Server, d.At)}, figures: estimates(detectionColumns, d)})
		}
	}
	if len(g.rows) > 0 {
		p.heading("Time to detect")
		p.table("", g)
	}
}

// WriteLabJSON writes the result as JSON.
func WriteLabJSON(w io.Writer, r *lab.Result) error { return writeContract(w, *r) }

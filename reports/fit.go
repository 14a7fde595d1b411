package reports

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"lbsim/reports/wording"
	"lbsim/studies/fit"
	"lbsim/studies/result"
)

// WriteFit writes what was fitted to a log, for people.
func WriteFit(w io.Writer, r *fit.Result, opt TableOptions) error {
	if opt.Markdown {
		opt.Color, opt.Width = false, 0
	}
	p := &page{opt: opt}
	p.title("What the log tells of its workload")
	p.paragraph(fmt.Sprintf("%s · %s · %s requests in %s s", r.File, r.Log.Format, wording.Count(uint64(r.Log.Requests)), number(r.Log.Seconds)))
	for _, text := range r.Notes {
		for _, line := range strings.Split(text, "\n") {
			p.warning(line)
		}
	}
	p.heading("Arrivals")
	p.paragraph(fmt.Sprintf("%s: %s", r.Arrivals.Process, r.Arrivals.Why))
	var lines []string
	for _, q := range r.Arrivals.Parameters {
		lines = append(lines, parameterText(q))
	}
	if len(r.Arrivals.Others) > 1 {
		var tried []string
		for _, o := range r.Arrivals.Others {
			tried = append(tried, fmt.Sprintf("%s %s", o.Process, number(o.BIC)))
		}
		lines = append(lines, "BIC, less is better: "+strings.Join(tried, ", "))
	}
	for _, d := range r.Arrivals.Dispersion {
		lines = append(lines, fmt.Sprintf("counts in %s s: variance over mean %.3g (poisson: %.3g … %.3g)", number(d.Window), d.Index, d.Low, d.High))
	}
	p.items(lines)
	p.fittedClasses(r)
	if k := r.Keys; k != nil {
		p.heading("Keys")
		var texts []string
		for _, q := range k.Parameters {
			texts = append(texts, parameterText(q))
		}
		p.paragraph(fmt.Sprintf("%s: %s; %s different ones in %s requests", k.Dist, strings.Join(texts, ", "), wording.Count(uint64(k.Distinct)), wording.Count(uint64(k.Requests))))
	}
	p.fittedRest(r)
	return p.flush(w)
}

var fitColumns = []column[*fit.Class]{
	{metric{"share", wording.Ratio, noGoal, 0}, func(c *fit.Class) result.Estimate {
		return result.Estimate{Value: &c.Share.Value, Low: c.Share.Low, High: c.Share.High}
	}},
	{metric{"mean", wording.Duration, noGoal, 0}, func(c *fit.Class) result.Estimate {
		return ofService(c, func(s *fit.Service) *float64 { return &s.Mean })
	}},
	{metric{"cv", wording.Number, noGoal, 1}, func(c *fit.Class) result.Estimate {
		return ofService(c, func(s *fit.Service) *float64 { return &s.CV })
	}},
	{metric{"KS distance", wording.Number, noGoal, 1}, func(c *fit.Class) result.Estimate {
		return ofService(c, func(s *fit.Service) *float64 { return s.Law.Distance })
	}},
}

func ofService(c *fit.Class, of func(*fit.Service) *float64) result.Estimate {
	if c.Service == nil {
		return result.Estimate{}
	}
	return result.Estimate{Value: of(c.Service)}
}

func (p *page) fittedClasses(r *fit.Result) {
	p.heading("Classes")
	g := grid{labels: []string{"class", "service times"}, metrics: metricsOf(fitColumns), unknown: "no such figure"}
	var lines []string
	for i := range r.Classes {
		c := &r.Classes[i]
		law := ""
		if c.Service != nil {
			law = c.Service.Law.Dist
			lines = append(lines, serviceText(c))
		}
		g.rows = append(g.rows, gridRow{labels: []string{c.Name, law}, figures: estimates(fitColumns, c)})
	}
	p.table("", g)
	p.paragraph(fmt.Sprintf("Service times: %s (%s of %s requests)", r.Source.Text, wording.Count(uint64(r.Source.Used)), wording.Count(uint64(r.Source.Of))))
	p.items(lines)
}

func serviceText(c *fit.Class) string {
	s := c.Service
	text := fmt.Sprintf("%s: %s, %s", c.Name, s.Law.Dist, s.Why)
	for _, q := range s.Law.Parameters {
		text += ", " + parameterText(q)
	}
	if s.Law.Distance != nil {
		text += fmt.Sprintf("; distance %.3g of %s times, as great by chance in %.3g of cases", *s.Law.Distance, wording.Count(uint64(s.Sample)), *s.Law.PValue)
	}
	return text
}

func (p *page) fittedRest(r *fit.Result) {
	p.heading("Clients, servers, answers")
	var lines []string
	if c := r.Clients; c != nil {
		about := "about "
		if c.Exact {
			about = ""
		}
		lines = append(lines, fmt.Sprintf("%s%s clients", about, wording.Count(uint64(c.Distinct))))
	}
	if s := r.Servers; s != nil {
		lines = append(lines, fmt.Sprintf("servers: %d, workers of each: %d", s.Count, s.Workers))
	}
	for _, s := range r.Status {
		lines = append(lines, fmt.Sprintf("status %d: %s requests, %s%%", s.Status, wording.Count(uint64(s.Requests)), number(s.Share*100)))
	}
	if l, a := r.Latency, r.Again; l != nil {
		lines = append(lines, fmt.Sprintf("latency of the log: mean %s, p50 %s, p99 %s", secondsText(l.Mean), secondsText(l.P50), secondsText(l.P99)))
		if a != nil {
			lines = append(lines, fmt.Sprintf("simulated with %s: mean %s, p50 %s, p99 %s", a.Algorithm, secondsText(a.Mean), secondsText(a.P50), secondsText(a.P99)))
		}
	}
	p.items(lines)
}

func secondsText(s float64) string { return wording.UnitFor(s).Text(s) }

// timeParameters are the parameters that are times; those of rates are a second.
var timeParameters = []string{"mean", "short mean", "long mean", "think mean", "min", "max", "low", "high", "at", "start", "duration", "period"}

// parameterText reads "mean 5.00 ms ±0.06": half of the interval of 95%.
func parameterText(p fit.Parameter) string {
	if slices.Contains(timeParameters, p.Name) && p.Value > 0 {
		unit := wording.UnitFor(p.Value)
		if p.High == nil {
			return p.Name + " " + unit.Text(p.Value)
		}
		return p.Name + " " + wording.EstimateText(unit, result.Estimate{Value: &p.Value, Low: p.Low, High: p.High})
	}
	if p.High == nil {
		return p.Name + " " + number(p.Value)
	}
	return fmt.Sprintf("%s %s ±%.2g", p.Name, number(p.Value), *p.High-p.Value)
}

func shareText(p fit.Parameter) string { return number(p.Value*100) + "%" }

// number has as many digits as an estimate is worth.
func number(x float64) string { return strconv.FormatFloat(x, 'g', 6, 64) }

// WriteFitJSON writes what was fitted as JSON.
func WriteFitJSON(w io.Writer, r *fit.Result) error { return writeContract(w, *r) }

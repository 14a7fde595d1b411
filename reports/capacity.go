package reports

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"lbsim/reports/wording"
	"lbsim/studies/capacity"
	"lbsim/studies/result"
)

// lineColumns are those of an answer. Places are rates, or numbers of servers.
func lineColumns(find capacity.Find) []column[*capacity.Line] {
	kind := wording.Rate
	if find == capacity.Servers {
		kind = wording.Servers
	}
	return []column[*capacity.Line]{
		{metric{"meets", kind, noGoal, 0}, func(l *capacity.Line) result.Estimate { return result.Estimate{Value: l.Met} }},
		{metric{"misses", kind, noGoal, 0}, func(l *capacity.Line) result.Estimate { return result.Estimate{Value: l.Missed} }},
		{metric{"load", wording.Ratio, noGoal, 1}, metLoad},
	}
}

// metLoad is the offered load at the place that was met.
func metLoad(l *capacity.Line) result.Estimate {
	for i := range l.Probes {
		if l.Met != nil && l.Probes[i].At == *l.Met {
			return exact(l.Probes[i].Load)
		}
	}
	return result.Estimate{}
}

// WriteCapacity writes for people how much is carried, and what theory says.
func WriteCapacity(w io.Writer, r *capacity.Result, opt TableOptions) error {
	if opt.Markdown {
		opt.Color, opt.Width = false, 0
	}
	p := &page{opt: opt}
	p.title("What " + r.Scenario + " carries")
	p.paragraph(sought(r))
	for _, text := range r.Warnings {
		p.warning(text)
	}
	g := grid{labels: []string{"algorithm", "fleet"}, metrics: metricsOf(lineColumns(r.Find)), unknown: "nothing was shown"}
	var sentences []string
	for i := range r.Results {
		l := &r.Results[i]
		g.rows = append(g.rows, gridRow{labels: []string{l.Variant, wording.Fleet(l)}, figures: estimates(lineColumns(r.Find), l), group: string(l.Fleet)})
		sentences = append(sentences, wording.Carried(r, l))
	}
	p.table("", g)
	for _, n := range r.NotAsked {
		sentences = append(sentences, wording.Fleet(&capacity.Line{Fleet: n.Fleet})+": not asked, for "+n.Why)
	}
	if !opt.Markdown {
		p.text.WriteString("\n")
	}
	p.items(sentences)
	p.sizedByTheory(r)
	return p.flush(w)
}

// sought says what was asked.
func sought(r *capacity.Result) string {
	objectives := wording.Objectives(r)
	text := "The greatest rate with " + objectives
	if r.Find == capacity.Servers {
		text = fmt.Sprintf("The fewest servers of %s with %s at %s", r.Group, objectives, wording.PerSecond.Text(*r.RateRPS))
	}
	return fmt.Sprintf("%s · lies between what was shown to meet and what was shown to miss, with %.0f%% confidence · %s requests · seed %d",
		text, 100*r.Confidence, wording.Count(r.Requests), r.Seed)
}

// sizedByTheory shows what rules of thumb say, a table for each algorithm's lines, and what
// they take for granted that is not so.
func (p *page) sizedByTheory(r *capacity.Result) {
	var rules []string
	for i := range r.Results {
		for _, t := range r.Results[i].Theory {
			if !slices.Contains(rules, t.Rule) {
				rules = append(rules, t.Rule)
			}
		}
	}
	g := grid{labels: []string{"rule", "fleet"}, metrics: []metric{ruleMetric(r)}, unknown: "the rule has no answer, or nothing to be held against"}
	var variants []string
	for i := range r.Results {
		if v := r.Results[i].Variant; !slices.Contains(variants, v) {
			variants = append(variants, v)
			g.metrics = append(g.metrics, metric{"off " + v, wording.Ratio, noGoal, 1})
		}
	}
	for _, rule := range rules {
		first := true
		for _, fleet := range capacity.Fleets {
			row := ruleRow(r, rule, fleet, variants)
			if row == nil {
				continue
			}
			if !first {
				row.labels[0] = ""
			}
			g.rows, first = append(g.rows, *row), false
		}
	}
	p.table("By theory alone", g)
	p.taken(r, rules)
}

func ruleMetric(r *capacity.Result) metric {
	if r.Find == capacity.Servers {
		return metric{"needs", wording.Servers, noGoal, 0}
	}
	return metric{"rate", wording.Rate, noGoal, 0}
}

// ruleRow is what a rule says of a fleet, and how far that is off each algorithm's answer; nil
// where it says nothing.
func ruleRow(r *capacity.Result, rule string, fleet capacity.Fleet, variants []string) *gridRow {
	row := &gridRow{figures: make([]result.Estimate, 1+len(variants))}
	for i := range r.Results {
		l := &r.Results[i]
		at := slices.IndexFunc(l.Theory, func(t capacity.Rule) bool { return t.Rule == rule })
		if l.Fleet != fleet || at < 0 {
			continue
		}
		t := &l.Theory[at]
		row.labels = []string{t.Title, wording.Fleet(&capacity.Line{Fleet: fleet})}
		row.figures[0] = result.Estimate{Value: t.At}
		row.figures[1+slices.Index(variants, l.Variant)] = result.Estimate{Value: t.Off}
	}
	if row.labels == nil {
		return nil
	}
	return row
}

// taken lists what the rules take for granted that is not so.
func (p *page) taken(r *capacity.Result, rules []string) {
	var texts []string
	for _, rule := range rules {
		var broken []string
		title := ""
		for i := range r.Results {
			for _, t := range r.Results[i].Theory {
				if t.Rule != rule {
					continue
				}
				title = t.Title
				for _, b := range t.Broken {
					if !slices.Contains(broken, b) {
						broken = append(broken, b)
					}
				}
			}
		}
		if len(broken) > 0 {
			texts = append(texts, title+": "+strings.Join(broken, "; "))
		}
	}
	p.list("What the rules take for granted and is not so here", texts)
}

// WriteCapacityJSON writes the contract lbsim.capacity/v1 in the form that WriteJSON has.
func WriteCapacityJSON(w io.Writer, r *capacity.Result) error { return writeContract(w, *r) }

// WriteCapacityCSV writes a row for each algorithm and fleet, its columns named as in the
// JSON contract. A figure that is not known is an empty cell.
func WriteCapacityCSV(w io.Writer, r *capacity.Result) error {
	out := csv.NewWriter(w)
	out.Write([]string{"variant", "fleet", "lost", "servers", "bound_rps", "met", "missed", "answer", "binding"})
	for i := range r.Results {
		l := &r.Results[i]
		out.Write([]string{l.Variant, string(l.Fleet), l.Lost, strconv.Itoa(l.Servers), shortest(&l.BoundRPS),
			shortest(l.Met), shortest(l.Missed), string(l.Answer), l.Binding})
	}
	out.Flush()
	return out.Error()
}

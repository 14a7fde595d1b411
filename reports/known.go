package reports

import (
	"encoding/json"
	"fmt"
	"io"

	"lbsim/reports/wording"
	"lbsim/studies/known"
	"lbsim/studies/result"
)

// knownSchema names the JSON contract of WriteKnownJSON.
const knownSchema = "lbsim.theory/v1"

// WriteKnown writes known answers beside measured ones as a table, and a sentence
// for each that does not agree.
func WriteKnown(w io.Writer, answers []known.Answer, opt TableOptions) error {
	p := &page{opt: opt}
	p.title("Known answers")
	p.paragraph("What mathematics expects and what the engine measures. They agree when the measured 95% interval, widened by the tolerance (the column within: 0.4% of the expected value is what the histogram resolves, more stands for a limit of infinitely many servers), holds the expected value.")
	g := grid{labels: []string{"case", "figure", "expected", "measured", "within", "agrees", "model and source"}}
	agreeing := 0
	var apart []string
	for _, a := range answers {
		unit := unitOf(a)
		g.rows = append(g.rows, gridRow{labels: []string{a.Case.Name, wording.MetricName(a.Case.Metric),
			unit.Text(a.Case.Expected), wording.EstimateText(unit, a.Measured), wording.Setting(a.Case.Tolerance*100) + "%", p.agreement(&a.Agrees), a.Case.Source}})
		if a.Agrees {
			agreeing++
			continue
		}
		apart = append(apart, fmt.Sprintf("%s: expected %s, measured %s: %s", a.Case.Name, unit.Text(a.Case.Expected), wording.EstimateText(unit, a.Measured), a.Case.Shows))
	}
	p.table("", g)
	p.list("Not agreeing", apart)
	p.paragraph(fmt.Sprintf("\n%d of %d agree.", agreeing, len(answers)))
	return p.flush(w)
}

func unitOf(a known.Answer) wording.Unit {
	values := []float64{a.Case.Expected}
	if a.Measured.Known() {
		values = append(values, *a.Measured.Value)
	}
	return wording.KindOf(a.Case.Metric).UnitOf(values...)
}

type knownAnswer struct {
	Name      string          `json:"name"`
	Shows     string          `json:"shows"`
	Metric    string          `json:"metric"`
	Expected  float64         `json:"expected"`
	Measured  result.Estimate `json:"measured"`
	Tolerance float64         `json:"tolerance"`
	Agrees    bool            `json:"agrees"`
	Source    string          `json:"source"`
	Scenario  string          `json:"scenario"`
}

// WriteKnownJSON writes known answers as lbsim.theory/v1: seconds and ratios, and of
// each case the scenario as YAML.
func WriteKnownJSON(w io.Writer, answers []known.Answer) error {
	all := make([]knownAnswer, len(answers))
	for i, a := range answers {
		c := a.Case
		all[i] = knownAnswer{c.Name, c.Shows, c.Metric, c.Expected, a.Measured, c.Tolerance, a.Agrees, c.Source, c.Scenario}
	}
	return writeIndented(w, struct {
		Schema  string        `json:"schema"`
		Answers []knownAnswer `json:"answers"`
	}{knownSchema, all})
}

func writeIndented(w io.Writer, document any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(document)
}

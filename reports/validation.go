package reports

import (
	"fmt"
	"io"
	"strings"

	"lbsim/config"
	"lbsim/reports/wording"
	"lbsim/studies/drills"
	"lbsim/studies/validate"
)

// severityColors are the colours of severities.
var severityColors = map[validate.Severity]string{validate.Error: bad, validate.Warning: doubtful, validate.Info: heavy}

// WriteValidation writes what there is to say about configurations: a line for each finding
// that begins with its place, as editors want it, the why and the cure below it, and at the
// end of each file how many there are.
func WriteValidation(w io.Writer, all []*validate.Report, opt TableOptions) error {
	p := &page{opt: opt}
	for i, r := range all {
		if i > 0 {
			p.text.WriteString("\n")
		}
		p.validation(r)
	}
	return p.flush(w)
}

// validation writes a report.
func (p *page) validation(r *validate.Report) {
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Counts() {
			p.finding(f)
		}
	}
	p.notSimulated(r.NotSimulated)
	p.outcome(r)
	p.paragraph(summary(r))
}

// notSimulated lists directives without a meaning here; those that say the same stand
// together, with the lines of the first ones.
func (p *page) notSimulated(all []validate.NotSimulated) {
	const shown = 4
	type said struct{ file, text, why string }
	var order []said
	lines := map[said][]validate.NotSimulated{}
	for _, x := range all {
		s := said{x.File, x.Text, x.Why}
		if lines[s] == nil {
			order = append(order, s)
		}
		lines[s] = append(lines[s], x)
	}
	for _, s := range order {
		same := lines[s]
		text := fmt.Sprintf("%s: not simulated: %s", placeOf(s.file, same[0].Line, same[0].Column), s.text)
		if s.why != "" {
			text += " (" + s.why + ")"
		}
		for i, x := range same[1:] {
			switch {
			case i == 0:
				text += fmt.Sprintf(", as on line %d", x.Line)
			case i < shown:
				text += fmt.Sprintf(", %d", x.Line)
			case i == shown:
				text += fmt.Sprintf(" and %d more", len(same)-1-shown)
			}
		}
		p.text.WriteString(p.wrapped(text, "    ") + "\n")
	}
	if len(all) > 0 {
		p.text.WriteString("\n")
	}
}

// outcome writes what drills came to, or what the configuration changes of another one.
func (p *page) outcome(r *validate.Report) {
	a := r.Against
	switch {
	case a != nil:
		var mended []string
		for i := range a.Mended {
			mended = append(mended, messageOf(&a.Mended[i])+" ["+a.Mended[i].ID+"]")
		}
		p.list("Mended since "+a.File, mended)
		p.change(&drills.Change{Pairs: a.Drills, Moved: a.Moved, Assumed: r.Assumed, Interrupted: r.Interrupted})
	case len(r.Drills) > 0:
		p.drills(&drills.Result{Drills: r.Drills, Courses: r.Courses, Assumed: r.Assumed, Interrupted: r.Interrupted})
	default:
		return
	}
	p.text.WriteString("\n")
}

// finding writes a finding.
func (p *page) finding(f *validate.Finding) {
	fmt.Fprintf(&p.text, "%s: %s: %s [%s]\n", placeOf(f.File, f.Line, f.Column), p.paint(severityColors[f.Severity], string(f.Severity)), messageOf(f), f.ID)
	for _, part := range []struct{ what, text string }{
		{"why: ", f.Why}, {"instead: ", f.Instead}, {"shown by: ", f.Scenario},
	} {
		if part.text != "" {
			p.text.WriteString(p.wrapped("    "+part.what+part.text, "      ") + "\n")
		}
	}
	p.text.WriteString("\n")
}

// messageOf is a finding's message, and of which pool it is where pools have names.
func messageOf(f *validate.Finding) string {
	if f.Pool == "" || f.Pool == config.PoolName {
		return f.Message
	}
	return "pool " + f.Pool + ": " + f.Message
}

// placeOf is file:line:column as far as it is known.
func placeOf(file string, line, column int) string {
	if line == 0 {
		return file
	}
	return fmt.Sprintf("%s:%d:%d", file, line, column)
}

// summary counts what was found.
func summary(r *validate.Report) string {
	parts := []string{
		counted(r.Count(validate.Error), "error", "errors"),
		counted(r.Count(validate.Warning), "warning", "warnings"),
		counted(r.Count(validate.Info), "remark", "remarks"),
	}
	ignored, known := 0, 0
	for i := range r.Findings {
		switch f := &r.Findings[i]; {
		case f.Ignored != "":
			ignored++
		case f.Known:
			known++
		}
	}
	text := r.File + ": " + strings.Join(parts, ", ")
	if ignored > 0 {
		text += fmt.Sprintf("; %d ignored by comments", ignored)
	}
	switch {
	case known > 0 && r.Against != nil:
		text += fmt.Sprintf("; %d there before", known)
	case known > 0:
		text += fmt.Sprintf("; %d in the baseline", known)
	}
	if n := len(r.NotSimulated); n > 0 {
		text += "; " + counted(n, "directive", "directives") + " not simulated"
	}
	return text + drilled(r)
}

// drilled counts what drills came to.
func drilled(r *validate.Report) string {
	count := map[string]int{}
	for _, d := range r.Drills {
		if d.Known {
			d.Verdict = "known"
		}
		count[d.Verdict]++
	}
	switch a := r.Against; {
	case len(r.Drills) == 0:
		return ""
	case a != nil:
		worse := 0
		for _, y := range a.Drills {
			if y.Verdict == wording.Worse {
				worse++
			}
		}
		return "; " + counted(len(a.Drills), "drill", "drills") + fmt.Sprintf(", of which %d got worse", worse)
	}
	text := "; " + counted(len(r.Drills), "drill", "drills") + fmt.Sprintf(", of which %d missed an objective", count[wording.Missed])
	if known := count["known"]; known > 0 {
		text += fmt.Sprintf(" and %d are in the baseline", known)
	}
	return text
}

// counted writes how many there are of something.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// validationSetSchema names the contract of several reports.
const validationSetSchema = "lbsim.validate-set/v1"

// WriteValidationJSON writes the contract lbsim.validate/v1 or, of several configurations,
// lbsim.validate-set/v1, as WriteJSON writes its own.
func WriteValidationJSON(w io.Writer, all []*validate.Report) error {
	if len(all) == 1 {
		return writeContract(w, *all[0])
	}
	set := struct {
		Schema  string            `json:"schema"`
		Reports []validate.Report `json:"reports"`
	}{Schema: validationSetSchema}
	for _, r := range all {
		set.Reports = append(set.Reports, *r)
	}
	return writeContract(w, set)
}

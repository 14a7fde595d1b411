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
// that begins with its place, as editors want it, the why and the cure below those that share
// them, and at the end of each file how many there are. What is not simulated is listed where
// the options are verbose, and else in short.
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
	p.findings(r)
	p.notSimulated(r.NotSimulated)
	p.outcome(r)
	p.paragraph(summary(r))
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
		p.list("What changes since "+a.File, p.changes(a))
		p.list("Mended since "+a.File, mended)
		var gone []string
		for i := range a.Gone {
			gone = append(gone, messageOf(&a.Gone[i])+" ["+a.Gone[i].ID+"]")
		}
		p.list("Gone with its pool, not mended", gone)
		p.list("How soon trouble is noticed", p.noticed(r))
		p.change(&drills.Change{Pairs: a.Drills, Moved: a.Moved, Assumed: r.Assumed, Interrupted: r.Interrupted})
	case len(r.Drills) > 0:
		p.drills(&drills.Result{Drills: r.Drills, Courses: r.Courses, Assumed: r.Assumed, Interrupted: r.Interrupted})
	default:
		return
	}
	p.text.WriteString("\n")
}

// noticed says what is noticed later than before, or sooner.
func (p *page) noticed(r *validate.Report) (lines []string) {
	for i := range r.Against.Noticed {
		x := &r.Against.Noticed[i]
		lines = append(lines, p.changed(x.Verdict)+": "+noticedText(x))
	}
	return lines
}

// noticedText says how soon something is noticed, and was.
func noticedText(x *validate.Noticed) string {
	what := map[string]string{"crash": "a crash", "hang": "a hang", "errors": "that requests fail"}[x.What]
	if x.Pool != config.PoolName {
		what = "pool " + x.Pool + ": " + what
	}
	return fmt.Sprintf("%s is noticed %s; before, %s", what, x.After, x.Before)
}

// findings writes the findings that count. Those of one lint with one cure stand together.
func (p *page) findings(r *validate.Report) {
	type lesson struct{ id, instead string }
	of := func(f *validate.Finding) lesson { return lesson{f.ID, f.Instead} }
	taught := map[lesson]bool{}
	for i := range r.Findings {
		f := &r.Findings[i]
		if !f.Counts() || taught[of(f)] {
			continue
		}
		taught[of(f)] = true
		for j := i; j < len(r.Findings); j++ {
			if x := &r.Findings[j]; x.Counts() && of(x) == of(f) {
				fmt.Fprintf(&p.text, "%s: %s: %s [%s]\n", placeOf(x.File, x.Line, x.Column), p.paint(severityColors[x.Severity], string(x.Severity)), messageOf(x), x.ID)
			}
		}
		p.lesson(f)
	}
}

// lesson writes why findings hurt and what to write instead.
func (p *page) lesson(f *validate.Finding) {
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

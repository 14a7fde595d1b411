package reports

import (
	"fmt"
	"io"
	"slices"

	"lbsim/reports/wording"
	"lbsim/studies/exercise"
	"lbsim/studies/result"
)

// WriteExercises writes a line for each exercise there is.
func WriteExercises(w io.Writer, all []*exercise.Exercise, opt TableOptions) error {
	p := &page{opt: opt}
	g := grid{labels: []string{"exercise", "what it is about"}}
	for _, x := range all {
		g.rows = append(g.rows, gridRow{labels: []string{x.Name, x.Title}})
	}
	p.table("", g)
	return p.flush(w)
}

// WriteExercise writes for people, or as Markdown for their notes, what the checker thinks
// of answers: each point with its reasons, the self-check list, and what becomes of the
// design when it is drilled.
func WriteExercise(w io.Writer, r *exercise.Report, opt TableOptions) error {
	if opt.Markdown {
		opt.Color, opt.Width = false, 0
	}
	p := &page{opt: opt}
	p.title(r.Exercise + ": " + r.Title)
	if r.Interrupted {
		p.warning("the simulations were stopped before their end: points are judged by what is there")
	}
	var open []string
	for i := range r.Points {
		if x := &r.Points[i]; x.Verdict == exercise.Missing {
			open = append(open, p.judgement(x.Verdict)+" "+x.Title)
		} else {
			p.point(x)
		}
	}
	p.list("Not answered", open)
	var lines []string
	for _, c := range r.SelfCheck {
		lines = append(lines, fmt.Sprintf("%s %s: %s", p.judgement(c.Verdict), c.Name, c.Text))
	}
	p.list("Self-check", lines)
	if len(r.Trials) > 0 {
		p.trials(r.Trials)
	}
	if l := r.Launch; l != nil {
		p.heading("The day of the launch")
		hours := wording.KindOf("server_hours").UnitOf(*l.ServerHours.Value)
		p.paragraph(fmt.Sprintf("%s server-hours, with the solution's answers %s; %d replications", wording.EstimateText(hours, l.ServerHours), wording.EstimateText(hours, l.ReferenceHours), l.Replications))
		for _, o := range l.Objectives {
			p.items([]string{wording.Mark(o.Verdict) + " " + wording.Objective(o, false)})
		}
	}
	p.heading("In all")
	p.paragraph(fmt.Sprintf("%d of %d points are good, %d poor, %d not answered", r.Count(exercise.Good), len(r.Points), r.Count(exercise.Poor), r.Count(exercise.Missing)))
	return p.flush(w)
}

// point writes one point and what is thought of it.
func (p *page) point(x *exercise.Point) {
	p.heading(x.Title)
	line := p.judgement(x.Verdict) + " " + x.Verdict
	if x.Answer != "" {
		line += ": " + x.Answer
	}
	p.paragraph(line)
	var lines []string
	for _, m := range x.Remarks {
		sign := "+ "
		if !m.Good {
			sign = "− "
		}
		text := sign + m.Text
		if m.Source != "" {
			text += " [" + m.Source + "]"
		}
		lines = append(lines, text)
	}
	p.items(lines)
}

// judgement is the sign of a verdict.
func (p *page) judgement(verdict string) string {
	switch verdict {
	case exercise.Good:
		return p.paint(good, "✓")
	case exercise.Poor:
		return p.paint(bad, "✗")
	}
	return p.paint(doubtful, "–")
}

var trialColumns = []column[*exercise.Figures]{
	{metric{"p50", wording.Duration, noGoal, 3}, func(f *exercise.Figures) result.Estimate { return f.P50 }},
	{metric{"p99", wording.Duration, noGoal, 0}, func(f *exercise.Figures) result.Estimate { return f.P99 }},
	{metric{"errors", wording.Ratio, noGoal, 0}, func(f *exercise.Figures) result.Estimate { return f.ErrorRatio }},
	{metric{"detected after", wording.Duration, noGoal, 2}, func(f *exercise.Figures) result.Estimate { return f.Detect }},
	{metric{"recovered after", wording.Duration, noGoal, 1}, func(f *exercise.Figures) result.Estimate { return f.Recover }},
}

// trials is a table of a design's drills, each beside the solution's.
func (p *page) trials(all []exercise.Trial) {
	p.heading("Drills")
	g := grid{labels: []string{"drill", "design", "objectives"}, metrics: metricsOf(trialColumns), unknown: "not in every replication, or too few requests support the figure"}
	for i := range all {
		t := &all[i]
		yours := "yours"
		if t.Worse {
			yours = p.paint(bad, "yours, worse")
		}
		g.rows = append(g.rows,
			gridRow{labels: []string{t.Name, yours, p.verdict(t.Design.Verdict)}, group: t.Name, figures: estimates(trialColumns, &t.Design)},
			gridRow{labels: []string{"", "solution", p.verdict(t.Solution.Verdict)}, group: t.Name, figures: estimates(trialColumns, &t.Solution)})
	}
	p.table("", g)
	if slices.ContainsFunc(all, func(t exercise.Trial) bool { return t.Solution.Verdict != wording.Met }) {
		p.paragraph("Where the solution does not meet the objectives itself, as when all servers are slow, a design is held against the solution.")
	}
}

// WriteExerciseJSON writes the contract lbsim.exercise/v1, as WriteJSON writes its own.
func WriteExerciseJSON(w io.Writer, r *exercise.Report) error { return writeContract(w, *r) }

package exercise

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"lbsim/studies/drills"
)

// Question is answers to be judged.
type Question struct {
	File     string // of the answers
	Answers  *Answers
	Workers  int                     // how many runs at once; 0: as many as cores
	Progress func(done, planned int) // unless nil, is told how many of the simulations are done
}

// point is a question of the form.
type point struct {
	name, title string
	judge       func(*judging, *Point)
	// trials are the drills that tell what the answer is worth; none: rules alone.
	trials []string
	// lints are those that look at the answer in the design as a whole.
	lints []string
	asked func(*Exercise) bool // nil: by all
}

var points = []point{
	{name: "slo", title: "Service level objective", judge: (*judging).objective},
	{name: "layer", title: "L4 or L7", judge: (*judging).layer},
	{name: "algorithm", title: "Algorithm, and when to switch", judge: (*judging).algorithm, trials: []string{"lose-server"}, lints: []string{"LB019", "LB020", "LB021", "LB022"}},
	{name: "weights", title: "Weights", judge: (*judging).sizes, lints: []string{"LB023"}},
	{name: "health", title: "Health check", judge: (*judging).healthCheck, trials: []string{"lose-server"}, lints: []string{"LB001", "LB002", "LB003", "LB004", "LB005", "LB006", "LB007"}},
	{name: "deploy", title: "Drain and slow start", judge: (*judging).leaving, trials: []string{"deploy"}, lints: []string{"LB015", "LB016", "LB017"}},
	{name: "retries", title: "Retries and their budget", judge: (*judging).retrying, trials: []string{"lose-server", "retry-storm"}, lints: []string{"LB011", "LB012", "LB013"}},
	{name: "sticky", title: "Stickiness, and the way out", judge: (*judging).stickiness, lints: []string{"LB018", "LB019"}},
	{name: "autoscaling", title: "Two autoscaling triggers", judge: (*judging).triggers, lints: []string{"LB026"}},
	{name: "launch", title: "Ready for the launch", judge: (*judging).readiness, asked: func(x *Exercise) bool { return x.launched }},
	{name: "dashboards", title: "Three dashboards with alerts", judge: (*judging).boards},
}

// judging is a check under way.
type judging struct {
	exercise *Exercise
	answers  *Answers
	report   *Report
	model    map[string]*Figures       // of the solution's design, by drill
	alone    map[string]*drills.Result // of the solution's with one point as answered
	// contradictions are by point, or together: why there are no drills.
	contradictions map[string]contradiction
}

// Check judges every point, and says what it comes to. When ctx ends before all is
// simulated the report is marked Interrupted and is about what there is; points that were
// not simulated are judged by rules alone.
func (q Question) Check(ctx context.Context) (*Report, error) {
	x := q.Answers.Exercise
	j := &judging{exercise: x, answers: q.Answers, alone: map[string]*drills.Result{}, contradictions: map[string]contradiction{}, report: &Report{Schema: SchemaName, Exercise: x.Name, Title: x.Title, File: q.File, Trials: []Trial{}}}
	if err := j.simulate(ctx, &q); err != nil {
		return nil, err
	}
	found, err := j.lint()
	if err != nil {
		return nil, err
	}
	for i := range points {
		if points[i].asked == nil || points[i].asked(x) {
			j.report.Points = append(j.report.Points, j.judge(&points[i], found))
		}
	}
	j.report.Points = append(j.report.Points, j.whole())
	j.selfCheck()
	return j.report, nil
}

// judge judges one point.
func (j *judging) judge(spec *point, found map[string]string) Point {
	p := Point{Name: spec.name, Title: spec.title, Answer: j.answers.line(spec.name), Remarks: []Remark{}}
	if !j.answers.answered(spec.name) {
		p.Verdict = Missing
		return p
	}
	spec.judge(j, &p)
	for _, id := range spec.lints {
		if id == "LB023" && j.answers.Algorithm.Choice == nil {
			continue // whether weights are looked at is not answered
		}
		known := slices.ContainsFunc(p.Remarks, func(r Remark) bool { return r.Source == id })
		if text := found[id]; text != "" && !known {
			p.because(id, text)
		}
	}
	j.tried(&p)
	p.decide()
	return p
}

// line is an answer in a line.
func (a *Answers) line(point string) string {
	var parts []string
	say := func(name, text string) {
		if text != "" {
			parts = append(parts, name+text)
		}
	}
	switch point {
	case "slo":
		say("", a.SLO)
	case "layer":
		say("", a.Layer.Choice)
	case "algorithm":
		if a.Algorithm.Choice != nil {
			say("", a.Algorithm.Choice.String())
		}
		if a.Algorithm.SwitchTo != nil {
			say("then ", a.Algorithm.SwitchTo.String())
		}
	case "weights":
		for _, w := range a.Exercise.weights {
			if x, ok := a.Weights[w.group]; ok {
				say(w.group+" ", strconv.FormatFloat(x, 'g', -1, 64))
			}
		}
	case "health":
		h := &a.Health
		say("", h.Path)
		say("every ", timeText(h.Interval))
		say("timeout ", timeText(h.Timeout))
		say("out after ", countText(h.Unhealthy))
		say("back after ", countText(h.Healthy))
		if h.Passive != nil {
			say("passive ", strconv.Itoa(*h.Passive))
		}
	case "deploy":
		if d := a.Deploy.Drain; d != nil {
			say("drain ", seconds(*d))
		}
		say("slow start ", timeText(a.Deploy.SlowStart))
	case "retries":
		say("attempts ", countText(a.Retries.Attempts))
		if a.Retries.Budget != nil {
			say("budget ", percent(*a.Retries.Budget))
		}
		say("", strings.Join(a.Retries.Methods, " "))
	case "sticky":
		say("", a.Sticky.Use)
		if a.Sticky.TTL > 0 {
			say("for ", seconds(a.Sticky.TTL))
		}
		say("then ", a.Sticky.WayOut)
	case "autoscaling":
		for _, t := range a.Triggers {
			say("", t.Signal+" "+t.Target)
		}
	case "launch":
		l := &a.Launch
		say("least ", countText(l.Least))
		say("before ", timeText(l.Before))
		say("until ", timeText(l.Until))
		say("most ", countText(l.Most))
	case "dashboards":
		for _, d := range a.Dashboards {
			say("", d.Alert)
		}
	}
	return strings.Join(parts, ", ")
}

// countText is a count that was answered; "": it was not.
func countText(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// timeText is a time that was answered; "": it was not.
func timeText(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return seconds(d)
}

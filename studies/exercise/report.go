package exercise

import (
	"lbsim/studies/drills"
	"lbsim/studies/result"
)

// SchemaName names the contract of a report as JSON.
const SchemaName = "lbsim.exercise/v1"

// Verdicts on a point.
const (
	Good    = "good"
	Poor    = "poor"
	Missing = "missing" // not answered
)

// Report is what the checker thinks of answers.
type Report struct {
	Schema   string  `json:"schema"`
	Exercise string  `json:"exercise"`
	Title    string  `json:"title"`
	File     string  `json:"file"`
	Points   []Point `json:"points"`
	// SelfCheck is the list to go through before one says that a design is done.
	SelfCheck []Check `json:"self_check"`
	// Trials is what becomes of the design as a whole, in the world of the exercise.
	Trials      []Trial   `json:"trials"`
	Launch      *Launched `json:"launch,omitempty"`
	Interrupted bool      `json:"interrupted,omitempty"`
}

// Trial is a drill of a design, beside the same of the solution's.
type Trial struct {
	Name string `json:"name"` // lose large-1
	Kind string `json:"kind"` // lose-server
	// Worse is whether the design misses what the solution does not, or errs clearly more.
	Worse    bool    `json:"worse"`
	Design   Figures `json:"design"`
	Solution Figures `json:"solution"`
}

// Figures are what a drill came to, as in drills.Drill.
type Figures struct {
	Verdict    string          `json:"verdict"` // met, missed or undecided
	P50        result.Estimate `json:"p50_seconds"`
	P99        result.Estimate `json:"p99_seconds"`
	ErrorRatio result.Estimate `json:"error_ratio"`
	Detect     result.Estimate `json:"detect_seconds"`
	Recover    result.Estimate `json:"recover_seconds"`
}

func figuresOf(d *drills.Drill) Figures {
	return Figures{d.Verdict, d.Latency.P50, d.Latency.P99, d.ErrorRatio, d.Detect, d.Recover}
}

// Point is a question of the form and what is thought of the answer.
type Point struct {
	Name    string   `json:"name"` // of the field: slo
	Title   string   `json:"title"`
	Verdict string   `json:"verdict"` // good, poor or missing
	Answer  string   `json:"answer"`  // in a line
	Remarks []Remark `json:"remarks"`
}

// Remark is one thing that is good or poor about an answer, and why.
type Remark struct {
	Good bool   `json:"good"`
	Text string `json:"text"`
	// Source is what it comes from: a lint (LB012), a drill (lose large-1), or "": a rule.
	Source string `json:"source"`
}

// Check is a line of the self-check list.
type Check struct {
	Name    string `json:"name"`
	Verdict string `json:"verdict"`
	Text    string `json:"text"`
}

// Launched is the day of the launch with the answers, and with those of the solution.
type Launched struct {
	P99            result.Estimate    `json:"p99_seconds"`
	ErrorRatio     result.Estimate    `json:"error_ratio"`
	ServerHours    result.Estimate    `json:"server_hours"`
	ReferenceHours result.Estimate    `json:"reference_server_hours"`
	Objectives     []result.Objective `json:"objectives"`
	Replications   int                `json:"replications"`
}

// Passed reports whether every point is good.
func (r *Report) Passed() bool {
	return r.Count(Good) == len(r.Points)
}

// Count returns how many points have a verdict.
func (r *Report) Count(verdict string) (n int) {
	for i := range r.Points {
		if r.Points[i].Verdict == verdict {
			n++
		}
	}
	return n
}

// point returns the point of a name.
func (r *Report) point(name string) *Point {
	for i := range r.Points {
		if r.Points[i].Name == name {
			return &r.Points[i]
		}
	}
	return nil
}

// good and poor add a remark; poor decides the verdict.
func (p *Point) good(text string) { p.Remarks = append(p.Remarks, Remark{Good: true, Text: text}) }

func (p *Point) poor(text string) { p.because("", text) }

// because adds a poor remark with what it comes from.
func (p *Point) because(source, text string) {
	p.Remarks = append(p.Remarks, Remark{Text: text, Source: source})
}

// decide makes the verdict of the remarks.
func (p *Point) decide() {
	p.Verdict = Good
	for _, r := range p.Remarks {
		if !r.Good {
			p.Verdict = Poor
		}
	}
}

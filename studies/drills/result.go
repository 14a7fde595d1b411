package drills

import (
	"context"
	"slices"
	"strings"

	"lbsim/studies/compare"
	"lbsim/studies/result"
)

// Result is what drills came to.
type Result struct {
	// Assumed is what was taken for granted because nobody said it.
	Assumed []string `json:"assumed"`
	Courses []Course `json:"courses"` // by pool
	Drills  []Drill  `json:"drills"`
	// Interrupted is true when the user stopped the drills before their end.
	Interrupted bool `json:"interrupted,omitempty"`
}

// Course is how a pool was drilled.
type Course struct {
	Pool         string   `json:"pool"`
	Seed         uint64   `json:"seed"`
	Replications int      `json:"replications"`
	Start        float64  `json:"start_seconds"`  // when things happen
	Window       float64  `json:"window_seconds"` // from then on, of which all figures are
	Warnings     []string `json:"warnings"`
}

// Drill is what a pool does when something happens to it. Its figures are of the requests
// that arrive from then to the end.
type Drill struct {
	Name       string             `json:"name"` // lose api-1
	Kind       string             `json:"kind"` // lose-server
	Pool       string             `json:"pool"`
	Verdict    string             `json:"verdict"` // met, missed or undecided
	Known      bool               `json:"known"`   // a baseline knows that it is not met
	Objectives []result.Objective `json:"objectives"`
	Requests   result.Requests    `json:"requests"`
	Latency    result.Latency     `json:"latency_seconds"`
	ErrorRatio result.Estimate    `json:"error_ratio"`
	// Detect is the time until the balancer takes a server out; null where it does so in no
	// replication, or not in all.
	Detect result.Estimate `json:"detect_seconds"`
	// Recover is the time until less than 1% of the requests fail for good, 0 where never
	// more do; null where that does not come before the end.
	Recover result.Estimate `json:"recover_seconds"`
	// Differences are those against the steady day: the same requests without what happens.
	Differences []result.Comparison `json:"differences"`
	Warnings    []string            `json:"warnings"`
}

// Run carries the plan out. When ctx ends before the plan does, it returns what is complete,
// marked Interrupted, or ctx's error when nothing is.
func Run(ctx context.Context, p *Plan) (*Result, error) {
	r := &Result{Assumed: append([]string{}, p.assumed...), Courses: []Course{}, Drills: []Drill{}}
	var plans []*compare.Plan
	for _, c := range p.courses {
		plans = append(plans, c.plan)
	}
	var err error
	r.Interrupted, err = carryOut(ctx, plans, p.Workers, p.Progress, func(i int, x *result.Result) { p.courses[i].report(r, x) })
	if err != nil {
		return nil, err
	}
	return r, nil
}

// carryOut carries plans out one after the other and hands on what each comes to. When ctx
// ends it says so, or returns ctx's error when nothing is complete.
func carryOut(ctx context.Context, plans []*compare.Plan, workers int, progress func(done, planned int), each func(i int, x *result.Result)) (interrupted bool, err error) {
	done, all := 0, 0
	for _, p := range plans {
		all += len(p.Variants) * p.Replications
	}
	for i := range plans {
		plan := *plans[i]
		plan.Workers = workers
		if progress != nil {
			plan.Progress = func(n, _ int) { progress(done+n, all) }
		}
		x, err := compare.Run(ctx, plan)
		switch {
		case err != nil && i > 0 && ctx.Err() != nil:
			return true, nil
		case err != nil:
			return false, err
		}
		each(i, x)
		if x.Interrupted {
			return true, nil
		}
		done += len(plan.Variants) * plan.Replications
	}
	return false, nil
}

// report puts what a course came to into the result.
func (c *course) report(r *Result, x *result.Result) {
	names := make([]string, len(c.drills))
	for i, d := range c.drills {
		names[i] = x.Results[i].Name
		r.Drills = append(r.Drills, c.drillOf(d, &x.Results[i], x))
	}
	course := Course{Pool: c.pool, Seed: x.Seed, Replications: x.Replications, Start: c.warm.Seconds(), Window: c.window.Seconds(), Warnings: []string{}}
	for _, text := range x.Warnings {
		name, rest, _ := strings.Cut(text, ": ")
		if i := slices.Index(names, name); i >= 0 {
			of := &r.Drills[len(r.Drills)-len(names)+i]
			of.Warnings = append(of.Warnings, rest)
			continue
		}
		course.Warnings = append(course.Warnings, text)
	}
	r.Courses = append(r.Courses, course)
}

// drillOf is what a drill came to as a variant of a result.
func (c *course) drillOf(d *drill, v *result.Variant, x *result.Result) Drill {
	r := Drill{Name: d.name, Kind: d.kind.Name, Pool: c.pool, Objectives: []result.Objective{}, Requests: v.Requests, Latency: v.Latency,
		ErrorRatio: v.ErrorRatio, Detect: v.Recovery.Detect, Recover: v.Recovery.Recover, Differences: []result.Comparison{}, Warnings: []string{}}
	for _, o := range x.SLO {
		if o.Variant == v.Name {
			o.Variant = d.name
			r.Objectives = append(r.Objectives, o)
		}
	}
	for _, difference := range x.Comparisons {
		if difference.Candidate == v.Name {
			r.Differences = append(r.Differences, difference)
		}
	}
	r.Verdict = verdictOf(r.Objectives)
	return r
}

// verdictOf is missed where an objective is, met where all are, else undecided.
func verdictOf(objectives []result.Objective) string {
	verdict := "met"
	for _, o := range objectives {
		switch o.Verdict {
		case "missed":
			return "missed"
		case "undecided":
			verdict = "undecided"
		}
	}
	if len(objectives) == 0 {
		return "undecided"
	}
	return verdict
}

// Missed returns the drills in which an objective was missed.
func (r *Result) Missed() (missed []Drill) {
	for _, d := range r.Drills {
		if d.Verdict == "missed" {
			missed = append(missed, d)
		}
	}
	return missed
}

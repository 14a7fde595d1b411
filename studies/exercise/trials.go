package exercise

import (
	"context"
	"errors"
	"strings"

	"lbsim/balancer"
	"lbsim/scenarios"
	"lbsim/studies/drills"
)

// drilled are the drills of the design as a whole.
var drilled = []string{"lose-server", "deploy", "retry-storm"}

// together is the name of the point about the whole.
const together = "together"

// picks are the drills of a point: one server lost, the strongest, tells as much of it as each
// of them.
func (x *Exercise) picks(kinds []string) []string {
	var all []string
	for _, kind := range kinds {
		if kind == "lose-server" {
			kind = "lose " + x.weights[0].group + "-1"
		}
		all = append(all, kind)
	}
	return all
}

// trial is a design to be drilled.
type trial struct {
	point   string // as answered in a design that is the solution's otherwise; "": none; together: all
	answers *Answers
	picks   []string
	put     func(*drills.Result)
}

// plan is the solution, the answers, and the solution with one point as answered, for each
// point that drills tell something of.
func (j *judging) plan() []trial {
	good := j.exercise.good()
	trials := []trial{
		{"", good, drilled, func(r *drills.Result) { j.model = modelOf(r) }},
		{together, j.answers, drilled, func(r *drills.Result) {
			for _, d := range r.Drills {
				model := j.model[d.Name]
				j.report.Trials = append(j.report.Trials, Trial{d.Name, d.Kind, worse(figuresOf(&d), *model), figuresOf(&d), *model})
			}
		}},
	}
	if !j.answers.designed() {
		return nil // there is nothing to drill
	}
	for i := range points {
		if p := &points[i]; len(p.trials) > 0 && j.answers.answered(p.name) {
			x := good.with(p.name, j.answers)
			if c := x.Algorithm.Choice; c == nil || !balancer.Ramps(*c) {
				x.Deploy.SlowStart = 0 // which is no fault of the algorithm's where nobody asks for it
			}
			trials = append(trials, trial{p.name, x, j.exercise.picks(p.trials), func(r *drills.Result) { j.alone[p.name] = r }})
		}
	}
	return trials
}

// simulate carries the trials out. When ctx ends it marks the report and leaves out what is
// not complete.
func (j *judging) simulate(ctx context.Context, q *Question) error {
	trials := j.plan()
	steps := len(trials)
	if j.exercise.launched {
		steps++
	}
	tell := func(step int) func(done, planned int) {
		return func(done, planned int) {
			if q.Progress != nil && planned > 0 {
				q.Progress(step*100+done*100/planned, steps*100)
			}
		}
	}
	for i, t := range trials {
		r, err := j.exercise.drill(ctx, t.answers, t.picks, q.Workers, tell(i))
		switch x, contradicts := errors.AsType[contradiction](err); {
		case err != nil && ctx.Err() != nil, err == nil && r.Interrupted:
			j.report.Interrupted = true
			return nil
		case contradicts:
			j.contradictions[t.point] = x
			continue
		case err != nil:
			return err
		}
		t.put(r)
	}
	if !j.exercise.launched {
		return nil
	}
	return j.launch(ctx, q.Workers, tell(len(trials)))
}

// drill drills a design in the exercise's world.
func (x *Exercise) drill(ctx context.Context, a *Answers, picks []string, workers int, tell func(done, planned int)) (*drills.Result, error) {
	text := x.scenario("world", a)
	source, err := scenarios.Parse("the design", ".", strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	s, err := source.Scenario()
	if err != nil {
		return nil, contradicted(err)
	}
	world, err := scenarios.ParseWorld("the exercise's world", ".", strings.NewReader(written(x.world("world", a))))
	if err != nil {
		return nil, err
	}
	plan, err := drills.Question{File: "the design", Balancer: &s.Balancer, World: world, Pick: picks}.Plan()
	if err != nil {
		return nil, contradicted(err)
	}
	plan.Workers, plan.Progress = workers, tell
	return drills.Run(ctx, plan)
}

package exercise

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"lbsim/balancer"
	"lbsim/config/decode"
	"lbsim/scenarios"
	"lbsim/studies/drills"
	"lbsim/studies/validate"
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

// margin is by how much a drill's error ratio must be above the solution's, interval apart
// from interval, for an answer to be blamed for it.
const margin = 0.002

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

// contradiction is why answers, each good by itself, make no balancer together.
type contradiction string

func (c contradiction) Error() string { return string(c) }

// contradicted makes a contradiction of what the rules of the language found.
func contradicted(err error) error {
	p, ok := errors.AsType[decode.Problems](err)
	if !ok {
		return err
	}
	var texts []string
	for _, x := range p {
		texts = append(texts, strings.TrimPrefix(x.Path, "balancer.")+" "+x.Rule)
	}
	return contradiction(strings.Join(texts, "; "))
}

// modelOf is the solution's drills by name.
func modelOf(r *drills.Result) map[string]*Figures {
	model := map[string]*Figures{}
	for i := range r.Drills {
		model[r.Drills[i].Name] = new(figuresOf(&r.Drills[i]))
	}
	return model
}

// tried holds a point's drills against the solution's.
func (j *judging) tried(p *Point) {
	if x, ok := j.contradictions[p.Name]; ok {
		p.poor("it contradicts what a good design has otherwise: " + string(x))
		return
	}
	r := j.alone[p.Name]
	if r == nil || j.model == nil {
		return
	}
	blamed := false
	for i := range r.Drills {
		name, own := r.Drills[i].Name, figuresOf(&r.Drills[i])
		model := j.model[name]
		if model == nil || blamed || !worse(own, *model) { // one is enough to show it
			continue
		}
		blamed = true
		p.because("drill "+name, fmt.Sprintf("with a design that is good otherwise, the drill %q misses what product wants: %s", name, beside(own, *model)))
	}
	if !blamed {
		p.good("drilled in a design that is good otherwise (" + strings.Join(names(r), ", ") + "), it holds what product wants")
	}
}

// whole judges the design as a whole, which good parts may still not make.
func (j *judging) whole() Point {
	p := Point{Name: together, Title: "All of it together", Remarks: []Remark{}}
	if x, ok := j.contradictions[together]; ok {
		p.poor("these answers contradict each other: " + string(x))
		p.decide()
		return p
	}
	if len(j.report.Trials) == 0 {
		p.Verdict = Missing // interrupted
		return p
	}
	for i := range j.report.Trials {
		if t := &j.report.Trials[i]; t.Worse {
			p.because("drill "+t.Name, "worse than the solution: "+beside(t.Design, t.Solution))
		}
	}
	if len(p.Remarks) == 0 {
		p.good("in no drill worse than the solution")
	}
	p.decide()
	return p
}

// names are those of the drills.
func names(r *drills.Result) (all []string) {
	for i := range r.Drills {
		all = append(all, r.Drills[i].Name)
	}
	return all
}

// worse reports whether a drill misses what the solution's does not, or errs clearly more.
func worse(own, model Figures) bool {
	if own.Verdict == "missed" && model.Verdict == "met" {
		return true
	}
	if !own.ErrorRatio.Known() || !model.ErrorRatio.Known() {
		return false
	}
	least, most := *own.ErrorRatio.Value, *model.ErrorRatio.Value
	if own.ErrorRatio.Low != nil { // nothing random has no interval
		least = *own.ErrorRatio.Low
	}
	if model.ErrorRatio.High != nil {
		most = *model.ErrorRatio.High
	}
	return least > most+margin
}

// beside are a drill's figures beside the solution's.
func beside(d, model Figures) string {
	var parts []string
	errs := d.ErrorRatio.Known() && model.ErrorRatio.Known() && *d.ErrorRatio.Value > *model.ErrorRatio.Value
	if own, other := d.P99, model.P99; own.Known() && other.Known() {
		if errs && *own.Value < 1.1**other.Value {
			return fmt.Sprintf("errors %s (the solution's: %s)", shareOf(*d.ErrorRatio.Value), shareOf(*model.ErrorRatio.Value))
		}
		parts = append(parts, fmt.Sprintf("p99 %s (the solution's: %s)", roughly(*own.Value), roughly(*other.Value)))
	} else {
		parts = append(parts, "so overloaded that p99 only grows")
	}
	if own, other := d.ErrorRatio, model.ErrorRatio; errs {
		parts = append(parts, fmt.Sprintf("errors %s (%s)", shareOf(*own.Value), shareOf(*other.Value)))
	}
	return strings.Join(parts, ", ")
}

// roughly writes seconds of a simulation to three digits.
func roughly(s float64) string {
	x, _ := strconv.ParseFloat(strconv.FormatFloat(s, 'g', 3, 64), 64)
	return decode.FormatSeconds(x)
}

// shareOf writes a share of a simulation to two digits.
func shareOf(x float64) string { return strconv.FormatFloat(x*100, 'g', 2, 64) + "%" }

// lint returns what package validate finds in the design as answered, by lint.
func (j *judging) lint() (map[string]string, error) {
	found := map[string]string{}
	for _, world := range []string{"world", "launch"} {
		if world == "launch" && !j.exercise.launched {
			continue
		}
		s, err := validate.Read("the design", []byte(j.exercise.scenario(world, j.answers)))
		if x, ok := errors.AsType[contradiction](contradicted(err)); ok {
			j.contradictions[together] = x
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, f := range validate.Check(s).Findings {
			if found[f.ID] == "" && f.Counts() {
				found[f.ID] = f.Message + ": " + f.Why
			}
		}
	}
	return found, nil
}

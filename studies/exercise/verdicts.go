package exercise

import (
	"fmt"
	"strconv"
	"strings"

	"lbsim/config/decode"
	"lbsim/studies/drills"
)

// margin is by how much a drill's error ratio must be above the solution's, interval apart
// from interval, for an answer to be blamed for it.
const margin = 0.002

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

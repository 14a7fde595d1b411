package exercise

import (
	"fmt"
	"math"
	"strings"

	"lbsim/algorithms"
	"lbsim/balancer"
)

// layer judges what is balanced.
func (j *judging) layer(p *Point) {
	l := &j.answers.Layer
	switch l.Choice {
	case "":
		p.poor("choice is not answered: L4 or L7")
	case "L4":
		p.poor("a balancer of connections places each once: what comes over a kept-alive or HTTP/2 connection stays where that is, a single request can't be tried again, and a 503 is bytes like others. L4 is for what is not HTTP, or in front of L7 balancers")
	default:
		switch {
		case l.Why == "":
			p.poor("why is not answered: which of retries, draining, routes, cookies, limits or status codes do you need?")
		case !says(l.Why, ofRequests):
			p.poor("the reason would do for L4 as well; L7 costs processor time, and what one gets for it is that it sees requests: retries of one, draining between two, routes by path, cookies, limits by client, status codes")
		default:
			p.good("requests are balanced, for something that needs to see them")
		}
	}
}

// algorithm judges the choice by its reasons; drills judge what it does.
func (j *judging) algorithm(p *Point) {
	a := &j.answers.Algorithm
	if a.Choice == nil {
		p.poor("choice is not answered: lbsim algorithms lists them, with when to use which")
		return
	}
	spec := a.Choice.Spec
	switch {
	case spec.NeedsKey:
		p.poor(spec.Name + " sends each key to its instance, which is for caches: here no request has a key that matters, and the load is as uneven as the keys are")
	case spec.NeedsClient:
		p.because("LB019", spec.Name+" gives each address its instance: an office of 400 people is one address, so a quarter of the load goes to one instance")
	case a.Why == "":
		p.poor("why is not answered")
	case looksAtLoad(spec) && !says(a.Why, ofVariety):
		p.poor("the reason does not say what is uneven here: it is for requests that differ in work, or instances that differ in size, that one looks at the load")
	case !looksAtLoad(spec) && !says(a.Why, ofWeights):
		p.poor("the reason does not say why turns alone are enough: that holds where requests are alike and weights fit the sizes")
	default:
		p.good("it has a reason that is one")
	}
	if j.answers.Deploy.SlowStart > 0 && !balancer.Ramps(*a.Choice) {
		p.poor(spec.Name + " does not follow weights as they change, so the slow start that you ask for can't be had with it: weighted_round_robin, least_connections and power_of_two do")
	}
	switch {
	case a.SwitchTo == nil || a.SwitchWhen == "":
		p.poor("switch_to and switch_when: which other one would you take, and what would you have to see first?")
	case a.SwitchTo.Spec == spec:
		p.poor("switch_to is what you have already")
	case !mentions(a.SwitchWhen, ofSigns) || !mentions(a.SwitchWhen, ofAmounts):
		p.poor("switch_when is nothing that a dashboard could show: name a figure (p99, in flight, balancers, variability of service times) and from what value on")
	default:
		p.good("it is left on a sign that can be seen")
	}
}

// looksAtLoad reports whether an algorithm chooses by what is in flight, or by answers.
func looksAtLoad(spec *algorithms.Spec) bool {
	return spec.WatchesLoad || !spec.NeedsKey && !spec.NeedsClient && spec.Name != "round_robin" && spec.Name != "weighted_round_robin" && spec.Name != "random"
}

// unfit is how far a weight may be from the size it stands for.
const unfit = 0.25

// sizes judges the weights.
func (j *judging) sizes(p *Point) {
	var missing []string
	for _, w := range j.exercise.weights {
		if _, ok := j.answers.Weights[w.group]; !ok {
			missing = append(missing, w.group)
		}
	}
	if len(missing) > 0 {
		p.poor("not answered: the weight of " + strings.Join(missing, ", "))
		return
	}
	first := j.exercise.weights[0]
	unit := j.answers.Weights[first.group] / first.size
	for _, w := range j.exercise.weights[1:] {
		given := j.answers.Weights[w.group]
		if math.Abs(given/(unit*w.size)-1) > unfit {
			p.poor(fmt.Sprintf("a %s instance works on %g requests at once and a %s one on %g, so their weights are as %g to %g and not as %g to %g: whoever gets more than its size is the first to queue",
				first.group, first.size, w.group, w.size, first.size/w.size, 1.0, j.answers.Weights[first.group], given))
		}
	}
	if len(p.Remarks) == 0 {
		p.good("weights are as the sizes")
	}
}

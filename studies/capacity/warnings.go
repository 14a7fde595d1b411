package capacity

import (
	"slices"

	"lbsim/algorithms"
)

// placement is what the intervals of an algorithm that goes by keys leave out.
const placement = "the servers' names decide where keys go, alike in all replications: with other names hot keys fall elsewhere, which no answer here tells"

// warnings say what a reader must know of all answers.
func (p *Plan) warnings() []string {
	all := slices.Clone(p.notes)
	if slices.ContainsFunc(p.worlds, func(w *world) bool { return algorithms.Lookup(w.scenario.Balancer.Algorithm.Spec.Name).NeedsKey }) {
		all = append(all, placement)
	}
	if m := p.scenario.Build(); !m.Stationary {
		all = append(all, "the rate of arrivals changes over the run: the rates here are the one that the scenario's is, and figures are of the whole run, which is as long as written")
	}
	return all
}

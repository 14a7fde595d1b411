package remap

import (
	"lbsim/algorithms"
	"lbsim/studies/compare"
)

// result puts the counts of the blocks together, in their order.
func (s *study) result() *Result {
	r := &Result{
		Schema: Schema, Provenance: s.Provenance, Keys: s.Keys.count, KeyDistribution: s.Keys.law, Seed: s.Seed, Warnings: s.Warnings,
		Totals: make([]Total, len(s.Choices)),
	}
	for i, step := range s.steps {
		view := s.views[i]
		answer := Step{At: step.At, Change: step.Text, NodesBefore: len(view.before), NodesAfter: len(view.after)}
		answer.tell(view)
		for a, c := range s.Choices {
			counts := s.counts[a][0][i]
			for _, block := range s.counts[a][1:] {
				counts.add(block[i])
			}
			o := view.outcome(counts, s.Keys.count)
			o.name(c)
			if s.Time {
				o.BuildSeconds, o.LookupSeconds = &counts.times.build, &counts.times.lookup
			}
			answer.Results = append(answer.Results, o)
			r.Totals[a].add(&o)
		}
		r.Steps = append(r.Steps, answer)
	}
	return r
}

// add counts a step in.
func (t *Total) add(o *Outcome) {
	t.Variant = o.Variant
	t.Moved += o.Moved
	t.Least += o.Least
	t.Excess += o.Excess
}

// tell names the nodes that a step is about.
func (s *Step) tell(v *view) {
	s.Left, s.Joined, s.Reweighted, s.Before, s.After = []string{}, []string{}, []string{}, []string{}, []string{}
	was, is := make([]bool, len(v.kept)), make([]bool, len(v.kept))
	for _, n := range v.before {
		was[n.id] = true
	}
	for _, n := range v.after {
		is[n.id] = true
		switch {
		case !was[n.id]:
			s.Joined = append(s.Joined, n.name)
		case !v.kept[n.id]:
			s.Reweighted = append(s.Reweighted, n.name)
		}
	}
	for _, n := range v.before {
		if !is[n.id] {
			s.Left = append(s.Left, n.name)
		}
	}
	if v.flows {
		s.Before, s.After = names(v.before), names(v.after)
	}
}

func names(nodes []node) []string {
	out := make([]string, len(nodes))
	for i, n := range nodes {
		out[i] = n.name
	}
	return out
}

// name says of which algorithm the outcome is.
func (o *Outcome) name(c algorithms.Choice) {
	o.Variant, o.Algorithm, o.Parameters = c.String(), c.Spec.Name, c.Values.Map()
	o.Title = compare.Title(c)
}

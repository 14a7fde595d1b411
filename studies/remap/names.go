package remap

import (
	"lbsim/algorithms"
	"lbsim/studies/compare"
)

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

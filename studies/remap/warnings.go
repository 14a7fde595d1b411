package remap

import (
	"strings"

	"lbsim/algorithms"
)

// warn notes what may surprise a reader of the figures.
func (p *Plan) warn() {
	if p.Keys.popularity != nil {
		p.note(func(s *algorithms.Spec) bool { return s.WatchesLoad },
			": each key counts as one request in flight, however popular it is")
	}
	if p.weightsDiffer() {
		p.note(func(s *algorithms.Spec) bool { return !s.Weighted },
			": weights are not heeded, so fewer keys may move than fair shares ask for")
	}
}

// note warns of the algorithms that are so.
func (p *Plan) note(is func(*algorithms.Spec) bool, what string) {
	var names []string
	for _, c := range p.Choices {
		if is(c.Spec) {
			names = append(names, c.String())
		}
	}
	if len(names) > 0 {
		p.Warnings = append(p.Warnings, strings.Join(names, ", ")+what)
	}
}

// weightsDiffer reports whether two nodes ever have different weights.
func (p *Plan) weightsDiffer() bool {
	for i := range len(p.steps) + 1 {
		for _, n := range p.before(i) {
			if n.weight != p.start[0].weight {
				return true
			}
		}
	}
	return false
}

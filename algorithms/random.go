package algorithms

import (
	"lbsim/clock"
	"lbsim/random"
)

func init() {
	Register(Spec{
		Name:     "random",
		Aliases:  []string{"rand"},
		Title:    "Random",
		Summary:  "Any ready endpoint, each with a chance in proportion to its weight.",
		Use:      "A yardstick: what is not better than this is not worth its cost. Many small balancers that must not fall into step.",
		Avoid:    "Wherever latency matters: the luck of the draw alone overloads endpoints, and the tail shows it.",
		Cost:     "equal weights: O(1); unequal: O(log n)",
		Source:   "NGINX ngx_http_upstream_random_module.c, without two",
		Weighted: true,
		New: func(_ Values, rnd random.Source) (Picker, error) {
			return &randomPick{rnd: rnd}, nil
		},
	})
}

type randomPick struct {
	weights weightTree
	rnd     random.Source
}

func (p *randomPick) Rebuilt(s *Set) { p.weights.rebuild(s) }

func (p *randomPick) Changed(s *Set, slot int32, what Change) {
	if what != Started && what != Finished {
		p.weights.changed(s, slot)
	}
}

func (p *randomPick) Pick(_ clock.Time, s *Set, r *Request) int32 {
	if p.weights.even() {
		return drawReady(&p.rnd, s, r)
	}
	if r.Tried.Len() > 0 && r.Tried.Untried(s) {
		return p.weights.drawUntried(&p.rnd, r)
	}
	return p.weights.draw(&p.rnd)
}

package capacity

import (
	"math"

	"lbsim/studies/compare"
)

// A sizing is a rule and what it says, nil for nothing.
type sizing struct {
	rule  *rule
	place *float64
}

// sizes asks every rule that knows something of the objectives.
func (s *seeker) sizes() (all []sizing) {
	stations := map[int]*station{}
	for i := range rulesOfThumb {
		r := &rulesOfThumb[i]
		x := s.station(stations, s.written())
		if x == nil {
			continue
		}
		if _, known := r.holds(x, x.bound/2); !known {
			continue
		}
		if s.plan.question.Find == Rate {
			all = append(all, sizing{r, greatest(func(rate float64) bool { met, _ := r.holds(x, rate); return met }, x.bound)})
			continue
		}
		all = append(all, sizing{r, fewest(func(n int) bool {
			x := s.station(stations, n)
			if x == nil {
				return false
			}
			met, _ := r.holds(x, s.world.rate)
			return met
		})})
	}
	return all
}

// written is how many servers the group has as written, and 0 where the rate varies.
func (s *seeker) written() int {
	for _, g := range s.world.scenario.Servers {
		if g.Name == s.world.group {
			return max(g.Count, 2) // fleets that lose one need two
		}
	}
	return 0
}

// station is that of the fleet with so many servers of the group; nil where there is none.
func (s *seeker) station(made map[int]*station, n int) *station {
	if x, ok := made[n]; ok {
		return x
	}
	made[n] = nil
	scenario := s.world.scenario
	if n > 0 {
		var err error
		if scenario, err = s.world.at(float64(n)); err != nil {
			return nil
		}
	}
	v, _ := compare.VariantOf(s.world.name, scenario)
	left, _, why := s.fleet.of(v.Model)
	if why != "" {
		return nil
	}
	x := stationOf(scenario, left, v.Objectives)
	made[n] = &x
	return &x
}

// greatest is the greatest rate below bound that holds, nil where none does.
func greatest(holds func(rate float64) bool, bound float64) *float64 {
	low, high := bound*1e-6, bound
	if !holds(low) {
		return nil
	}
	for range 60 {
		if middle := (low + high) / 2; holds(middle) {
			low = middle
		} else {
			high = middle
		}
	}
	return &low
}

// fewest is the fewest servers that hold, nil where mostServers don't.
func fewest(holds func(n int) bool) *float64 {
	low, high := 0, 1
	for !holds(high) {
		if low, high = high, 2*high; high > mostServers {
			return nil
		}
	}
	for high-low > 1 {
		if middle := (low + high) / 2; holds(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return new(float64(high))
}

// guess is where the search begins: where the most general rule says, or at a middling load.
func (s *seeker) guess() float64 {
	for i := len(s.rules) - 1; i >= 0; i-- {
		if x := s.rules[i]; x.place != nil && x.rule.name != "split" {
			if s.plan.question.Find == Rate {
				return *x.place
			}
			return 1 / *x.place
		}
	}
	if s.plan.question.Find == Rate {
		return 0.7 * bound(s.left)
	}
	return 0.01
}

// theory is what the rules said, held against the answer.
func (s *seeker) theory(l *Line) (all []Rule) {
	var broken map[assumption]string
	if x := s.world.scenario; x != nil {
		broken = brokenBy(x)
	}
	for _, x := range s.rules {
		r := Rule{Rule: x.rule.name, Title: x.rule.title, Source: x.rule.source, At: x.place}
		for _, a := range x.rule.assumes {
			if why := broken[a]; why != "" {
				r.Broken = append(r.Broken, why)
			}
		}
		if answer := l.answer(s.plan.question.Find); x.place != nil && !math.IsNaN(answer) {
			r.Off = new(*x.place/answer - 1)
		}
		all = append(all, r)
	}
	return all
}

package scenarios

import "slices"

// FixedPace says why the scenario has no rate of arrivals that could be another one, or "".
func (s *Scenario) FixedPace() string {
	switch s.Workload.Arrivals.Process {
	case "closed":
		return "its users wait for answers, so how much they ask follows from the servers"
	case "trace":
		return "it replays a trace, whose load is what was recorded"
	}
	return ""
}

// AtRate returns the scenario with another rate of arrivals, in the sense of Rate, and all
// else as it is: where phases, steps or a ramp have rates of their own, those keep their
// proportions. The scenario must not be of FixedPace, and both rates be > 0.
func (s *Scenario) AtRate(rate float64) *Scenario {
	c := *s
	a := &c.Workload.Arrivals
	if a.Rate != nil || a.Load != nil {
		a.Rate, a.Load = &rate, nil
		return &c
	}
	factor := rate / s.Rate()
	scaled := func(p *float64) *float64 {
		if p == nil {
			return nil
		}
		return new(*p * factor)
	}
	a.From, a.To = scaled(a.From), scaled(a.To)
	a.Phases, a.Steps = slices.Clone(a.Phases), slices.Clone(a.Steps)
	for i := range a.Phases {
		a.Phases[i].Rate = scaled(a.Phases[i].Rate)
	}
	for i := range a.Steps {
		a.Steps[i].Rate = scaled(a.Steps[i].Rate)
	}
	return &c
}

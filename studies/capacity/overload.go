package capacity

import (
	"slices"

	"lbsim/scenarios"
	"lbsim/sim"
	"lbsim/studies/compare"
)

// overload is the position at which queues grow for ever, so that an objective about waiting
// is missed whatever its limit; nil where something keeps queues from it.
func (s *seeker) overload(objectives []compare.Objective) *probe {
	place := s.rules[0].place // that of stability
	if place == nil || !grows(s.world.scenario) {
		return nil
	}
	x := &probe{load: 1, verdict: missedVerdict, objectives: objectives}
	if s.plan.question.Find == Rate {
		x.position = bound(s.left)
	} else if fewer := *place - 1; fewer > float64(s.less()) {
		x.position = 1 / fewer
	} else {
		return nil
	}
	waits := false
	for _, o := range objectives {
		j := compare.Judgement{Verdict: undecidedVerdict}
		if o.Metric.Waits() && o.Metric.Class == "" {
			waits, j.Misleads, j.Verdict = true, true, missedVerdict
		}
		x.judgements = append(x.judgements, j)
	}
	if !waits {
		return nil
	}
	return x
}

// grows reports whether nothing but the servers' work takes requests out of their queues.
func grows(s *scenarios.Scenario) bool {
	m, b := s.Build(), &s.Balancer
	if !m.Stationary || m.Clients != nil || b.Limits != nil || b.Retries != nil || b.Health != nil || len(b.Pools) > 0 {
		return false
	}
	return !slices.ContainsFunc(m.Servers, func(x sim.Server) bool {
		return x.Queue != sim.Unlimited || x.Cache != nil || x.Discipline != sim.FIFO && x.Discipline != sim.PS
	})
}

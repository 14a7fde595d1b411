package scenarios

import (
	"fmt"
	"lbsim/balancer"
	"lbsim/config"
	"lbsim/config/decode"
)

// checkSettings follows the balancer's settings through the timeline.
func checkSettings(v decode.Value, s *Scenario) {
	if !v.Sound("balancer") {
		return
	}
	settings := &s.Balancer
	for i := range s.Timeline {
		a, at := &s.Timeline[i], v.Get("timeline").Index(i)
		if path := fmt.Sprintf("timeline[%d]", i); !v.Sound(path) && (a.Do == "configure" || !v.Sound(path+".do")) {
			return // nobody knows what is in force then
		}
		if a.Do != "configure" {
			continue
		}
		if len(s.Balancer.Pools) > 0 {
			at.Get("do").Fail("changes the settings of the only pool: there are several")
			return
		}
		changed, err := a.configured(settings)
		if err != nil {
			at.Get("set").Fail("contradicts the settings that stay: %v", err)
			return
		}
		settings = changed
		if a.Set["algorithm"] != nil && v.Sound("workload.arrivals", "workload.keys", "workload.clients") {
			s.checkNeeds(at.At("set.algorithm"), settings.Algorithm.Spec)
		}
		if s.Balancer.Layer == balancer.L4 && a.Set["retries"] != nil {
			at.At("set.retries").FailKey("contradicts layer: l4, where balancers see connections and no requests")
		}
	}
}

// configured returns the balancer's settings after an act.
func (a *Act) configured(settings *config.Balancer) (*config.Balancer, error) {
	if a.Do != "configure" {
		return settings, nil
	}
	changed, err := settings.Changed(a.Set, a.Unset)
	if err != nil {
		return settings, err
	}
	return changed, nil
}

// checkRate refuses a change of the rate where arrivals have no law that stays: what
// would be stretched is their course, not their rate.
func checkRate(at decode.Value, s *Scenario) {
	switch process := s.Workload.Arrivals.Process; process {
	case "poisson", "constant", "renewal":
	case "closed", "trace":
		at.Get("do").Fail("arrivals of process %s have no rate", process)
	default:
		at.Get("do").Fail("arrivals of process %s change their rate themselves: write it there, or take poisson, constant or renewal", process)
	}
}

// SettingsAfter returns what the balancer is told once the act of that number has
// happened.
func (s *Scenario) SettingsAfter(act int) *config.Balancer {
	settings := &s.Balancer
	for i := range s.Timeline[:act+1] {
		if a := &s.Timeline[i]; a.Do == "configure" {
			settings, _ = a.configured(settings) // checkSettings did it before
		}
	}
	return settings
}

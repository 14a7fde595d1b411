package scenarios

import (
	"fmt"
	"strings"

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
		if !s.checkWhose(at, a) {
			return
		}
		changed, err := a.configured(settings)
		if err != nil {
			at.Get("set").Fail("contradicts the settings that stay: %v", err)
			return
		}
		settings = changed
		s.checkChanged(v, at, a, settings)
	}
}

// checkWhose wants it to be clear whose settings an act changes.
func (s *Scenario) checkWhose(at decode.Value, a *Act) bool {
	b := &s.Balancer
	var names []string
	for i := range b.Pools {
		names = append(names, b.Pools[i].Name)
	}
	for i, key := range a.Unset {
		if _, both := a.Set[key]; both {
			at.Get("unset").Index(i).Fail("is in set too: put it in or take it out")
			return false
		}
	}
	_, routes := a.Set["routes"]
	switch of := len(a.Set) + len(a.Unset); {
	case a.Pool != "" && len(b.Pools) == 0:
		at.Get("pool").FailKey("names one of several pools, and there is only one: leave it out")
	case a.Pool != "" && b.Index(a.Pool) < 0:
		at.Get("pool").Fail("there is no pool %s: %s", a.Pool, decode.Suggest(a.Pool, names))
	case a.Pool != "" && routes:
		at.At("set.routes").FailKey("are the balancer's, not a pool's: change them in an act without pool")
	case routes && len(b.Routes) == 0:
		at.At("set.routes").FailKey("can't be put in where there were none, for results know the routes from the start: begin with balancer.routes")
	case a.Pool == "" && len(b.Pools) > 0 && (of > 1 || of == 1 && !routes):
		at.Get("do").Fail("changes settings of a pool, and there are several: give pool, one of %s", strings.Join(names, ", "))
	default:
		return true
	}
	return false
}

// checkChanged looks at what changed settings need of the rest.
func (s *Scenario) checkChanged(v, at decode.Value, a *Act, settings *config.Balancer) {
	pool := &settings.Pool
	if a.Pool != "" {
		pool = &settings.Pools[settings.Index(a.Pool)]
	}
	sound := v.Sound("workload.arrivals", "workload.keys", "workload.clients")
	if algorithm := at.At("set.algorithm"); a.Set["algorithm"] != nil && sound {
		s.checkNeeds(algorithm, pool.Algorithm.Spec)
		if len(settings.Pools) > 1 && pool.Algorithm.HashesKeys() {
			algorithm.Fail("places keys by a hash of its product, and pools must hash alike: choose another profile")
		}
	}
	for _, key := range []string{"retries", "limits", "hedge"} {
		if s.Balancer.Layer == balancer.L4 && a.Set[key] != nil {
			at.At("set." + key).FailKey("contradicts layer: l4, where balancers see connections and no requests")
		}
	}
	if a.Set["limits"] != nil && sound {
		s.checkRates(at.At("set.limits"), pool.Limits.Rates)
	}
	for i := range settings.Routes {
		if a.Set["routes"] != nil && sound {
			s.checkRates(at.At("set.routes").Index(i).Get("limits"), settings.Routes[i].Limits.Rates)
		}
	}
}

// configured returns the balancer's settings after an act.
func (a *Act) configured(settings *config.Balancer) (*config.Balancer, error) {
	if a.Do != "configure" {
		return settings, nil
	}
	changed, err := settings.Changed(a.Pool, a.Set, a.Unset)
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

package scenarios

import (
	"slices"

	"lbsim/config"
	"lbsim/config/decode"
)

// checkTimeline follows the timeline and reports acts about what is not there, as far as it
// is known what is there, and what balancers are told: after an act that can't be read it is
// not.
func checkTimeline(v decode.Value, s *Scenario) {
	checkInstants(v, s)
	if !soundIn(v, "servers", s.Servers, "name") {
		return
	}
	r := newRoster(s)
	var groups []string
	for _, g := range s.Servers {
		groups = append(groups, g.Name)
	}
	settings, known, told := &s.Balancer, soundIn(v, "servers", s.Servers, "count", "autoscale"), v.Sound("balancer.drain", "balancer.pools")
	for i := range s.Timeline {
		a, at := &s.Timeline[i], v.Get("timeline").Index(i)
		if !at.Sound("do", "group", "server") {
			known, told = false, false
			continue
		}
		if a.Group != "" && !slices.Contains(groups, a.Group) {
			at.Get("group").Fail("no group of servers has this name: %s", decode.Suggest(a.Group, groups))
			continue
		}
		switch {
		case a.Do == "rate" && v.Sound("workload.arrivals.process"):
			checkRate(at, s)
		case (a.Zone != "" || len(a.Apart) > 0) && s.knowsZones(v) && at.Sound("zone", "zones"):
			checkZones(at, a, s)
		}
		known = known && at.Sound("count", "style")
		if told = told && (a.Do != "configure" || v.Sound("balancer") && at.Sound("set", "unset")); told {
			settings, _ = a.configured(settings) // checkSettings reports what is wrong with it
		}
		switch {
		case known && (told || a.Do != "deploy" && a.Do != "drain"):
			r.follow(at, a, s, settings)
		case a.Do == "deploy":
			known = false
		}
	}
}

// follow carries out an act and reports one that can't be.
func (r *roster) follow(at decode.Value, a *Act, s *Scenario, settings *config.Balancer) {
	switch {
	case r.scaled(a, s) && slices.Contains([]string{"scale", "remove", "add", "deploy"}, a.Do):
		at.Get("do").Fail("contradicts the group's autoscale, which says how many servers there are")
	case a.Do == "scale":
		r.check(at, a, s)
	case a.Do == "deploy":
		r.checkDeploy(at, a, s, settings)
	case a.Do == "drain" && s.drain(a, settings) == nil:
		at.Get("do").Fail("needs balancer.drain, which says how long it may take")
	case a.Do == "remove":
		r.checkLeaving(at, a, s)
	case a.Do == "add":
		if _, ok := r.rejoin(a.Server); !ok {
			at.Get("server").Fail("no server of this name was removed before: %s", decode.Suggest(a.Server, some(r.away())))
		}
	case a.Server != "" && len(r.at(a)) == 0:
		at.Get("server").Fail("no server has this name then: %s", decode.Suggest(a.Server, some(r.here(s.Servers))))
	}
}

// checkInstants wants acts in order, and before the end.
func checkInstants(v decode.Value, s *Scenario) {
	var above *Act // the last whose instant is good
	for i := range s.Timeline {
		a, act := &s.Timeline[i], v.Get("timeline").Index(i)
		if !act.Sound("do", "at") {
			continue
		}
		if s.Run.Duration > 0 && a.At >= s.Run.Duration && v.Sound("run.duration") {
			act.Get("at").Fail("must be before the end of the run, %s", decode.FormatSeconds(s.Run.Duration.Seconds()))
			continue
		}
		if above != nil && a.At < above.At {
			act.Get("at").Fail("must not be before the act above, %s", decode.FormatSeconds(above.At.Seconds()))
		}
		above = a
	}
}

package scenarios

import (
	"slices"

	"lbsim/algorithms"
	"lbsim/balancer"
	"lbsim/config"
	"lbsim/config/decode"
	"lbsim/sim"
)

// checkAlgorithm refuses an algorithm that needs what the workload has not.
func checkAlgorithm(v decode.Value, s *Scenario) {
	if !v.Sound("balancer.algorithm") {
		return
	}
	l4 := s.Balancer.Layer == balancer.L4 && v.Sound("balancer.layer")
	if l4 && len(s.Balancer.Routes) > 0 {
		v.At("balancer.routes").FailKey("contradicts layer: l4, where balancers see connections and no requests")
	}
	for _, p := range s.Balancer.All() {
		for _, x := range []struct {
			key   string
			given bool
		}{{"retries", p.Retries != nil}, {"limits", p.Limits != nil}, {"hedge", p.Hedge != nil}} {
			if path := poolPath(v, s, p.Name, x.key); l4 && x.given && v.Sound(path) {
				v.At(path).FailKey("contradicts layer: l4, where balancers see connections and no requests")
			}
		}
		path := poolPath(v, s, p.Name, "algorithm")
		if p.Algorithm.Spec != nil && v.Sound(path, "workload.arrivals", "workload.keys", "workload.clients") {
			s.checkNeeds(v.At(path), p.Algorithm.Spec)
		}
		path = poolPath(v, s, p.Name, "limits")
		if p.Limits != nil && v.Sound(path) {
			s.checkRates(v.At(path), p.Limits.Rates)
		}
	}
	for i := range s.Balancer.Routes {
		if at := v.At("balancer.routes").Index(i); v.Sound(at.Path) {
			s.checkRates(at.Get("limits"), s.Balancer.Routes[i].Limits.Rates)
		}
	}
	checkCopies(v, s)
}

// checkNeeds reports what an algorithm needs and the workload has not.
func (s *Scenario) checkNeeds(at decode.Value, spec *algorithms.Spec) {
	if spec.NeedsKey && s.Workload.Keys == nil && s.Workload.Arrivals.Process != "trace" {
		at.Fail("%s chooses by key: the scenario needs workload.keys", spec.Name)
	}
	if spec.NeedsClient && s.Workload.Clients == nil && s.Workload.Arrivals.Open() {
		at.Fail("%s chooses by the client's address: the scenario needs workload.clients", spec.Name)
	}
}

// checkRates refuses rate limits that can't be held.
func (s *Scenario) checkRates(limits decode.Value, rates []config.Rate) {
	for i, rate := range rates {
		if rate.PerClient && s.Workload.Clients == nil {
			limits.Get("rates").Index(i).Get("per").Fail("tells clients apart by their address: the scenario needs workload.clients")
		}
	}
}

// checkCopies refuses to say what further attempts need where there are none.
func checkCopies(v decode.Value, s *Scenario) {
	for i, c := range s.Workload.Classes {
		at := v.At("workload.classes").Index(i).Get("copies")
		tries := func(p config.Pool) bool { return p.Retries != nil || p.Hedge != nil }
		later := func(a Act) bool { return a.Set["retries"] != nil || a.Set["hedge"] != nil }
		if again := slices.ContainsFunc(s.Balancer.All(), tries) || slices.ContainsFunc(s.Timeline, later) || s.Workload.Clients != nil && s.Workload.Clients.Retries != nil; !again &&
			c.Copies == sim.Independent && v.Sound("balancer.retries", "balancer.hedge", "balancer.pools", "workload.clients", at.Path) {
			at.FailKey("independent says what further attempts need, and there are none: give balancer.retries, balancer.hedge or workload.clients.retries")
		}
	}
}

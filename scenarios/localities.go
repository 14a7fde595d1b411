package scenarios

import (
	"slices"

	"lbsim/balancer"
	"lbsim/config"
	"lbsim/config/decode"
)

// told is what balancers are told of settings: priorities matter in a pool where a
// server has one.
func (s *Scenario) told(settings *config.Balancer) balancer.Config {
	cfg := settings.Config()
	for i := range s.Servers {
		g := &s.Servers[i]
		if g.Priority > 0 && s.caller(g.Name) == nil {
			cfg.Pools[s.poolOf(g.Name, g.server(1))].Levels = true
		}
	}
	return cfg
}

// checkLocalities looks at what zones and priorities need of the rest.
func checkLocalities(v decode.Value, s *Scenario) {
	for _, key := range []string{"zone", "callers"} {
		if at := v.At("balancer." + key); at.Present() {
			at.FailKey("is for the proxy: a scenario says under network.frontends where its frontends are")
		}
	}
	zones := s.zones()
	for _, p := range s.Balancer.All() {
		at := v.At(poolPath(v, s, p.Name, "zones"))
		if p.Zones == nil || !s.knowsZones(v) || !v.Sound(at.Path) {
			continue
		}
		for _, w := range p.Zones.Weights {
			if !slices.Contains(zones, w.Zone) {
				at.Get("weights").Get(w.Zone).FailKey("nothing is in this zone: %s", decode.Suggest(w.Zone, zones))
			}
		}
	}
	if !v.Sound("servers", "balancer") {
		return
	}
	for i := range s.Servers {
		g := &s.Servers[i]
		at := v.Get("servers").Index(i).Get("priority")
		switch {
		case g.Priority == 0:
		case s.caller(g.Name) != nil:
			at.Fail("has no meaning here: %s is called by other servers, whose balancers know no levels", g.Name)
		case s.listed(g.Name):
			at.Fail("contradicts the endpoints of balancer, which have priorities of their own")
		}
	}
}

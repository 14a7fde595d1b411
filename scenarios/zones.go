package scenarios

import (
	"slices"

	"lbsim/config/decode"
)

func loseZoneCase(at decode.Field[Act], name decode.Field[Act]) decode.Case[Act] {
	return decode.Case[Act]{Word: "lose_zone", Object: decode.Object[Act]{
		Doc: "All servers of a zone crash, and its frontends are gone with what is under way through them (502). From then on a client's request that would go there goes to a frontend that is left, drawn at random, or is rejected (503) where none is. zones: aware counts the frontends that are lost until network.discovery has passed.",
		Fields: []decode.Field[Act]{at, name,
			decode.Required("zone", decode.Name, func(a *Act) *string { return &a.Zone }, "The zone. restore with the same zone brings it back.")}}}
}

func partitionCase(at decode.Field[Act], name decode.Field[Act]) decode.Case[Act] {
	return decode.Case[Act]{Word: "partition", Object: decode.Object[Act]{
		Doc: "Frontends of either zone, and servers that call others, reach no server of the other. Attempts end as refused (503), what was under way as broken (502), health checks fail; clients reach all frontends. restore with one of the zones joins it to all others.",
		Fields: []decode.Field[Act]{at, name,
			decode.Required("zones", decode.List[string]{Of: decode.Name, Min: 2, Max: 2}, func(a *Act) *[]string { return &a.Apart }, "The two zones."),
			decode.Default("silent", decode.Truth, func(a *Act) *bool { return &a.Silent }, false, "Whether what is sent hangs instead, until the zones are joined again or somebody's time-out ends it, as where packets are dropped.")}}}
}

// checkZones reports an act about a zone in which nothing is.
func checkZones(at decode.Value, a *Act, s *Scenario) {
	zones := s.zones()
	unknown := func(at decode.Value, zone string) {
		if !slices.Contains(zones, zone) {
			at.Fail("nothing is in this zone: %s", decode.Suggest(zone, zones))
		}
	}
	if a.Zone != "" {
		unknown(at.Get("zone"), a.Zone)
	}
	for i, zone := range a.Apart {
		unknown(at.Get("zones").Index(i), zone)
	}
	if len(a.Apart) == 2 && a.Apart[0] == a.Apart[1] {
		at.Get("zones").Fail("must be two zones: a zone always reaches itself")
	}
}

// in returns the servers of a zone that are there.
func (r *roster) in(zone string, groups []Server) []int {
	var found []int
	for _, g := range groups {
		for _, i := range r.present[g.Name] {
			if r.zones[i] == zone {
				found = append(found, i)
			}
		}
	}
	return found
}

func checkNetwork(v decode.Value, s *Scenario) {
	if n := len(s.Network.Frontends); n > s.Balancer.Frontends && v.Sound("network.frontends", "balancer.frontends") {
		v.At("network.frontends").Fail("must be at most as many as balancer.frontends: %d, not %d", s.Balancer.Frontends, n)
	}
	if !s.knowsZones(v) || !v.Sound("network.latency") {
		return
	}
	zones := s.zones()
	for i, p := range s.Network.Latency.Pairs {
		for j, zone := range p.Zones {
			if !slices.Contains(zones, zone) {
				v.At("network.latency.pairs").Index(i).Get("zones").Index(j).Fail("nothing is in this zone: %s", decode.Suggest(zone, zones))
			}
		}
	}
}

// knowsZones reports whether all that is said of zones is good.
func (s *Scenario) knowsZones(v decode.Value) bool {
	return soundIn(v, "servers", s.Servers, "zone") && v.Sound("network.frontends")
}

// zones returns every zone, in the order in which the scenario names them.
func (s *Scenario) zones() []string {
	var zones []string
	add := func(zone string) {
		if !slices.Contains(zones, zone) {
			zones = append(zones, zone)
		}
	}
	for i := range s.Servers {
		g := &s.Servers[i]
		for n := range g.endpoints {
			add(g.zoneOf(n + 1))
		}
		if len(g.endpoints) < g.most() {
			add(g.Zone)
		}
	}
	for _, zone := range s.Network.Frontends {
		add(zone)
	}
	return zones
}

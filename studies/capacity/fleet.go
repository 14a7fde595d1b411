package capacity

import (
	"slices"

	"lbsim/sim"
)

// Fleet is what is left of the servers.
type Fleet string

// The fleets that are asked, in this order.
const (
	Whole         Fleet = "whole"
	LessOneServer Fleet = "less_one_server" // without the one whose loss is the greatest
	LessOneZone   Fleet = "less_one_zone"   // without the zone whose loss is the greatest
)

// Fleets are all of them.
var Fleets = []Fleet{Whole, LessOneServer, LessOneZone}

// of takes out of a world what the fleet has lost, for good: balancers know it and send
// nothing there. lost names it. Where there is no such fleet, why says so.
func (f Fleet) of(m *sim.Model) (left *sim.Model, lost, why string) {
	switch f {
	case LessOneServer:
		return lessOneServer(m)
	case LessOneZone:
		return lessOneZone(m)
	}
	return m, "", ""
}

// strength is what a server does in a second, in seconds of demand.
func strength(s *sim.Server) float64 { return float64(s.Workers) * s.Speed }

// inFront are the indices of the servers to which clients' requests go.
func inFront(m *sim.Model) (all []int) {
	for i := range m.Servers {
		if m.InFront(m.Servers[i].Group) {
			all = append(all, i)
		}
	}
	return all
}

// lessOneServer takes the server that is the greatest part of its pool, of several the first.
func lessOneServer(m *sim.Model) (left *sim.Model, lost, why string) {
	front := inFront(m)
	if len(front) == 1 {
		return nil, "", "there is only one server"
	}
	ofPool := make([]float64, len(m.Balancer.Pools)+1)
	for _, i := range front {
		ofPool[m.Servers[i].Pool] += strength(&m.Servers[i])
	}
	worst, most := 0, 0.0
	for _, i := range front {
		s := &m.Servers[i]
		if part := strength(s) / ofPool[s.Pool]; part > most*(1+1e-9) {
			worst, most = i, part
		}
	}
	c := *m
	c.Servers = slices.Delete(slices.Clone(m.Servers), worst, worst+1)
	return &c, m.Servers[worst].Name, ""
}

// lessOneZone takes the zone that does the most, of several the first, with its frontends
// and the servers there that others call.
func lessOneZone(m *sim.Model) (left *sim.Model, lost, why string) {
	ofZone := make([]float64, max(len(m.Network.Zones), 1))
	for _, i := range inFront(m) {
		ofZone[m.Servers[i].Zone] += strength(&m.Servers[i])
	}
	worst, zones := 0, 0
	for zone, x := range ofZone {
		if x > 0 {
			zones++
		}
		if x > ofZone[worst]*(1+1e-9) {
			worst = zone
		}
	}
	if zones < 2 {
		return nil, "", "all servers are in one zone"
	}
	name := m.ZoneName(worst)
	c := *m
	if why := takeFrontends(&c, worst); why != "" {
		return nil, name, why
	}
	c.Servers = slices.DeleteFunc(slices.Clone(m.Servers), func(s sim.Server) bool { return s.Zone == worst })
	for _, t := range m.Tiers {
		for _, group := range []string{t.From, t.To} {
			if !slices.ContainsFunc(c.Servers, func(s sim.Server) bool { return s.Group == group }) {
				return nil, name, "all servers of " + group + " are in zone " + name
			}
		}
	}
	return &c, name, ""
}

// takeFrontends takes a zone's frontends out.
func takeFrontends(m *sim.Model, zone int) (why string) {
	if len(m.Network.Frontends) == 0 {
		return "" // they are nowhere in particular
	}
	var kept []int
	for i := range m.Frontends {
		if at := m.Network.Frontends[i%len(m.Network.Frontends)]; at != zone {
			kept = append(kept, at)
		}
	}
	if len(kept) == 0 {
		return "all frontends are in zone " + m.ZoneName(zone)
	}
	m.Network.Frontends, m.Frontends = kept, len(kept)
	return ""
}

// workers and bound are what a world's servers in front come to: how many requests they
// serve at once, and how many a second when none is ever idle.
func workers(m *sim.Model) (n int) {
	for _, i := range inFront(m) {
		n += m.Servers[i].Workers
	}
	return n
}

func bound(m *sim.Model) float64 {
	sum := 0.0
	for _, i := range inFront(m) {
		sum += strength(&m.Servers[i])
	}
	mean, _ := demand(m)
	return sum / mean
}

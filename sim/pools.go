package sim

import (
	"slices"

	"lbsim/balancer"
)

// poolEdge is what the world knows of a pool; slots are the same for all frontends.
type poolEdge struct {
	serverOf []int32 // server by slot
	tryLane  int32   // of the time of an attempt; -1: unlimited
	reports  bool    // its algorithm lives on what servers report
}

func (m *Model) endpoint(i int) balancer.Endpoint {
	s := m.Server(i)
	return balancer.Endpoint{Name: s.Name, Weight: s.Weight, Zone: m.ZoneName(s.Zone), Priority: s.Priority, Down: s.Down}
}

// inPool returns those of all members that are in a pool.
func (e *engine) inPool(edge int, all []balancer.Endpoint, ids []int32) []balancer.Endpoint {
	if len(e.pools) == 1 {
		return all
	}
	var own []balancer.Endpoint
	for i, id := range ids {
		if e.edgeOf(id) == edge {
			own = append(own, all[i])
		}
	}
	return own
}

// learnSlots notes where balancers have put who is in the news.
func (e *engine) learnSlots(n *news) {
	for i := range e.slotOf {
		e.slotOf[i] = -1
	}
	for i, member := range n.members {
		id := n.ids[i]
		edge := e.edgeOf(id)
		first, _, pool := e.frontsOf(edge)
		slot, _ := e.frontends[first].Slot(pool, member.Name)
		e.slotOf[id] = slot
		x := &e.pools[edge]
		if missing := int(slot) + 1 - len(x.serverOf); missing > 0 {
			x.serverOf = append(x.serverOf, slices.Repeat([]int32{-1}, missing)...)
		}
		x.serverOf[slot] = id
	}
	e.serverOf = e.pools[0].serverOf
}

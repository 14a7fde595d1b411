package sim

import (
	"slices"

	"lbsim/balancer"
	"lbsim/random"
)

// topology is which zones are lost, and which cannot reach each other.
type topology struct {
	torn      bool     // the model loses or parts zones
	homes     []int    // zone by frontend, callers' included
	lost      []bool   // by frontend: it is gone with its zone
	left      []uint16 // the clients' frontends that are not
	missed    []bool   // by clients' frontend: the others know that it is lost
	cuts      []cut    // by frontend's zone and server's
	someCut   bool
	stalled   []laneEntry // what hangs on connections between parted zones
	elseDraws random.Index
}

// cut says what becomes of what frontends of one zone send to servers of another.
type cut uint8

const (
	whole    cut = iota // it arrives
	refusing            // it is refused
	silent              // it hangs
)

// zoneOf returns a frontend's zone: for callers' balancers, that of their servers.
func (e *engine) zoneOf(frontend int) int {
	if tier := frontend - e.fronts; tier >= 0 {
		return e.m.zoneOf(e.m.Tiers[tier].From)
	}
	return e.m.Network.home(frontend)
}

func (e *engine) buildTopology() {
	x := &e.topology
	x.torn = e.m.torn()
	if e.near = e.path == nil && !x.torn; !x.torn {
		return
	}
	x.elseDraws = e.index("frontends that are left")
	for f := range e.fronts + len(e.m.Tiers) {
		x.homes = append(x.homes, e.zoneOf(f))
	}
	x.lost, x.missed = make([]bool, len(x.homes)), make([]bool, e.fronts)
	e.countFrontends()
	x.cuts = make([]cut, len(e.m.Network.Zones)*len(e.m.Network.Zones))
}

// torn reports whether zones are ever lost or parted.
func (m *Model) torn() bool {
	return slices.ContainsFunc(m.Acts, func(a Act) bool { return a.Kind == LoseZone || a.Kind == Partition })
}

// home returns a frontend's zone.
func (n *Network) home(frontend int) int {
	if len(n.Frontends) == 0 {
		return 0
	}
	return n.Frontends[frontend%len(n.Frontends)]
}

// loseZone lets all servers of a zone crash, and its frontends with everything that is
// under way through them.
func (e *engine) loseZone(a *Act) {
	x := &e.topology
	for f, home := range x.homes {
		x.lost[f] = x.lost[f] || home == a.Zone
	}
	e.countFrontends()
	var victims []victim
	e.eachUnderWay(func(ref int32, r *request, request bool) {
		between := r.state == atBalancer && r.attempts == 0 && r.flags&held == 0 // its client waits to send again
		if request && r.flags&(shadow|aCall) == 0 && x.lost[r.frontend] && !between {
			victims = append(victims, e.victim(ref))
		}
	})
	for _, v := range victims {
		if r := &e.slab[v.ref]; r.gen == v.gen && r.flags&orphan == 0 && x.lost[r.frontend] {
			e.giveUp(v.ref, balancer.Reset)
		}
	}
	if b := e.switchboard; b != nil {
		e.hangUpOnLost(b)
	}
	for _, id := range narrow(a.Servers) {
		e.crash(id)
	}
	e.spreadLosses()
}

// hangUpOnLost retires the connections through frontends that are lost.
func (e *engine) hangUpOnLost(b *switchboard) {
	for _, conn := range b.places {
		if conn >= 0 && e.topology.lost[b.conns[conn].frontend] {
			c := &b.conns[conn]
			b.retire(c)
			if c.active == 0 {
				e.hangUp(conn)
			}
		}
	}
}

// findZone brings a zone back and joins it to the others.
func (e *engine) findZone(zone int) {
	x := &e.topology
	if !x.torn {
		return
	}
	for f, home := range x.homes {
		x.lost[f] = x.lost[f] && home != zone
	}
	e.countFrontends()
	n := len(e.m.Network.Zones)
	x.someCut = false
	for i := range x.cuts {
		if i/n == zone || i%n == zone {
			x.cuts[i] = whole
		}
		x.someCut = x.someCut || x.cuts[i] != whole
	}
	e.spreadLosses()
	stalled := x.stalled
	x.stalled = nil
	for i := range stalled {
		e.deliver(&stalled[i]) // what is still parted stalls again
	}
}

func (e *engine) countFrontends() {
	x := &e.topology
	x.left = x.left[:0]
	for f := range e.fronts {
		if !x.lost[f] {
			x.left = append(x.left, uint16(f))
		}
	}
}

// part lets frontends of one zone reach no server of another.
func (e *engine) part(a *Act) {
	how := refusing
	if a.Silent {
		how = silent
	}
	e.topology.cuts[a.Zone*len(e.m.Network.Zones)+a.From] = how
	e.topology.cuts[a.From*len(e.m.Network.Zones)+a.Zone] = how
	e.topology.someCut = true
}

// elsewhere gives a client's request whose frontend is lost another one, by a draw that
// belongs to its client's attempt. It reports false where none is left.
func (e *engine) elsewhere(ref int32, r *request) bool {
	x := &e.topology
	if !x.lost[r.frontend] || r.flags&aCall != 0 {
		return true
	}
	if len(x.left) == 0 {
		return false
	}
	story := &e.stories[ref]
	draws := x.elseDraws.At(story.id, uint64(story.sends))
	r.frontend = x.left[draws.IntN(len(x.left))]
	return true
}

// cutBetween says how a frontend is parted from a server.
func (e *engine) cutBetween(frontend int, server int32) cut {
	x := &e.topology
	if !x.someCut {
		return whole
	}
	return x.cuts[x.homes[frontend]*len(e.m.Network.Zones)+e.m.Server(int(server)).Zone]
}

// crosses reports whether what is sent about an attempt arrives; where it does not it
// stalls or is answered for. An answer that is refused its way is a broken connection.
func (e *engine) crosses(x *laneEntry, r *request) bool {
	switch e.cutBetween(int(r.frontend), r.server) {
	case silent:
		e.topology.stalled = append(e.topology.stalled, *x)
		return false
	case refusing:
		if x.kind == toServer {
			e.answer(x.ref, r, balancer.Unreachable)
			return false
		}
		if x.outcome != balancer.Unreachable {
			x.outcome = balancer.Reset
		}
	}
	return true
}

// probeCrosses is crosses for a probe.
func (e *engine) probeCrosses(ref int32) bool {
	p := &e.probes.slab[ref]
	switch e.cutBetween(int(p.frontend), p.server) {
	case silent:
		e.probes.free = append(e.probes.free, ref)
		return false
	case refusing:
		p.result = balancer.ProbeResult{Failed: true}
		e.probeReturned(ref)
		return false
	}
	return true
}

package sim

import (
	"slices"
	"time"

	"lbsim/balancer"
	"lbsim/clock"
)

// messages is the network and everything else that takes a fixed time: one lane
// for each distinct delay.
type messages struct {
	lanes       []lane
	delays      []clock.Time // by lane
	timeoutLane int32        // -1: clients wait for ever
	path        []int32      // lane by frontend*zones+zone; nil: no network
	near        bool         // nothing is ever between a server and its balancer, neither time nor a partition
	zones       int
	serverZone  []int32
	timers      timers
	probes      probes
}

func (e *engine) buildMessages() {
	e.timeoutLane = -1
	if c := e.m.Clients; c != nil && c.Timeout > 0 {
		e.timeoutLane = e.laneFor(clock.FromSeconds(c.Timeout).Sub(0))
	}
	e.pools = make([]poolEdge, len(e.m.Balancer.Pools)+len(e.m.Tiers))
	e.findEdges()
	for _, cfg := range slices.Backward(e.m.configurations()) { // the first one is in force
		e.limitTries(e.pools, cfg)
	}
	for i := range e.m.Tiers {
		e.limitTries(e.pools[len(e.m.Balancer.Pools)+i:], &e.m.Tiers[i].Balancer)
	}
	net := e.m.Network
	if net.OneWay == nil {
		return
	}
	e.zones = len(net.Zones)
	for f := range e.fronts + len(e.m.Tiers) {
		for to := range e.zones {
			e.path = append(e.path, e.laneFor(net.OneWay[e.zoneOf(f)][to]))
		}
	}
	for i := range e.servers {
		e.serverZone = append(e.serverZone, int32(e.m.Server(i).Zone))
	}
}

// laneFor returns the lane of a delay; -1 for none at all.
func (e *engine) laneFor(d time.Duration) int32 {
	if d == 0 {
		return -1
	}
	for i, delay := range e.delays {
		if delay == clock.Time(d) {
			return int32(i)
		}
	}
	e.lanes = append(e.lanes, lane{})
	e.delays = append(e.delays, clock.Time(d))
	return int32(len(e.lanes) - 1)
}

// laneTo returns the lane between a frontend and a server, -1 when they are at
// one place.
func (e *engine) laneTo(r *request) int32 { return e.laneBetween(r.frontend, r.server) }

func (e *engine) laneBetween(frontend uint16, server int32) int32 {
	if e.path == nil {
		return -1
	}
	return e.path[int(frontend)*e.zones+int(e.serverZone[server])]
}

// send puts a message on a lane.
func (e *engine) send(l int32, kind messageKind, ref int32, gen uint32) {
	e.put(l, laneEntry{kind: kind, ref: ref, gen: gen})
}

// sendAttempt puts a message about a request's attempt on a lane.
func (e *engine) sendAttempt(l int32, kind messageKind, ref int32, r *request, o balancer.Outcome) {
	e.put(l, laneEntry{kind: kind, ref: ref, gen: r.gen, attempt: r.attempts, outcome: o})
}

func (e *engine) put(l int32, x laneEntry) {
	x.at, x.seq = e.now+e.delays[l], e.nextSeq()
	if e.lanes[l].push(x) {
		e.agenda.set(e.sources.at[fromLane]+l, x.at, x.seq)
	}
}

// laneDue carries out the head of a lane and makes the next entry that still
// matters the head.
func (e *engine) laneDue(l int32) {
	x := *e.lanes[l].first()
	e.lanes[l].pop()
	if e.matters(&x) {
		e.deliver(&x)
	}
	q := &e.lanes[l]
	for !q.empty() {
		if head := q.first(); e.matters(head) {
			e.agenda.set(e.sources.at[fromLane]+l, head.at, head.seq)
			return
		}
		q.pop()
	}
	e.schedule(e.sources.at[fromLane]+l, clock.Never)
}

// matters reports whether a message still concerns anybody: a time-out does until
// its request, or its attempt, is over.
func (e *engine) matters(x *laneEntry) bool {
	if x.kind != timeout && x.kind != tryTimeout {
		return true
	}
	r := &e.slab[x.ref]
	return r.gen == x.gen && r.flags&orphan == 0 && (x.kind == timeout || r.attempts == x.attempt && r.state != atBalancer)
}

// deliver is the arrival of a message.
func (e *engine) deliver(x *laneEntry) {
	switch x.kind {
	case probeAsk:
		e.probeReached(x.ref)
		return
	case probeAnswer:
		e.probeReturned(x.ref)
		return
	}
	r := &e.slab[x.ref]
	switch {
	case x.kind == timeout:
		e.giveUp(x.ref, balancer.TimedOut)
	case x.kind == tryTimeout:
		e.giveUpAttempt(x.ref, r)
	case r.gen != x.gen || r.attempts != x.attempt || r.state != onWire:
		// The connection was closed while this was under way on it; the request may wait
		// for its next attempt.
	case r.flags&orphan != 0 && (x.kind != toServer || !e.abandons):
		e.release(x.ref, r) // nobody waits for it any more
	case e.topology.torn && !e.crosses(x, r):
	case x.kind == toServer:
		e.countCopy(r)
		e.reach(x.ref, r)
	case x.kind == toClient:
		e.answered(x.ref, r, x.outcome)
	}
}

// answer sends what a server has to say back to the balancer.
func (e *engine) answer(ref int32, r *request, o balancer.Outcome) {
	if r.flags&aCheck != 0 {
		e.checkEnds(ref, r, o)
		return
	}
	if !e.near {
		if l := e.laneTo(r); l >= 0 {
			e.sendAttempt(l, toClient, ref, r, o)
			return
		}
		x := laneEntry{kind: toClient, ref: ref, gen: r.gen, attempt: r.attempts, outcome: o}
		if e.topology.torn && r.flags&orphan == 0 {
			if !e.crosses(&x, r) {
				return
			}
			o = x.outcome
		}
	}
	if r.flags&orphan != 0 {
		e.release(ref, r)
		return
	}
	e.answered(ref, r, o)
}

// timerDue carries out the first timer.
func (e *engine) timerDue() {
	x := e.timers.pop()
	if x.kind == think {
		e.ask(x.ref)
	} else if x.kind >= listening {
		e.ofServers(x)
	} else if r := &e.slab[x.ref]; r.gen == x.gen && r.flags&orphan == 0 {
		switch {
		case x.kind == patience && e.allWait(x.ref):
			e.giveUp(x.ref, balancer.Cancelled)
		case x.kind == resume:
			e.dispatch(x.ref, r)
		case x.kind == comeBack:
			e.sendAgain(x.ref, r)
		case x.kind == expired:
			e.giveUp(x.ref, balancer.TimedOut)
		}
	}
	e.armTimers()
}

// ofServers is a timer that is about servers.
func (e *engine) ofServers(x timer) {
	if x.kind == paused {
		e.goOn()
	} else {
		e.processDue(x)
	}
}

func (e *engine) after(at clock.Time, kind timerKind, ref int32, gen uint32) {
	if e.timers.push(timer{at: at, seq: e.nextSeq(), ref: ref, gen: gen, kind: kind}) {
		e.armTimers()
	}
}

func (e *engine) armTimers() {
	if len(e.timers.items) == 0 {
		e.schedule(e.sources.at[fromTimers], clock.Never)
		return
	}
	e.agenda.set(e.sources.at[fromTimers], e.timers.items[0].at, e.timers.items[0].seq)
}

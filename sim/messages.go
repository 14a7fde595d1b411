package sim

import (
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
	zones       int
	serverZone  []int32
	timers      timers
	probes      probes
}

func (e *engine) buildMessages() {
	e.idle = -1
	e.timeoutLane = -1
	if c := e.m.Clients; c != nil && c.Timeout > 0 {
		e.timeoutLane = e.laneFor(time.Duration(c.Timeout * 1e9))
	}
	net := e.m.Network
	if net.OneWay == nil {
		return
	}
	e.zones = len(net.Zones)
	for f := range max(e.m.Frontends, 1) {
		from := 0
		if len(net.Frontends) > 0 {
			from = net.Frontends[f%len(net.Frontends)]
		}
		for to := range e.zones {
			e.path = append(e.path, e.laneFor(net.OneWay[from][to]))
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
func (e *engine) laneTo(frontend uint16, server int32) int32 {
	if e.path == nil {
		return -1
	}
	return e.path[int(frontend)*e.zones+int(e.serverZone[server])]
}

// send puts a message on a lane.
func (e *engine) send(l int32, kind messageKind, ref int32, gen uint32) {
	x := laneEntry{at: e.now + e.delays[l], seq: e.nextSeq(), ref: ref, gen: gen, kind: kind}
	if e.lanes[l].push(x) {
		e.put(e.sources.at[fromLane]+l, x.at, x.seq)
	}
}

// laneDue carries out the head of a lane and makes the next entry that still
// matters the head.
func (e *engine) laneDue(l int32) {
	x := *e.lanes[l].first()
	e.lanes[l].pop()
	if x.kind != timeout || e.slab[x.ref].gen == x.gen && !e.slab[x.ref].orphan {
		e.deliver(x)
	}
	q := &e.lanes[l]
	for !q.empty() {
		head := q.first()
		if head.kind != timeout || e.slab[head.ref].gen == head.gen && !e.slab[head.ref].orphan {
			e.put(e.sources.at[fromLane]+l, head.at, head.seq)
			return
		}
		q.pop()
	}
	e.put(e.sources.at[fromLane]+l, clock.Never, e.nextSeq())
}

// deliver is the arrival of a message.
func (e *engine) deliver(x laneEntry) {
	switch x.kind {
	case timeout:
		e.giveUp(x.ref)
	case toServer:
		if r := &e.slab[x.ref]; r.orphan && !e.abandons {
			e.release(x.ref) // withdrawn on its way
			return
		}
		e.attempted(&e.slab[x.ref])
		e.reach(x.ref)
	case toClient:
		if e.slab[x.ref].orphan {
			e.release(x.ref)
			return
		}
		e.answered(x.ref, balancer.OK)
	case refusalToClient:
		if e.slab[x.ref].orphan {
			e.release(x.ref)
			return
		}
		e.answered(x.ref, balancer.Refused)
	case probeAsk:
		e.probeReached(x.ref)
	case probeAnswer:
		e.probeReturned(x.ref)
	}
}

// answer sends what a server has to say back to the balancer.
func (e *engine) answer(ref int32, o balancer.Outcome) {
	r := &e.slab[ref]
	l := e.laneTo(r.frontend, r.server)
	if l < 0 {
		if r.orphan {
			e.release(ref)
			return
		}
		e.answered(ref, o)
		return
	}
	kind := toClient
	if o == balancer.Refused {
		kind = refusalToClient
	}
	e.send(l, kind, ref, r.gen)
}

// timerDue carries out the first timer.
func (e *engine) timerDue() {
	x := e.timers.pop()
	switch x.kind {
	case think:
		e.ask(x.ref)
	case patience:
		if r := &e.slab[x.ref]; r.gen == x.gen && r.state == waiting && !r.orphan {
			e.leaveQueue(x.ref)
		}
	case resume:
		if r := &e.slab[x.ref]; r.gen == x.gen && !r.orphan {
			e.dispatch(x.ref)
		}
	}
	e.armTimers()
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
	e.put(e.sources.at[fromTimers], e.timers.items[0].at, e.timers.items[0].seq)
}

package sim

import (
	"math"

	"lbsim/balancer"
	"lbsim/clock"
)

// express is the short way through a plain world, where a request can only arrive, wait
// for its turn, be served and be over. Such worlds are what theory has answers for, so
// they are what is simulated longest, and any world is one until something fails. Nothing
// is asked here that cannot be, and a server and its request in service are half a cache
// line, which is what counts when servers are many. It is taken from the start where
// plainWorld says so, and ends with the window, or with the first event that is neither an
// arrival, nor a departure, nor a tick of the timeline, nor a deadline of the balancer's.
// Then handOver makes of it what the general way would have come to, and that goes on. The
// general way says what is right: tests hold this one to it, to the last bit. What is
// decided is the balancer's own on both.
type express struct {
	lb    balancer.Plain
	wakes bool     // the balancer has deadlines, and events
	posts []post   // by server
	sums  []sums   // by server
	line  []waiter // a slab, known by index
	idle  int32    // head of the free places in line, nobodyWaits when there is none
	sum   uint64   // of the instants of departures less those of arrivals

	slowness   float64   // nanoseconds for a nanosecond of demand, of every server
	slownesses []float64 // by server, where they differ; else nil

	// By what number, in order of arrival, the balancer would know a request; nil where it
	// would know none.
	served []uint64 // by server
	queued []uint64 // parallel to line
}

// post is a server and what it serves.
type post struct {
	arrived    clock.Time // who is in service; vacant: nobody
	demand     float64    // its own, nanoseconds at speed 1
	head, tail int32      // who waits; nobodyWaits: nobody
	attempts   uint32
	class      uint16 // of who is in service
}

// sums is what is summed up of a server.
type sums struct {
	busyTime   uint64 // worker-nanoseconds in the window
	activeTime uint64 // request-nanoseconds in the window
}

// waiter is a request that waits at a server.
type waiter struct {
	arrived clock.Time
	demand  float64
	next    int32 // behind it, or in the free list
	class   uint16
}

const (
	vacant      = clock.Time(-1)
	nobodyWaits = 0 // ends lists; its place in the slab may be written to, as noRequest's
)

// plainWorld reports whether the short way may be taken: one frontend whose balancer
// sends each request at once, an open loop of requests about which nobody wants to know
// anything, and servers of one worker and one unbounded queue.
func (e *engine) plainWorld() bool {
	if !e.straight || e.fronts > 1 || e.tells || len(e.m.Tiers) > 0 || e.apart || e.timeoutLane >= 0 || e.pools[0].tryLane >= 0 ||
		e.process == nil || !e.oneEach || e.o.Queue != Tree || e.o.general {
		return false
	}
	for i := range e.servers {
		if s := &e.servers[i]; s.extra != nil || s.room != math.MaxInt32 || e.slotOf[i] != int32(i) {
			return false
		}
	}
	lb, ok := e.frontends[0].Plain()
	return ok && (lb.Ready() || !lb.Quiet())
}

func (e *engine) buildExpress() {
	if !e.plainWorld() {
		return
	}
	n := len(e.servers)
	x := &express{posts: make([]post, n), sums: make([]sums, n), line: make([]waiter, 1), slowness: e.servers[0].slowness}
	x.lb, _ = e.frontends[0].Plain()
	x.wakes = !x.lb.Quiet()
	if e.keeps {
		x.served, x.queued = make([]uint64, n), make([]uint64, 1)
	}
	for i := range x.posts {
		x.posts[i].arrived = vacant
		if e.servers[i].slowness != x.slowness {
			x.slownesses = make([]float64, n)
		}
	}
	for i := range x.slownesses {
		x.slownesses[i] = e.servers[i].slowness
	}
	e.express = x
}

// proceedPlainly lets up to n events happen, and returns how many of them are left to
// the general way.
func (e *engine) proceedPlainly(n int) int {
	x := e.express
	for ; n > 0; n-- {
		at, source := e.agenda.at, e.agenda.first
		switch {
		case e.next.at < at || e.next.at == at && e.next.seq < e.agenda.seqs[source]:
			if x.wakes && !x.lb.Ready() {
				e.handOver()
				return n
			}
			e.arrivePlainly(x)
			if e.windowClosed {
				e.handOver()
				return n - 1
			}
		case source < e.sources.workers && at < never:
			e.departPlainly(x, source)
		case source < e.sources.workers || !e.happenPlainly(source): // nothing will happen, or something else
			e.handOver()
			return n
		}
	}
	return 0
}

// arrivePlainly is arrive, from admit to begin or enqueue.
func (e *engine) arrivePlainly(x *express) {
	now := clock.Time(e.next.at)
	e.now = now
	a := &e.ahead
	demand, class, id := a.demand[a.taken]*1e9, a.asked[a.taken].class, e.arrived
	e.arrived++
	e.inSystem++
	x.sum -= uint64(now)
	slot := x.lb.Start(now, &e.query)
	p := &x.posts[slot]
	p.attempts++
	if now >= e.warmUp {
		e.classes[class].offered++
		e.work += demand
	} else {
		e.records[slot].unmeasured++
	}
	if p.arrived == vacant {
		p.arrived, p.demand, p.class = now, demand, class
		if x.served != nil {
			x.served[slot] = id
		}
		e.schedule(slot, now+x.lasting(slot, demand))
	} else {
		ref := x.enqueue(p, waiter{now, demand, nobodyWaits, class})
		if x.queued != nil {
			x.queued[ref] = id
		}
	}
	if x.wakes && e.frontends[0].Events() {
		e.followUp(0)
	}
	if a.taken++; a.taken == drawnAtOnce {
		e.drawAhead()
	}
	if e.arrived == e.most { // the window closes
		x.integrate(e)
	}
	e.expect(a.at[a.taken])
}

// lasting is how long a server takes for a demand.
func (x *express) lasting(slot int32, demand float64) clock.Time {
	slowness := x.slowness
	if x.slownesses != nil {
		slowness = x.slownesses[slot]
	}
	return lasting(demand * slowness)
}

// enqueue lets a request wait at p.
func (x *express) enqueue(p *post, w waiter) (ref int32) {
	ref = x.idle
	if ref != nobodyWaits {
		x.idle = x.line[ref].next
		x.line[ref] = w
	} else {
		ref = int32(len(x.line))
		x.line = append(x.line, w)
		if x.queued != nil {
			x.queued = append(x.queued, 0)
		}
	}
	x.line[p.tail].next = ref // the last's, or nobody's
	head := p.head
	if head == nobodyWaits {
		head = ref
	}
	p.head, p.tail = head, ref
	return ref
}

// departPlainly is depart, from turn to complete.
func (e *engine) departPlainly(x *express, slot int32) {
	p := &x.posts[slot]
	now := clock.Time(e.agenda.at)
	e.now = now
	arrived, class := p.arrived, p.class
	begun := now - x.lasting(slot, p.demand)
	spent, sums := e.within(arrived), &x.sums[slot]
	sums.busyTime += e.within(begun)
	sums.activeTime += spent
	e.overlap += spent
	if ref := p.head; ref != nobodyWaits {
		w := &x.line[ref]
		p.arrived, p.demand, p.class = w.arrived, w.demand, w.class
		tail := p.tail
		if w.next == nobodyWaits {
			tail = nobodyWaits
		}
		p.head, p.tail = w.next, tail
		w.next, x.idle = x.idle, ref
		if x.served != nil {
			x.served[slot] = x.queued[ref]
		}
		e.schedule(slot, now+x.lasting(slot, p.demand))
	} else {
		p.arrived = vacant
		e.schedule(slot, clock.Never)
	}
	x.lb.Finish(now, slot, arrived)
	e.inSystem--
	x.sum += uint64(now)
	e.completed(arrived, begun, class, slot, arrived >= e.warmUp)
	if x.wakes && e.frontends[0].Events() {
		e.followUp(0)
	}
}

// happenPlainly lets the timeline tick, the window open or a deadline of the balancer's
// come, and reports whether it was that. Deadlines after the last arrival are left to the
// general way, which knows when to end.
func (e *engine) happenPlainly(source int32) bool {
	switch kind := e.sources.kind[source-e.sources.workers]; {
	case kind == fromWake && e.next.at != ^due(0):
		e.now = clock.Time(e.agenda.at)
		e.wakeDue(0)
		return true
	case kind != fromTick && (kind != fromWindow || e.windowOpen):
		return false
	}
	e.express.integrate(e)
	e.express.countAttempts(e)
	if e.seen != nil {
		e.express.show(e)
	}
	e.now = clock.Time(e.agenda.at)
	e.happen(source)
	return true
}

// integrate brings the integral of the number in system up to the last event: as if all
// were there since the beginning, less the time until each came, and less the time since
// each left.
func (x *express) integrate(e *engine) {
	e.area = uint64(e.inSystem)*uint64(e.now) + x.sum
	e.areaAt = e.now
}

package sim

import (
	"fmt"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/random"
	"lbsim/workloads"
)

// calling is requests that servers send to other servers. A call has a place in the slab
// like any request, and is none of a client's: it is not counted in or out, and what
// becomes of it is told to the place of its caller.
type calling struct {
	calls     []call // parallel to the slab; nil where no server calls another
	tiers     []tier
	callDraws random.Index // a call's number and demand: by request and, of its attempts, call
}

// tier is a Tier at work.
type tier struct {
	frontend                          uint16
	count                             int
	service                           workloads.Distribution
	made, answered, failed, cancelled uint64
}

// call is what a place in the slab has to do with calls: those that it waits for, and who
// waits for it.
type call struct {
	caller       int32 // noRequest: nobody
	next, before int32 // of its caller's calls
	first        int32 // of its own that are under way
	left         int32 // how many these are
	phase        phase
	failed       balancer.Outcome // how its attempt ends, for what became of its calls
}

// phase is how far a request is at a server that calls others.
type phase uint8

const (
	unserved phase = iota
	asking         // its service is done, and its calls are not
	told           // its calls are done
)

func (e *engine) buildCalls() {
	if len(e.m.Tiers) == 0 {
		return
	}
	e.calls = []call{}
	e.callDraws = e.index("calls")
	for i := range e.m.Tiers {
		x := &e.m.Tiers[i]
		e.tiers = append(e.tiers, tier{frontend: uint16(e.fronts + i), count: x.Count, service: x.Service})
	}
}

// callOut lets a request whose service is done make its calls, and reports whether it waits
// for any.
func (e *engine) callOut(source, ref int32, t *tier) bool {
	c := &e.calls[ref]
	if c.phase == told {
		return false
	}
	e.schedule(source, clock.Never)
	c.phase, c.left = asking, int32(t.count)
	for i := range t.count {
		e.call(ref, t, i)
		if e.calls[ref].phase != asking {
			break // what followed has ended the caller's attempt
		}
	}
	return true
}

// call sends the i-th call of a request.
func (e *engine) call(caller int32, t *tier, i int) {
	ref := e.take()
	r, from, x := &e.slab[ref], &e.slab[caller], &e.stories[caller]
	e.own = e.callDraws.At(x.id, (uint64(x.before)+uint64(from.attempts))<<callShift|uint64(i))
	id, gen := e.own.Uint64(), r.gen
	*r = request{arrived: e.now, begun: e.now, demand: t.service.Sample(&e.own) * 1e9, server: -1, gen: gen,
		class: from.class, frontend: t.frontend, flags: from.flags&measured | aCall}
	e.stories[ref] = story{id: id, key: x.key, client: x.client, user: nobody, sends: 1}
	e.queries[ref] = balancer.Request{ID: id, Handle: e.handle(ref), Idempotent: e.repeats[r.class], Priority: e.m.Classes[r.class].Priority}
	first := e.calls[caller].first
	e.calls[ref] = call{caller: caller, next: first}
	e.calls[first].before = ref
	e.calls[caller].first = ref
	t.made++
	e.dispatch(ref, r)
}

// callShift makes one number of an attempt and a call; see maxCalls.
const callShift = 16

// tierOf returns the tier of a call.
func (e *engine) tierOf(r *request) *tier { return &e.tiers[int(r.frontend)-e.fronts] }

// endCall ends a call that was answered, with 200, or came to nothing.
func (e *engine) endCall(ref int32, r *request, status int) {
	caller := e.calls[ref].caller
	c := &e.calls[caller]
	if t := e.tierOf(r); status == 200 {
		t.answered++
	} else if t.failed++; c.failed == balancer.OK {
		c.failed = passedOn(status)
	}
	e.forsake(ref, r)
	if c.left--; c.left == 0 {
		e.hearAll(caller)
	}
}

// passedOn is how a server answers whose call came to nothing: with the call's own status
// where it is a gateway's (RFC 9110, 15.6.3 to 15.6.5), with 502 otherwise.
func passedOn(status int) balancer.Outcome {
	if status == 503 || status == 504 {
		return balancer.Answered(status)
	}
	return balancer.Answered(502)
}

// forsake takes a call from its caller's, and gives its place back unless a server or a
// message still holds it.
func (e *engine) forsake(ref int32, r *request) {
	c := &e.calls[ref]
	if c.before == noRequest {
		e.calls[c.caller].first = c.next
	} else {
		e.calls[c.before].next = c.next
	}
	e.calls[c.next].before = c.before
	c.caller, c.next, c.before = noRequest, noRequest, noRequest
	e.vanish(ref, r)
}

// hearAll lets a request go on whose calls are all done: its worker is free at this instant,
// or when its server no longer hangs.
func (e *engine) hearAll(caller int32) {
	e.calls[caller].phase = told
	r := &e.slab[caller]
	if s := &e.servers[r.server]; s.hangs() {
		s.extra.remains[r.place-e.records[r.server].first] = 0
		return
	}
	e.schedule(r.place, e.now)
}

// conveyed is how an attempt ends at a server that calls others.
func (e *engine) conveyed(ref int32) balancer.Outcome {
	c := &e.calls[ref]
	o := c.failed
	c.phase, c.failed = unserved, balancer.OK
	return o
}

// cancelCalls ends the calls of a request whose attempt is given up, and theirs.
func (e *engine) cancelCalls(ref int32) {
	for e.calls[ref].first != noRequest {
		e.cancelCall(e.calls[ref].first)
	}
	c := &e.calls[ref]
	c.phase, c.left, c.failed = unserved, 0, balancer.OK
}

func (e *engine) cancelCall(ref int32) {
	copies := e.giveUpCopies(ref, balancer.Cancelled)
	r := &e.slab[ref]
	lb, frontend := e.frontends[r.frontend], int32(r.frontend)
	if r.state != atBalancer {
		e.failedAt(r, balancer.Cancelled)
		e.settle(ref, r, balancer.Cancelled)
	} else if !copies {
		lb.Cancel(e.now, &e.queries[ref])
	}
	e.withdraw(ref, r)
	r = &e.slab[ref]
	e.tierOf(r).cancelled++
	e.forsake(ref, r)
	if lb.Events() {
		e.schedule(e.sources.at[fromWake]+frontend, e.now) // what follows must not come between
	}
}

// passCalls lets another place wait for a request's calls, and nobody for it.
func (e *engine) passCalls(from, to int32) {
	c := &e.calls[from]
	e.calls[to] = call{first: c.first, left: c.left, phase: c.phase, failed: c.failed}
	for ref := c.first; ref != noRequest; ref = e.calls[ref].next {
		e.calls[ref].caller = to
	}
	c.first, c.left, c.phase, c.failed = noRequest, 0, unserved, balancer.OK
}

// TierResult is the calls of one group to another.
type TierResult struct {
	Attempts uint64 // that reached servers, for clients' measured requests
}

// tierResults counts what reached the servers of each tier.
func (e *engine) tierResults(servers []ServerResult) (all []TierResult) {
	if len(e.tiers) == 0 {
		return nil
	}
	all = make([]TierResult, len(e.tiers))
	for id := range servers {
		if tier := e.edgeOf(int32(id)) - len(e.m.Balancer.Pools); tier >= 0 {
			all[tier].Attempts += servers[id].Requests
		}
	}
	return all
}

// checkCalls holds the calls of each tier against what became of them.
func (e *engine) checkCalls() error {
	if e.calls == nil {
		return nil
	}
	left := make([]uint64, len(e.tiers))
	e.eachUnderWay(func(_ int32, r *request, call bool) {
		if call && r.flags&aCall != 0 {
			left[int(r.frontend)-e.fronts]++
		}
	})
	for i := range e.tiers {
		t := &e.tiers[i]
		if t.made != t.answered+t.failed+t.cancelled+left[i] {
			return fmt.Errorf("calls of %s: %d made; %d answered, %d failed, %d cancelled, %d under way",
				e.m.Tiers[i].From, t.made, t.answered, t.failed, t.cancelled, left[i])
		}
	}
	return nil
}

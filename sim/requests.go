package sim

import (
	"lbsim/balancer"
	"lbsim/clock"
)

// request is a request under way, in one cache line. It lives in a slab and is
// known by its index, and to events that may come too late by its generation as
// well.
type request struct {
	arrived clock.Time
	reached clock.Time // when its attempt reached the server; until then, when it was sent
	begun   clock.Time // when its service began
	demand  float64    // nanoseconds at speed 1

	server  int32
	slot    int32 // the balancer's
	slotGen uint32
	gen     uint32

	next     int32 // in a server's queue, or in the free list
	place    int32 // in a queue but not its head: the request before it; in service: its worker or its place in a heap
	class    uint16
	frontend uint16
	state    state
	flags    flag
	attempts uint8
	load     uint8 // of its server when it came; unseen when the server did not look
}

const unseen = 255 // above maxLoad

// state says where a request is.
type state uint8

const (
	atBalancer state = iota
	onWire           // to or from a server
	waiting          // in a server's queue
	serving
)

// flag is a fact about a request.
type flag uint8

const (
	measured flag = 1 << iota // arrived in the measured window
	orphan                    // over; a server or a message still holds it
	there                     // its attempt has reached the server
	held                      // it waits at its balancer
	aCopy                     // its attempt was sent beside another one
	shadow                    // a mirror's copy: nobody waits for it
	aCall                     // a server's, to another
	aCheck                    // a health check's work, for which nobody waits as for a request
)

// story is what only some models ask of a request.
type story struct {
	id      uint64 // in order of arrival
	key     uint64
	client  int32  // -1: nobody in particular
	user    int32  // of a closed loop; -1: none
	conn    int32  // of layer 4
	session uint32 // of the client's, from 1; 0: none

	sends  uint32 // attempts of its client, this one included
	before uint32 // attempts at servers for those that are over

	left   float64    // nanoseconds of demand when it was displaced; 0: it was not
	worked clock.Time // in service before it was

	// work is, where there are copies, the worker-nanoseconds in the window that its
	// service took, once that is over; on a sharing server until then the virtual time at
	// which it began. With it each is a cache line.
	work float64
}

// requests is the slab of requests under way.
type requests struct {
	slab    []request
	stories []story // parallel to slab; nil when nobody asks
	tells   bool    // somebody does
	idle    int32   // head of the free list, noRequest when empty
}

// noRequest ends lists of requests. It has a place in the slab all the same, so that
// whoever follows the last may be written to without asking whether there is a last.
const noRequest = 0

// take returns a free place in the slab, which may move it.
func (e *engine) take() int32 {
	ref := e.idle
	if ref != noRequest {
		e.idle = e.slab[ref].next
	} else {
		ref = e.grow()
	}
	if e.parties != nil {
		e.parties[ref] = party{of: ref}
	}
	if e.calls != nil {
		e.calls[ref] = call{}
	}
	return ref
}

// grow adds a place to the slab.
func (e *engine) grow() int32 {
	e.slab = append(e.slab, request{})
	if e.keeps {
		e.queries = append(e.queries, balancer.Request{})
	}
	if e.parties != nil {
		e.parties = append(e.parties, party{})
	}
	if e.calls != nil {
		e.calls = append(e.calls, call{})
	}
	if e.tells {
		e.stories = append(e.stories, story{})
	}
	return int32(len(e.slab) - 1)
}

// release gives a place back.
func (e *engine) release(ref int32, r *request) {
	r.gen++
	r.next = e.idle
	e.idle = ref
}

// twin gives a request a second place in the slab, where it stands as it does at ref.
func (e *engine) twin(ref int32) int32 {
	place := e.take()
	x := &e.slab[place]
	gen := x.gen
	*x = e.slab[ref]
	x.gen = gen
	if e.parties != nil {
		e.parties[place].lost = e.parties[ref].lost
	}
	if e.tells {
		e.stories[place] = e.stories[ref] // its service, if it has yet to begin, is of the same key
	}
	return place
}

// vanish ends what nobody waits for, in memory unless a server or a message still holds
// it.
func (e *engine) vanish(ref int32, r *request) {
	if r.state != atBalancer {
		r.flags |= orphan
	} else {
		e.release(ref, r)
	}
}

// admit lets a request into the system.
func (e *engine) admit(a *arrival) {
	ref := e.take()
	r := &e.slab[ref]
	r.arrived, r.begun = e.now, e.now
	r.demand = a.demand
	r.server = -1
	r.class, r.frontend = a.class, a.frontend
	r.state, r.flags, r.attempts = atBalancer, 0, 0
	if e.now >= e.warmUp {
		r.flags = measured
	}
	if e.tells {
		x := &e.stories[ref] // set field by field: a literal would be made elsewhere first
		*x = story{}
		x.id, x.key, x.client, x.user, x.sends = e.arrived, a.key, a.client, a.user, 1
	}
	if e.sessions.clients != nil && a.client >= 0 {
		e.stories[ref].session = e.joinSession(a.client, r.flags&measured != 0)
	}
	e.arrived++
	e.enter(r)
	e.present(ref, r, e.arrived-1)
}

// present hands a request to its frontend, for its client who waits from now on. Known
// to its balancer it is as id.
func (e *engine) present(ref int32, r *request, id uint64) {
	if e.keeps {
		e.introduce(ref, r, id)
	}
	if e.parties != nil {
		e.parties[ref] = party{of: ref}
	}
	if e.timeoutLane >= 0 {
		e.send(e.timeoutLane, timeout, ref, r.gen)
	}
	if e.rules != nil {
		e.expire(ref, r)
	}
	e.dispatch(ref, r)
}

// introduce makes a request known to its balancer as id.
func (e *engine) introduce(ref int32, r *request, id uint64) {
	q, class := &e.queries[ref], &e.m.Classes[r.class]
	q.Reset(id, e.handle(ref))
	q.Idempotent, q.Priority = e.repeats[r.class], class.Priority
	if e.apart {
		q.About = class.About
	}
}

// sendShift makes one number of a request's and its client's attempt: a run has fewer
// than 2^32 requests.
const sendShift = 32

// assign sends a request on its way to a server.
func (r *request) assign(t balancer.Ticket, server int32) {
	r.slot, r.slotGen, r.reached = t.Slot, t.Gen, t.At
	r.server = server
	r.attempts++
	r.state = onWire
	r.flags &^= there
	r.load = unseen
}

// ticket is the ticket under which the request was sent, to a server of a pool.
func (r *request) ticket(pool balancer.PoolID) balancer.Ticket {
	return balancer.Ticket{Pool: pool, Slot: r.slot, Gen: r.slotGen, At: r.reached}
}

// complete ends a request that was answered.
func (e *engine) complete(ref int32, r *request) {
	if r.flags&aCall != 0 {
		e.endCall(ref, r, 200)
		return
	}
	if e.preempts {
		r.begun -= e.stories[ref].worked // all that it waited counts
	}
	if e.apart {
		if r.flags&shadow != 0 {
			e.vanish(ref, r)
			return
		}
		e.countApart(ref, r, Completed)
	}
	e.count(r)
	e.completed(r.arrived, r.begun, r.class, r.server, r.flags&measured != 0)
	if !e.plain && (r.attempts > 1 || e.rules != nil && e.stories[ref].before > 0) {
		e.bucket.saved++
	}
	if e.o.OnRequest != nil {
		e.report(ref, r, Completed, 200)
	}
	e.release(ref, r)
	if e.turns != nil {
		e.startThinking(e.stories[ref].user)
	}
}

// over ends a request otherwise, for its client and, unless a server or a message still
// holds it, in memory.
func (e *engine) over(ref int32, r *request, how Outcome, status int) {
	if r.flags&aCall != 0 {
		e.endCall(ref, r, status)
		return
	}
	if e.apart && r.flags&shadow != 0 {
		e.vanish(ref, r)
		return
	}
	if e.rules != nil && e.comesBack(ref, r, how) {
		return
	}
	if e.apart {
		e.countApart(ref, r, how)
	}
	e.count(r)
	e.missed(r, how, status)
	if e.o.OnRequest != nil {
		e.report(ref, r, how, status)
	}
	e.vanish(ref, r)
	if e.turns != nil {
		e.startThinking(e.stories[ref].user)
	}
}

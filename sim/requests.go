package sim

import (
	"lbsim/balancer"
	"lbsim/clock"
)

// request is a request under way. It lives in a slab and is known by its index,
// and to events that may come too late by its generation as well.
type request struct {
	arrived clock.Time
	reached clock.Time // when its attempt reached the server
	begun   clock.Time // when its service began
	sent    clock.Time // when the balancer sent it
	demand  float64    // nanoseconds at speed 1
	key     uint64
	id      uint64 // in order of arrival

	server int32
	slot   int32 // the balancer's
	slotGn uint32
	gen    uint32

	next, prev int32 // in a server's queue; next also in the free list
	client     int32
	user       int32 // of a closed loop; -1: none
	conn       int32 // of layer 4
	place      int32 // worker, or index in a sharing server's heap
	class      uint16
	frontend   uint16
	attempts   uint8
	load       uint8 // of its server when it came
	state      state
	measured   bool
	orphan     bool // concluded; a server or a message still holds it
}

// state says where a request is.
type state uint8

const (
	atBalancer state = iota
	onWire           // to or from a server
	waiting          // in a server's queue
	serving
)

// requests is the slab of requests under way.
type requests struct {
	slab []request
	idle int32 // head of the free list, -1 when empty
}

// take returns a free place in the slab, which may move it.
func (e *engine) take() int32 {
	if ref := e.idle; ref >= 0 {
		e.idle = e.slab[ref].next
		return ref
	}
	e.slab = append(e.slab, request{})
	return int32(len(e.slab) - 1)
}

// release gives a place back.
func (e *engine) release(ref int32) {
	r := &e.slab[ref]
	r.gen++
	r.next = e.idle
	e.idle = ref
}

// admit lets a request into the system.
func (e *engine) admit(a arrival) {
	ref := e.take()
	r := &e.slab[ref]
	gen := r.gen
	*r = request{gen: gen, arrived: e.now, begun: e.now, demand: a.demand, key: a.key, id: e.arrived, server: -1, next: -1, prev: -1,
		client: a.client, user: a.user, class: a.class, frontend: a.frontend, measured: e.now >= e.m.WarmUp}
	e.arrived++
	e.enter(r)
	if e.timeoutLane >= 0 {
		e.send(e.timeoutLane, timeout, ref, gen)
	}
	e.dispatch(ref)
}

// over ends a request for its client and, unless a server or a message still
// holds it, in memory.
func (e *engine) over(ref int32, how Outcome, status int) {
	r := &e.slab[ref]
	e.leave(r, how, status)
	user := r.user
	if r.state == waiting || r.state == serving || r.state == onWire {
		r.orphan = true
	} else {
		e.release(ref)
	}
	if user >= 0 {
		e.startThinking(user)
	}
}

// giveUp is a client's end of patience: the balancer learns that nobody waits any
// more, and the server too if clients cancel.
func (e *engine) giveUp(ref int32) {
	r := &e.slab[ref]
	if r.state != atBalancer {
		e.settle(ref, r, balancer.TimedOut)
	}
	if !e.abandons {
		switch r.state {
		case waiting:
			e.unqueue(ref, r)
			e.fellOut(r, balancer.Cancelled)
			r.state = atBalancer
		case serving:
			e.abort(ref, r)
			e.fellOut(r, balancer.Cancelled)
			r.state = atBalancer
		}
	}
	e.over(ref, TimedOut, 499)
}

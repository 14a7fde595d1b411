package sim

import (
	"slices"

	"lbsim/balancer"
)

// connection is a client's connection through a balancer of layer 4: the balancer
// chooses once, when it opens, and every request on it goes to the same server.
type connection struct {
	ticket   balancer.Ticket
	place    int32 // of the client's places for connections
	next     int32 // in the free list
	used     int32 // requests sent on it
	active   int32 // of them under way
	frontend uint16
	broken   balancer.Outcome // how it ended: OK unless it broke
	last     bool             // takes no more requests, and closes when its own are done
}

// switchboard is the connections that clients hold open.
type switchboard struct {
	places []int32 // connection by client and place; -1: none open
	turns  []int32 // by client: the place whose turn it is
	conns  []connection
	spare  int32 // head of the free list
}

func newSwitchboard(clients, each int) *switchboard {
	b := &switchboard{places: make([]int32, clients*each), turns: make([]int32, clients), spare: -1}
	for i := range b.places {
		b.places[i] = -1
	}
	return b
}

// dispatchOnConnection sends a request over one of its client's connections, in
// turn, and opens it first if need be.
func (e *engine) dispatchOnConnection(ref int32, r *request) {
	b := e.switchboard
	x := &e.stories[ref]
	each := int32(len(b.places) / len(b.turns))
	place := x.client*each + b.turns[x.client]
	if b.turns[x.client]++; b.turns[x.client] == each {
		b.turns[x.client] = 0
	}
	// A place belongs to one frontend, as a client resolves a name once.
	r.frontend = uint16(int(place) % len(e.frontends))
	if b.places[place] < 0 {
		if e.topology.torn && !e.elsewhere(ref, r) {
			e.reject(ref, r, balancer.NoEndpoint)
			return
		}
		e.describe(ref, &e.query)
		d := e.frontends[r.frontend].Start(e.now, &e.query)
		if e.query.SetCookie {
			e.keepCookie(ref, &e.query)
		}
		if d.Kind != balancer.Send {
			e.carryOut(ref, r, d, balancer.OK)
			return
		}
		b.places[place] = b.open(connection{ticket: d.Ticket, place: place, frontend: r.frontend})
	}
	x.conn = b.places[place]
	c := &b.conns[x.conn]
	r.frontend = c.frontend
	c.used++
	c.active++
	if n := e.m.Clients.RequestsPerConnection; n > 0 && int(c.used) == n {
		b.retire(c)
	}
	t := c.ticket
	t.At = e.now
	frontend := int32(r.frontend)
	e.attempt(ref, r, t)
	if e.frontends[frontend].Events() {
		e.followUp(frontend)
	}
}

func (b *switchboard) open(c connection) int32 {
	i := b.spare
	if i < 0 {
		b.conns = append(b.conns, c)
		return int32(len(b.conns) - 1)
	}
	b.spare = b.conns[i].next
	b.conns[i] = c
	return i
}

// retire lets no further request onto c.
func (b *switchboard) retire(c *connection) {
	c.last = true
	b.places[c.place] = -1
}

// endOnConnection notes that a request is over, and closes the connection if it was
// its last, or if it is broken.
func (e *engine) endOnConnection(conn int32, o balancer.Outcome) {
	c := &e.switchboard.conns[conn]
	if o == balancer.Reset || o == balancer.Unreachable {
		c.broken = o
		if !c.last {
			e.switchboard.retire(c)
		}
	}
	if c.active--; c.active == 0 && c.last {
		e.hangUp(conn)
	}
}

func (e *engine) hangUp(conn int32) {
	b := e.switchboard
	c := &b.conns[conn]
	e.frontends[c.frontend].Finish(e.now, &e.query, c.ticket, c.broken)
	c.next, b.spare = b.spare, conn
}

// hangUpOnLeavers retires the connections to the servers that are no longer there.
func (e *engine) hangUpOnLeavers(ids []int32) {
	for id, slot := range e.slotOf {
		if slot >= 0 && !slices.Contains(ids, int32(id)) {
			e.hangUpOn(e.poolOf(int32(id)), slot)
		}
	}
}

// hangUpOn retires the connections to a server that takes no new work.
func (e *engine) hangUpOn(pool balancer.PoolID, slot int32) {
	b := e.switchboard
	for _, conn := range b.places {
		if conn < 0 || b.conns[conn].ticket.Slot != slot || b.conns[conn].ticket.Pool != pool {
			continue
		}
		b.retire(&b.conns[conn])
		if b.conns[conn].active == 0 {
			e.hangUp(conn)
		}
	}
}

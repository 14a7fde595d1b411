package sim

import (
	"lbsim/balancer"
	"lbsim/clock"
)

// lane holds events that all come the same delay after they are made, such as
// time-outs and messages on their way: first in, first out, so only the head is
// an event in the queue and adding one costs O(1). An entry whose request has
// gone stays until it is its turn, and then counts for nothing.
type lane struct {
	ring []laneEntry // a power of two long
	head uint
	tail uint
}

type laneEntry struct {
	at   clock.Time
	seq  uint64
	ref  int32  // request or probe
	gen  uint32 // of the request, to know whether it is still the same
	kind messageKind

	attempt uint8            // of the request, which may have gone on to another
	outcome balancer.Outcome // of a toClient
}

// messageKind says what a lane entry means when its time comes.
type messageKind uint8

const (
	toServer   messageKind = iota // an attempt reaches its server
	toClient                      // what became of it reaches the balancer
	timeout                       // a client stops waiting
	tryTimeout                    // a balancer stops waiting for an attempt
	probeAsk                      // a probe reaches its server
	probeAnswer
)

func (l *lane) push(e laneEntry) (first bool) {
	if l.tail-l.head == uint(len(l.ring)) {
		l.grow()
	}
	l.ring[l.tail&uint(len(l.ring)-1)] = e
	l.tail++
	return l.tail-l.head == 1
}

func (l *lane) grow() {
	ring := make([]laneEntry, max(64, 2*len(l.ring)))
	for i := l.head; i != l.tail; i++ {
		ring[i&uint(len(ring)-1)] = l.ring[i&uint(len(l.ring)-1)]
	}
	l.ring = ring
}

func (l *lane) empty() bool { return l.head == l.tail }

func (l *lane) first() *laneEntry { return &l.ring[l.head&uint(len(l.ring)-1)] }

func (l *lane) pop() { l.head++ }

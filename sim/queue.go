package sim

import "lbsim/clock"

// queue is the contract of an event queue over a fixed number of event sources
// (a worker, the head of a lane, a balancer's deadline …), each with at most one
// pending event. Events come out in order of time and, at one instant, of
// sequence. All implementations give the same order, bit for bit.
type queue interface {
	// set puts source's event at the instant at, instead of the one it may have;
	// clock.Never takes it out. No two pending events have the same seq.
	set(source int32, at clock.Time, seq uint64)
	// min returns the first event and its key; clock.Never when there is none.
	min() (at clock.Time, key eventKey)
	// pending returns when source's event is; clock.Never when it has none.
	pending(source int32) clock.Time
}

// eventKey orders events of one instant: the sequence number above, the source
// below.
type eventKey uint64

const (
	sourceBits = 24
	maxSources = 1 << sourceBits
)

func keyOf(source int32, seq uint64) eventKey { return eventKey(seq<<sourceBits | uint64(source)) }

func (k eventKey) source() int32 { return int32(k & (maxSources - 1)) }

// Queue names an implementation.
type Queue uint8

const (
	Tree Queue = iota // a tournament tree: the default
	Heap              // a 4-ary heap, for comparison
)

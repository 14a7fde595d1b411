// Package algorithms holds the ways of choosing an endpoint for a request, one
// to a file. A picker is plain state: it holds no clock, no lock and does no
// I/O, so the simulator and the proxy run the very same one. What is in flight,
// who is ready and how much each weighs is told it by its caller (package
// balancer). Nothing here is safe for concurrent use.
package algorithms

import (
	"net/netip"
	"time"

	"lbsim/clock"
)

// Picker chooses endpoints. Calls come from one goroutine, in order of time.
type Picker interface {
	// Rebuilt tells that the set's members changed. It is called once before
	// anything else and may allocate.
	Rebuilt(s *Set)
	// Changed tells that one member's in-flight count, weight or readiness
	// changed, after the change. It is not called for Started and Finished
	// unless the picker's Spec says WatchesLoad. It does not allocate for
	// Started and Finished.
	Changed(s *Set, slot int32, what Change)
	// Pick returns the slot of a ready member. Its caller guarantees that one
	// is ready. Where a ready member that the request has not tried exists, the
	// slot is of such a member. It does not allocate.
	Pick(now clock.Time, s *Set, r *Request) (slot int32)
}

// Observer is a Picker that learns from answers, probes or what servers say.
type Observer interface {
	Observe(now clock.Time, s *Set, slot int32, o Observation)
}

// Prober is a Picker that asks servers how they are, beside the requests.
type Prober interface {
	// AppendProbes appends the slots to be probed now, after a pick at now (or,
	// with idle, because the deadline of NextProbe has come).
	AppendProbes(now clock.Time, s *Set, idle bool, dst []int32) []int32
	// NextProbe returns when AppendProbes wants to be called though no request
	// came; clock.Never for not at all.
	NextProbe() clock.Time
}

// Reported is a Picker that may live on what servers say of themselves: Idle and
// Busy observations.
type Reported interface {
	WantsReports() bool
}

// KeyHasher is a Picker whose product has a key hash of its own: whoever makes a
// Request sets Request.Key to HashKey of the routing key's bytes. For all others it
// is xxhash64 with seed 0. It does not allocate.
type KeyHasher interface {
	HashKey(key []byte) uint64
}

// Sized is a Picker that keeps tables. MemoryBytes is what they take now, the set
// not included.
type Sized interface {
	MemoryBytes() int
}

// Change says what changed of a member.
type Change uint8

const (
	Started    Change = iota // one more in flight
	Finished                 // one fewer in flight
	Reweighted               // another effective weight
	Readied                  // may be picked now
	Unreadied                // may not be picked now
)

// Observation is something learned about a member.
type Observation struct {
	Kind     Kind
	Failed   bool          // Answer: the attempt failed. Probe: no reply
	Latency  time.Duration // Answer: of the attempt. Probe: the server's own estimate
	InFlight int32         // Probe: the server's own count
	// FirstByte is, of an Answer, the time to the first byte of the response; 0
	// when it is not known, and then it counts as Latency.
	FirstByte time.Duration
}

// Kind says where an Observation comes from.
type Kind uint8

const (
	Answer Kind = iota // an attempt ended
	Probe              // a probe's reply came
	Idle               // the server reports, unasked, that it has nothing to do
	Busy               // an idle report is withdrawn
)

// Request is what a picker may know of a request.
type Request struct {
	Key     uint64 // hash (xxhash64) of the routing key; see HasKey
	HasKey  bool
	Attempt uint8      // 0 for the first
	Tried   Tried      // slots that earlier attempts were sent to
	Client  netip.Addr // the client's address; the zero Addr when unknown
}

// Tried is the slots that a request was sent to before, the last eight at most.
type Tried struct {
	n     uint8
	slots [8]int32
}

// Add notes slot; of more than eight the oldest is forgotten.
func (t *Tried) Add(slot int32) {
	if int(t.n) == len(t.slots) {
		copy(t.slots[:], t.slots[1:])
		t.n--
	}
	t.slots[t.n] = slot
	t.n++
}

// Clear forgets all slots.
func (t *Tried) Clear() { t.n = 0 }

// Has reports whether slot was noted.
func (t *Tried) Has(slot int32) bool {
	for _, s := range t.slots[:t.n] {
		if s == slot {
			return true
		}
	}
	return false
}

// Len returns how many slots are noted.
func (t *Tried) Len() int { return int(t.n) }

// Slots returns the noted slots, oldest first; the slice is valid until Add.
func (t *Tried) Slots() []int32 { return t.slots[:t.n] }

// Untried reports whether a ready member of s exists that t does not hold: the
// condition under which a picker must avoid t's members. It costs O(len(t)).
func (t *Tried) Untried(s *Set) bool {
	if t.n == 0 {
		return true
	}
	ready := len(s.Ready)
	for i, slot := range t.slots[:t.n] {
		again := false
		for _, other := range t.slots[:i] {
			again = again || other == slot
		}
		if !again && int(slot) < s.Len() && s.IsReady(slot) {
			ready--
		}
	}
	return ready > 0
}

package algorithms

import (
	"math/bits"
	"slices"
)

// Member is one endpoint as a picker knows it.
type Member struct {
	Key    string  // stable identity, unique in a set: what hashing methods place
	Weight float64 // declared weight, > 0; ignored by pickers that declare so
}

// Set is the endpoints that one picker chooses among: who they are, which are
// ready, their effective weights and how much each has in flight. It belongs to
// the balancer; a picker reads it and never writes. A member keeps its slot for
// as long as it stays in the set; vacant slots are never ready. A Set is not safe
// for concurrent use.
type Set struct {
	Members  []Member  // by slot; a vacant slot has an empty Key
	Weight   []float64 // effective weight by slot: > 0 for every ready member
	InFlight []int32   // attempts sent and not yet finished, by slot
	Ready    []int32   // ready slots, ascending
	Version  uint64    // moves whenever Members does
	bits     []uint64
	vacant   int // slots without a member
}

// NewSet returns a set of the given members, all ready, nothing in flight.
func NewSet(members []Member) *Set {
	s := &Set{}
	for _, m := range members {
		s.SetReady(s.Insert(m), true)
	}
	return s
}

// Len returns the number of slots, the vacant ones included.
func (s *Set) Len() int { return len(s.Members) }

// IsReady reports whether slot may be picked.
func (s *Set) IsReady(slot int32) bool { return s.bits[slot>>6]>>(slot&63)&1 != 0 }

// Insert puts m into the lowest vacant slot, not ready and with nothing in
// flight, and returns the slot. It costs O(n) when a slot is
// vacant and amortised O(1) otherwise.
func (s *Set) Insert(m Member) int32 {
	s.Version++
	if s.vacant == 0 {
		return s.push(m)
	}
	slot := slices.IndexFunc(s.Members, func(m Member) bool { return m.Key == "" })
	s.Members[slot], s.Weight[slot], s.InFlight[slot] = m, m.Weight, 0
	s.vacant--
	return int32(slot)
}

// InsertAt puts m into a slot that is vacant, or beyond the last: those between are
// vacant then. So a set may have the slots of another, of which it holds a part.
func (s *Set) InsertAt(slot int32, m Member) {
	s.Version++
	for s.Len() <= int(slot) {
		s.push(Member{})
		s.vacant++
	}
	s.Members[slot], s.Weight[slot], s.InFlight[slot] = m, m.Weight, 0
	s.vacant--
}

func (s *Set) push(m Member) int32 {
	slot := len(s.Members)
	s.Members = append(s.Members, m)
	s.Weight = append(s.Weight, m.Weight)
	s.InFlight = append(s.InFlight, 0)
	if slot>>6 == len(s.bits) {
		s.bits = append(s.bits, 0)
	}
	return int32(slot)
}

// Remove vacates slot.
func (s *Set) Remove(slot int32) {
	s.SetReady(slot, false)
	s.Members[slot], s.InFlight[slot] = Member{}, 0
	s.vacant++
	s.Version++
}

// SetReady makes slot ready or not and reports whether that changed anything.
// It costs O(n) moves of 4 bytes: readiness changes are rare.
func (s *Set) SetReady(slot int32, ready bool) bool {
	if s.IsReady(slot) == ready {
		return false
	}
	s.bits[slot>>6] ^= 1 << (slot & 63)
	at, _ := slices.BinarySearch(s.Ready, slot)
	if ready {
		s.Ready = slices.Insert(s.Ready, at, slot)
	} else {
		s.Ready = slices.Delete(s.Ready, at, at+1)
	}
	return true
}

// NextReady returns the first ready slot at or after slot, going round; -1 when
// none is ready. It looks at 64 slots at a time.
func (s *Set) NextReady(slot int32) int32 {
	if len(s.Ready) == 0 {
		return -1
	}
	if int(slot) >= len(s.Members) {
		slot = 0
	}
	w := int(slot >> 6)
	word := s.bits[w] &^ (1<<(slot&63) - 1)
	for word == 0 {
		if w++; w == len(s.bits) {
			w = 0
		}
		word = s.bits[w]
	}
	return int32(w<<6 + bits.TrailingZeros64(word))
}

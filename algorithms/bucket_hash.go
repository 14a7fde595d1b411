package algorithms

import (
	"slices"

	"lbsim/clock"
	"lbsim/random"
)

// buckets is a consistent hash to numbered buckets of which any may leave.
type buckets interface {
	// add puts a bucket into use and returns it.
	add() int32
	// remove takes a bucket out of use.
	remove(b int32)
	// find returns the bucket of a key's hash; one is in use. It does not allocate.
	find(hash uint64) int32
	bytes() int
}

// bucketHash gives each member a bucket for as long as it stays in the set. Members
// that leave together leave in order of slots, and then those that are new come in
// order of slots; so a change moves only the keys of who left, and to who is new,
// but which bucket a new member gets depends on the history of the set: balancers
// agree if they saw the same changes in the same order.
//
// While a member can't be picked the key is hashed again, so that only its keys
// move, and come back; after 32 times in vain the hash falls to one of the ready.
// When a member leaves that was out, its keys, which others had, are dealt once more.
// A request without a key goes to a random member. Weights don't count.
type bucketHash struct {
	of    buckets
	slots []int32 // by bucket
	who   tenants
	have  []int32 // by slot: its bucket, -1 when none
	rnd   random.Source
}

// rehashes is how often a key is hashed again before a method settles for anybody.
const rehashes = 32

func (p *bucketHash) Rebuilt(s *Set) {
	var fresh []int32
	p.who.update(s, func(slot int32) {
		if int(slot) == len(p.have) {
			p.have = append(p.have, -1)
		}
		if b := p.have[slot]; b >= 0 {
			p.of.remove(b)
			p.have[slot] = -1
		}
		if s.Members[slot].Key != "" {
			fresh = append(fresh, slot)
		}
	})
	for _, slot := range fresh {
		b := p.of.add()
		for int(b) >= len(p.slots) {
			p.slots = append(p.slots, -1)
		}
		p.slots[b], p.have[slot] = slot, b
	}
}

func (p *bucketHash) Changed(*Set, int32, Change) {}

func (p *bucketHash) Pick(_ clock.Time, s *Set, r *Request) int32 {
	if !r.HasKey {
		return drawReady(&p.rnd, s, r)
	}
	slot := p.slots[p.of.find(r.Key)]
	if r.Tried.Len() == 0 && s.IsReady(slot) {
		return slot
	}
	f := fitFor(s, r)
	hash := r.Key
	for range rehashes {
		if f.has(slot) {
			return slot
		}
		hash = mix64(hash)
		slot = p.slots[p.of.find(hash)]
	}
	return f.any(hash)
}

// MemoryBytes is what the buckets and who is in them take.
func (p *bucketHash) MemoryBytes() int {
	return p.of.bytes() + 4*cap(p.slots) + 4*cap(p.have) + 16*cap(p.who)
}

// grown returns list with at least n elements.
func grown(list []int32, n int) []int32 {
	if n <= len(list) {
		return list
	}
	return append(list, slices.Repeat([]int32{0}, n-len(list))...)
}

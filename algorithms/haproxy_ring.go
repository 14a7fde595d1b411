package algorithms

import (
	"slices"

	"lbsim/clock"
)

// haproxyRing is the tree that HAProxy's consistent hash and its random draws look
// servers up in: 32 bits go round, and a member of weight w has 16 w nodes, rounded up,
// at
//
//	avalanche(4096 id + i),	i = 0, 1 …
//
// where id is its place in the configuration, from 1. A hash belongs to the node that
// is nearest on either side, the one before if both are as far. Where that member does
// not fit, the next node clockwise is asked. The nodes are those of who is ready, by
// effective weight, so slow start moves keys, as there.
//
// Source: HAProxy 2.6, lb_chash.c; newer ones have hash-key, whose default is the same.
type haproxyRing struct {
	all, live circle
	index     []int64 // of the nodes of all: i
	stale     bool    // live
	turn      uint64  // where the last request without a key went
	hash      haproxyHash
}

const haproxyIDs = 4096

func (p *haproxyRing) Rebuilt(s *Set) {
	points := p.live.points[:0]
	for slot, m := range s.Members {
		if m.Key == "" {
			continue
		}
		for i := range haproxyNodes(m.Weight) {
			points = append(points, ringPoint{uint64(haproxyNode(slot, i)), int32(slot)})
		}
	}
	p.all.build(points, s, 32, 1)
	p.live.points = points
	p.live.reserve(len(points), 32, 1)
	p.number(s)
	p.stale = true
}

// haproxyNodes is how many nodes a member has: of very great weights not more than of
// 16 times HAProxy's greatest.
func haproxyNodes(weight float64) int64 { return min(haproxyWeight(weight), haproxyMost*haproxyScale) }

// haproxyNode is where the node i of a member is.
func haproxyNode(slot int, i int64) uint32 {
	return avalanche(uint32(slot+1)*haproxyIDs + uint32(i))
}

// number finds which node of its member each is.
func (p *haproxyRing) number(s *Set) {
	p.index = slices.Grow(p.index[:0], len(p.all.points))[:len(p.all.points)]
	for slot, m := range s.Members {
		if m.Key == "" {
			continue
		}
		for i := range haproxyNodes(m.Weight) {
			hash := uint64(haproxyNode(slot, i))
			at := p.all.first(hash)
			for p.all.points[at] != (ringPoint{hash, int32(slot)}) {
				at++
			}
			p.index[at] = i
		}
	}
}

func (p *haproxyRing) Changed(_ *Set, _ int32, what Change) {
	if what == Readied || what == Unreadied || what == Reweighted {
		p.stale = true
	}
}

// nodes returns the ring of those that are ready. After a change it is made anew, which
// costs the number of nodes and does not allocate.
func (p *haproxyRing) nodes(s *Set) *circle {
	if p.stale {
		p.stale = false
		p.live.points = p.live.points[:0]
		for at, point := range p.all.points {
			if s.IsReady(point.slot) && p.index[at] < haproxyNodes(s.Weight[point.slot]) {
				p.live.points = append(p.live.points, point)
			}
		}
		p.live.index()
	}
	return &p.live
}

func (p *haproxyRing) find(key uint64, f *fit) int32 {
	ring := p.nodes(f.s)
	n, hash := len(ring.points), uint32(key)
	at := ring.first(uint64(hash)) % n
	before := (at + n - 1) % n
	if hash-uint32(ring.points[before].hash) <= uint32(ring.points[at].hash)-hash {
		at = before
	}
	for range n {
		if slot := ring.points[at].slot; f.has(slot) {
			return slot
		}
		at = (at + 1) % n
	}
	return -1
}

// Pick sends a request with a key to where it belongs, and one without from node to
// node round the ring (chash_get_next_server).
func (p *haproxyRing) Pick(_ clock.Time, s *Set, r *Request) int32 {
	f := fitFor(s, r)
	if r.HasKey {
		if slot := p.find(r.Key, &f); slot >= 0 {
			return slot
		}
	}
	ring := p.nodes(s)
	at := ring.first(p.turn) % len(ring.points)
	for !f.has(ring.points[at].slot) {
		at = (at + 1) % len(ring.points)
	}
	p.turn = (ring.points[at].hash + 1) & (1<<32 - 1)
	return ring.points[at].slot
}

// HashKey is the key's hash.
func (p *haproxyRing) HashKey(key []byte) uint64 { return p.hash.HashKey(key) }

// MemoryBytes is what both rings take.
func (p *haproxyRing) MemoryBytes() int { return p.all.bytes() + p.live.bytes() + 8*cap(p.index) }

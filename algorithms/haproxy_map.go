package algorithms

import (
	"slices"

	"lbsim/clock"
)

// haproxyMap is the table that HAProxy's map-based algorithms look servers up in. It
// has an entry for each unit of the ready members' weights, which are divided by their
// greatest common divisor. With W their sum and a score of 0 each at first, an entry is
// the first member whose score, after its weight was added to it, has the greatest
//
//	(score + W) / W	(whole numbers)
//
// and that member's score falls by W. Weights that are not whole count in sixteenths,
// rounded up; where there would be more than 65,536 entries all are less, in
// proportion. Of a member weight counts as it was declared: the table starts nobody
// slowly.
//
// Source: HAProxy lb_map.c, recalc_server_map.
type haproxyMap struct {
	entries []int32
	weights []int64 // by slot
	scores  []int64 // by slot
	stale   bool
	turn    int // of static-rr
}

// mostEntries is where the table stops growing.
const mostEntries = 1 << 16

func (p *haproxyMap) Rebuilt(s *Set) {
	p.weights = slices.Grow(p.weights[:0], s.Len())[:s.Len()]
	p.scores = slices.Grow(p.scores[:0], s.Len())[:s.Len()]
	divisor, total := int64(0), int64(0)
	for slot, m := range s.Members {
		p.weights[slot] = 0
		if m.Key != "" {
			p.weights[slot] = haproxyWeight(m.Weight)
			divisor = commonDivisor(divisor, p.weights[slot])
			total += p.weights[slot]
		}
	}
	for slot, w := range p.weights {
		if w == 0 {
			continue
		}
		w /= divisor
		if total/divisor > mostEntries {
			w = max(1, w*mostEntries/(total/divisor))
		}
		p.weights[slot] = w
	}
	total = 0
	for _, w := range p.weights {
		total += w
	}
	p.entries = slices.Grow(p.entries[:0], int(total))
	p.stale = true
}

func commonDivisor(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func (p *haproxyMap) Changed(_ *Set, _ int32, what Change) {
	if what == Readied || what == Unreadied {
		p.stale = true
	}
}

// table returns the entries. After a change of who is ready it makes them anew, which
// costs their number times that of the members where weights differ.
func (p *haproxyMap) table(s *Set) []int32 {
	if !p.stale {
		return p.entries
	}
	p.stale = false
	p.entries = p.entries[:0]
	total := int64(0)
	for _, slot := range s.Ready {
		total += p.weights[slot]
		p.scores[slot] = 0
	}
	if total == int64(len(s.Ready)) { // what the rule comes to with equal weights
		p.entries = append(p.entries, s.Ready...)
		return p.entries
	}
	for range total {
		best, most := int32(-1), int64(0)
		for _, slot := range s.Ready {
			p.scores[slot] += p.weights[slot]
			if v := (p.scores[slot] + total) / total; best < 0 || v > most {
				best, most = slot, v
			}
		}
		p.scores[best] -= total
		p.entries = append(p.entries, best)
	}
	return p.entries
}

// find returns the member of the entry at hash modulo their number or, where that does
// not fit a retry, that of the next entry.
func (p *haproxyMap) find(hash uint64, f *fit) int32 {
	entries := p.table(f.s)
	at := int(hash % uint64(len(entries)))
	for !f.has(entries[at]) {
		if at++; at == len(entries) {
			at = 0
		}
	}
	return entries[at]
}

// Pick takes the entries one after the other: HAProxy's static-rr, and what has no key.
func (p *haproxyMap) Pick(_ clock.Time, s *Set, r *Request) int32 {
	entries := p.table(s)
	if p.turn >= len(entries) {
		p.turn = 0
	}
	f := fitFor(s, r)
	for !f.has(entries[p.turn]) {
		if p.turn++; p.turn == len(entries) {
			p.turn = 0
		}
	}
	slot := entries[p.turn]
	p.turn++
	return slot
}

// MemoryBytes is what the table takes.
func (p *haproxyMap) MemoryBytes() int {
	return 4*cap(p.entries) + 8*cap(p.weights) + 8*cap(p.scores)
}

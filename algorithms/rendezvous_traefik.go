package algorithms

import (
	"encoding/binary"
	"encoding/hex"

	"lbsim/clock"
	"lbsim/random"
)

// traefikRendezvous is Traefik's hrw: the greatest
//
//	weight / -ln(h/2^64), h = FNV-1a of the key and the name
//
// the first of equals, of the ready. A name is, as Traefik names servers, FNV-1a of
// the member's key in hexadecimal digits: with names that differ in their last
// letters alone FNV-1a would give almost equal h, and all requests to the heaviest.
// Even so h of one key and two names differ by almost the same for all keys, so the
// scores depend on each other and shares differ from the weights by a fifth or so.
// Traefik's routing key is the client's address. Logarithms are this project's,
// which may differ from Go's in the last place.
//
// Source: Traefik pkg/server/service/loadbalancer/hrw/hrw.go, service.go.
type traefikRendezvous struct {
	names   [][16]byte // by slot
	keyless randomPick
}

// HashKey is FNV-1a of the key, with which that of key and name begins.
func (p *traefikRendezvous) HashKey(key []byte) uint64 { return fnv1a(fnvOffset, key) }

func (p *traefikRendezvous) Rebuilt(s *Set) {
	p.keyless.Rebuilt(s)
	p.names = make([][16]byte, s.Len())
	for slot, m := range s.Members {
		var sum [8]byte
		binary.BigEndian.PutUint64(sum[:], fnv1a(fnvOffset, m.Key))
		hex.Encode(p.names[slot][:], sum[:])
	}
}

func (p *traefikRendezvous) Changed(s *Set, slot int32, what Change) {
	p.keyless.Changed(s, slot, what)
}

func (p *traefikRendezvous) Pick(now clock.Time, s *Set, r *Request) int32 {
	if !r.HasKey {
		return p.keyless.Pick(now, s, r)
	}
	f := fitFor(s, r)
	best, most := int32(-1), 0.0
	for _, slot := range s.Ready {
		if !f.has(slot) {
			continue
		}
		score := 0.0
		if h := fnv1a(r.Key, p.names[slot][:]); h > 0 {
			score = 1 / -random.Log(float64(h)*0x1p-64) * s.Members[slot].Weight
		}
		if best < 0 || score > most {
			best, most = slot, score
		}
	}
	return best
}

// MemoryBytes is what the names take.
func (p *traefikRendezvous) MemoryBytes() int { return 16 * cap(p.names) }

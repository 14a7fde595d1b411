package algorithms

import (
	"errors"
	"hash/crc32"
	"slices"
	"strconv"

	"lbsim/clock"
	"lbsim/random"
)

func init() {
	Register(Spec{
		Name:     "modulo",
		Aliases:  []string{"hash", "mod"},
		Title:    "Modulo hash",
		Summary:  "The endpoint at the place in the list that the hash of the request's key, modulo their number or weight, points to.",
		Use:      "Pools that never change, where it is the cheapest and the most even; a yardstick for what consistent hashing saves.",
		Avoid:    "Pools that change: from n to n + 1 endpoints all but 1/(n + 1) of the keys move, and with profile lbsim as many when one is out for a while.",
		Cost:     "equal weights: O(1), O(n) on the first pick after a change; unequal and profile nginx: O(log n), 20 times that at most on the way to an unready endpoint's replacement",
		Source:   "Textbook; NGINX ngx_http_upstream_hash_module.c for nginx, HAProxy lb_map.c for haproxy",
		Weighted: true,
		NeedsKey: true,
		Params: []Param{{
			Name: "profile", Type: Word, Default: "lbsim", Words: []string{"lbsim", "nginx", "haproxy"},
			Doc: "lbsim: the list of those that are ready, so all spread evenly and most keys move when one is out; nginx, `hash $key`: the list of all, hashed again when it leads to one that is out, 15 bits of a CRC-32; haproxy, `hash-type map-based`: a table of those that are ready, made anew when they change, O(weights times endpoints) where weights differ",
		}, functionParam, avalancheParam},
		New: func(v Values, rnd random.Source) (Picker, error) {
			profile := v.Text("profile")
			if profile != "haproxy" && v.anySet("function", "avalanche") {
				return nil, errors.New("modulo: function and avalanche are parameters of profile haproxy")
			}
			switch profile {
			case "nginx":
				return &moduloNGINX{keyless: randomPick{rnd: rnd}}, nil
			case "haproxy":
				return &moduloHAProxy{hash: newHaproxyHash(v, false)}, nil
			}
			return &modulo{keyless: randomPick{rnd: rnd}}, nil
		},
	})
}

// modulo takes the ready members in the order in which they joined (those that
// joined together in order of slots) and goes to the one at hash mod n or, where
// declared weights differ, at place hash mod their sum on the line of them; of
// weights that are not whole at hash/2^64 of the sum. The order is its own, because
// a slot is used again: so a list from which one is taken closes up, and who comes
// later is behind. A retry goes to the next in the list that was not tried. A
// request without a key goes to a random member.
type modulo struct {
	order   arrivals
	ready   []int32
	line    weightLine // of ready
	stale   bool       // both
	keyless randomPick
}

func (p *modulo) Rebuilt(s *Set) {
	p.keyless.Rebuilt(s)
	p.order.update(s)
	p.list(s)
}

func (p *modulo) Changed(s *Set, slot int32, what Change) {
	p.keyless.Changed(s, slot, what)
	if what == Readied || what == Unreadied {
		p.stale = true
	}
}

func (p *modulo) Pick(now clock.Time, s *Set, r *Request) int32 {
	if !r.HasKey {
		return p.keyless.Pick(now, s, r)
	}
	if p.stale {
		p.list(s)
	}
	at := p.at(r.Key)
	if r.Tried.Len() == 0 {
		return p.ready[at]
	}
	for f := fitFor(s, r); !f.has(p.ready[at]); {
		if at++; at == len(p.ready) {
			at = 0
		}
	}
	return p.ready[at]
}

func (p *modulo) at(hash uint64) int {
	switch {
	case p.line.even:
		return int(hash % uint64(len(p.ready)))
	case p.line.whole:
		return p.line.at(float64(hash % uint64(p.line.total())))
	}
	return p.line.at(float64((float64(hash>>11) * 0x1p-53) * p.line.total()))
}

// list takes over who is ready. After Rebuilt it does not allocate.
func (p *modulo) list(s *Set) {
	p.ready = slices.Grow(p.ready[:0], len(p.order.slots))
	p.line.reset()
	p.line.sums = slices.Grow(p.line.sums, len(p.order.slots))
	for _, slot := range p.order.slots {
		if s.IsReady(slot) {
			p.ready = append(p.ready, slot)
			p.line.add(s.Members[slot].Weight)
		}
	}
	p.stale = false
}

// MemoryBytes is what the lists take.
func (p *modulo) MemoryBytes() int {
	return 4*cap(p.ready) + 8*cap(p.line.sums) + 4*cap(p.order.slots) + 16*cap(p.order.keys)
}

// arrivals is the members in the order in which they joined; those that joined
// together are in order of slots. Who comes in the very change in which another goes,
// and gets its slot, gets its place in the order: a line of a configuration that is
// edited stays where it is.
type arrivals struct {
	slots []int32
	keys  []string // of slots
}

// update takes over the members of s.
func (a *arrivals) update(s *Set) {
	known := make([]bool, s.Len())
	kept := 0
	for _, slot := range a.slots {
		if key := s.Members[slot].Key; key != "" { // the same member, or who came for it at once
			a.slots[kept], a.keys[kept] = slot, key
			known[slot] = true
			kept++
		}
	}
	a.slots, a.keys = a.slots[:kept], a.keys[:kept]
	for slot, m := range s.Members {
		if m.Key != "" && !known[slot] {
			a.slots, a.keys = append(a.slots, int32(slot)), append(a.keys, m.Key)
		}
	}
}

// moduloNGINX is NGINX's `hash $key`. With the sum of the declared weights of all
// members, ready or not,
//
//	h := h + (crc32(again key) >> 16 & 0x7fff)
//
// from h = 0 leads to the place h mod sum on the line of weights, in order of slots.
// `again` is empty at first and then the number of the attempt in decimal digits;
// when 21 places in vain are tried smooth weighted round robin decides, and so it
// does for one member. Weights that are not whole, which NGINX does not have, take
// the place (h mod 2^15 + 1/2)/2^15 of the sum. Request.Key holds the CRC of the key
// and its length, from which the CRC of a text before it follows.
type moduloNGINX struct {
	line    weightLine // by slot
	members int
	again   [1 + nginxTries]uint32 // the CRC of the number's digits
	turn    smoothSchedule
	keyless randomPick
}

// HashKey is the key's CRC-32 in the low and its length in the high 32 bits.
func (p *moduloNGINX) HashKey(key []byte) uint64 {
	return uint64(crc32.ChecksumIEEE(key)) | uint64(uint32(len(key)))<<32
}

func (p *moduloNGINX) Rebuilt(s *Set) {
	p.keyless.Rebuilt(s)
	p.turn.Rebuilt(s)
	p.members = membersOf(s)
	p.line.reset()
	for _, m := range s.Members {
		p.line.add(m.Weight) // of a vacant slot 0
	}
	for i := 1; i < len(p.again); i++ {
		p.again[i] = crc32.ChecksumIEEE([]byte(strconv.Itoa(i)))
	}
}

func (p *moduloNGINX) Changed(s *Set, slot int32, what Change) {
	p.keyless.Changed(s, slot, what)
	p.turn.Changed(s, slot, what)
}

func (p *moduloNGINX) Pick(now clock.Time, s *Set, r *Request) int32 {
	if !r.HasKey {
		return p.keyless.Pick(now, s, r)
	}
	if p.members < 2 {
		return p.turn.Pick(now, s, r)
	}
	f := fitFor(s, r)
	crc, h := uint32(r.Key), uint64(0)
	for i := range p.again {
		if i > 0 {
			crc = crcConcat(p.again[i], uint32(r.Key), r.Key>>32)
		}
		h += uint64(crc >> 16 & 0x7fff)
		if slot := p.at(h); f.has(slot) {
			return slot
		}
	}
	return p.turn.Pick(now, s, r)
}

func (p *moduloNGINX) at(h uint64) int32 {
	if p.line.whole {
		return int32(p.line.at(float64(h % uint64(p.line.total()))))
	}
	return int32(p.line.at(float64((float64(h&0x7fff) + 0.5) / 0x8000 * p.line.total())))
}

// MemoryBytes is what the line of weights takes.
func (p *moduloNGINX) MemoryBytes() int { return 8 * cap(p.line.sums) }

// moduloHAProxy is HAProxy's `hash-type map-based`: the entry of the table at hash
// modulo their number; a request without a key takes the next one in turn.
type moduloHAProxy struct {
	haproxyMap
	hash haproxyHash
}

// HashKey is the key's hash by hash-type's function.
func (p *moduloHAProxy) HashKey(key []byte) uint64 { return p.hash.HashKey(key) }

func (p *moduloHAProxy) Pick(now clock.Time, s *Set, r *Request) int32 {
	if !r.HasKey {
		return p.haproxyMap.Pick(now, s, r)
	}
	f := fitFor(s, r)
	return p.find(r.Key, &f)
}

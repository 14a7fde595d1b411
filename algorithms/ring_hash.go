package algorithms

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/cespare/xxhash/v2"

	"lbsim/clock"
	"lbsim/random"
)

func init() {
	Register(Spec{
		Name:     "ring_hash",
		Aliases:  []string{"consistent_hash", "ketama"},
		Title:    "Ring hash",
		Summary:  "The endpoint whose point on a ring follows the hash of the request's key; each endpoint has many points.",
		Use:      "Caches and shards: a key stays on its endpoint, and a change of the pool moves only the keys of the endpoints that came or went.",
		Avoid:    "Few hot keys: their endpoints are overloaded however many others are idle. Keys that do not matter to the endpoints.",
		Cost:     "O(log points); up to 2 + tried further points in expectation while endpoints are out, and O(points) on the first pick after a change while most are",
		Source:   "Karger et al., STOC 1997; Envoy ring_hash_lb.cc (points hash key_i with xxHash64), NGINX ngx_http_upstream_hash_module.c (160 points a weight unit)",
		Weighted: true,
		NeedsKey: true,
		Params: []Param{
			{Name: "points", Type: Int, Default: "160", Min: 1, Max: 100000,
				Doc: "points for each unit of weight. The greatest load exceeds the mean by about 1/sqrt(points) standard deviations of the ring's own unevenness: with 160 by some 8% a deviation"},
			{Name: "max_points", Type: Int, Default: "1048576", Min: 1, Max: 8388608,
				Doc: "points on the whole ring; beyond it all get fewer, in proportion, 1 at least"},
		},
		New: func(v Values, rnd random.Source) (Picker, error) {
			return &ringHash{perWeight: float64(v.Int("points")), most: float64(v.Int("max_points")), keyless: randomPick{rnd: rnd}}, nil
		},
	})
}

// ringHash places each member at the points xxhash64(key + "_" + i), i = 0 …
// round(points x weight) - 1, by its declared weight: neither slow start nor a
// change of health moves a point. A request goes to the first point at or after
// its key's hash, going round, whose member can be picked. A request without a key
// goes to a random member.
//
// While more than half of the members are out, a second ring of the points of
// those that are ready is searched instead, so that the walk to the next one stays
// short; it gives the same member.
type ringHash struct {
	perWeight, most float64
	full, live      []ringPoint
	members         int
	stale           bool // live
	keyless         randomPick
}

type ringPoint struct {
	hash uint64
	slot int32
}

func (p *ringHash) Rebuilt(s *Set) {
	p.keyless.Rebuilt(s)
	p.build(s)
	p.live = make([]ringPoint, 0, len(p.full))
	p.stale = true
}

func (p *ringHash) build(s *Set) {
	weights := 0.0
	p.members = 0
	for _, m := range s.Members {
		if m.Key != "" {
			weights += m.Weight
			p.members++
		}
	}
	each := p.perWeight
	if weights*each > p.most {
		each = p.most / weights
	}
	p.full = p.full[:0]
	var name []byte
	for slot, m := range s.Members {
		if m.Key == "" {
			continue
		}
		name = append(append(name[:0], m.Key...), '_')
		n := max(1, int(math.Floor(float64(each*m.Weight)+0.5)))
		for i := range n {
			h := xxhash.Sum64(strconv.AppendInt(name, int64(i), 10))
			p.full = append(p.full, ringPoint{h, int32(slot)})
		}
	}
	// Equal hashes are ordered by name: slots depend on who came first.
	slices.SortFunc(p.full, func(a, b ringPoint) int {
		if c := cmp.Compare(a.hash, b.hash); c != 0 {
			return c
		}
		return cmp.Compare(s.Members[a.slot].Key, s.Members[b.slot].Key)
	})
}

func (p *ringHash) Changed(s *Set, slot int32, what Change) {
	p.keyless.Changed(s, slot, what)
	if what == Readied || what == Unreadied {
		p.stale = true
	}
}

func (p *ringHash) Pick(now clock.Time, s *Set, r *Request) int32 {
	if !r.HasKey {
		return p.keyless.Pick(now, s, r)
	}
	ring := p.full
	if 2*len(s.Ready) < p.members {
		if p.stale {
			p.thin(s)
		}
		ring = p.live
	}
	avoid := r.Tried.Len() > 0 && r.Tried.Untried(s)
	for at := firstPoint(ring, r.Key); ; at++ {
		if at == len(ring) {
			at = 0
		}
		if slot := ring[at].slot; s.IsReady(slot) && !(avoid && r.Tried.Has(slot)) {
			return slot
		}
	}
}

// thin rebuilds the ring of the ready.
func (p *ringHash) thin(s *Set) {
	p.live = p.live[:0]
	for _, point := range p.full {
		if s.IsReady(point.slot) {
			p.live = append(p.live, point)
		}
	}
	p.stale = false
}

// firstPoint returns the place of the first point at or after hash, which may be
// len(ring): past the last.
func firstPoint(ring []ringPoint, hash uint64) int {
	low, high := 0, len(ring)
	for low < high {
		if mid := int(uint(low+high) / 2); ring[mid].hash < hash {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}

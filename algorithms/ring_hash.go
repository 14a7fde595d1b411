package algorithms

import (
	"errors"
	"hash/crc32"
	"slices"

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
		Cost:     "O(1) in expectation; up to 2 + tried further points while endpoints are out, and O(points) on the first pick after a change while most are (profile haproxy: after any)",
		Source:   "Karger et al., STOC 1997; Envoy ring_hash_lb.cc, NGINX ngx_http_upstream_hash_module.c, libmemcached hosts.cc, HAProxy lb_chash.c",
		Weighted: true,
		NeedsKey: true,
		Params: []Param{
			{Name: "profile", Type: Word, Default: "lbsim", Words: []string{"lbsim", "nginx", "ketama", "envoy", "haproxy"},
				Doc: "whose points and hashes: lbsim's own (Envoy's hash, so many points a unit of weight); nginx, `hash $key consistent`; haproxy, `hash-type consistent`; ketama, libmemcached's weighted; envoy, also gRPC's but for its smaller max_ring_size. These two deal out shares of a ring, so a change of the pool also moves keys between endpoints that stay"},
			{Name: "points", Type: Int, Default: "160", Min: 1, Max: 100000,
				Doc: "profile lbsim: points for each unit of weight. The greatest load exceeds the mean by about 1/sqrt(points) standard deviations of the ring's own unevenness: with 160 by some 8% a deviation"},
			{Name: "max_points", Type: Int, Default: "1048576", Min: 1, Max: 8388608,
				Doc: "profile lbsim: points on the whole ring; beyond it all get fewer, in proportion, 1 at least"},
			{Name: "min_ring_size", Type: Int, Default: "1024", Min: 1, Max: 8388608,
				Doc: "profile envoy: points on the whole ring at least, more where the least weight needs it to have a whole number"},
			{Name: "max_ring_size", Type: Int, Default: "8388608", Min: 1, Max: 8388608,
				Doc: "profile envoy: points on the whole ring at most (gRPC: 4096); the lightest endpoints may get none"},
			{Name: "hash", Type: Word, Default: "xxhash", Words: []string{"xxhash", "murmur2", "murmur3", "murmur3_32"},
				Doc: "profile lbsim: what places points and keys: XXH64, MurmurHash64A, the first word of MurmurHash3_x64_128 (as in Cassandra's ring), or MurmurHash3_x86_32, whose ring has 2^32 places. profile envoy: what places the points, xxhash or murmur2; keys are hashed with XXH64 either way"},
			functionParam, avalancheParam,
		},
		New: newRingHash,
	})
}

func newRingHash(v Values, rnd random.Source) (Picker, error) {
	profile := v.Text("profile")
	if profile != "lbsim" && v.anySet("points", "max_points") {
		return nil, errors.New("ring_hash: points and max_points are parameters of profile lbsim")
	}
	if profile != "envoy" && v.anySet("min_ring_size", "max_ring_size") {
		return nil, errors.New("ring_hash: min_ring_size and max_ring_size are parameters of profile envoy")
	}
	if profile != "haproxy" && v.anySet("function", "avalanche") {
		return nil, errors.New("ring_hash: function and avalanche are parameters of profile haproxy")
	}
	hash := v.Text("hash")
	switch {
	case v.anySet("hash") && profile != "envoy" && profile != "lbsim":
		return nil, errors.New("ring_hash: hash is a parameter of profiles lbsim and envoy: " + profile + " has its own")
	case profile == "envoy" && hash != "xxhash" && hash != "murmur2":
		return nil, errors.New("ring_hash: profile envoy has the hashes xxhash and murmur2")
	}
	if profile == "haproxy" {
		return &haproxyRing{hash: newHaproxyHash(v, true)}, nil
	}
	ring := ringHash{width: 64, keyless: randomPick{rnd: rnd}}
	switch profile {
	case "nginx":
		ring.width, ring.place, ring.distinct = 32, nginxPoints, true
		return &nginxRing{ringHash: ring}, nil
	case "ketama":
		ring.width, ring.place = 32, ketamaPoints
		return &ketamaRing{ring}, nil
	case "envoy":
		if v.Int("max_ring_size") < v.Int("min_ring_size") {
			return nil, errors.New("ring_hash: max_ring_size is less than min_ring_size")
		}
		ring.byAttempt = true
		ring.place = envoyPoints{v.Float("min_ring_size"), v.Float("max_ring_size"), hash == "murmur2"}.place
	default:
		own := ownPoints{v.Float("points"), v.Float("max_points"), ringHashes[hash].of}
		ring.place, ring.width = own.place, ringHashes[hash].width
		if hash != "xxhash" {
			return &hashedRing{ring, own.hash}, nil
		}
	}
	return &ring, nil
}

// ringHash gives each member points on a ring by its declared weight: neither slow
// start nor a change of health moves a point. A request goes to the first point at
// or after its key's hash, going round, whose member can be picked; with byAttempt
// (Envoy) a retry begins as many points further on as it is the how-manieth. A
// request without a key goes to a random member, and so does one that meets no
// point, because no ready member has any.
//
// While more than half of the members are out, a second ring of the points of
// those that are ready is searched instead, so that the walk to the next one stays
// short; but for byAttempt's steps it gives the same member.
type ringHash struct {
	place      func(points []ringPoint, s *Set) []ringPoint // appends all, in any order
	width      uint                                         // of a hash, in bits
	distinct   bool                                         // of points of equal hash one stays
	byAttempt  bool
	full, live circle
	members    int
	stale      bool // live
	keyless    randomPick
}

func (p *ringHash) Rebuilt(s *Set) {
	p.keyless.Rebuilt(s)
	p.members = membersOf(s)
	p.take(p.place(p.live.points[:0], s), s)
}

// take makes the ring of points in any order.
func (p *ringHash) take(points []ringPoint, s *Set) {
	p.full.build(points, s, p.width, 1)
	if p.distinct {
		p.full.points = slices.CompactFunc(p.full.points, func(a, b ringPoint) bool { return a.hash == b.hash })
		p.full.index()
	}
	p.live.points = points // room for those of the ready
	p.live.reserve(len(points), p.width, 1)
	p.stale = true
}

// membersOf returns how many members s has, ready or not.
func membersOf(s *Set) int { return s.Len() - s.vacant }

func (p *ringHash) Changed(s *Set, slot int32, what Change) {
	p.keyless.Changed(s, slot, what)
	if what == Readied || what == Unreadied {
		p.stale = true
	}
}

func (p *ringHash) Pick(now clock.Time, s *Set, r *Request) int32 {
	if r.HasKey {
		f := fitFor(s, r)
		if slot := p.find(r.Key, &f); slot >= 0 {
			return slot
		}
	}
	return p.keyless.Pick(now, s, r)
}

func (p *ringHash) find(key uint64, f *fit) int32 {
	ring := &p.full
	if 2*len(f.s.Ready) < p.members {
		if p.stale {
			p.live.keep(&p.full, f.s)
			p.stale = false
		}
		ring = &p.live
	}
	at := ring.first(key & (1<<p.width - 1))
	if p.byAttempt {
		at += int(f.r.Attempt)
	}
	for range ring.points {
		for at >= len(ring.points) {
			at -= len(ring.points)
		}
		if slot := ring.points[at].slot; f.has(slot) {
			return slot
		}
		at++
	}
	return -1
}

// MemoryBytes is what both rings take.
func (p *ringHash) MemoryBytes() int { return p.full.bytes() + p.live.bytes() }

// hashedRing hashes keys as its points, not with XXH64.
type hashedRing struct {
	ringHash
	hash func(text []byte) uint64
}

// HashKey is the key's place on the ring.
func (p *hashedRing) HashKey(key []byte) uint64 { return p.hash(key) }

// ketamaRing hashes keys as libmemcached's ketama: the first word of their MD5.
type ketamaRing struct{ ringHash }

// HashKey is the first word of the key's MD5.
func (p *ketamaRing) HashKey(key []byte) uint64 { return uint64(md5Words(key)[0]) }

// nginxRing is NGINX's `hash $key consistent`: the ring of all members, of which it
// looks at 21 points; if none of them fits, smooth weighted round robin decides.
type nginxRing struct {
	ringHash
	turn smoothSchedule
}

// nginxTries is how often NGINX looks again, for a plain and a consistent hash.
const nginxTries = 20

// HashKey is the key's CRC-32.
func (p *nginxRing) HashKey(key []byte) uint64 { return uint64(crc32.ChecksumIEEE(key)) }

func (p *nginxRing) Rebuilt(s *Set) {
	p.ringHash.Rebuilt(s)
	p.turn.Rebuilt(s)
}

func (p *nginxRing) Changed(s *Set, slot int32, what Change) {
	p.ringHash.Changed(s, slot, what)
	p.turn.Changed(s, slot, what)
}

func (p *nginxRing) Pick(now clock.Time, s *Set, r *Request) int32 {
	if !r.HasKey {
		return p.keyless.Pick(now, s, r)
	}
	f := fitFor(s, r)
	at := p.full.first(uint64(uint32(r.Key)))
	for range 1 + nginxTries {
		if at >= len(p.full.points) {
			at = 0
		}
		if slot := p.full.points[at].slot; f.has(slot) {
			return slot
		}
		at++
	}
	return p.turn.Pick(now, s, r)
}

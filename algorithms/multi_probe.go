package algorithms

import (
	"github.com/cespare/xxhash/v2"

	"lbsim/clock"
	"lbsim/random"
)

func init() {
	Register(Spec{
		Name:     "multi_probe",
		Aliases:  []string{"multi_probe_hash", "mpch"},
		Title:    "Multi-probe hash",
		Summary:  "The endpoint whose one point on a ring follows one of several hashes of the request's key most closely.",
		Use:      "Large pools that change often and must stay small in memory: one point an endpoint, and a fullest share as small as hundreds of points give on a ring; the emptiest may be nearly empty.",
		Avoid:    "Unequal endpoints. Where the time of a pick counts: each probe is a search.",
		Cost:     "O(probes) in expectation; O(n) on the first pick after a change of readiness",
		Source:   "Appleton & O'Reilly, Multi-probe consistent hashing, arXiv 1505.00062 (2015)",
		NeedsKey: true,
		Params: []Param{{
			Name: "probes", Type: Int, Default: "21", Min: 1, Max: 1000,
			Doc: "hashes of a key. The greatest share is about 1 + 1/probes of the mean: 1.05 with 21",
		}},
		New: func(v Values, rnd random.Source) (Picker, error) {
			return &multiProbe{probes: v.Int("probes"), rnd: rnd}, nil
		},
	})
}

// multiProbe places each member at xxhash64(name) and probes from the hashes key,
// mix64(key), mix64(mix64(key)) …: the probe with the least distance to the next
// point, clockwise, has the member. Only those that are ready are on the ring, so
// the keys of who is out move and come back. A retry leaves out those that were
// tried. A request without a key goes to a random member. Weights don't count.
type multiProbe struct {
	probes    int
	all, ring circle // of all members, and of the ready
	stale     bool   // ring
	rnd       random.Source
}

func (p *multiProbe) Rebuilt(s *Set) {
	points := p.ring.points[:0]
	for slot, m := range s.Members {
		if m.Key != "" {
			points = append(points, ringPoint{xxhash.Sum64String(m.Key), int32(slot)})
		}
	}
	p.all.build(points, s, 64, 0)
	p.ring.points = points
	p.ring.reserve(len(points), 64, 3)
	p.stale = true
}

func (p *multiProbe) Changed(_ *Set, _ int32, what Change) {
	if what == Readied || what == Unreadied {
		p.stale = true
	}
}

func (p *multiProbe) Pick(_ clock.Time, s *Set, r *Request) int32 {
	if !r.HasKey {
		return drawReady(&p.rnd, s, r)
	}
	if p.stale {
		p.ring.keep(&p.all, s)
		p.stale = false
	}
	f := fitFor(s, r)
	best, least := int32(-1), uint64(0)
	probe := r.Key
	for range p.probes {
		point := p.next(probe, &f)
		if d := point.hash - probe; best < 0 || d < least { // the difference goes round
			best, least = point.slot, d
		}
		probe = mix64(probe)
	}
	return best
}

// next returns the first point at or after hash whose member may be picked; all on
// the ring are ready.
func (p *multiProbe) next(hash uint64, f *fit) ringPoint {
	for at := p.ring.first(hash); ; at++ {
		if at == len(p.ring.points) {
			at = 0
		}
		if point := p.ring.points[at]; !f.avoid || f.has(point.slot) {
			return point
		}
	}
}

// MemoryBytes is what both rings take.
func (p *multiProbe) MemoryBytes() int { return p.all.bytes() + p.ring.bytes() }

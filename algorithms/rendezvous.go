package algorithms

import (
	"lbsim/clock"
	"lbsim/random"
)

func init() {
	Register(Spec{
		Name:     "rendezvous",
		Aliases:  []string{"hrw", "highest_random_weight"},
		Title:    "Rendezvous hash",
		Summary:  "The endpoint with the best score, which a hash of the request's key and the endpoint's name gives it.",
		Use:      "Small pools with weights: exactly even, nothing to build, and the second best is a ready-made replica. profile darts for large pools.",
		Avoid:    "Large pools with a profile that scores everybody. Few hot keys.",
		Cost:     "profiles flat and traefik score all that are ready: O(n), because the product's rule does (2 to 5 ns an endpoint of equal weight); darts: O(log n + heaviest weight / mean ready weight), some 512 darts at most",
		Source:   "Thaler & Ravishankar, IEEE/ACM ToN 6(1), 1998; Schindelhauer & Schomaker, SPAA 2005 (the logarithmic method), for weights; Traefik hrw.go; Manasse, McSherry & Talwar, Consistent weighted sampling, MSR-TR-2010-73, and Christiani, DartMinHash, arXiv 2005.11547 (2020), for darts",
		Weighted: true,
		NeedsKey: true,
		Params: []Param{{
			Name: "profile", Type: Word, Default: "flat", Words: []string{"flat", "darts", "traefik"},
			Doc: "flat: all are scored, whatever the order in which they joined; darts: in time that doesn't grow with the pool, by places, so balancers agree only if they saw the same changes; traefik: all are scored with FNV-1a as Traefik's hrw does, whose shares differ from the weights by a fifth or so",
		}},
		New: func(v Values, rnd random.Source) (Picker, error) {
			switch v.Text("profile") {
			case "darts":
				return &darts{index: random.NewIndex(0, "darts", 0), keyless: randomPick{rnd: rnd}}, nil
			case "traefik":
				return &traefikRendezvous{keyless: randomPick{rnd: rnd}}, nil
			}
			return &rendezvous{keyless: randomPick{rnd: rnd}}, nil
		},
	})
}

// rendezvous picks, of the ready members, the one of the least
//
//	-ln(u)/w, u = (H(xxhash64(name) xor key) + 1/2)/2^53, w the declared weight
//
// H the upper 53 bits of mix64. That is the first of independent exponential clocks
// of rates w, so the shares are the weights', and who is out hands its keys to all
// others in proportion to theirs. A request without a key goes to a random member.
//
// Equal weights need no logarithm; else 1-u, which is at most -ln(u), shows of most
// that they can't win.
type rendezvous struct {
	hashes  []uint64 // by slot: of the name
	even    bool     // all declared weights are equal
	keyless randomPick
}

func (p *rendezvous) Rebuilt(s *Set) {
	p.keyless.Rebuilt(s)
	p.hashes = p.hashes[:0]
	p.even = true
	weight := 0.0
	for _, m := range s.Members {
		p.hashes = append(p.hashes, xxhash64(m.Key, 0))
		if m.Key == "" {
			continue
		}
		if weight == 0 {
			weight = m.Weight
		}
		p.even = p.even && m.Weight == weight
	}
}

func (p *rendezvous) Changed(s *Set, slot int32, what Change) { p.keyless.Changed(s, slot, what) }

func (p *rendezvous) Pick(now clock.Time, s *Set, r *Request) int32 {
	if !r.HasKey {
		return p.keyless.Pick(now, s, r)
	}
	f := fitFor(s, r)
	return p.find(r.Key, &f)
}

func (p *rendezvous) find(key uint64, f *fit) int32 {
	if p.even {
		return p.findEven(key, f)
	}
	best, least := int32(-1), 0.0
	for _, slot := range f.s.Ready {
		w := f.s.Members[slot].Weight
		u := float64((float64(mix64(p.hashes[slot]^key)>>11) + 0.5) * 0x1p-53)
		if best >= 0 && 1-u >= float64(least*w) {
			continue
		}
		if score := -random.Log(u) / w; (best < 0 || score < least) && f.has(slot) {
			best, least = slot, score
		}
	}
	return best
}

// findEven is find for equal weights: the greatest H.
func (p *rendezvous) findEven(key uint64, f *fit) int32 {
	if len(f.s.Ready) == len(p.hashes) && !f.avoid && f.limits == nil {
		return greatest(p.hashes, key) // nobody is out: slots are places
	}
	best, most := int32(-1), uint64(0)
	for _, slot := range f.s.Ready {
		if h := mix64(p.hashes[slot] ^ key); (best < 0 || h > most) && f.has(slot) {
			best, most = slot, h
		}
	}
	return best
}

// greatest returns the place of the greatest mix64(hash xor key), the first of equals.
func greatest(hashes []uint64, key uint64) (place int32) {
	most := uint64(0)
	for i, hash := range hashes {
		if h := mix64(hash ^ key); h > most {
			place, most = int32(i), h
		}
	}
	return place
}

// MemoryBytes is what the names' hashes take.
func (p *rendezvous) MemoryBytes() int { return 8 * cap(p.hashes) }

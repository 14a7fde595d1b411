package balancer

import (
	"cmp"
	"slices"

	"github.com/cespare/xxhash/v2"

	"lbsim/algorithms"
	"lbsim/random"
)

// subset is the part of a pool that one balancer uses, so that each of many does not
// hold connections to all endpoints: every endpoint gets a score from a draw that
// belongs to the balancer and the endpoint's name, and those with the size least
// scores are used. Balancers choose independently, so of c balancers a Binomial(c,
// size/n) number uses an endpoint. A change of one endpoint changes at most one place
// of each subset.
//
// Source: gRFC A68, random subsetting; Google SRE book, chapter 20, on how uneven it
// is.
type subset struct {
	size   int // 0: all
	scores random.Index
	ranked []scored // scratch
}

type scored struct {
	score uint64
	slot  int32
}

// apply says of the members of s which are outside. It costs O(n log n).
func (x *subset) apply(s *algorithms.Set, stand []standing) {
	x.ranked = x.ranked[:0]
	for slot, m := range s.Members {
		if m.Key == "" {
			continue
		}
		e := scored{slot: int32(slot)}
		if x.size > 0 {
			draw := x.scores.At(xxhash.Sum64String(m.Key), 0)
			e.score = draw.Uint64()
		}
		x.ranked = append(x.ranked, e)
	}
	used := len(x.ranked)
	if x.size > 0 && x.size < used {
		used = x.size
		slices.SortFunc(x.ranked, func(a, b scored) int {
			if c := cmp.Compare(a.score, b.score); c != 0 {
				return c
			}
			return cmp.Compare(s.Members[a.slot].Key, s.Members[b.slot].Key)
		})
	}
	for i, e := range x.ranked {
		stand[e.slot] &^= outside
		if i >= used {
			stand[e.slot] |= outside
		}
	}
}

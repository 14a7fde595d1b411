package algorithms

import (
	"math/bits"

	"lbsim/clock"
	"lbsim/random"
)

// darts is weighted rendezvous hashing without a look at everybody. A key throws
// darts at a board on which each slot is a column of width 1 and a member covers
// its column up to its declared weight; the first dart that hits a ready member
// decides. As in rendezvous the shares are the weights', who is out hands its keys
// to all others in proportion to theirs, and a new member takes keys from all, for
// where a dart falls does not depend on who is there.
//
// The board is cut into blocks of columns 0, 1, 2-3, 4-7 …, each with darts of its
// own that come as a Poisson process of a rate of its width; so a board that grows
// keeps all darts there were. The board is as high as the heaviest weight, rounded
// up to a power of two: a change beyond that deals all keys anew. Expected darts
// are those that miss, height x columns / ready weight, and one for each block. After
// maxDarts the key's hash falls to one of the ready.
type darts struct {
	blocks  int
	height  float64
	keyless randomPick
}

// maxDarts is thrown in vain once in 10^6 keys when 97% of the board is bare.
const maxDarts = 512

func (p *darts) Rebuilt(s *Set) {
	p.keyless.Rebuilt(s)
	p.blocks = bits.Len(uint(max(s.Len(), 1)-1)) + 1
	heaviest := 0.0
	for _, m := range s.Members {
		heaviest = max(heaviest, m.Weight)
	}
	p.height = 1
	for p.height < heaviest {
		p.height *= 2
	}
	for p.height >= 2*heaviest && heaviest > 0 {
		p.height /= 2
	}
}

func (p *darts) Changed(s *Set, slot int32, what Change) { p.keyless.Changed(s, slot, what) }

func (p *darts) Pick(now clock.Time, s *Set, r *Request) int32 {
	if !r.HasKey {
		return p.keyless.Pick(now, s, r)
	}
	f := fitFor(s, r)
	if slot := p.find(r.Key, &f); slot >= 0 {
		return slot
	}
	return f.any(r.Key)
}

func (p *darts) find(key uint64, f *fit) int32 {
	best, first := int32(-1), 0.0
	thrown := 0
	for block := p.blocks - 1; block >= 0; block-- { // the widest first: it is the likeliest
		from, width := 0, 1
		if block > 0 {
			from = 1 << (block - 1)
			width = from
		}
		rate := float64(width)
		state := mix64(key ^ mix64(uint64(block)))
		for at := 0.0; ; thrown++ {
			state = mix64(state)
			at -= random.Log((float64(state>>11)+0.5)*0x1p-53) / rate
			if best >= 0 && at >= first {
				break
			}
			if thrown == maxDarts {
				return best
			}
			state = mix64(state)
			slot := int32(from + int(uint32(state))&(width-1))
			if p.hits(f, slot, float64(state>>32)*0x1p-32) {
				best, first = slot, at
				break
			}
		}
	}
	return best
}

// hits reports whether a dart at a height, of the board's, is on a member that fits.
func (p *darts) hits(f *fit, slot int32, height float64) bool {
	return int(slot) < f.s.Len() && float64(height*p.height) < f.s.Members[slot].Weight && f.has(slot)
}

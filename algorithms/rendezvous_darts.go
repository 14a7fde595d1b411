package algorithms

import (
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
// up to a power of two: a change beyond that deals all keys anew. Darts are thrown
// in rounds, each for as long as all before, until one hits: in expectation about
// twice height x columns / ready weight, and one for each block. After a time of
// about maxDarts the key's hash falls to one of the ready.
type darts struct {
	blocks  []dartBlock
	height  float64
	index   random.Index // the same for every picker: of key and block
	keyless randomPick
}

// dartBlock is the columns from … from + width - 1, and where their darts are.
type dartBlock struct {
	from, width int
	src         random.Source
	at          float64 // when the next one falls
}

// maxDarts is thrown in vain once in 10^6 keys when 97% of the board is bare.
const maxDarts = 512

func (p *darts) Rebuilt(s *Set) {
	p.keyless.Rebuilt(s)
	p.blocks = append(p.blocks[:0], dartBlock{from: 0, width: 1})
	for from := 1; from < s.Len(); from *= 2 {
		p.blocks = append(p.blocks, dartBlock{from: from, width: from})
	}
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
	columns := 0
	for i := range p.blocks {
		b := &p.blocks[i]
		b.src = p.index.At(key, uint64(i))
		b.at = b.src.Exponential() / float64(b.width)
		columns += b.width
	}
	for darts := 2; darts <= maxDarts; darts *= 2 {
		best, first := int32(-1), float64(darts)/float64(columns)
		for i := range p.blocks {
			if slot := p.throw(&p.blocks[i], first, f); slot >= 0 {
				best, first = slot, p.blocks[i].at
			}
		}
		if best >= 0 {
			return best
		}
	}
	return -1
}

// throw throws the darts of a block up to a time and returns who is hit, at the
// block's time then; -1 when nobody is.
func (p *darts) throw(b *dartBlock, until float64, f *fit) int32 {
	for b.at < until {
		slot, height := int32(b.from+b.src.IntN(b.width)), b.src.Float64()
		if int(slot) < f.s.Len() && float64(height*p.height) < f.s.Members[slot].Weight && f.has(slot) {
			return slot
		}
		b.at += b.src.Exponential() / float64(b.width)
	}
	return -1
}

// MemoryBytes is what the blocks take.
func (p *darts) MemoryBytes() int { return 56 * cap(p.blocks) }

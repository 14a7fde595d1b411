// Package random gives every use of chance in a run a stream of its own, so that
// a change in one use leaves the draws of all others as they were, and gives
// elementary functions whose results have the same bits on every platform.
package random

import "math/bits"

// Source is a stream of pseudo-random numbers: the generator SFC64 (C.
// Doty-Humphrey, PractRand; also NumPy's SFC64). It has 256 bits of state and a
// period of at least 2^64, which the counter guarantees. A Source is small
// enough to copy: the copy goes on from the same place. It is not safe for
// concurrent use. The zero value is not a usable stream; New and Index.At make
// one.
type Source struct {
	a, b, c, n uint64
}

// Uint64 returns the next 64 random bits. It does not allocate.
func (s *Source) Uint64() uint64 {
	x := s.a + s.b + s.n
	s.n++
	s.a = s.b ^ s.b>>11
	s.b = s.c + s.c<<3
	s.c = bits.RotateLeft64(s.c, 24) + x
	return x
}

// Float64 returns a number uniform on [0, 1), a multiple of 2^-53.
func (s *Source) Float64() float64 { return float64(s.Uint64()>>11) * 0x1p-53 }

// Uniform returns a number uniform on (0, 1), never 0 or 1: the middle of one of
// 2^52 equal cells.
func (s *Source) Uniform() float64 {
	return float64(float64(s.Uint64()>>12)*0x1p-52) + 0x1p-53
}

// IntN returns a number uniform on 0 … n-1 by multiplication; n must be > 0. The
// bias is below n/2^64, which no experiment here can see.
func (s *Source) IntN(n int) int {
	hi, _ := bits.Mul64(s.Uint64(), uint64(n))
	return int(hi)
}

// New returns the stream named name of replication rep under seed. Streams of
// different names, replications or seeds are independent for all practical
// purposes: their 192-bit starting states come from separate hashes.
func New(seed uint64, name string, rep uint64) Source {
	return NewIndex(seed, name, rep).At(0, 0)
}

// Index is a family of streams, one for each pair of numbers: draws that belong
// to a thing (a request and its attempt, a user and his turn) and not to the
// moment at which they are made.
type Index struct{ key uint64 }

// NewIndex returns the family named name of replication rep under seed.
func NewIndex(seed uint64, name string, rep uint64) Index {
	h := mix(seed + 0x9e3779b97f4a7c15)
	for i := 0; i < len(name); i++ {
		h = mix(h ^ uint64(name[i]))
	}
	return Index{mix(h ^ mix(rep+0xd1b54a32d192ed03))}
}

// At returns the stream of (i, j). The same pair always gives the same stream.
func (x Index) At(i, j uint64) Source {
	h := mix(x.key ^ mix(i+0x8cb92ba72f3d8dd7) ^ bits.RotateLeft64(mix(j+0xaaaaaaaaaaaaaaab), 32))
	s := Source{a: h, b: mix(h + 0x9e3779b97f4a7c15), c: mix(h + 0x3c6ef372fe94f82a), n: 1}
	// Two steps suffice to make the first output depend on all three words.
	s.Uint64()
	s.Uint64()
	return s
}

// Sub returns a family of its own within x, named name and numbered i: for a use that
// has more of them than one pair of numbers can tell apart.
func (x Index) Sub(name string, i uint64) Index { return NewIndex(x.key, name, i) }

// mix is the finaliser of SplitMix64 (Steele, Lea & Flood, OOPSLA 2014), variant
// 13 of D. Stafford: a bijection in which every input bit flips every output bit
// with probability close to one half.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

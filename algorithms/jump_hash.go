package algorithms

import (
	"math"
	"math/bits"

	"lbsim/random"
)

func init() {
	Register(Spec{
		Name:     "jump_hash",
		Aliases:  []string{"jump", "jump_consistent_hash"},
		Title:    "Jump hash",
		Summary:  "The endpoint of the bucket that the hash of the request's key last jumps to; any endpoint may leave, not only the last.",
		Use:      "Shards by number: no table to speak of, exactly even, and a new endpoint takes 1/n of the keys from all others.",
		Avoid:    "Unequal endpoints. Pools where many of those that left never come back: each costs a further hash for its share of the keys. Balancers that learn of changes in different orders: they disagree.",
		Cost:     "O(log n), and (1 + log(most buckets ever / n)) times that after removals",
		Source:   "Lamping & Veach, arXiv 1406.2294 (2014); Coluzzi et al., MementoHash, arXiv 2306.09783 (2023), for removals",
		NeedsKey: true,
		New: func(_ Values, rnd random.Source) (Picker, error) {
			return &bucketHash{of: &jumpBuckets{}, rnd: rnd}, nil
		},
	})
}

// jumpBucket is Lamping and Veach's jump consistent hash, 0 … n-1: with a linear
// congruential generator seeded with the key, from bucket b the next jump is to
// floor((b+1)/u), u uniform in (0, 1], for as long as that is below n. It takes
// 1 + 1/2 + … + 1/n jumps in expectation.
//
// When the end is reached can't be predicted, and a wrong guess costs a processor as
// much as several jumps. As buckets only grow, more jumps than needed do no harm: so
// many are made at once that they mostly suffice, and the last below n counts, chosen
// without a branch, by the bits of numbers that are not negative.
func jumpBucket(key uint64, n int) int32 {
	end := math.Float64bits(float64(n))
	last, next := uint64(0), 0.0
	for math.Float64bits(next) < end {
		for range 2 + bits.Len(uint(n)) {
			if at := math.Float64bits(next); at < end {
				last = at
			}
			key = key*2862933555777941757 + 1
			next = math.Floor(float64((next + 1) * ((1 << 31) / float64(int64(key>>33+1)))))
		}
	}
	return int32(math.Float64frombits(last))
}

// jumpBuckets is jump hash over size buckets of which some are out of use, as
// MementoHash remembers them. When bucket b goes while w are in use, the list of
// those in use, at first 0 … size-1, closes up by its last taking b's place, and
// what is noted of b is w-1: how many are left, and which place was emptied. A key
// that jumps to a b that is out hashes again to a place below w-1, of the list as
// it was when b had gone: the bucket of the same number or, if that had gone before
// (its note is not below b's), the one that took its place. So only keys of the
// bucket that goes move, evenly, and those that come to a bucket are from all.
//
// Buckets come back in reverse order of going; without any out, the next number is
// new. When the last number goes and none is out, it is forgotten.
type jumpBuckets struct {
	size  int32
	left  []int32 // by bucket: 0 in use, else 1 + the number in use after it went
	prior []int32 // by bucket that is out: the one that went before
	last  int32   // the bucket that went last, -1 when none is out
	out   int32
}

func (j *jumpBuckets) add() int32 {
	if j.out == 0 {
		b := j.size
		j.size++
		j.left, j.prior = grown(j.left, int(j.size)), grown(j.prior, int(j.size))
		j.left[b] = 0
		return b
	}
	b := j.last
	j.last = j.prior[b]
	j.left[b] = 0
	j.out--
	return b
}

func (j *jumpBuckets) remove(b int32) {
	if j.out == 0 && b == j.size-1 {
		j.size--
		return
	}
	j.left[b] = j.size - j.out // one more than are left
	j.prior[b], j.last = j.last, b
	j.out++
}

func (j *jumpBuckets) find(hash uint64) int32 {
	b := jumpBucket(hash, int(j.size))
	if j.out == 0 {
		return b
	}
	for j.left[b] > 0 {
		left := j.left[b] - 1
		place := int32(below(mix64(hash^mix64(uint64(b))), int(left)))
		for j.left[place] > left { // went before b: its note less 1 is at least left
			place = j.left[place] - 1
		}
		b = place
	}
	return b
}

func (j *jumpBuckets) bytes() int { return 4 * (cap(j.left) + cap(j.prior)) }

// Package histogram counts durations in log-linear buckets: 256 to each power of
// two, so that a bucket is at most 1/256 (0.4%) of its values wide whatever their
// size. Below 512 ns every nanosecond has a bucket of its own.
package histogram

import (
	"math"
	"math/bits"
	"time"
)

const (
	subBits = 8
	sub     = 1 << subBits
	// Buckets is the number of buckets that any duration can fall into.
	Buckets = (63-subBits)*sub + sub
)

// Histogram counts durations. The zero value is empty and ready. Record is
// amortised O(1) and allocates only when a value is larger than all before, so
// memory is bounded by Buckets counters. It is not safe for concurrent use.
type Histogram struct {
	counts []uint64
}

// Index returns the bucket of d; a negative d counts as 0.
func Index(d time.Duration) int {
	v := uint64(max(d, 0))
	shift := bits.Len64(v|sub) - subBits - 1 // 0 for whatever is below 2*sub
	return shift<<subBits + int(v>>(shift&63))
}

// Bounds returns the least and the greatest duration of bucket i.
func Bounds(i int) (low, high time.Duration) {
	shift := max(i>>subBits-1, 0)
	base := int64(i - shift<<subBits)
	return time.Duration(base << shift), time.Duration((base+1)<<shift - 1)
}

// Record counts d once.
func (h *Histogram) Record(d time.Duration) { h.RecordIndex(Index(d), 1) }

// Add counts a duration of bucket i once. It is small enough to be inlined.
func (h *Histogram) Add(i int) {
	if uint(i) >= uint(len(h.counts)) {
		h.grow(i)
	}
	h.counts[i]++
}

// RecordIndex adds n to bucket i.
func (h *Histogram) RecordIndex(i int, n uint64) {
	if i >= len(h.counts) {
		h.grow(i)
	}
	h.counts[i] += n
}

func (h *Histogram) grow(i int) {
	counts := make([]uint64, min((i/sub+1)*sub, Buckets))
	copy(counts, h.counts)
	h.counts = counts
}

// Merge adds all of o's counts. Merging is exact: any order gives the same
// histogram.
func (h *Histogram) Merge(o *Histogram) {
	if len(o.counts) > len(h.counts) {
		h.grow(len(o.counts) - 1)
	}
	for i, c := range o.counts {
		h.counts[i] += c
	}
}

// Reset empties h and keeps its memory.
func (h *Histogram) Reset() { clear(h.counts) }

// Count returns how many durations were recorded. It adds them up, so that
// recording one does not have to.
func (h *Histogram) Count() uint64 {
	n := uint64(0)
	for _, c := range h.counts {
		n += c
	}
	return n
}

// Above returns how many durations are in buckets beyond d's.
func (h *Histogram) Above(d time.Duration) uint64 {
	var n uint64
	for i := Index(d) + 1; i < len(h.counts); i++ {
		n += h.counts[i]
	}
	return n
}

// Quantile returns the q-quantile in seconds: the value of rank ⌈q·n⌉ of the n
// in ascending order (rank 1 for q = 0), placed within its bucket as if the
// bucket's values were spread evenly. It is within 0.4% of the recorded value of
// that rank, and NaN when h is empty.
func (h *Histogram) Quantile(q float64) float64 {
	n := h.Count()
	if n == 0 {
		return math.NaN()
	}
	rank := min(max(uint64(math.Ceil(float64(q*float64(n)))), 1), n)
	var before uint64
	for i, c := range h.counts {
		if before+c >= rank {
			low, high := Bounds(i)
			width := float64(high - low)
			within := (float64(rank-before) - 0.5) / float64(c)
			return (float64(low) + float64(width*within)) / 1e9
		}
		before += c
	}
	panic("histogram: counts and total differ")
}

// Mean returns the mean in seconds, every value taken as the middle of its bucket:
// within 0.2%. NaN when h is empty.
func (h *Histogram) Mean() float64 {
	sum := 0.0
	h.Each(func(i int, n uint64) {
		low, high := Bounds(i)
		sum += float64(float64(n) * ((float64(low) + float64(high)) / 2e9))
	})
	return sum / float64(h.Count())
}

// Max returns the upper bound of the last filled bucket in seconds, 0 when empty.
func (h *Histogram) Max() float64 {
	for i := len(h.counts) - 1; i >= 0; i-- {
		if h.counts[i] > 0 {
			_, high := Bounds(i)
			return float64(high) / 1e9
		}
	}
	return 0
}

// At returns how many durations are in bucket i.
func (h *Histogram) At(i int) uint64 {
	if i >= len(h.counts) {
		return 0
	}
	return h.counts[i]
}

// Filled returns how many buckets hold something.
func (h *Histogram) Filled() int {
	n := 0
	for _, c := range h.counts {
		if c > 0 {
			n++
		}
	}
	return n
}

// Each calls f with every filled bucket in ascending order.
func (h *Histogram) Each(f func(index int, count uint64)) {
	for i, c := range h.counts {
		if c > 0 {
			f(i, c)
		}
	}
}

package histogram

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Every duration falls into the bucket whose bounds hold it, buckets touch, and
// a bucket's width is at most 1/256 of its values: the promised 0.4%.
func TestBucketsHoldTheirValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(0, math.MaxInt64).Draw(t, "d"))
		if rapid.Bool().Draw(t, "small") {
			d >>= rapid.IntRange(0, 62).Draw(t, "shift")
		}
		i := Index(d)
		low, high := Bounds(i)
		if d < low || d > high {
			t.Fatalf("%d in bucket %d = [%d, %d]", d, i, low, high)
		}
		if i+1 < Buckets {
			if next, _ := Bounds(i + 1); next != high+1 {
				t.Fatalf("bucket %d ends at %d, the next begins at %d", i, high, next)
			}
		}
		if err := float64(high - low); err > float64(low)/256 {
			t.Fatalf("bucket %d = [%d, %d] is too wide", i, low, high)
		}
	})
	if i := Index(math.MaxInt64); i != Buckets-1 {
		t.Fatalf("the largest duration is in bucket %d of %d", i, Buckets)
	}
}

// The quantile is within 0.4% of the sorted list's value of the same rank, and
// merging shards gives the same as recording all in one.
func TestQuantileAgainstSortedList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ds := rapid.SliceOfN(rapid.Int64Range(0, 1<<50), 1, 300).Draw(t, "durations")
		q := rapid.Float64Range(0, 1).Draw(t, "q")
		var h, a, b Histogram
		for i, d := range ds {
			h.Record(time.Duration(d))
			[]*Histogram{&a, &b}[i%2].Record(time.Duration(d))
		}
		a.Merge(&b)
		if !slices.Equal(a.counts, h.counts) || a.Count() != h.Count() {
			t.Fatal("merged shards differ from the whole")
		}
		slices.Sort(ds)
		rank := min(max(int(math.Ceil(q*float64(len(ds)))), 1), len(ds))
		want := float64(ds[rank-1]) / 1e9
		if got := h.Quantile(q); math.Abs(got-want) > want/256+1e-18 {
			t.Fatalf("quantile %v of %v = %v, want %v", q, ds, got, want)
		}
	})
}

func BenchmarkRecord(b *testing.B) {
	var h Histogram
	h.Record(time.Hour)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		h.Record(time.Duration(i&1023) * 12345)
	}
}

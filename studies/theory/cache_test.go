package theory

import (
	"math"
	"testing"
)

// zipf is the popularity of keys by Zipf's law.
func zipf(keys int, exponent float64) []float64 {
	p, sum := make([]float64, keys), 0.0
	for k := range p {
		p[k] = math.Pow(float64(k+1), -exponent)
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
	return p
}

// Equally popular keys hit as often as there is room for them, exactly.
func TestUniformCache(t *testing.T) {
	for _, lru := range []bool{true, false} {
		for _, capacity := range []int{1, 10, 99, 100, 250} {
			c := KeyCache{Popularity: zipf(100, 0), Capacity: capacity, LRU: lru}
			if got, want := c.HitRatio(), min(float64(capacity)/100, 1); math.Abs(got-want) > 1e-12 {
				t.Errorf("LRU %v, %d of 100: %v", lru, capacity, got)
			}
		}
	}
}

// Against exact answers for caches as small as nobody has (King 1971, Gelenbe 1973, in
// testdata/truth_public.csv), where the approximation is at its worst: within 5%.
func TestTinyCaches(t *testing.T) {
	for _, c := range []struct {
		keys, capacity int
		exponent       float64
		lru, fifo      float64
	}{{5, 2, 1, 0.5188845638, 0.503649635}, {8, 3, 0.8, 0.4787684259, 0.4614213229}, {10, 4, 1.2, 0.6524571398, 0.6076340616}} {
		p := zipf(c.keys, c.exponent)
		lru, fifo := KeyCache{p, c.capacity, true}.HitRatio(), KeyCache{p, c.capacity, false}.HitRatio()
		if math.Abs(lru/c.lru-1) > 0.05 || math.Abs(fifo/c.fifo-1) > 0.05 {
			t.Errorf("%d of %d: LRU %v for %v, FIFO %v for %v", c.capacity, c.keys, lru, c.lru, fifo, c.fifo)
		}
	}
}

func TestKnownCache(t *testing.T) {
	f := CacheFacts{Independent: true, KeyCache: KeyCache{zipf(100, 1), 10, true}}
	found := KnownCache(f)
	if len(found) != 1 || found[0].Metric != "hit_ratio" || !found[0].Approximate || found[0].Value != f.HitRatio() {
		t.Errorf("%+v", found)
	}
	f.Independent = false
	if found := KnownCache(f); found != nil {
		t.Errorf("of a shard: %+v", found)
	}
}

package cache

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lbsim/random"
	"lbsim/random/drawn"
)

// slow is what a cache does, word for word: a list of keys, searched from end to end,
// the next to go in front.
type slow struct {
	policy   Policy
	capacity int
	keys     []uint64
}

func (s *slow) ask(key uint64) bool {
	if i := slices.Index(s.keys, key); i >= 0 {
		if s.policy == LRU {
			s.keys = append(slices.Delete(s.keys, i, i+1), key)
		}
		return true
	}
	if len(s.keys) == s.capacity {
		s.keys = slices.Delete(s.keys, 0, 1)
	}
	s.keys = append(s.keys, key)
	return false
}

// The cache does at every step what the slow one does, emptied now and then.
func TestLikeAList(t *testing.T) {
	hits, displaced := 0, 0
	drawn.Until(t, func(t *rapid.T) {
		policy := rapid.SampledFrom([]Policy{LRU, FIFO}).Draw(t, "policy")
		capacity := rapid.IntRange(1, 40).Draw(t, "capacity")
		// Keys of all magnitudes, few enough to come again.
		kinds := rapid.SliceOfNDistinct(rapid.Uint64(), 1, 60, rapid.ID[uint64]).Draw(t, "keys")
		c, s := New(capacity, policy, random.Source{}), &slow{policy: policy, capacity: capacity}
		for i, which := range rapid.SliceOfN(rapid.IntRange(-1, len(kinds)-1), 200, 400).Draw(t, "asked") {
			if which < 0 {
				if i%5 == 0 {
					c.Clear()
					s.keys = nil
				}
				continue
			}
			key, full := kinds[which], len(s.keys) == capacity
			got, want := c.Ask(key), s.ask(key)
			if got != want || c.Len() != len(s.keys) {
				t.Fatalf("step %d, key %d: hit %v with %d objects, want %v with %d", i, key, got, c.Len(), want, len(s.keys))
			}
			if got {
				hits++
			} else if full {
				displaced++
			}
		}
		for _, key := range s.keys {
			if slot, ok := c.index.find(key); !ok || c.keys[slot] != key {
				t.Fatalf("key %d is lost", key)
			}
		}
	}, func(t drawn.Missing) {
		if hits < 100 || displaced < 50 { // how many there are depends on what was drawn
			t.Errorf("only %d hits and %d displaced", hits, displaced)
		}
	})
}

// A random cache keeps to its capacity, holds what it took last, and displaces each
// of its objects equally often: of 30,000 among 6, 5,000 ± 65 (one deviation,
// sqrt(30,000 · 1/6 · 5/6)); five deviations are allowed.
func TestRandom(t *testing.T) {
	const capacity, rounds = 6, 30_000
	c := New(capacity, Random, random.New(1, "test", 0))
	for key := range uint64(capacity) {
		c.Ask(key)
	}
	counts := make([]int, capacity)
	for key := uint64(capacity); key < capacity+rounds; key++ {
		before := slices.Clone(c.keys)
		if c.Ask(key) {
			t.Fatalf("key %d was there before it came", key)
		}
		if c.Len() != capacity || !c.Ask(key) {
			t.Fatalf("%d objects, and key %d is not there", c.Len(), key)
		}
		for i := range before {
			if before[i] != c.keys[i] {
				counts[i]++
			}
		}
	}
	for i, n := range counts {
		if n < 5000-325 || n > 5000+325 {
			t.Errorf("place %d was displaced %d times", i, n)
		}
	}
}

// The table grows with what it holds, not with what it may hold one day, and a full
// cache allocates nothing.
func TestMemory(t *testing.T) {
	for _, policy := range []Policy{LRU, FIFO, Random} {
		c := New(1<<30, policy, random.Source{})
		for key := range uint64(100) {
			c.Ask(key)
		}
		if n := len(c.index.entries); n != 256 {
			t.Errorf("100 objects in a table of %d", n)
		}
		c = New(1000, policy, random.New(1, "test", 0))
		key := uint64(0)
		ask := func() {
			for range 1000 {
				key += 7
				c.Ask(key)
				c.Ask(key % 500)
			}
		}
		ask()
		if got := testing.AllocsPerRun(20, ask); got != 0 {
			t.Errorf("policy %d: %v allocations", policy, got)
		}
		if len(c.index.entries) > 2048 {
			t.Errorf("policy %d: 1000 objects in a table of %d", policy, len(c.index.entries))
		}
	}
}

func BenchmarkAsk(b *testing.B) {
	for _, policy := range []Policy{LRU, FIFO, Random} {
		b.Run([]string{"lru", "fifo", "random"}[policy], func(b *testing.B) {
			src := random.New(1, "bench", 0)
			c := New(10_000, policy, src)
			keys := make([]uint64, 1<<16)
			for i := range keys {
				keys[i] = uint64(src.IntN(20_000))
			}
			b.ReportAllocs()
			for i := range b.N {
				c.Ask(keys[i&(1<<16-1)])
			}
		})
	}
}

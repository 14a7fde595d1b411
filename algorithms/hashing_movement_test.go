package algorithms

import (
	"fmt"
	"math"
	"testing"

	"github.com/cespare/xxhash/v2"
)

// moved counts the keys that are elsewhere than before, and those of them that are
// not where may says they must be now.
func moved(p *pool, keys []uint64, before []int32, may func(was, is int32) bool) (n, wrong int) {
	for i, slot := range homes(p, keys) {
		if slot != before[i] {
			n++
			if !may(before[i], slot) {
				wrong++
			}
		}
	}
	return n, wrong
}

// homes returns whom the keys lead to.
func homes(p *pool, keys []uint64) []int32 {
	slots := make([]int32, len(keys))
	for i, key := range keys {
		slots[i] = p.pick(&Request{Key: key, HasKey: true})
	}
	return slots
}

func someKeys(n int, name string) []uint64 {
	keys := make([]uint64, n)
	for i := range keys {
		keys[i] = xxhash.Sum64String(fmt.Sprint(name, i))
	}
	return keys
}

// TestTruthJump: a million keys from ten buckets to eleven; those that move go to
// the new one. Four binomial standard deviations.
func TestTruthJump(t *testing.T) {
	hashRows(t, "jump", func(t *testing.T, r truth, p hashParams) {
		pool := newPool(t, "jump_hash", equalWeights(p.N)...)
		keys := someKeys(p.count(t), "key")
		before := homes(pool, keys)
		fresh := pool.join(1, true)
		n, wrong := moved(pool, keys, before, func(_, is int32) bool { return is == fresh })
		share := float64(n) / float64(len(keys))
		near(t, r.Metric, share, r.Value(), 4*math.Sqrt(r.Value()*(1-r.Value())/float64(len(keys))))
		if wrong > 0 {
			t.Errorf("%d keys moved to old buckets", wrong)
		}
	})
}

// TestTruthModulo: hashes 0 … lcm-1, of which the expected share moves exactly.
func TestTruthModulo(t *testing.T) {
	change := func(t *testing.T, r truth, from, to int, do func(p *pool)) {
		pool := newPool(t, "modulo", equalWeights(from)...)
		before := entries(pool, from*to)
		do(pool)
		n := 0
		for i, slot := range entries(pool, from*to) {
			if slot != before[i] {
				n++
			}
		}
		near(t, r.Metric, float64(n)/float64(from*to), r.Value(), 1e-9)
	}
	hashRows(t, "mod", func(t *testing.T, r truth, p hashParams) {
		change(t, r, p.Before, p.After, func(pool *pool) {
			for i := p.Before; i < p.After; i++ {
				pool.join(1, true)
			}
			for i := p.Before; i > p.After; i-- {
				pool.remove(int32(i - 1))
			}
		})
	})
	hashRows(t, "modrm", func(t *testing.T, r truth, p hashParams) {
		change(t, r, p.N, p.N-1, func(pool *pool) { pool.remove(int32(p.Index)) })
	})
}

// TestTruthLeastMovement: what additions and a removal move, by every method that
// moves no more than it must, averaged over thirty pools of other names or, of those
// that don't look at names, other keys. Four standard errors.
func TestTruthLeastMovement(t *testing.T) {
	hashRows(t, "min", func(t *testing.T, r truth, p hashParams) {
		for _, text := range leastMoving {
			var shares sample
			for i := range 30 {
				keys := someKeys(2000, fmt.Sprint(i, "key"))
				pool := newPoolOf(t, text, numbered(fmt.Sprint(text, i, "-"), p.N), equalWeights(p.N)...)
				before := homes(pool, keys)
				if p.K == 0 {
					pool.remove(int32(i % p.N))
				}
				for j := range p.K {
					pool.SetReady(pool.Insert(Member{Key: fmt.Sprint(text, i, "+", j), Weight: 1}), true)
				}
				pool.picker.Rebuilt(pool.Set)
				n, wrong := moved(pool, keys, before, func(was, is int32) bool {
					return is >= int32(p.N) || !pool.IsReady(was)
				})
				if wrong > 0 {
					t.Fatalf("%s: %d keys moved between members that stayed", text, wrong)
				}
				shares.add(float64(n) / float64(len(keys)))
			}
			near(t, text+": "+r.Metric, shares.mean(), r.Value(), 4*shares.se())
		}
	})
}

// leastMoving are the methods that move only keys of who left and to who came.
var leastMoving = []string{
	"ring_hash", "ring_hash:profile=nginx", "rendezvous", "rendezvous:profile=darts", "rendezvous:profile=traefik",
	"jump_hash", "anchor_hash", "multi_probe",
}

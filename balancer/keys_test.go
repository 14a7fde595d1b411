package balancer_test

import (
	"hash/crc32"
	"testing"

	"github.com/cespare/xxhash/v2"

	"lbsim/balancer"
)

// TestHashKey: a pool whose algorithm follows a product hashes keys as the product
// does, any other with xxhash64, and none of them allocates.
func TestHashKey(t *testing.T) {
	lb := newBalancer(t, nil, "ring_hash", "ring_hash:profile=nginx", "round_robin")
	key := []byte("/api/users/1")
	for pool, want := range []uint64{xxhash.Sum64(key), uint64(crc32.ChecksumIEEE(key)), xxhash.Sum64(key)} {
		if got := lb.HashKey(balancer.PoolID(pool), key); got != want {
			t.Errorf("pool %d: %#x, want %#x", pool, got, want)
		}
		if own := lb.HashesKeys(balancer.PoolID(pool)); own != (pool == 1) {
			t.Errorf("pool %d: a hash of its own: %v", pool, own)
		}
		if n := testing.AllocsPerRun(100, func() { lb.HashKey(balancer.PoolID(pool), key) }); n != 0 {
			t.Errorf("pool %d: %v allocations", pool, n)
		}
	}
}

package algorithms

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// TestTruthEnvoyRings: Envoy's points, who has them, and whom a hash leads to.
func TestTruthEnvoyRings(t *testing.T) {
	hashRows(t, "ringv", func(t *testing.T, r truth, p hashParams) {
		text := fmt.Sprintf("ring_hash:profile=envoy,min_ring_size=%d", p.PerHost*len(p.Hosts))
		if strings.Contains(r.ID, "murmur2") {
			text += ",hash=murmur2"
		}
		pool := newPoolOf(t, text, p.Hosts, equalWeights(len(p.Hosts))...)
		var points []uint64
		var hosts []string
		for _, point := range ringOf(pool).full.points {
			points, hosts = append(points, point.hash), append(hosts, p.Hosts[point.slot])
		}
		switch r.Metric {
		case "sorted ring positions":
			equal(t, r, words(points))
		case "host order on the ring":
			equal(t, r, words(hosts))
		default:
			key, err := strconv.ParseUint(p.Request, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, r, p.Hosts[pool.pick(&Request{Key: key, HasKey: true})])
		}
	})
	hashRows(t, "ringsz", func(t *testing.T, r truth, p hashParams) {
		pool := newPool(t, fmt.Sprintf("ring_hash:profile=envoy,min_ring_size=%d", p.MinRing), p.Weights...)
		each := make([]int, len(p.Weights))
		for _, point := range ringOf(pool).full.points {
			each[point.slot]++
		}
		equal(t, r, words(each))
	})
}

// TestTruthProducts: libmemcached's and NGINX's choices for keys in plain text.
func TestTruthProducts(t *testing.T) {
	hashRows(t, "ketama", func(t *testing.T, r truth, p hashParams) {
		var names []string
		var weights []float64
		for _, server := range p.Servers {
			var name string
			var weight float64
			if _, err := fmt.Sscan(server, &name, &weight); err != nil {
				t.Fatal(err)
			}
			names, weights = append(names, name), append(weights, weight)
		}
		pool := newPoolOf(t, "ring_hash:profile=ketama", names, weights...)
		if p.Key != "" {
			hash, key := ketamaPick(pool, p.Key)
			equal(t, r, key)
			if text := fmt.Sprintf("%#x", hash); text != p.Hash {
				t.Errorf("hash %s, want %s", text, p.Hash)
			}
			return
		}
		var hashes, points []uint64
		var servers []string
		for _, key := range p.texts(t) {
			hash, server := ketamaPick(pool, key)
			ring := &ringOf(pool).full
			hashes, servers = append(hashes, hash), append(servers, server)
			points = append(points, ring.points[ring.first(hash)%len(ring.points)].hash)
		}
		equal(t, r, map[string]string{"key hashes": words(hashes), "continuum point chosen": words(points), "servers": words(servers)}[r.Metric])
	})
	hashRows(t, "nginxchash", func(t *testing.T, r truth, p hashParams) {
		var names []string
		var weights []float64
		for _, server := range p.Servers {
			name, weight, _ := strings.Cut(server, " weight=")
			w, err := strconv.ParseFloat(weight, 64)
			if err != nil {
				t.Fatal(err)
			}
			names, weights = append(names, name), append(weights, w)
		}
		pool := newPoolOf(t, "ring_hash:profile=nginx", names, weights...)
		var servers []string
		for _, key := range p.texts(t) {
			servers = append(servers, names[pool.pick(pool.keyed(key))])
		}
		equal(t, r, words(servers))
	})
}

// keyed returns a request with the routing key, hashed as the picker's product does.
func (p *pool) keyed(key string) *Request {
	return &Request{Key: p.picker.(KeyHasher).HashKey([]byte(key)), HasKey: true}
}

// ketamaPick returns a key's hash and the host it leads to.
func ketamaPick(p *pool, key string) (hash uint64, host string) {
	r := p.keyed(key)
	host, _, _ = strings.Cut(p.Members[p.pick(r)].Key, ":")
	return r.Key, host
}

// TestTruthKeyHashes: the hash of a key as a picker that uses it computes it.
func TestTruthKeyHashes(t *testing.T) {
	hashRows(t, "xxh64", func(t *testing.T, r truth, p hashParams) {
		input := p.Input
		if strings.Contains(r.ID, "sanity") {
			input = sanityBuffer(p.Length)
		}
		equal(t, r, fmt.Sprintf("%016x", xxhash64(input, p.Seed))) // maglev's offset and skip
		if input != "" && p.Seed == 0 {
			pool := newPoolOf(t, "multi_probe", []string{input}, 1)
			equal(t, r, fmt.Sprintf("%016x", pool.picker.(*multiProbe).all.points[0].hash))
		}
	})
	hashRows(t, "murmur3_128", func(t *testing.T, r truth, p hashParams) {
		h1, h2 := murmur3Wide([]byte(p.Input), p.Seed)
		equal(t, r, fmt.Sprintf("%016x %016x", h1, h2))
		if p.Seed == 0 && newPool(t, "ring_hash:hash=murmur3", 1).keyed(p.Input).Key != h1 {
			t.Error("the ring hashes keys otherwise")
		}
	})
	hashRows(t, "murmur3_32", func(t *testing.T, r truth, p hashParams) {
		h := murmur3Narrow([]byte(p.Input), uint32(p.Seed))
		equal(t, r, fmt.Sprintf("%08x", h))
		if p.Seed == 0 && newPool(t, "ring_hash:hash=murmur3_32", 1).keyed(p.Input).Key != uint64(h) {
			t.Error("the ring hashes keys otherwise")
		}
	})
	hashRows(t, "fnv1a64", func(t *testing.T, r truth, p hashParams) {
		equal(t, r, fmt.Sprintf("%016x", newPool(t, "hrw:profile=traefik", 1).keyed(p.Input).Key))
	})
	hashRows(t, "crc32", func(t *testing.T, r truth, p hashParams) {
		equal(t, r, fmt.Sprintf("%08x", newPool(t, "ring_hash:profile=nginx", 1).keyed(p.Input).Key))
		equal(t, r, fmt.Sprintf("%08x", uint32(newPool(t, "modulo:profile=nginx", 1).keyed(p.Input).Key)))
	})
}

// sanityBuffer is the text of the xxHash sanity tests.
func sanityBuffer(length int) string {
	b := make([]byte, length)
	g := uint64(2654435761)
	for i := range b {
		b[i] = byte(g >> 56)
		g *= 11400714785074694797
	}
	return string(b)
}

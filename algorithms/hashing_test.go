package algorithms

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"testing"

	"github.com/cespare/xxhash/v2"
	"pgregory.net/rapid"

	"lbsim/random"
	"lbsim/random/drawn"
)

// ipHashOracle is NGINX's loop: hash, walk over the weights, hash again.
func ipHashOracle(s *Set, octets []byte, tried *Tried) (slot int32, found bool) {
	total := 0
	for _, m := range s.Members {
		total += int(m.Weight)
	}
	h, avoid := 89, tried.Untried(s)
	for misses := 0; misses <= 20; misses++ {
		for _, o := range octets {
			h = (h*113 + int(o)) % 6271
		}
		w, at := h%total, 0
		for w >= int(s.Members[at].Weight) {
			w -= int(s.Members[at].Weight)
			at++
		}
		if slot := int32(at); s.IsReady(slot) && !(avoid && tried.Has(slot)) {
			return slot, true
		}
	}
	return 0, false
}

// TestIPHashAgainstWalk compares with NGINX's walk for IPv4, IPv6 and no address.
func TestIPHashAgainstWalk(t *testing.T) {
	hits, misses := 0, 0
	drawn.Until(t, func(rt *rapid.T) {
		weights := rapid.SliceOfN(rapid.Map(rapid.IntRange(1, 5), func(w int) float64 { return float64(w) }), 2, 12).Draw(rt, "weights")
		bits := rapid.SampledFrom([]int{24, 32}).Draw(rt, "bits")
		p := newPool(t, fmt.Sprintf("ip_hash:bits=%d", bits), weights...)
		rnd := random.New(rapid.Uint64().Draw(rt, "seed"), "", 0)
		in := 1 + rnd.IntN(8) // so many in eight are ready
		for slot := range p.Members {
			p.ready(int32(slot), slot == 0 || rnd.IntN(8) < in)
		}
		for range 300 {
			var a [16]byte
			for i := range a {
				a[i] = byte(rnd.Uint64())
			}
			r, octets := &Request{}, []byte{0, 0, 0}
			switch rnd.IntN(4) {
			case 0:
				r.Client, octets = netip.AddrFrom16(a), a[:]
			case 1:
			default:
				r.Client, octets = netip.AddrFrom4([4]byte(a[:4])), a[:bits/8]
			}
			if rnd.IntN(2) == 0 {
				r.Tried.Add(int32(rnd.IntN(p.Len())))
			}
			got := p.pick(r)
			if want, ok := ipHashOracle(p.Set, octets, &r.Tried); !ok {
				misses++
			} else if hits++; got != want {
				rt.Fatalf("%v: picked %d, want %d", r.Client, got, want)
			}
		}
	}, func(t drawn.Missing) {
		if hits < 5000 || misses == 0 {
			t.Errorf("only %d hits and %d falls to round robin", hits, misses)
		}
	})
}

// TestIPHashNetworks: with 24 bits a /24 stays together, with 32 it spreads.
func TestIPHashNetworks(t *testing.T) {
	for text, spread := range map[string]bool{"ip_hash": false, "ip_hash:bits=32": true} {
		p := newPool(t, text, equalWeights(5)...)
		seen := map[int32]bool{}
		for i := range 256 {
			seen[p.pick(&Request{Client: netip.AddrFrom4([4]byte{203, 0, 113, byte(i)})})] = true
		}
		if (len(seen) > 1) != spread {
			t.Errorf("%s: one /24 is on %d endpoints", text, len(seen))
		}
	}
	p := newPool(t, "ip_hash", equalWeights(5)...)
	mapped := netip.MustParseAddr("::ffff:203.0.113.9")
	if a, b := p.pick(&Request{Client: mapped}), p.pick(&Request{Client: mapped.Unmap()}); a != b {
		t.Errorf("an address in IPv6's clothes goes to %d, not %d", a, b)
	}
}

// TestIPHashFractionalWeights: weights that are not whole keep their shares, which
// a modulo by their sum would not. 6271 values give a share to within 1/6271.
func TestIPHashFractionalWeights(t *testing.T) {
	p := newPool(t, "ip_hash", 0.5, 0.25, 0.25)
	h := p.picker.(*ipHash)
	count := [3]float64{}
	for value := range 6271 {
		count[h.at(value)]++
	}
	for slot, w := range []float64{0.5, 0.25, 0.25} {
		near(t, "share", count[slot]/6271, w, 1./6271)
	}
}

// ringOracle looks at all points of all members that may be picked.
func ringOracle(s *Set, points int, key uint64, tried *Tried) int32 {
	best, distance, avoid := int32(-1), uint64(math.MaxUint64), tried.Untried(s)
	for _, slot := range s.Ready {
		if avoid && tried.Has(slot) {
			continue
		}
		for i := range int(math.Round(float64(points) * s.Members[slot].Weight)) {
			h := xxhash.Sum64String(fmt.Sprintf("%s_%d", s.Members[slot].Key, i))
			if d := h - key; best < 0 || d < distance { // the subtraction goes round the ring
				best, distance = slot, d
			}
		}
	}
	return best
}

// TestRingAgainstScan, with few and with most members out, through joins and
// removals.
func TestRingAgainstScan(t *testing.T) {
	full, thin := 0, 0
	drawn.Until(t, func(rt *rapid.T) {
		m := newMachine(t, rt, "ring_hash:points=9")
		for range 60 {
			switch m.rnd.IntN(6) {
			case 0, 1:
				m.toggle()
			case 2:
				m.join(2, true)
			case 3:
				m.leave()
			}
			if len(m.Ready) == 0 {
				continue
			}
			r := aRequest(&m.rnd)
			for range m.rnd.IntN(3) {
				r.Tried.Add(m.anyone())
			}
			if got, want := m.pick(r), ringOracle(m.Set, 9, r.Key, &r.Tried); got != want {
				rt.Fatalf("key %x: picked %d, want %d", r.Key, got, want)
			}
			if 2*len(m.Ready) < m.picker.(*ringHash).members {
				thin++
			} else {
				full++
			}
		}
	}, func(t drawn.Missing) {
		if full < 500 || thin < 500 {
			t.Errorf("only %d picks on the full ring and %d on the thin one", full, thin)
		}
	})
}

// TestRingMovesOnlyWhatItMust: after a removal only the keys of the member that
// left have moved, after its return all are back.
func TestRingMovesOnlyWhatItMust(t *testing.T) {
	p := newPool(t, "consistent_hash", equalWeights(10)...)
	where := func() []int32 {
		rnd := random.New(2, "keys", 0)
		slots := make([]int32, 5000)
		for i := range slots {
			slots[i] = p.pick(&Request{Key: rnd.Uint64(), HasKey: true})
		}
		return slots
	}
	before := where()
	p.ready(4, false)
	after := where()
	moved := 0
	for i := range before {
		if before[i] != after[i] {
			if before[i] != 4 {
				t.Fatalf("a key of %d moved to %d", before[i], after[i])
			}
			moved++
		}
	}
	// One tenth of the keys, give or take the unevenness of a share made of 160
	// points, 1/sqrt(160) of it, five times over.
	near(t, "moved keys", float64(moved), 500, 500*5/math.Sqrt(160))
	p.ready(4, true)
	if !slices.Equal(before, where()) {
		t.Error("not all keys came back")
	}
}

// TestRingSize: points follow the weight, and the whole ring is bounded.
func TestRingSize(t *testing.T) {
	for _, c := range []struct {
		text    string
		weights []float64
		want    []int
	}{
		{"ring_hash", []float64{1, 2.5}, []int{160, 400}},
		{"ring_hash:points=1000,max_points=100", []float64{1, 3}, []int{25, 75}},
		{"ring_hash:points=10,max_points=10", []float64{0.001, 5}, []int{1, 10}},
	} {
		p := newPool(t, c.text, c.weights...)
		got := make([]int, len(c.weights))
		for _, point := range p.picker.(*ringHash).full.points {
			got[point.slot]++
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v points, want %v", c.text, got, c.want)
		}
	}
}

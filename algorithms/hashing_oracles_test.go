package algorithms

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"github.com/cespare/xxhash/v2"
	"pgregory.net/rapid"

	"lbsim/random"
	"lbsim/random/drawn"
)

// againstOracle drives a picker through joins, removals and changes of readiness and
// compares its picks for keys, retries too, with a slow oracle's. The oracle is told
// who fits.
func againstOracle(t *testing.T, text string, oracle func(m *machine, key uint64, fits func(slot int32) bool) int32) {
	picks := 0
	drawn.Until(t, func(rt *rapid.T) {
		m := newMachine(t, rt, text)
		for range 40 {
			switch m.rnd.IntN(8) {
			case 0, 1, 2:
				m.toggle()
			case 3:
				m.join([]float64{1, 2, 4, 0.5}[m.rnd.IntN(4)], true)
			case 4:
				m.leave()
			}
			if len(m.Ready) == 0 {
				continue
			}
			r := aRequest(&m.rnd)
			for range m.rnd.IntN(3) {
				r.Tried.Add(m.anyone())
			}
			f := fitFor(m.Set, r)
			want := oracle(m, r.Key, f.has)
			if got := m.pick(r); got != want {
				rt.Fatalf("key %x: picked %d, want %d", r.Key, got, want)
			}
			picks++
		}
	}, func(t drawn.Missing) {
		if picks < 1000 {
			t.Errorf("only %d picks", picks)
		}
	})
}

// TestRendezvousAgainstScan: the least -ln(u)/w of all that fit, by math.Log.
func TestRendezvousAgainstScan(t *testing.T) {
	againstOracle(t, "rendezvous", func(m *machine, key uint64, fits func(int32) bool) int32 {
		best, least := int32(-1), math.Inf(1)
		for slot, member := range m.Members {
			if member.Key == "" || !fits(int32(slot)) {
				continue
			}
			u := (float64(mix64(xxhash.Sum64String(member.Key)^key)>>11) + 0.5) / (1 << 53)
			if score := -math.Log(u) / member.Weight; score < least {
				best, least = int32(slot), score
			}
		}
		return best
	})
}

// TestDartsAgainstList: the first of all darts, in order of time, that hits somebody
// who fits.
func TestDartsAgainstList(t *testing.T) {
	type dart struct {
		at, height float64
		slot       int32
	}
	againstOracle(t, "rendezvous:profile=darts", func(m *machine, key uint64, fits func(int32) bool) int32 {
		heaviest := 0.0
		for _, member := range m.Members {
			heaviest = max(heaviest, member.Weight)
		}
		height := math.Pow(2, math.Ceil(math.Log2(heaviest)))
		var all []dart
		for block, from := 0, 0; from < m.Len(); block++ {
			width := max(from, 1)
			src := random.NewIndex(0, "darts", 0).At(key, uint64(block))
			for at := 0.0; len(all) < 400*(block+1); {
				at += src.Exponential() / float64(width)
				slot := int32(from + src.IntN(width))
				all = append(all, dart{at, src.Float64() * height, slot})
			}
			from += width
		}
		slices.SortFunc(all, func(a, b dart) int { return cmp.Compare(a.at, b.at) })
		for _, d := range all {
			if int(d.slot) < m.Len() && m.Members[d.slot].Key != "" && d.height < m.Members[d.slot].Weight && fits(d.slot) {
				return d.slot
			}
		}
		return -1
	})
}

// TestMultiProbeAgainstScan: of all probes and points the closest pair.
func TestMultiProbeAgainstScan(t *testing.T) {
	againstOracle(t, "multi_probe:probes=5", func(m *machine, key uint64, fits func(int32) bool) int32 {
		best, least := int32(-1), uint64(math.MaxUint64)
		for range 5 {
			for slot, member := range m.Members {
				if member.Key == "" || !fits(int32(slot)) {
					continue
				}
				if d := xxhash.Sum64String(member.Key) - key; d < least {
					best, least = int32(slot), d
				}
			}
			key = mix64(key)
		}
		return best
	})
}

// TestMaglevAgainstLists: tables filled from whole permutations, as in the paper's
// pseudocode, and a walk over them.
func TestMaglevAgainstLists(t *testing.T) {
	const size = 31
	againstOracle(t, "maglev:table_size=31", func(m *machine, key uint64, fits func(int32) bool) int32 {
		var slots []int32
		heaviest := 0.0
		for slot, member := range m.Members {
			if member.Key != "" {
				slots = append(slots, int32(slot))
				heaviest = max(heaviest, member.Weight)
			}
		}
		slices.SortFunc(slots, func(a, b int32) int { return cmp.Compare(m.Members[a].Key, m.Members[b].Key) })
		table := map[uint64]int32{}
		taken := map[int32]int{}
		for round := 1; len(table) < size; round++ {
			for _, slot := range slots {
				// In its k-th turn when round x weight reaches k x heaviest.
				if float64(round)*m.Members[slot].Weight < float64(taken[slot])*heaviest || len(table) == size {
					continue
				}
				taken[slot]++
				name := m.Members[slot].Key
				for i := uint64(0); ; i++ {
					c := (xxhash64(name, 0)%size + i*(xxhash64(name, 1)%(size-1)+1)) % size
					if _, full := table[c]; !full {
						table[c] = slot
						break
					}
				}
			}
		}
		for at := key % size; ; at = (at + 1) % size {
			if slot := table[at]; fits(slot) {
				return slot
			}
		}
	})
}

// TestNGINXRingGivesUp: 21 points of members that are out, then smooth round robin.
func TestNGINXRingGivesUp(t *testing.T) {
	p := newPool(t, "ring_hash:profile=nginx", equalWeights(200)...)
	for slot := range int32(198) {
		p.ready(slot, false)
	}
	walked, turned := 0, 0
	for _, key := range someKeys(2000, "key") {
		ring := ringOf(p).full
		want, at := int32(-1), ring.first(uint64(uint32(key)))
		for i := range 21 {
			if slot := ring.points[(at+i)%len(ring.points)].slot; p.IsReady(slot) {
				want = slot
				break
			}
		}
		switch got := p.pick(&Request{Key: key, HasKey: true}); {
		case want < 0:
			turned++
		case got != want:
			t.Fatalf("key %x: picked %d, want %d", key, got, want)
		default:
			walked++
		}
	}
	if walked < 100 || turned < 100 {
		t.Errorf("%d walks led to a member and %d did not", walked, turned)
	}
}

// TestJumpVectors: values that Guava (HashingTest.java) and go-jump (jump_test.go,
// against the paper's C++) publish.
func TestJumpVectors(t *testing.T) {
	for _, c := range []struct {
		key  uint64
		n    int
		want int32
	}{
		{10863919174838991, 11, 6}, {2016238256797177309, 11, 3}, {1673758223894951030, 11, 5},
		{2, 100001, 80343}, {2201, 100001, 22152}, {2202, 100001, 15018},
		{1, 1, 0}, {42, 57, 43}, {0xDEAD10CC, 1, 0}, {0xDEAD10CC, 666, 361}, {256, 1024, 520},
	} {
		if got := jumpBucket(c.key, c.n); got != c.want {
			t.Errorf("jump(%d, %d) = %d, want %d", c.key, c.n, got, c.want)
		}
		if c.n < 2000 {
			p := newPool(t, "jump_hash", equalWeights(c.n)...)
			if got := p.pick(&Request{Key: c.key, HasKey: true}); got != c.want {
				t.Errorf("key %d of %d: picked %d, want %d", c.key, c.n, got, c.want)
			}
		}
	}
}

// TestJumpAgainstLoop: the paper's loop, whatever the key and the number.
func TestJumpAgainstLoop(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.OneOf(rapid.IntRange(1, 300), rapid.IntRange(1, math.MaxInt32)).Draw(rt, "n")
		key := rapid.Uint64().Draw(rt, "key")
		for range 50 {
			key = mix64(key)
			b, j, k := int64(-1), int64(0), key
			for j < int64(n) {
				b = j
				k = k*2862933555777941757 + 1
				j = int64(float64(b+1) * (float64(int64(1)<<31) / float64(k>>33+1)))
			}
			if got := jumpBucket(key, n); int64(got) != b {
				rt.Fatalf("jump(%d, %d) = %d, want %d", key, n, got, b)
			}
		}
	})
}

// TestMaglevWeighted: the table of Envoy's maglev_lb_test.cc, Weighted.
func TestMaglevWeighted(t *testing.T) {
	p := newPoolOf(t, "maglev:table_size=17", []string{"127.0.0.1:90", "127.0.0.1:91"}, 1, 2)
	if got := words(entries(p, 17)); got != "1 0 0 1 0 1 1 0 1 1 1 1 1 0 1 0 1" {
		t.Errorf("the table is %s", got)
	}
}

// TestRetriesOfEnvoy: a retry begins as many points further on the ring, and in the
// table at another entry, whether or not the first endpoint is among the tried.
func TestRetriesOfEnvoy(t *testing.T) {
	p := newPool(t, "ring_hash:profile=envoy", equalWeights(5)...)
	points := ringOf(p).full.points
	for _, key := range someKeys(200, "key") {
		at := ringOf(p).full.first(key)
		for attempt := range 4 {
			r := &Request{Key: key, HasKey: true, Attempt: uint8(attempt)}
			if got, want := p.pick(r), points[(at+attempt)%len(points)].slot; got != want {
				t.Fatalf("attempt %d of key %x: picked %d, want %d", attempt, key, got, want)
			}
		}
	}
	p = newPool(t, "maglev:table_size=7", equalWeights(3)...)
	table := entries(p, 7)
	for attempt := uint64(1); attempt < 4; attempt++ {
		// Envoy: hash ^= ~0ULL - attempt + 1.
		r := &Request{Key: 10, HasKey: true, Attempt: uint8(attempt)}
		if got, want := p.pick(r), table[(10^(math.MaxUint64-attempt+1))%7]; got != want {
			t.Errorf("attempt %d: picked %d, want %d", attempt, got, want)
		}
	}
}

// TestMaglevPrimes: another size is refused, and the nearest prime named.
func TestMaglevPrimes(t *testing.T) {
	for text, want := range map[string]string{
		"65536": "the nearest is 65537", "100": "the nearest is 101", "9": "the nearest is 7", "5000010": "the nearest is 5000011",
	} {
		choice, err := Parse("maglev:table_size=" + text)
		if err != nil {
			t.Fatal(err)
		}
		_, err = choice.New(random.New(1, "", 0))
		if err == nil || err.Error() != "maglev: table_size = "+text+": must be a prime; "+want {
			t.Errorf("table_size %s: %v", text, err)
		}
	}
}

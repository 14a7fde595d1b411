package workloads_test

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"lbsim/random"
	"lbsim/workloads"
)

// checkShares compares how often each of len(probabilities) things was drawn with
// its probability. Chi-squared of k degrees of freedom has mean k and variance 2k;
// things expected less than 10 times are counted together, where it would not be
// near normal.
func checkShares(t *testing.T, draw func() int, probability func(i int) float64, things int) {
	t.Helper()
	counts := make([]float64, things)
	for range draws {
		counts[draw()]++
	}
	chi, degrees := 0.0, -1.0
	rareCount, rareWant := 0.0, 0.0
	cell := func(got, want float64) {
		if want > 0 {
			chi += (got - want) * (got - want) / want
			degrees++
		}
	}
	for i, got := range counts {
		want := probability(i) * draws
		switch {
		case want == 0 && got > 0:
			t.Fatalf("%d was drawn against its probability of 0", i)
		case want < 10:
			rareCount, rareWant = rareCount+got, rareWant+want
		default:
			cell(got, want)
		}
	}
	if rareWant >= 10 {
		cell(rareCount, rareWant)
	}
	if limit := z * math.Sqrt(2*degrees); degrees > 0 && math.Abs(chi-degrees) > limit {
		t.Errorf("chi-squared %.1f, want %.0f ± %.1f", chi, degrees, limit)
	}
}

func TestZipf(t *testing.T) {
	tests := []struct{ count, exponent float64 }{
		{1, 1}, {2, 0}, {2, 3}, {10, 0.5}, {1000, 0}, {1000, 0.3}, {1000, 0.99}, {1000, 1},
		{1000, 1 + 1e-9}, {1000, 1.1}, {10_000, 0.8}, {10_000, 2}, {1000, 6}, {1000, 20},
	}
	for _, tc := range tests {
		t.Run(fmt.Sprint(tc), func(t *testing.T) {
			keys := must(workloads.NewZipf(tc.count, tc.exponent))
			probability := make([]float64, keys.Count())
			sum := 0.0
			for k := range probability {
				probability[k] = math.Pow(float64(k+1), -tc.exponent)
				sum += probability[k]
			}
			for k := range probability {
				probability[k] /= sum
			}
			checkClose(t, "Probability(0)", keys.Probability(0), probability[0], 1e-11)
			checkClose(t, "Probability(last)", keys.Probability(keys.Count()-1), probability[keys.Count()-1], 1e-11)
			src := stream("zipf")
			checkShares(t, func() int { return keys.Key(src) }, func(k int) float64 { return probability[k] }, keys.Count())
		})
	}
}

// Of 2^31-1 keys by exponent s, P(k <= K) is near H(K)/H(n) with harmonic sums
// that the integral with its end correction gives to 1e-6.
func TestZipfOfManyKeys(t *testing.T) {
	const n, below = math.MaxInt32, 1000
	keys, src := must(workloads.NewZipf(n, 0.9)), stream("many keys")
	head := 0.0
	for k := 1; k <= below; k++ {
		head += math.Pow(float64(k), -0.9)
	}
	rest := 10 * (math.Pow(n+0.5, 0.1) - math.Pow(below+0.5, 0.1))
	p, hits := head/(head+rest), 0.0
	for range draws {
		if k := keys.Key(src); k < below {
			hits++
		} else if k >= n {
			t.Fatalf("key %d of %d", k, n)
		}
	}
	if limit := z * math.Sqrt(draws*p*(1-p)); math.Abs(hits-draws*p) > limit {
		t.Errorf("%v draws of the first %d keys, want %v ± %v", hits, below, draws*p, limit)
	}
}

func TestUniformAndHotKeys(t *testing.T) {
	for name, keys := range map[string]workloads.Keys{
		"uniform": must(workloads.NewUniformKeys(100)),
		"hot":     must(workloads.NewHotKeys(100, 3, 0.6)),
		"cold":    must(workloads.NewHotKeys(100, 50, 0)),
	} {
		t.Run(name, func(t *testing.T) {
			src, sum := stream(name), 0.0
			for k := range keys.Count() {
				sum += keys.Probability(k)
			}
			checkClose(t, "sum of probabilities", sum, 1, 1e-12)
			checkShares(t, func() int { return keys.Key(src) }, keys.Probability, keys.Count())
			if n := testing.AllocsPerRun(1000, func() { keys.Key(src) }); n != 0 {
				t.Errorf("Key allocates %v times", n)
			}
		})
	}
}

// XXH64 with seed 0 of the bytes 01 00 00 00 00 00 00 00 and so on, computed step
// by step from the specification (one 8-byte lane, then the avalanche).
func TestKeyHashIsXXH64(t *testing.T) {
	const p1, p2, p3, p4, p5 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5
	rotate := func(x uint64, k int) uint64 { return x<<k | x>>(64-k) }
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.Uint64().Draw(t, "key")
		five, eight := uint64(p5), uint64(8)
		h := five + eight
		lane := rotate(key*p2, 31) * p1
		h = rotate(h^lane, 27)*p1 + p4
		h = (h ^ h>>33) * p2
		h = (h ^ h>>29) * p3
		h ^= h >> 32
		if got := workloads.KeyHash(key); got != h {
			t.Fatalf("KeyHash(%d) = %#x, want %#x", key, got, h)
		}
	})
	key := uint64(0)
	if n := testing.AllocsPerRun(1000, func() { key = workloads.KeyHash(key) }); n != 0 {
		t.Errorf("KeyHash allocates %v times", n)
	}
}

// An alias table is checked against what its weights say, not against its own cells.
func TestAlias(t *testing.T) {
	weights := [][]float64{{1}, {1, 1}, {0, 3, 1}, {1e-300, 1e300}, {5, 1, 0, 0.25, 9, 1e-3}}
	for _, ws := range weights {
		alias, src := must(workloads.NewAlias(ws)), stream("alias")
		sum := 0.0
		for _, w := range ws {
			sum += w
		}
		checkShares(t, func() int { return alias.Choose(src) }, func(i int) float64 { return ws[i] / sum }, len(ws))
	}
	for _, ws := range [][]float64{nil, {0, 0}, {1, -1}, {math.NaN()}, {math.Inf(1)}} {
		if _, err := workloads.NewAlias(ws); err == nil {
			t.Errorf("weights %v were accepted", ws)
		}
	}
}

func TestMix(t *testing.T) {
	mix := must(workloads.NewMix([]float64{0.95, 0.04, 0.01}))
	src := stream("mix")
	checkShares(t, func() int { return mix.Choose(src) }, mix.Share, mix.Len())
	thirds := must(workloads.NewMix([]float64{0.333, 0.333, 0.333}))
	checkClose(t, "a third", thirds.Share(0), 1.0/3, 1e-12)
	for _, shares := range [][]float64{nil, {0.5, 0.6}, {1, 0}, {1.2, -0.2}, {math.NaN()}} {
		if _, err := workloads.NewMix(shares); err == nil {
			t.Errorf("shares %v were accepted", shares)
		}
	}
	if n := testing.AllocsPerRun(1000, func() { mix.Choose(src) }); n != 0 {
		t.Errorf("Choose allocates %v times", n)
	}
}

func TestClientsShareTraffic(t *testing.T) {
	count, nat, share := 50.0, 5.0, 0.4
	c := must(workloads.ClientSpec{Count: &count, NAT: &workloads.NATSpec{Clients: &nat, Share: &share}}.Build())
	src := stream("clients")
	checkShares(t, func() int { return c.Choose(src) }, func(i int) float64 {
		if i < 5 {
			return 0.4 / 5
		}
		return 0.6 / 45
	}, 50)
	plain := must(workloads.ClientSpec{Count: &count}.Build())
	checkShares(t, func() int { return plain.Choose(src) }, func(int) float64 { return 1.0 / 50 }, 50)
}

func TestClientAddresses(t *testing.T) {
	count, nat, share := 20_000.0, 100.0, 0.4
	c := must(workloads.ClientSpec{Count: &count, NAT: &workloads.NATSpec{Clients: &nat, Share: &share}}.Build())
	owner, networks := map[string]int{}, map[[3]byte]int{}
	for i := range c.Count {
		a := c.Address(i, 0)
		group := max(i, c.NATClients-1) // those behind NAT are one
		if j, taken := owner[a.String()]; taken && j != group {
			t.Fatalf("clients %d and %d both have %v", j, i, a)
		}
		owner[a.String()] = group
		b := a.As4()
		if b[0] != 10 || b[3] == 0 || b[3] == 255 {
			t.Fatalf("client %d has %v", i, a)
		}
		if i >= c.NATClients {
			networks[[3]byte(b[:3])]++
		}
	}
	if len(networks) != c.Count-c.NATClients {
		t.Errorf("%d clients are in %d networks of /24", c.Count-c.NATClients, len(networks))
	}
	home := c.Address(0, 0)
	if c.Address(50, 3) != home {
		t.Error("a client behind NAT moved")
	}
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(c.NATClients, c.Count-1).Draw(t, "client")
		moves := rapid.IntRange(0, 1_000_000).Draw(t, "moves")
		if c.Address(i, moves) == c.Address(i, moves+1) || c.Address(i, moves) == home {
			t.Fatalf("client %d did not move, or moved behind NAT", i)
		}
	})
}

func TestKeysDrawAlikeFromAlikeStreams(t *testing.T) {
	keys := must(workloads.NewZipf(1000, 1.1))
	a, b := random.New(1, "keys", 0), random.New(1, "keys", 0)
	for range 1000 {
		if x, y := keys.Key(&a), keys.Key(&b); x != y {
			t.Fatalf("%d and %d from one seed", x, y)
		}
	}
	if n := testing.AllocsPerRun(1000, func() { keys.Key(&a) }); n != 0 {
		t.Errorf("Key allocates %v times", n)
	}
}

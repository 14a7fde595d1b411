package random_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"lbsim/random"
)

// draws is the size of the samples below. Their seeds are fixed, so a test passes
// always or never; limits of z = 5 standard errors are missed by one right
// generator in 1.7 million.
const (
	draws = 1_000_000
	z     = 5
)

type law struct {
	name     string
	draw     func(s *random.Source) float64
	oracle   interface{ CDF(x float64) float64 }
	mean     float64
	variance float64
	fourth   float64 // central moment, for the standard error of the variance
}

func gamma(a float64) law {
	return law{fmt.Sprintf("Gamma(%g)", a), func(s *random.Source) float64 { return s.Gamma(a) },
		distuv.Gamma{Alpha: a, Beta: 1}, a, a, 3*a*a + 6*a}
}

var laws = []law{
	{"Float64", (*random.Source).Float64, distuv.Uniform{Max: 1}, 0.5, 1.0 / 12, 1.0 / 80},
	{"Uniform", (*random.Source).Uniform, distuv.Uniform{Max: 1}, 0.5, 1.0 / 12, 1.0 / 80},
	{"Exponential", (*random.Source).Exponential, distuv.Exponential{Rate: 1}, 1, 1, 9},
	{"Normal", (*random.Source).Normal, distuv.Normal{Sigma: 1}, 0, 1, 3},
	gamma(0.1), gamma(0.9), gamma(1), gamma(2.5), gamma(100),
}

func sample(l law, n int) []float64 {
	s := random.New(7, l.name, 0)
	xs := make([]float64, n)
	for i := range xs {
		xs[i] = l.draw(&s)
	}
	return xs
}

func TestDrawsHaveTheirMoments(t *testing.T) {
	for _, l := range laws {
		mean, square := 0.0, 0.0
		for _, x := range sample(l, draws) {
			mean += x / draws
			square += (x - l.mean) * (x - l.mean) / draws
		}
		if limit := z * math.Sqrt(l.variance/draws); math.Abs(mean-l.mean) > limit {
			t.Errorf("%s: mean %v, want %v ± %v", l.name, mean, l.mean, limit)
		}
		if limit := z * math.Sqrt((l.fourth-l.variance*l.variance)/draws); math.Abs(square-l.variance) > limit {
			t.Errorf("%s: variance %v, want %v ± %v", l.name, square, l.variance, limit)
		}
	}
}

// The Kolmogorov-Smirnov statistic D of n draws exceeds 2.7/√n with probability
// 2 e^(-2·2.7²) = 1e-6 when they have the law.
func TestDrawsHaveTheirLaw(t *testing.T) {
	for _, l := range laws {
		xs := sample(l, draws)
		slices.Sort(xs)
		d := 0.0
		for i, x := range xs {
			p := l.oracle.CDF(x)
			d = max(d, p-float64(i)/draws, float64(i+1)/draws-p)
		}
		if limit := 2.7 / math.Sqrt(draws); d > limit {
			t.Errorf("%s: the distribution function is off by %v, more than %v", l.name, d, limit)
		}
	}
}

// The tails come from code of their own, which a test of the whole law hardly sees.
func TestTailsHaveTheirFrequencies(t *testing.T) {
	const n = 10 * draws
	normal := distuv.Normal{Sigma: 1}
	tests := []struct {
		name string
		draw func(s *random.Source) float64
		p    float64
		in   func(x float64) bool
	}{
		{"exponential above 7.7", (*random.Source).Exponential, math.Exp(-7.7), func(x float64) bool { return x > 7.7 }},
		{"exponential above 9", (*random.Source).Exponential, math.Exp(-9), func(x float64) bool { return x > 9 }},
		{"exponential below 1e-3", (*random.Source).Exponential, -math.Expm1(-1e-3), func(x float64) bool { return x < 1e-3 }},
		{"exponential in 0.06 … 0.07", (*random.Source).Exponential, math.Exp(-0.06) - math.Exp(-0.07), func(x float64) bool { return x > 0.06 && x < 0.07 }},
		{"normal above 3", (*random.Source).Normal, normal.Survival(3), func(x float64) bool { return x > 3 }},
		{"normal above 3.66", (*random.Source).Normal, normal.Survival(3.66), func(x float64) bool { return x > 3.66 }},
		{"normal below -4", (*random.Source).Normal, normal.Survival(4), func(x float64) bool { return x < -4 }},
		{"normal in ±0.01", (*random.Source).Normal, 1 - 2*normal.Survival(0.01), func(x float64) bool { return math.Abs(x) < 0.01 }},
	}
	for _, tc := range tests {
		s := random.New(11, tc.name, 0)
		count := 0
		for range n {
			if tc.in(tc.draw(&s)) {
				count++
			}
		}
		want := n * tc.p
		if limit := z * math.Sqrt(want); math.Abs(float64(count)-want) > limit {
			t.Errorf("%s: %d draws, want %.0f ± %.0f", tc.name, count, want, limit)
		}
	}
}

// chiSquared returns Pearson's statistic of counts that should be equal.
func chiSquared(counts []int) float64 {
	total := 0
	for _, c := range counts {
		total += c
	}
	want := float64(total) / float64(len(counts))
	sum := 0.0
	for _, c := range counts {
		sum += (float64(c) - want) * (float64(c) - want) / want
	}
	return sum
}

func checkEqual(t *testing.T, what string, counts []int) {
	t.Helper()
	// Chi-squared of k degrees has mean k and variance 2k, and is near normal here.
	k := float64(len(counts) - 1)
	if got := chiSquared(counts); math.Abs(got-k) > z*math.Sqrt(2*k) {
		t.Errorf("%s: chi-squared %.0f, want %.0f ± %.0f", what, got, k, z*math.Sqrt(2*k))
	}
}

func TestBytesAreUniform(t *testing.T) {
	s := random.New(3, "bytes", 0)
	var counts [8][256]int
	for range draws {
		u := s.Uint64()
		for i := range counts {
			counts[i][u>>(8*i)&255]++
		}
	}
	for i := range counts {
		checkEqual(t, fmt.Sprintf("byte %d", i), counts[i][:])
	}
}

// The first draws of the streams of one family are used side by side, a draw for
// each request; they must be as random as the draws of one stream.
func TestIndexedStreamsAreUniformAndIndependent(t *testing.T) {
	x := random.NewIndex(3, "demand", 1)
	var first, second, joint, across [256]int
	for i := range uint64(draws) {
		a, b := x.At(i, 0), x.At(i, 1)
		u, v := a.Uint64(), b.Uint64()
		c := x.At(i+1, 0)
		w := c.Uint64()
		first[u>>56]++
		second[a.Uint64()&255]++
		joint[u>>60<<4|v>>60]++
		across[u>>60<<4|w>>60]++
	}
	checkEqual(t, "first draw", first[:])
	checkEqual(t, "second draw", second[:])
	checkEqual(t, "attempts 0 and 1", joint[:])
	checkEqual(t, "neighbours", across[:])
}

func TestNamedStreamsAreUncorrelated(t *testing.T) {
	streams := []random.Source{
		random.New(1, "arrivals", 0), random.New(1, "arrivals", 1), random.New(1, "demands", 0),
		random.New(2, "arrivals", 0), random.New(0, "", 0), random.New(0, "a", 0),
	}
	for i := range streams {
		for j := range i {
			a, b := streams[i], streams[j]
			sum := 0.0
			for range draws {
				sum += (a.Float64() - 0.5) * (b.Float64() - 0.5) * 12
			}
			// A sum of n products of mean 0 and variance 1.
			if limit := z * math.Sqrt(draws); math.Abs(sum) > limit {
				t.Errorf("streams %d and %d: correlation %v", i, j, sum/draws)
			}
		}
	}
}

func TestIntNIsUniform(t *testing.T) {
	s := random.New(5, "intn", 0)
	counts := make([]int, 37)
	for range draws {
		counts[s.IntN(len(counts))]++
	}
	checkEqual(t, "IntN(37)", counts)
}

func TestSourceCopiesGoOnAlike(t *testing.T) {
	a := random.New(1, "copy", 0)
	a.Uint64()
	b := a
	for range 100 {
		if x, y := a.Uint64(), b.Uint64(); x != y {
			t.Fatalf("a copy draws %x after %x", y, x)
		}
	}
}

// fingerprint folds the bits of n draws of each kind.
func fingerprint() uint64 {
	h := uint64(14695981039346656037) // FNV-1a, 64 bits
	fold := func(u uint64) {
		for range 8 {
			h = (h ^ u&255) * 1099511628211
			u >>= 8
		}
	}
	for _, l := range laws {
		for _, x := range sample(l, 20_000) {
			fold(math.Float64bits(x))
		}
	}
	s := random.New(1, "elementary", 0)
	for range 20_000 {
		x, y := s.Uniform(), 100*(s.Uniform()-0.5)
		for _, f := range []float64{
			random.Exp(y), random.Log(x), random.Log1p(x), random.Expm1(y), random.Pow(x, y),
			random.Sin(100 * y), random.Cos(100 * y), random.SinPi(y), random.LogGamma(x * 50), random.NormalQuantile(x),
		} {
			fold(math.Float64bits(f))
		}
	}
	return h
}

// The number was computed on amd64; equality on any platform and level of
// optimisation (GOAMD64=v3 has fused multiply-adds, js/wasm has not) is what
// makes runs repeatable everywhere.
func TestDrawsHaveTheSameBitsEverywhere(t *testing.T) {
	const want uint64 = 0x1e9cf629d0b85ba4
	if got := fingerprint(); got != want {
		t.Errorf("fingerprint %#x, want %#x", got, want)
	}
}

func TestDrawsDoNotAllocate(t *testing.T) {
	s := random.New(1, "allocations", 0)
	x := random.NewIndex(1, "allocations", 0)
	for _, l := range laws {
		if n := testing.AllocsPerRun(1000, func() { l.draw(&s) }); n != 0 {
			t.Errorf("%s allocates %v times", l.name, n)
		}
	}
	if n := testing.AllocsPerRun(1000, func() { s = x.At(s.Uint64(), 1) }); n != 0 {
		t.Errorf("Index.At allocates %v times", n)
	}
}

package statistics

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: got %v, want %v ± %v", what, got, want, tolerance)
	}
}

// Printed tables of Student's t.
func TestTQuantileAgreesWithTables(t *testing.T) {
	for _, c := range []struct {
		p    float64
		df   int
		want float64
	}{
		{0.975, 1, 12.7062}, {0.975, 2, 4.3027}, {0.975, 9, 2.2622}, {0.975, 19, 2.0930},
		{0.95, 4, 2.1318}, {0.995, 29, 2.7564}, {0.9995, 5, 6.8688}, {0.5, 3, 0}, {0.025, 9, -2.2622},
	} {
		near(t, "t", TQuantile(c.p, c.df), c.want, 5e-5)
	}
	for _, invalid := range []float64{TQuantile(0, 3), TQuantile(1, 3), TQuantile(0.9, 0), TQuantile(math.NaN(), 3)} {
		if !math.IsNaN(invalid) {
			t.Errorf("outside the range: got %v, want NaN", invalid)
		}
	}
}

func TestMeanByHand(t *testing.T) {
	// mean 5, s² = 20/3, half = 3.182446·√(20/3)/2
	i := Mean([]float64{2, 4, 6, 8}, 0.95)
	near(t, "mean", i.Mean, 5, 1e-15)
	near(t, "half-width", i.HalfWidth(), 3.182446305*math.Sqrt(20.0/3)/2, 1e-8)
	if !i.Bounded || !i.Holds(1) || i.Holds(9.2) {
		t.Errorf("interval %+v", i)
	}
}

func TestMeanWithoutAnythingRandomHasNoBounds(t *testing.T) {
	for _, sample := range [][]float64{{0.1}, {0.1, 0.1, 0.1}, {0, 0}} {
		i := Mean(sample, 0.95)
		if i.Bounded || i.Mean != sample[0] || i.HalfWidth() != 0 {
			t.Errorf("%v: %+v", sample, i)
		}
	}
	if i := Mean(nil, 0.95); i.Bounded || !math.IsNaN(i.Mean) {
		t.Errorf("empty: %+v", i)
	}
}

func TestMeanKeepsItsDigitsFarFromZero(t *testing.T) {
	i := Mean([]float64{1e9 + 1, 1e9 + 2, 1e9 + 3}, 0.95)
	near(t, "standard deviation", i.SD, 1, 1e-9)
}

// The intervals hold the truth as often as they claim. Of 10,000 intervals from
// normal data the covering share has a standard error of √(0.95·0.05/10⁴) =
// 0.0022; four of them make the tolerance.
func TestIntervalsCoverWhatTheyClaim(t *testing.T) {
	const rounds = 10_000
	for _, n := range []int{2, 5, 20} {
		rnd := rand.New(rand.NewPCG(1, uint64(n)))
		covered := 0
		sample := make([]float64, n)
		for range rounds {
			for i := range sample {
				sample[i] = 7 + 3*rnd.NormFloat64()
			}
			if Mean(sample, 0.95).Holds(7) {
				covered++
			}
		}
		near(t, "coverage", float64(covered)/rounds, 0.95, 4*0.0022)
	}
}

func TestMeanFollowsShiftAndScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sample := rapid.SliceOfN(rapid.Float64Range(-100, 100), 2, 30).Draw(t, "sample")
		shift := rapid.Float64Range(-100, 100).Draw(t, "shift")
		scale := rapid.Float64Range(0.5, 20).Draw(t, "scale")
		moved := make([]float64, len(sample))
		for i, x := range sample {
			moved[i] = shift + scale*x
		}
		a, b := Mean(sample, 0.95), Mean(moved, 0.95)
		if math.Abs(b.Mean-(shift+scale*a.Mean)) > 1e-9 || math.Abs(b.HalfWidth()-scale*a.HalfWidth()) > 1e-9*(1+b.HalfWidth()) {
			t.Fatalf("%+v became %+v", a, b)
		}
	})
}

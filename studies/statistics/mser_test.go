package statistics

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// transient is noise around 10 that starts at 10+height and settles exponentially.
func transient(n int, height, scale float64, seed uint64) []float64 {
	rnd := rand.New(rand.NewPCG(seed, 3))
	series := make([]float64, n)
	for i := range series {
		series[i] = 10 + height*math.Exp(-float64(i)/scale) + rnd.NormFloat64()
	}
	return series
}

// A transient of height 50 and scale 200 is below the noise of a batch (1/√5) after
// 200·ln(50·√5) = 940 observations. The cut must lie after most of it has gone
// (height 5, at 460) and not throw away a third of the run.
func TestMSER5CutsAKnownTransient(t *testing.T) {
	for seed := range uint64(20) {
		cut, ok := MSER5(transient(10_000, 50, 200, seed))
		if !ok || cut < 460 || cut > 3300 {
			t.Errorf("seed %d: cut %d, ok %v", seed, cut, ok)
		}
	}
}

func TestMSER5CutsAStepExactly(t *testing.T) {
	series := make([]float64, 1000)
	for i := range series {
		series[i] = float64(i % 2)
		if i < 100 {
			series[i] += 1000
		}
	}
	if cut, ok := MSER5(series); !ok || cut != 100 {
		t.Errorf("cut %d, ok %v", cut, ok)
	}
}

func TestMSER5LeavesAStationarySeriesAlone(t *testing.T) {
	kept := 0
	for seed := range uint64(50) {
		cut, ok := MSER5(transient(10_000, 0, 1, seed))
		if ok && cut <= 1000 {
			kept++
		}
	}
	// Noise makes some cuts long; nine in ten must keep nine tenths.
	if kept < 45 {
		t.Errorf("only %d of 50 stationary series were kept", kept)
	}
}

func TestMSER5RefusesWhatNeverSettles(t *testing.T) {
	growing := make([]float64, 10_000)
	for i := range growing {
		growing[i] = float64(i)
	}
	if cut, ok := MSER5(growing); ok {
		t.Errorf("a straight line was cut at %d", cut)
	}
	if _, ok := MSER5(make([]float64, 99)); ok {
		t.Error("19 batches were enough")
	}
	if cut, ok := MSER5(make([]float64, 100)); !ok || cut != 0 {
		t.Errorf("a constant: cut %d, ok %v", cut, ok)
	}
}

// The waits of M/M/1 at load 0.9 from empty, by Lindley's recursion. The mean wait
// after the cut, over 40 runs of 100,000 customers, must agree with 9: by Daley's
// variance one run has a standard error of √(35901/10⁵) = 0.6, forty 0.095; four of
// them make the tolerance.
func TestMSER5OnMM1FromEmpty(t *testing.T) {
	var means []float64
	for seed := range uint64(40) {
		rnd := rand.New(rand.NewPCG(seed, 4))
		waits := make([]float64, 100_000)
		for i := 1; i < len(waits); i++ {
			waits[i] = math.Max(0, waits[i-1]+rnd.ExpFloat64()-rnd.ExpFloat64()/0.9)
		}
		cut, ok := MSER5(waits)
		if !ok {
			continue
		}
		sum := 0.0
		for _, w := range waits[cut:] {
			sum += w
		}
		means = append(means, sum/float64(len(waits)-cut))
	}
	if len(means) < 30 {
		t.Fatalf("only %d of 40 runs were cut", len(means))
	}
	near(t, "mean wait", Mean(means, 0.95).Mean, 9, 4*0.095)
}

// The oracle computes every suffix from the definition.
func TestTruncationAgreesWithTheDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		batches := rapid.SliceOfN(rapid.Float64Range(-10, 10), minBatches, 60).Draw(t, "batches")
		statistic := func(d int) float64 {
			kept := batches[d:]
			mean, squares := 0.0, 0.0
			for _, y := range kept {
				mean += y / float64(len(kept))
			}
			for _, y := range kept {
				squares += (y - mean) * (y - mean)
			}
			return squares / float64(len(kept)*len(kept))
		}
		cut, ok := truncation(batches)
		for d := 0; d <= len(batches)/2; d++ {
			if statistic(d) < statistic(cut)-1e-9 {
				t.Fatalf("cut %d has %v, cut %d less: %v", cut, statistic(cut), d, statistic(d))
			}
		}
		if ok != (cut < len(batches)/2) {
			t.Fatalf("cut %d of %d: ok %v", cut, len(batches), ok)
		}
	})
}

func TestSeriesBoundsItsMemoryAndKeepsTheMean(t *testing.T) {
	var s Series
	const n = 5 * MaxBatches * 3
	for i := range n {
		s.Add(float64(i))
		if len(s.sums) >= MaxBatches {
			t.Fatalf("%d batches", len(s.sums))
		}
	}
	if s.BatchSize() != 20 || len(s.Batches())*s.BatchSize() != n {
		t.Fatalf("%d batches of %d for %d observations", len(s.Batches()), s.BatchSize(), n)
	}
	for i, mean := range s.Batches() {
		if want := float64(20*i) + 9.5; mean != want {
			t.Fatalf("batch %d: got %v, want %v", i, mean, want)
		}
	}
}

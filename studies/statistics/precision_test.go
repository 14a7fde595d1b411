package statistics

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestNeedMore(t *testing.T) {
	p := Precision{Relative: 0.02, Confidence: 0.95, Limit: 1000}
	noisy := []float64{90, 110, 95, 105, 100, 98, 102, 91, 109, 100}
	for _, c := range []struct {
		name   string
		sample []float64
		want   int
	}{
		{"nothing yet", nil, 5},
		{"too few to judge", []float64{1, 1}, 5},
		{"nothing varies", []float64{1, 1, 1, 1, 1}, 5},
		{"reached", []float64{100, 100.1, 99.9, 100, 100}, 5},
		{"at most twice", []float64{50, 150, 80, 120, 100}, 10},
		{"around zero", []float64{-1, 1, -1, 1, -1, 1}, 12},
		// s = 6.8638 asks for t(m-1)·s/√m ≤ 2: m = 48, but not more than 20 at a time.
		{"half way", noisy, 20},
	} {
		if got := p.NeedMore(c.sample); got != c.want {
			t.Errorf("%s: got %d, want %d", c.name, got, c.want)
		}
	}
	p.Limit = 10
	if got := p.NeedMore(noisy); got != 10 {
		t.Errorf("beyond the limit: %d", got)
	}
	p = Precision{Relative: 0.045, Confidence: 0.95, Limit: 1000}
	// t(11)·6.8638/√12 = 4.361 ≤ 4.5 < 4.611 = t(10)·6.8638/√11.
	if got := p.NeedMore(noisy); got != 12 {
		t.Errorf("a plan: got %d, want 12", got)
	}
}

// Run to the end: 10% noise and a wish of 2% need about (1.96·0.1/0.02)² = 96
// replications; the interval then is as narrow as wished, and over 500 rounds holds
// the truth nearly as often as it says. One standard error of the share is 0.01;
// the tolerance allows four and two percent for stopping early.
func TestSequentialStoppingReachesThePrecision(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 5))
	p := Precision{Relative: 0.02, Confidence: 0.95, Limit: 10_000}
	const rounds = 500
	covered, total := 0, 0
	for range rounds {
		var sample []float64
		for next := p.NeedMore(sample); next > len(sample); next = p.NeedMore(sample) {
			for len(sample) < next {
				sample = append(sample, 1+0.1*rnd.NormFloat64())
			}
		}
		i := Mean(sample, 0.95)
		if i.HalfWidth() > 0.02*i.Mean {
			t.Fatalf("stopped at %d with %v", len(sample), i.HalfWidth())
		}
		if i.Holds(1) {
			covered++
		}
		total += len(sample)
	}
	if share := float64(covered) / rounds; share < 0.95-0.02-4*0.01 {
		t.Errorf("covered %v", share)
	}
	if mean := float64(total) / rounds; mean < 70 || mean > 110 {
		t.Errorf("%v replications on average, about 96 are due", mean)
	}
}

func TestQuantileGate(t *testing.T) {
	for _, c := range []struct {
		q    float64
		need uint64
	}{{0.5, 200}, {0.9, 1000}, {0.95, 2000}, {0.99, 10_000}, {0.999, 100_000}, {1, math.MaxUint64}} {
		if got := SamplesFor(c.q); got != c.need {
			t.Errorf("q %v needs %d, want %d", c.q, got, c.need)
		}
		if !QuantileKnown(c.q, c.need) || QuantileKnown(c.q, c.need-1) {
			t.Errorf("q %v: the gate is not at %d", c.q, c.need)
		}
	}
}

func TestTheNoisiestMetricDecides(t *testing.T) {
	p := Precision{Relative: 0.02, Confidence: 0.95, Limit: 100}
	steady := []float64{100, 100.1, 99.9, 100, 100}
	noisy := []float64{50, 150, 80, 120, 100}
	if got := p.NeedMoreOf(steady, noisy, nil); got != 10 {
		t.Errorf("got %d, want 10", got)
	}
	if got := p.NeedMoreOf(steady, nil); got != 5 {
		t.Errorf("got %d, want 5", got)
	}
}

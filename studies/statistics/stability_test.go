package statistics

import (
	"math"
	"math/rand/v2"
	"testing"
)

// inSystem runs M/M/1's number in system from empty for n service times after a
// warm-up and returns the means of 50 intervals. The jump chain, with exponential
// sojourns replaced by their means, has the same drift.
func inSystem(load float64, warmUp, n int, bound float64, seed uint64) []float64 {
	rnd := rand.New(rand.NewPCG(seed, 6))
	const intervals = 50
	means := make([]float64, intervals)
	number := 0.0
	for i := -warmUp; i < n; i++ {
		if rnd.Float64() < load/(1+load) {
			number = math.Min(bound, number+1)
		} else {
			number = math.Max(0, number-1)
		}
		if i >= 0 {
			means[i*intervals/n] += number * intervals / float64(n)
		}
	}
	return means
}

func TestJudge(t *testing.T) {
	unlimited := math.Inf(1)
	for _, c := range []struct {
		name       string
		load       float64
		bound      float64
		offered    float64
		unfinished float64
		want       Stability
	}{
		{"light", 0.5, unlimited, 0.5, 0, Stable},
		{"busy", 0.9, unlimited, 0.9, 0, Stable},
		{"very busy", 0.95, unlimited, 0.95, 0, Stable},
		{"overloaded", 1.1, unlimited, 1.1, 0, Unstable},
		{"just overloaded", 1.03, unlimited, 1.03, 0, Unstable},
		{"one of four overloaded", 1.5, unlimited, 0.6, 0, Unstable},
		{"overloaded, with a bounded queue", 1.5, 20, 1.5, 0, Stable},
		{"hung", 0.5, unlimited, 0.5, 0.01, Unfinished},
	} {
		for seed := range uint64(10) {
			var growth []float64
			for replication := range uint64(10) {
				growth = append(growth, Growth(inSystem(c.load, 20_000, 100_000, c.bound, 100*seed+replication)))
			}
			got := Load{Offered: c.offered, Unfinished: c.unfinished, Growth: growth}.Judge()
			if got != c.want {
				t.Errorf("%s, seed %d: got %s, want %s (growth %.2f)", c.name, seed, got, c.want, growth)
			}
		}
	}
}

func TestJudgeOneReplication(t *testing.T) {
	for _, c := range []struct {
		offered float64
		growth  []float64
		want    Stability
	}{
		{1.2, []float64{1.5}, Unstable}, {0.9, []float64{1.5}, Stable}, {1.2, []float64{0}, Stable}, {1.2, nil, Stable},
	} {
		if got := (Load{Offered: c.offered, Growth: c.growth}).Judge(); got != c.want {
			t.Errorf("%+v: got %s", c, got)
		}
	}
}

func TestGrowthOfKnownShapes(t *testing.T) {
	line := make([]float64, 1000)
	for i := range line {
		line[i] = float64(i) + 0.5
	}
	near(t, "a line from zero", Growth(line), 2, 1e-9)
	near(t, "its second half", Growth(line[500:]), 2.0/3, 1e-9)
	near(t, "a constant", Growth([]float64{3, 3, 3, 3}), 0, 1e-15)
	near(t, "an empty system", Growth(make([]float64, 10)), 0, 0)
	near(t, "two intervals", Growth([]float64{0, 5}), 0, 0)
}

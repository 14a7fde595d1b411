package statistics

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Student's own example (1908): extra hours of sleep of ten patients under two
// drugs; t = 4.0621, p = 0.00283.
func TestPairedOnStudentsSleepData(t *testing.T) {
	first := []float64{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2.0}
	second := []float64{1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4}
	d, err := Paired(first, second, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "mean", d.Mean, 1.58, 1e-12)
	near(t, "low", d.Low, 0.7001142, 1e-6)
	near(t, "high", d.High, 2.4598858, 1e-6)
	near(t, "p", d.P, 0.00283289, 1e-7)
	near(t, "relative", d.Relative(), 1.58/0.75, 1e-12)
}

func TestPairedEdges(t *testing.T) {
	for _, c := range []struct {
		name                string
		baseline, candidate []float64
		p                   float64
		testable, bounded   bool
	}{
		{"equal", []float64{1, 2, 3}, []float64{1, 2, 3}, 1, true, false},
		{"shifted by a constant", []float64{1, 2, 3}, []float64{2, 3, 4}, 0, true, false},
		{"rounding noise", []float64{0.3, 1}, []float64{0.1 + 0.2, 1}, 1, true, false},
		{"one pair", []float64{1}, []float64{2}, 1, false, false},
		{"nothing", nil, nil, 1, false, false},
	} {
		d, err := Paired(c.baseline, c.candidate, 0.95)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if d.P != c.p || d.Testable != c.testable || d.Bounded != c.bounded {
			t.Errorf("%s: %+v", c.name, d)
		}
	}
	if _, err := Paired([]float64{1}, nil, 0.95); err == nil {
		t.Error("samples of different length were compared")
	}
	if _, err := Paired([]float64{1, math.NaN()}, []float64{1, 2}, 0.95); err == nil {
		t.Error("NaN was compared")
	}
}

// Where nothing differs a p-value below 0.05 comes once in twenty: of 10,000 with a
// standard error of 0.0022.
func TestPValueIsUniformWithoutADifference(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2, 2))
	const rounds = 10_000
	below := 0
	a, b := make([]float64, 10), make([]float64, 10)
	for range rounds {
		for i := range a {
			common := rnd.NormFloat64()
			a[i], b[i] = common+rnd.NormFloat64(), common+rnd.NormFloat64()
		}
		d, err := Paired(a, b, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		if d.P < 0.05 {
			below++
		}
		if (d.P < 0.05) == d.Holds(0) {
			t.Fatalf("p-value and interval disagree: %+v", d)
		}
	}
	near(t, "false alarms", float64(below)/rounds, 0.05, 4*0.0022)
}

func TestVerdict(t *testing.T) {
	low := func(mean float64) Difference {
		return Difference{Interval: Interval{N: 9, Mean: mean}, Baseline: 100, Testable: true}
	}
	rule := Test{Alpha: 0.05, MinEffect: 0.02}
	for _, c := range []struct {
		name string
		d    Difference
		p    float64
		goal Goal
		want Verdict
	}{
		{"clearly lower latency", low(-10), 0.001, LowerIsBetter, Better},
		{"clearly higher latency", low(10), 0.001, LowerIsBetter, Worse},
		{"clearly higher throughput", low(10), 0.001, HigherIsBetter, Better},
		{"clearly lower throughput", low(-10), 0.001, HigherIsBetter, Worse},
		{"a trifle, though sure", low(-1.9), 0, LowerIsBetter, NoDifference},
		{"just the least effect", low(-2), 0.001, LowerIsBetter, Better},
		{"large, but may be chance", low(-10), 0.05, LowerIsBetter, NoDifference},
		{"nothing", low(0), 1, LowerIsBetter, NoDifference},
		{"one pair", Difference{Interval: Interval{N: 1, Mean: -10}, Baseline: 100}, 1, LowerIsBetter, Undecided},
		{"from zero", Difference{Interval: Interval{N: 9, Mean: 1}, Testable: true}, 0, LowerIsBetter, Worse},
	} {
		if got := rule.Verdict(c.d, c.p, c.goal); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

// Alone each of the three would pass at 0.05; together the two weaker ones do not,
// and the untestable one does not count.
func TestVerdictsCorrectForTheFamily(t *testing.T) {
	family := []Difference{
		{Interval: Interval{N: 9, Mean: -10}, Baseline: 100, P: 0.04, Testable: true},
		{Interval: Interval{N: 1, Mean: -10}, Baseline: 100, P: 1},
		{Interval: Interval{N: 9, Mean: -10}, Baseline: 100, P: 0.001, Testable: true},
		{Interval: Interval{N: 9, Mean: -10}, Baseline: 100, P: 0.03, Testable: true},
	}
	verdicts, adjusted := Test{Alpha: 0.05}.Verdicts(family, make([]Goal, 4))
	wanted := []Verdict{NoDifference, Undecided, Better, NoDifference}
	for i, want := range wanted {
		if verdicts[i] != want {
			t.Errorf("comparison %d: got %s, want %s", i, verdicts[i], want)
		}
	}
	for i, want := range []float64{0.06, 1, 0.003, 0.06} {
		near(t, "adjusted p", adjusted[i], want, 1e-15)
	}
}

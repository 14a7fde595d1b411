package statistics

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestHolmVectors(t *testing.T) {
	for _, c := range []struct{ p, want []float64 }{
		// The worked example of many textbooks: 0.01, 0.04, 0.03, 0.005.
		{[]float64{0.01, 0.04, 0.03, 0.005}, []float64{0.03, 0.06, 0.06, 0.02}},
		// R: p.adjust(c(0.0001, 0.004, 0.019, 0.0095, 0.5), "holm")
		{[]float64{0.0001, 0.004, 0.019, 0.0095, 0.5}, []float64{0.0005, 0.016, 0.038, 0.0285, 0.5}},
		{[]float64{0.7, 0.8}, []float64{1, 1}},
		{[]float64{0.2}, []float64{0.2}},
		{nil, nil},
	} {
		got := Holm(c.p)
		for i := range c.want {
			near(t, "adjusted", got[i], c.want[i], 1e-15)
		}
	}
}

func TestHolmLiesBetweenRawAndBonferroni(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.Float64Range(0, 1), 1, 20).Draw(t, "p")
		adjusted := Holm(p)
		for i := range p {
			if adjusted[i] < p[i] || adjusted[i] > math.Min(1, float64(len(p))*p[i]) {
				t.Fatalf("p %v became %v in a family of %d", p[i], adjusted[i], len(p))
			}
			for j := range p {
				if p[i] < p[j] && adjusted[i] > adjusted[j] {
					t.Fatalf("order lost: %v %v became %v %v", p[i], p[j], adjusted[i], adjusted[j])
				}
			}
		}
	})
}

// The oracle is Holm's procedure itself: go through the sorted p-values and reject
// until one fails.
func TestHolmRejectsWhatTheStepDownRejects(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.Float64Range(0, 0.1), 1, 12).Draw(t, "p")
		alpha := rapid.Float64Range(0.001, 0.2).Draw(t, "alpha")
		sorted := slices.Clone(p)
		slices.Sort(sorted)
		rejected := 0
		for rejected < len(p) && float64(len(p)-rejected)*sorted[rejected] < alpha {
			rejected++
		}
		count := 0
		for _, a := range Holm(p) {
			if a < alpha {
				count++
			}
		}
		if count != rejected {
			t.Fatalf("%v at %v: %d rejected, the step-down rejects %d", p, alpha, count, rejected)
		}
	})
}

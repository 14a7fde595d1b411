package random_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"

	"lbsim/random"
)

// checkClose fails unless |got - want| is at most tolerance relative to want (or
// absolute below 1).
func checkClose(t *testing.T, got, want, tolerance float64, what string, args ...float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
		t.Errorf("%s%v = %v, want %v", what, args, got, want)
	}
}

func TestLogGamma(t *testing.T) {
	for x := 0.01; x < 500; x *= 1.01 {
		want, _ := math.Lgamma(x)
		checkClose(t, random.LogGamma(x), want, 3e-14, "LogGamma", x)
	}
	factorial := 1.0
	for n := 1; n < 20; n++ {
		checkClose(t, random.Exp(random.LogGamma(float64(n))), factorial, 1e-13, "Γ", float64(n))
		factorial *= float64(n)
	}
	for _, x := range []float64{0, -1, math.NaN()} {
		if got := random.LogGamma(x); !math.IsNaN(got) {
			t.Errorf("LogGamma(%v) = %v, want NaN", x, got)
		}
	}
}

func TestGammaPAndItsQuantile(t *testing.T) {
	for _, a := range []float64{0.05, 0.3, 1, 1.7, 4, 25, 300, 1e4} {
		for _, p := range []float64{1e-6, 0.001, 0.1, 0.37, 0.5, 0.632, 0.9, 0.99, 0.999, 1 - 1e-6, 1 - 1e-9} {
			x := random.GammaQuantile(a, p)
			checkClose(t, random.GammaP(a, x), p, 1e-11, "P(a, quantile)", a, p)
			checkClose(t, random.GammaP(a, x), mathext.GammaIncReg(a, x), 1e-11, "GammaP", a, x)
		}
		if got := random.GammaQuantile(a, 0); got != 0 {
			t.Errorf("GammaQuantile(%v, 0) = %v", a, got)
		}
	}
	for _, p := range []float64{1e-9, 0.2, 0.5, 0.95, 0.9999999} { // shape 1: the exponential law
		x := random.GammaQuantile(1, p)
		want := -math.Log1p(-p)
		checkClose(t, x/want, 1, 1e-8, "GammaQuantile(1, p)", p)
	}
	if p := random.GammaP(2, math.Inf(1)); p != 1 {
		t.Errorf("GammaP(2, +Inf) = %v", p)
	}
}

func TestNormalQuantile(t *testing.T) {
	for p := 1e-300; p < 1; p = p*1.9 + 1e-12*p {
		checkClose(t, random.NormalQuantile(p), distuv.UnitNormal.Quantile(p), 1e-14, "NormalQuantile", p)
	}
	for _, p := range []float64{0.01, 0.075, 0.3, 0.5, 0.7, 0.925, 0.99, 1 - 1e-12} {
		checkClose(t, random.NormalQuantile(p), distuv.UnitNormal.Quantile(p), 1e-14, "NormalQuantile", p)
		checkClose(t, distuv.UnitNormal.CDF(random.NormalQuantile(p)), p, 1e-14, "Φ(quantile)", p)
	}
	if random.NormalQuantile(0) != math.Inf(-1) || random.NormalQuantile(1) != math.Inf(1) || !math.IsNaN(random.NormalQuantile(1.1)) {
		t.Error("NormalQuantile at or beyond its limits")
	}
}

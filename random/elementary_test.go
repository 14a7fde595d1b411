package random_test

import (
	"math"
	"math/big"
	"testing"

	"lbsim/random"
)

// The oracles below sum Taylor series with 300 bits, so what they return is right
// to far beyond the 53 bits of the functions under test.
const bits = 300

func number(x float64) *big.Float { return new(big.Float).SetPrec(bits).SetFloat64(x) }

func ratio(a, b int64) *big.Float {
	return new(big.Float).SetPrec(bits).Quo(number(float64(a)), number(float64(b)))
}

func zero() *big.Float { return number(0) }

// bigExp returns e^x by squaring the series at x/2^s.
func bigExp(x *big.Float) *big.Float {
	s := max(x.MantExp(nil), 0) + 10
	r := zero().SetMantExp(x, -s)
	sum, term := number(1), number(1)
	for n := int64(1); n < 40; n++ {
		term.Mul(term, r)
		term.Mul(term, ratio(1, n))
		sum.Add(sum, term)
	}
	for range s {
		sum.Mul(sum, sum)
	}
	return sum
}

// bigLog returns ln x by Newton's iteration on bigExp.
func bigLog(x *big.Float) *big.Float {
	m := new(big.Float)
	e := x.MantExp(m)
	f, _ := m.Float64()
	y := number(math.Log(f) + float64(e)*math.Ln2)
	for range 4 {
		e := bigExp(zero().Neg(y))
		e.Mul(e, x)
		e.Sub(e, number(1)) // x e^-y - 1
		e.Sub(e, zero().Mul(zero().Mul(e, e), ratio(1, 2)))
		y.Add(y, e)
	}
	return y
}

// bigSin returns sin x by its series, for |x| below some millions.
func bigSin(x *big.Float) *big.Float {
	k := zero().Quo(x, bigPi)
	n, _ := k.Int(nil)
	r := zero().Sub(x, zero().Mul(new(big.Float).SetPrec(bits).SetInt(n), bigPi))
	sum, term, square := zero().Set(r), zero().Set(r), zero().Mul(r, r)
	for i := int64(1); i < 60; i++ {
		term.Mul(term, square)
		term.Mul(term, ratio(-1, 2*i*(2*i+1)))
		sum.Add(sum, term)
	}
	if n.Bit(0) == 1 {
		sum.Neg(sum)
	}
	return sum
}

// bigPi is π by J. Machin's formula.
var bigPi = func() *big.Float {
	arctan := func(n int64) *big.Float {
		sum, power := zero(), ratio(1, n)
		for i := int64(0); i < 200; i++ {
			sum.Add(sum, zero().Mul(power, ratio(1-i%2*2, 2*i+1)))
			power.Mul(power, ratio(1, n*n))
		}
		return sum
	}
	pi := zero().Mul(number(16), arctan(5))
	return pi.Sub(pi, zero().Mul(number(4), arctan(239)))
}()

// ulps returns |got - want| in units of want's last place.
func ulps(got float64, want *big.Float) float64 {
	w, _ := want.Float64()
	if math.IsInf(w, 0) || math.IsInf(got, 0) {
		if w == got {
			return 0
		}
		return math.Inf(1)
	}
	unit := math.Nextafter(math.Abs(w), math.Inf(1)) - math.Abs(w)
	d, _ := zero().Quo(zero().Sub(number(got), want), number(unit)).Float64()
	return math.Abs(d)
}

func TestElementaryFunctionsAreAccurate(t *testing.T) {
	rnd := random.New(1, "elementary", 0)
	between := func(lo, hi float64) float64 { return lo + (hi-lo)*rnd.Float64() }
	wide := func(lo, hi float64) float64 { return math.Exp2(between(lo, hi)) } // exponents of two
	tests := []struct {
		name   string
		limit  float64 // ulps
		argued func() float64
		got    func(float64) float64
		want   func(x *big.Float) *big.Float
	}{
		{"Exp", 1, func() float64 { return between(-745, 709.7) }, random.Exp, bigExp},
		{"Exp/small", 1, func() float64 { return between(-1, 1) }, random.Exp, bigExp},
		{"Exp/tiny", 1, func() float64 { return wide(-60, -1) }, random.Exp, bigExp},
		{"Log", 1, func() float64 { return wide(-1070, 1023) }, random.Log, bigLog},
		{"Log/near1", 1, func() float64 { return between(0.5, 2) }, random.Log, bigLog},
		{"Log/at1", 1, func() float64 { return 1 + wide(-50, -2) }, random.Log, bigLog},
		{"Log1p", 2, func() float64 { return wide(-60, 60) }, random.Log1p, log1p},
		{"Log1p/negative", 2, func() float64 { return -wide(-60, 0) }, random.Log1p, log1p},
		{"Expm1", 4, func() float64 { return wide(-60, 9) }, random.Expm1, expm1},
		{"Expm1/negative", 4, func() float64 { return -wide(-60, 9) }, random.Expm1, expm1},
		{"Sin", 1, func() float64 { return between(-10, 10) }, random.Sin, bigSin},
		{"Sin/far", 1, func() float64 { return between(-0x1p20, 0x1p20) }, random.Sin, bigSin},
		{"Sin/nearPi", 1, func() float64 { return math.Floor(between(1, 6e5)) * math.Pi / 2 }, random.Sin, bigSin},
		{"Cos", 1, func() float64 { return between(-1000, 1000) }, random.Cos, func(x *big.Float) *big.Float {
			return bigSin(x.Add(x, zero().Quo(bigPi, number(2))))
		}},
		{"SinPi", 2, func() float64 { return between(-3, 3) }, random.SinPi, func(x *big.Float) *big.Float {
			return bigSin(x.Mul(x, bigPi))
		}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			worst, at := 0.0, 0.0
			for range 1000 {
				x := tc.argued()
				if e := ulps(tc.got(x), tc.want(number(x))); !(e <= worst) {
					worst, at = e, x
				}
			}
			if !(worst <= tc.limit) {
				t.Errorf("error of %.3f ulp at %v, want at most %g", worst, at, tc.limit)
			}
			t.Logf("worst error %.3f ulp", worst)
		})
	}
}

func log1p(x *big.Float) *big.Float { return bigLog(x.Add(x, number(1))) }

func expm1(x *big.Float) *big.Float { return bigExp(x).Sub(bigExp(x), number(1)) }

func TestPowIsAccurate(t *testing.T) {
	rnd := random.New(1, "pow", 0)
	worst := 0.0
	for range 4000 {
		x := math.Exp2(20 * (rnd.Float64() - 0.5) * rnd.Float64())
		y := 200 * (rnd.Float64() - 0.5) * rnd.Float64()
		want := bigExp(zero().Mul(number(y), bigLog(number(x))))
		e := ulps(random.Pow(x, y), want)
		if !(e <= 1) {
			t.Fatalf("Pow(%v, %v): error of %.3f ulp", x, y, e)
		}
		worst = max(worst, e)
	}
	t.Logf("worst error %.3f ulp", worst)
}

// Package math defines the special cases, but for subnormal arguments, at which its
// assembly errs on some platforms; elsewhere the two may differ by its
// errors of an ulp or two (Pow: more, since math.Pow multiplies repeatedly).
func TestElementaryFunctionsAgreeWithMath(t *testing.T) {
	special := []float64{0, math.Copysign(0, -1), 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1.5,
		0x1p53, 0x1p53 + 2, -0x1p53, 1e300, -1e300, 1e-300, math.MaxFloat64, -math.MaxFloat64,
		0x1p-1022, math.Inf(1), math.Inf(-1), math.NaN(), 709.7, 709.79, 710, -745, -745.2, -746, 0.1}
	same := func(name string, got, want, tolerance float64, args ...float64) {
		t.Helper()
		if math.IsNaN(got) && math.IsNaN(want) || got == want && math.Signbit(got) == math.Signbit(want) {
			return
		}
		// 5e-324 allows for one unit among the subnormal results.
		if math.Abs(got-want) <= tolerance*math.Abs(want)+5e-324 && !math.IsInf(got, 0) {
			return
		}
		t.Errorf("%s(%v) = %v, package math has %v", name, args, got, want)
	}
	for _, x := range special {
		same("Exp", random.Exp(x), math.Exp(x), 3e-16, x)
		same("Log", random.Log(x), math.Log(x), 3e-16, x)
		same("Log1p", random.Log1p(x), math.Log1p(x), 5e-16, x)
		same("Expm1", random.Expm1(x), math.Expm1(x), 1e-15, x)
		for _, y := range special {
			same("Pow", random.Pow(x, y), math.Pow(x, y), 1e-13, x, y)
		}
	}
}

func TestSinPiIsExactAtQuarterTurns(t *testing.T) {
	want := []float64{0, 1, 0, -1}
	for i := -40; i <= 40; i++ {
		if got := random.SinPi(float64(i) / 2); got != want[i&3] {
			t.Errorf("SinPi(%v) = %v, want %v", float64(i)/2, got, want[i&3])
		}
	}
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if got := random.SinPi(x); !math.IsNaN(got) {
			t.Errorf("SinPi(%v) = %v, want NaN", x, got)
		}
		if got := random.Sin(x); !math.IsNaN(got) {
			t.Errorf("Sin(%v) = %v, want NaN", x, got)
		}
	}
}

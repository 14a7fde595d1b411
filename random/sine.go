package random

import "math"

// Sin returns the sine of x radians for |x| <= 2^20, with an error below 1 ulp;
// beyond, and for NaN and infinities, it returns NaN: a caller with a larger
// angle should count in turns and use SinPi.
func Sin(x float64) float64 { return sinQuadrant(x, 0) }

// Cos returns the cosine of x radians under the conditions of Sin.
func Cos(x float64) float64 { return sinQuadrant(x, 1) }

// SinPi returns sin(πx), with an error below 2 ulp for any finite x: taking off
// whole turns is exact. Multiples of 1/2 give exactly 0, 1 or -1. NaN and
// infinities give NaN.
func SinPi(x float64) float64 {
	const piLo = 1.22464679914735317636e-16 // π - math.Pi
	r := x - float64(2*math.Floor(x/2))     // exact, in [0, 2]
	q := math.Floor(float64(2*r) + 0.5)
	r -= float64(q / 2)
	hi := float64(r * math.Pi)
	// The product's rounding error matters as much as the constant's.
	a := truncate(r)
	p := truncate(math.Pi)
	lo := float64(a*p) - hi
	lo += float64((r - a) * p)
	lo += float64(r * (math.Pi - p))
	lo += float64(r * piLo)
	return quadrant(hi, lo, int(q))
}

// sinQuadrant returns sin(x + shift π/2).
func sinQuadrant(x float64, shift int) float64 {
	if !(math.Abs(x) <= 0x1p20) {
		return math.NaN()
	}
	// x = q π/2 + hi + lo. The parts of π/2 have 33 bits each, so their products
	// with q are exact.
	const (
		invPio2 = 6.36619772367581382433e-01
		pio2A   = 1.57079632673412561417e+00
		pio2B   = 6.07710050630396597660e-11
		pio2C   = 2.02226624871116645580e-21
		pio2D   = 8.47842766036889956997e-32
	)
	q := math.Floor(float64(x*invPio2) + 0.5)
	a, ea := minus(x-float64(q*pio2A), float64(q*pio2B))
	b, eb := minus(a, float64(q*pio2C))
	hi, lo := minus(b, -(ea+eb)+float64(q*pio2D))
	return quadrant(hi, lo, int(q)+shift)
}

// minus returns a-b and what its rounding lost (D. Knuth's two-sum).
func minus(a, b float64) (d, lost float64) {
	d = a - b
	v := d - a
	return d, (a - (d - v)) - (b + v)
}

// quadrant returns sin(hi + lo + q π/2) for |hi| <= π/4.
func quadrant(hi, lo float64, q int) float64 {
	switch q & 3 {
	case 0:
		return sinKernel(hi, lo)
	case 1:
		return cosKernel(hi, lo)
	case 2:
		return 0 - sinKernel(hi, lo)
	}
	return 0 - cosKernel(hi, lo)
}

func sinKernel(x, lo float64) float64 {
	const (
		s1, s2, s3 = -1.66666666666666324348e-01, 8.33333333332248946124e-03, -1.98412698298579493134e-04
		s4, s5, s6 = 2.75573137070700676789e-06, -2.50507602534068634195e-08, 1.58969099521155010221e-10
	)
	z := x * x
	r := float64(z*s6) + s5
	r = float64(z*r) + s4
	r = float64(z*r) + s3
	r = float64(z*r) + s2
	v := z * x
	return x - ((float64(z*(float64(0.5*lo)-float64(v*r))) - lo) - float64(v*s1))
}

func cosKernel(x, lo float64) float64 {
	const (
		c1, c2, c3 = 4.16666666666666019037e-02, -1.38888888888741095749e-03, 2.48015872894767294178e-05
		c4, c5, c6 = -2.75573143513906633035e-07, 2.08757232129817482790e-09, -1.13596475577881948265e-11
	)
	z := x * x
	r := float64(z*c6) + c5
	r = float64(z*r) + c4
	r = float64(z*r) + c3
	r = float64(z*r) + c2
	r = float64(z*r) + c1
	half := float64(0.5 * z)
	w := 1 - half
	return w + (((1 - w) - half) + (float64(z*float64(z*r)) - float64(x*lo)))
}

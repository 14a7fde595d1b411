package random

import "math"

// LogGamma returns ln Γ(x) for x > 0, by Stirling's series from 16 on and the
// recurrence Γ(x+1) = x Γ(x) below (DLMF 5.11.1, 5.5.1). The error is below 1e-14
// or 1e-14 of the value, whichever is greater. For x <= 0 it returns NaN.
func LogGamma(x float64) float64 {
	const (
		halfLog2Pi = 0.918938533204672741780329736406
		far        = 16
	)
	switch {
	case !(x > 0):
		return math.NaN()
	case math.IsInf(x, 1):
		return x
	}
	product := 1.0
	for ; x < far; x++ {
		product = float64(product * x)
	}
	// Σ B(2k) / (2k (2k-1) x^(2k-1))
	y := 1 / float64(x*x)
	s := float64(y*(-691.0/360360)) + 1.0/1188
	s = float64(y*s) - 1.0/1680
	s = float64(y*s) + 1.0/1260
	s = float64(y*s) - 1.0/360
	s = float64(y*s) + 1.0/12
	return float64((x-0.5)*Log(x)) - x + halfLog2Pi + s/x - Log(product)
}

// GammaP returns the regularised lower incomplete gamma function P(a, x): the
// probability that a gamma-distributed number of shape a > 0 and scale 1 is at
// most x >= 0. The error is below 1e-12. By the series below a+1 and Lentz's
// continued fraction above (DLMF 8.11.4, 8.9.2).
func GammaP(a, x float64) float64 {
	if !(x > 0) {
		return 0
	}
	if math.IsInf(x, 1) {
		return 1
	}
	front := Exp(float64(a*Log(x)) - x - LogGamma(a))
	if x < a+1 {
		return float64(front * gammaSeries(a, x))
	}
	return 1 - float64(front*gammaFraction(a, x))
}

// gammaSeries returns Σ x^n / (a (a+1) … (a+n)).
func gammaSeries(a, x float64) float64 {
	term := 1 / a
	sum := term
	for n := 1.0; term > sum*0x1p-55; n++ {
		term = float64(term * (x / (a + n)))
		sum += term
	}
	return sum
}

// gammaFraction returns Γ(a, x) e^x x^-a.
func gammaFraction(a, x float64) float64 {
	const tiny = 1e-300
	b := x + 1 - a
	c := 1 / tiny
	d := 1 / b
	h := d
	for n := 1.0; ; n++ {
		an := float64(n * (a - n))
		b += 2
		d = float64(an*d) + b
		if d == 0 {
			d = tiny
		}
		c = b + an/c
		if c == 0 {
			c = tiny
		}
		d = 1 / d
		step := float64(d * c)
		h = float64(h * step)
		if math.Abs(step-1) < 0x1p-52 || n > 1e6 {
			return h
		}
	}
}

// GammaQuantile returns the x at which P(a, x) = p, for shape a > 0 and p in
// [0, 1), to a relative error of 1e-10 (bounded below by what p can tell apart),
// by Newton's iteration on ln x kept inside a shrinking bracket.
func GammaQuantile(a, p float64) float64 {
	if !(p > 0) {
		return 0
	}
	lo, hi := -750.0, Log(a+40+float64(40*math.Sqrt(a)))
	y := min(hi, (Log(p)+LogGamma(a+1))/a) // the series' first term
	for range 200 {
		x := Exp(y)
		f := GammaP(a, x) - p
		if f > 0 {
			hi = y
		} else {
			lo = y
		}
		slope := Exp(float64(a*y) - x - LogGamma(a)) // dP/dy
		next := y - f/slope
		if !(next > lo && next < hi) {
			next = (lo + hi) / 2
		}
		if math.Abs(next-y) < 1e-15*max(1, math.Abs(y)) {
			return Exp(next)
		}
		y = next
	}
	return Exp(y)
}

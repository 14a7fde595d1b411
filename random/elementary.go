package random

import "math"

// The functions of this file are those of package math in all but one respect:
// they are written in operations that IEEE 754 defines to the last bit (+, -, *,
// /, sqrt, scaling by powers of two), and no product is left in a sum without an
// explicit rounding, so no compiler may fuse the two. Hence every platform gets
// the same bits. Package math promises less: it has assembly on some platforms,
// and multiply-adds are fused on others.
//
// Reductions and polynomials are those of Sun's fdlibm (s_sin.c, e_exp.c,
// e_log.c, e_pow.c), which FreeBSD's msun carries on:
//
//	Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved.
//	Developed at SunPro, a Sun Microsystems, Inc. business.
//	Permission to use, copy, modify, and distribute this software is freely
//	granted, provided that this notice is preserved.

const (
	ln2Hi = 6.93147180369123816490e-01 // the upper 32 bits of ln 2: a multiple of it is exact
	ln2Lo = 1.90821492927058770002e-10 // the rest
)

// Exp returns e^x with an error below 1 ulp. Exp(+Inf) = +Inf, Exp(-Inf) = 0,
// Exp(NaN) = NaN; above 709.78 the result is +Inf, below -745.13 it is 0.
func Exp(x float64) float64 {
	const (
		overflow  = 7.09782712893383973096e+02
		underflow = -7.45133219101941108420e+02
		tiny      = 0x1p-28
		log2E     = 1.44269504088896338700e+00
	)
	switch {
	case x != x || x > math.MaxFloat64:
		return x
	case x > overflow:
		return math.Inf(1)
	case x < underflow:
		return 0
	case -tiny < x && x < tiny:
		return 1 + x
	}
	k := 0 // x = k ln2 + r with |r| <= ln2 / 2
	if x < 0 {
		k = int(float64(log2E*x) - 0.5)
	} else {
		k = int(float64(log2E*x) + 0.5)
	}
	hi := x - float64(float64(k)*ln2Hi)
	lo := float64(float64(k) * ln2Lo)
	return expReduced(hi, lo, k)
}

// expReduced returns 2^k e^(hi-lo) for |hi-lo| <= ln2/2 by the rational function
// e^r = 1 + 2r/(R(r)-r), where R(r) = r(e^r+1)/(e^r-1) is a series in r².
func expReduced(hi, lo float64, k int) float64 {
	r := hi - lo
	t := float64(r * r)
	c := r - float64(t*expSeries(t))
	y := 1 - ((lo - float64(r*c)/(2-c)) - hi)
	return scale(y, k)
}

// expSeries returns (R(r)-2)/r² as a polynomial in t = r², r in [0, ln2/2].
func expSeries(t float64) float64 {
	const (
		p1 = 1.66666666666666019037e-01
		p2 = -2.77777777770155933842e-03
		p3 = 6.61375632143793436117e-05
		p4 = -1.65339022054652515390e-06
		p5 = 4.13813679705723846039e-08
	)
	s := float64(t*p5) + p4
	s = float64(t*s) + p3
	s = float64(t*s) + p2
	return float64(t*s) + p1
}

// scale returns y 2^k, rounded once, for y in [1/2, 4).
func scale(y float64, k int) float64 {
	if k < -1020 {
		return y * power2(k+60) * 0x1p-60
	}
	if k > 1020 {
		return y * power2(k-60) * 0x1p60
	}
	return y * power2(k)
}

// power2 returns 2^k for a normal result.
func power2(k int) float64 { return math.Float64frombits(uint64(k+1023) << 52) }

// Log returns the natural logarithm of x with an error below 1 ulp. Log(+Inf) =
// +Inf, Log(0) = -Inf, Log(x < 0) = NaN, Log(NaN) = NaN.
func Log(x float64) float64 {
	switch {
	case x != x || x > math.MaxFloat64:
		return x
	case x < 0:
		return math.NaN()
	case x == 0:
		return math.Inf(-1)
	}
	// x = 2^k (1+f) with sqrt(1/2) < 1+f <= sqrt(2).
	m, e := frexp(x)
	if m < math.Sqrt2/2 {
		m *= 2
		e--
	}
	f := m - 1
	k := float64(e)
	// log(1+f) = f - s(f - R), s = f/(2+f): the series of artanh.
	s := f / (2 + f)
	half := float64(0.5 * f * f)
	r := logSeries(s * s)
	return float64(k*ln2Hi) - ((half - (float64(s*(half+r)) + float64(k*ln2Lo))) - f)
}

// logSeries returns log((1+s)/(1-s))/s - 2 as a polynomial in z = s².
func logSeries(z float64) float64 {
	const (
		l1 = 6.666666666666735130e-01
		l2 = 3.999999999940941908e-01
		l3 = 2.857142874366239149e-01
		l4 = 2.222219843214978396e-01
		l5 = 1.818357216161805012e-01
		l6 = 1.531383769920937332e-01
		l7 = 1.479819860511658591e-01
	)
	w := z * z
	odd := float64(w*l7) + l5
	odd = float64(w*odd) + l3
	odd = float64(w*odd) + l1
	even := float64(w*l6) + l4
	even = float64(w*even) + l2
	return float64(z*odd) + float64(w*even)
}

// frexp returns x = m 2^e with m in [1/2, 1), for a finite x > 0.
func frexp(x float64) (m float64, e int) {
	if x < 0x1p-1022 {
		x *= 0x1p52
		e = -52
	}
	b := math.Float64bits(x)
	e += int(b>>52) - 1022
	return math.Float64frombits(b&(1<<52-1) | 1022<<52), e
}

// Log1p returns log(1+x), accurate also for small x: the error is below 2 ulp.
// Log1p(-1) = -Inf, Log1p(x < -1) = NaN.
func Log1p(x float64) float64 {
	u := 1 + x
	if x <= -1 || x != x || u > math.MaxFloat64 {
		return Log(u)
	}
	// What the sum lost, as a share of it, is what the logarithm lost.
	lost := 0.0
	if x >= 1 {
		lost = 1 - (u - x)
	} else {
		lost = x - (u - 1)
	}
	return Log(u) + lost/u
}

// Expm1 returns e^x - 1, accurate also for small x: the error is below 4 ulp
// (W. Kahan's quotient, in which the error of Exp cancels).
func Expm1(x float64) float64 {
	u := Exp(x)
	switch {
	case u == 1:
		return x
	case u-1 == -1:
		return -1
	case u > math.MaxFloat64 || u != u:
		return u
	}
	return (u - 1) * (x / Log(u))
}

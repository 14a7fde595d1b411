package random

import "math"

// Pow returns x^y with an error below 1 ulp, by 2^(y log2 x) with the logarithm
// in two numbers (fdlibm, e_pow.c). The special cases are those of math.Pow:
// Pow(x, 0) = Pow(1, y) = 1 for any x and y; a negative x needs a whole y, else
// the result is NaN.
func Pow(x, y float64) float64 {
	switch {
	case y == 0 || x == 1:
		return 1
	case x != x || y != y:
		return math.NaN()
	case y == 1:
		return x
	case math.IsInf(y, 0):
		return powInfinite(math.Abs(x), y > 0)
	}
	odd := isOdd(y)
	if x == 0 || math.IsInf(x, 0) {
		r := math.Inf(1)
		if (x == 0) == (y > 0) {
			r = 0
		}
		if odd {
			r = math.Copysign(r, x)
		}
		return r
	}
	sign := 1.0
	if x < 0 {
		if math.Trunc(y) != y {
			return math.NaN()
		}
		if odd {
			sign = -1
		}
	}
	return sign * powFinite(math.Abs(x), y)
}

// powInfinite returns ax^±Inf for ax >= 0.
func powInfinite(ax float64, positive bool) float64 {
	switch {
	case ax == 1:
		return 1
	case (ax > 1) == positive:
		return math.Inf(1)
	}
	return 0
}

// isOdd tells whether y is an odd whole number.
func isOdd(y float64) bool {
	return math.Abs(y) < 0x1p53 && math.Trunc(y) == y && int64(y)&1 == 1
}

// powFinite returns x^y for finite x > 0 and y.
func powFinite(x, y float64) float64 {
	if math.Abs(y) > 0x1p64 { // |log2 x| is 2^-53 at least, so the result is out of range
		switch {
		case x == 1:
			return 1
		case (x > 1) == (y > 0):
			return math.Inf(1)
		}
		return 0
	}
	t1, t2 := log2Pair(x)
	// y log2(x) = hi + lo, with y1 and t1 short enough for their product to be exact.
	y1 := truncate(y)
	lo := float64((y-y1)*t1) + float64(y*t2)
	hi := float64(y1 * t1)
	z := lo + hi
	switch {
	case z >= 1024:
		return math.Inf(1)
	case z < -1076:
		return 0
	}
	return exp2Pair(hi, lo)
}

// truncate clears the lower 32 bits, which leaves 21 significant ones.
func truncate(x float64) float64 {
	return math.Float64frombits(math.Float64bits(x) &^ (1<<32 - 1))
}

// log2Pair returns log2(x) as hi + lo with some 70 correct bits, hi being
// truncated to 21, for a finite x > 0.
func log2Pair(x float64) (hi, lo float64) {
	const (
		l1, l2, l3 = 5.99999999999994648725e-01, 4.28571428578550184252e-01, 3.33333329818377432918e-01
		l4, l5, l6 = 2.72728123808534006489e-01, 2.30660745775561754067e-01, 2.06975017800338417784e-01
		cp         = 9.61796693925975554329e-01 // 2/(3 ln 2), and its halves:
		cpHi, cpLo = 9.61796700954437255859e-01, -7.02846165095275826516e-09
		log2H      = 5.84962487220764160156e-01 // log2(3/2)
		log2L      = 1.35003920212974897128e-08
	)
	m, e := frexp(x) // to be x = 2^n ax, ax in [sqrt(3)/2, sqrt(3)) about bp
	ax, n := 2*m, float64(e-1)
	bp, dpHi, dpLo := 1.0, 0.0, 0.0
	switch {
	case ax >= 1.7320508075688772: // sqrt 3
		ax /= 2
		n++
	case ax >= 1.2247448713915890: // sqrt(3/2)
		bp, dpHi, dpLo = 1.5, log2H, log2L
	}
	// s = (ax-bp)/(ax+bp) as sHi + sLo
	u := ax - bp
	v := 1 / (ax + bp)
	s := float64(u * v)
	sHi := truncate(s)
	tHi := truncate(ax + bp)
	tLo := ax - (tHi - bp)
	sLo := v * ((u - float64(sHi*tHi)) - float64(sHi*tLo))
	// log(ax/bp) = 2s + (2/3)s³ + s⁵ L(s²)
	s2 := s * s
	p := float64(s2*l6) + l5
	p = float64(s2*p) + l4
	p = float64(s2*p) + l3
	p = float64(s2*p) + l2
	p = float64(s2*p) + l1
	r := float64(s2*s2*p) + float64(sLo*(sHi+s))
	s2 = float64(sHi * sHi)
	tHi = truncate(3 + s2 + r)
	tLo = r - ((tHi - 3) - s2)
	u = float64(sHi * tHi)
	v = float64(sLo*tHi) + float64(tLo*s)
	pHi := truncate(u + v)
	pLo := v - (pHi - u)
	zHi := float64(cpHi * pHi)
	zLo := float64(cpLo*pHi) + float64(pLo*cp) + dpLo
	hi = truncate(((zHi + zLo) + dpHi) + n)
	lo = zLo - (((hi - n) - dpHi) - zHi)
	return hi, lo
}

// exp2Pair returns 2^(hi+lo) for -1076 <= hi+lo < 1024.
func exp2Pair(hi, lo float64) float64 {
	const (
		ln2        = 6.93147180559945286227e-01
		ln2H, ln2L = 6.93147182464599609375e-01, -1.90465429995776804525e-09
	)
	n := math.Floor(hi + lo + 0.5)
	hi -= n
	t := truncate(lo + hi)
	u := float64(t * ln2H)
	v := float64((lo-(t-hi))*ln2) + float64(t*ln2L)
	z := u + v
	w := v - (z - u)
	t = float64(z * z)
	t1 := z - float64(t*expSeries(t))
	r := float64(z*t1)/(t1-2) - (w + float64(z*w))
	return scale(1-(r-z), int(n))
}

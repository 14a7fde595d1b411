package workloads

import (
	"math"

	"lbsim/random"
)

// Zipf is the law in which key k = 0 … n-1 has probability (k+1)^-s / Σ i^-s, with
// exponent s >= 0. Keys are drawn by rejection-inversion in constant time, without
// a table: W. Hörmann and G. Derflinger, "Rejection-inversion to generate variates
// from monotone discrete distributions", ACM TOMACS 6(3), 1996. At most 1.2
// candidates are drawn for a key.
type Zipf struct {
	count    float64
	exponent float64
	low, top float64 // of the hat's integral: H(3/2) - 1 and H(n + 1/2)
	sure     float64 // a candidate at most this far below its key needs no test
}

// NewZipf returns the law of count keys, a whole number from 1 to 2^31-1, with
// exponent in [0, 20].
func NewZipf(count, exponent float64) (*Zipf, error) {
	if err := first(keyCount(count), within("exponent", exponent, 0, 20)); err != nil {
		return nil, err
	}
	z := &Zipf{count: count, exponent: exponent}
	z.low = z.integral(1.5) - 1
	z.top = z.integral(count + 0.5)
	z.sure = 2 - z.inverse(z.integral(2.5)-z.weight(2))
	return z, nil
}

func (z *Zipf) Key(src *random.Source) int {
	for {
		u := z.top + float64(src.Float64()*(z.low-z.top)) // in (low, top]
		x := z.inverse(u)
		k := min(max(math.Floor(x+0.5), 1), z.count)
		if k-x <= z.sure || u >= z.integral(k+0.5)-z.weight(k) {
			return int(k) - 1
		}
	}
}

func (z *Zipf) Count() int { return int(z.count) }

// Probability takes O(Count) time.
func (z *Zipf) Probability(k int) float64 {
	sum := 0.0
	for i := z.count; i >= 1; i-- { // the smallest first
		sum += z.weight(i)
	}
	return z.weight(float64(k+1)) / sum
}

// probabilities returns those of all keys, in O(Count) time.
func (z *Zipf) probabilities() []float64 {
	all := make([]float64, z.Count())
	sum := 0.0
	for i := len(all) - 1; i >= 0; i-- { // the smallest first
		all[i] = z.weight(float64(i + 1))
		sum += all[i]
	}
	for i := range all {
		all[i] /= sum
	}
	return all
}

// weight returns the hat h(x) = x^-s.
func (z *Zipf) weight(x float64) float64 { return random.Exp(-z.exponent * random.Log(x)) }

// integral returns H(x) = ∫ h from 1 to x = (x^(1-s) - 1) / (1-s), or ln x at s=1.
func (z *Zipf) integral(x float64) float64 {
	l := random.Log(x)
	c := float64((1 - z.exponent) * l)
	if math.Abs(c) < 1e-8 { // (e^c - 1)/c to its first two terms
		return l * (1 + float64(c/2))
	}
	return l * (random.Expm1(c) / c)
}

// inverse returns the x at which H(x) = y.
func (z *Zipf) inverse(y float64) float64 {
	c := max(-1, float64(y*(1-z.exponent))) // rounding may lead below -1
	if math.Abs(c) < 1e-8 {
		return random.Exp(y * (1 - float64(c/2)))
	}
	return random.Exp(y * (random.Log1p(c) / c))
}

package workloads

import (
	"math"

	"lbsim/random"
)

// Phase is one branch of a hyperexponential law: with probability Share the
// number is exponential with mean Mean.
type Phase struct{ Share, Mean float64 }

// Hyperexponential is the law of a choice among exponentials:
//
//	f(x) = Σ p(i) e^(-x/m(i)) / m(i), x >= 0
//
// with shares p(i) and means m(i): mean Σ p m, second moment 2 Σ p m², CV >= 1. A
// sample takes time proportional to the number of phases, which is two as a rule.
type Hyperexponential struct{ phases []Phase }

// HyperexponentialByCV returns the law of two phases of balanced means (each
// phase contributes half of the mean) with the given mean, > 0, and cv in
// [1, 1000]:
//
//	p = (1 + √((v-1)/(v+1))) / 2,  m(1) = mean/2p,  m(2) = mean/2(1-p),  v = cv²
//
// Source: W. Whitt, "Approximating a point process by a renewal process, I",
// Oper. Res. 30(1), 1982, section 3.
func HyperexponentialByCV(mean, cv float64) (Hyperexponential, error) {
	err := first(positive("mean", mean), within("cv", cv, 1, 1000))
	v := float64(cv * cv)
	d := math.Sqrt((v - 1) / (v + 1))
	p, q := (1+d)/2, 1/((v+1)*(1+d)) // q = (1-d)/2 without cancellation
	return Hyperexponential{[]Phase{{p, mean / (1 + d)}, {q, mean / (2 * q)}}}, err
}

// NewHyperexponential returns the law of the given phases, at least one, with
// shares that add up to 1 (to within a millionth) and means > 0.
func NewHyperexponential(phases []Phase) (Hyperexponential, error) {
	total := 0.0
	for _, ph := range phases {
		if err := first(positive("share", ph.Share), positive("mean", ph.Mean)); err != nil {
			return Hyperexponential{}, err
		}
		total += ph.Share
	}
	if math.Abs(total-1) > 1e-6 {
		return Hyperexponential{}, broken("phases", total, "the shares must add up to 1")
	}
	h := Hyperexponential{make([]Phase, len(phases))}
	for i, ph := range phases {
		h.phases[i] = Phase{ph.Share / total, ph.Mean}
	}
	return h, nil
}

func (h Hyperexponential) Sample(src *random.Source) float64 {
	u, last := src.Float64(), len(h.phases)-1
	for i := range h.phases[:last] {
		if u -= h.phases[i].Share; u < 0 {
			return h.phases[i].Mean * src.Exponential()
		}
	}
	return h.phases[last].Mean * src.Exponential()
}

func (h Hyperexponential) Mean() float64 {
	m := 0.0
	for _, ph := range h.phases {
		m += float64(ph.Share * ph.Mean)
	}
	return m
}

func (h Hyperexponential) CV() float64 {
	square := 0.0
	for _, ph := range h.phases {
		square += float64(2 * ph.Share * ph.Mean * ph.Mean)
	}
	m := h.Mean()
	return math.Sqrt(max(0, square/float64(m*m)-1))
}

// Quantile solves Σ p(i) e^(-x/m(i)) = 1-p by Newton's iteration from 0. The sum
// is convex in x, so the iterates rise towards the root and never pass it.
func (h Hyperexponential) Quantile(p float64) float64 {
	x := 0.0
	for range 10_000 {
		above, density := p-1, 0.0
		for _, ph := range h.phases {
			s := float64(ph.Share * random.Exp(-x/ph.Mean))
			above += s
			density += s / ph.Mean
		}
		step := above / density
		if !(step > 1e-15*x) {
			break
		}
		x += step
	}
	return x
}

package random

import "math"

// The tail of the density e^(-x²/2) begins at normalEdge for 256 layers of area
// normalArea = edge e^(-edge²/2) + the tail's area (Marsaglia & Tsang, 2000).
const (
	normalEdge = 3.6541528853610088
	normalArea = 0.0049286732339746549
)

var (
	normalLayers [256]layer
	normalHeight [257]float64
)

func init() {
	const bits52 = 1 << 52
	density := func(x float64) float64 { return Exp(-0.5 * x * x) }
	inverse := func(y float64) float64 { return math.Sqrt(-2 * Log(y)) }
	stack(&normalLayers, &normalHeight, normalEdge, normalArea, bits52, density, inverse)
}

// Normal returns a number of the standard normal distribution, by the ziggurat
// described at Exponential. It does not allocate.
func (s *Source) Normal() float64 {
	u := s.Uint64()
	j := int64(u) >> 11 // the sign and 52 bits
	l := &normalLayers[u&255]
	if uint64(max(j, ^j)) < l.inside {
		return float64(j) * l.width
	}
	return s.normalEdges(u)
}

// normalEdges decides a draw u that may be beyond the curve and, if it is, draws
// anew.
//
//go:noinline
func (s *Source) normalEdges(u uint64) float64 {
	for {
		i, j := u&255, int64(u)>>11
		x := float64(j) * normalLayers[i].width
		switch {
		case uint64(max(j, ^j)) < normalLayers[i].inside:
			return x
		case i == 0:
			return math.Copysign(s.normalTail(), x)
		}
		low, high := normalHeight[i], normalHeight[i+1]
		if low+float64(s.Float64()*(high-low)) < Exp(-0.5*x*x) {
			return x
		}
		u = s.Uint64()
	}
}

// normalTail draws from the density beyond the edge (G. Marsaglia, "Generating a
// variable from the tail of the normal distribution", Technometrics 6(1), 1964).
func (s *Source) normalTail() float64 {
	for {
		x := s.Exponential() / normalEdge
		if float64(2*s.Exponential()) > float64(x*x) {
			return normalEdge + x
		}
	}
}

// Gamma returns a number of the gamma distribution with the given shape a > 0 and
// scale 1: density x^(a-1) e^-x / Γ(a), mean and variance a. Source: G. Marsaglia
// and W. W. Tsang, "A simple method for generating gamma variables", ACM TOMS
// 26(3), 2000; below shape 1 by their identity Gamma(a) = Gamma(a+1) U^(1/a). It
// does not allocate and rejects at most 5% of its candidates.
func (s *Source) Gamma(shape float64) float64 {
	if shape < 1 {
		return s.Gamma(shape+1) * Exp(-s.Exponential()/shape)
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := s.Normal()
		v := 1 + float64(c*x)
		if v <= 0 {
			continue
		}
		v = float64(v * v * v)
		u := s.Uniform()
		x2 := float64(x * x)
		if u < 1-float64(0.0331*float64(x2*x2)) {
			return d * v
		}
		if Log(u) < float64(0.5*x2)+float64(d*(1-v+Log(v))) {
			return d * v
		}
	}
}

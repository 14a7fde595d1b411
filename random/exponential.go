package random

// The ziggurat of G. Marsaglia and W. W. Tsang ("The ziggurat method for
// generating random variables", J. Stat. Softw. 5(8), 2000): the area under a
// decreasing density is covered by 256 layers of one area v. Layer i is the strip
// of width x[i] whose part left of x[i+1] lies under the curve, so that most draws
// need one random word, one comparison and one product. The layer comes from the
// word's lowest 8 bits and the position from its upper 53: the two are
// independent, which they are not in the paper's 32-bit code (J. A. Doornik, "An
// improved ziggurat method to generate normal random samples", 2005).
type layer struct {
	inside uint64  // positions below this are under the curve for certain
	width  float64 // of the strip, for each unit of position
}

// exponentialEdge is where the exponential density's tail begins, for 256 layers.
const exponentialEdge = 7.69711747013104972

var (
	exponentialLayers [256]layer
	exponentialHeight [257]float64 // the density at the strips' right ends
)

func init() {
	const bits53 = 1 << 53
	density := func(x float64) float64 { return Exp(-x) }
	inverse := func(y float64) float64 { return -Log(y) }
	area := (exponentialEdge + 1) * Exp(-exponentialEdge)
	stack(&exponentialLayers, &exponentialHeight, exponentialEdge, area, bits53, density, inverse)
}

// stack fills the layers from the widest, which holds the tail beyond edge, to the
// narrowest, with positions from 0 to n-1.
func stack(layers *[256]layer, height *[257]float64, edge, area, n float64, density, inverse func(float64) float64) {
	x, y := area/density(edge), 0.0
	for i := range layers {
		next := edge
		if i > 0 {
			next = 0
			if top := y + area/x; i < len(layers)-1 {
				next = inverse(top)
			}
		}
		height[i] = y
		layers[i] = layer{inside: uint64(int64(next / x * n)), width: x / n}
		x, y = next, density(next)
	}
	height[0], height[len(layers)] = 0, 1
}

// Exponential returns a number of the exponential distribution with mean 1:
// density e^-x, x >= 0. It does not allocate; 98.9% of draws cost one Uint64, one
// comparison and one product.
func (s *Source) Exponential() float64 {
	u := s.Uint64()
	if x, ok := ExponentialOf(u); ok {
		return x
	}
	return s.ExponentialFrom(u)
}

// ExponentialOf and ExponentialFrom are the halves of Exponential, for loops in
// which its call counts: both of
//
//	x, ok := random.ExponentialOf(u)
//	if !ok { x = s.ExponentialFrom(u) }
//
// for u := s.Uint64() and x := s.Exponential() give the same x. ExponentialOf is
// inlined.
func ExponentialOf(u uint64) (x float64, ok bool) {
	l := &exponentialLayers[u&255]
	return float64(int64(u>>11)) * l.width, u>>11 < l.inside
}

// ExponentialFrom decides a draw u that may be beyond the curve and, if it is,
// draws anew.
//
//go:noinline
func (s *Source) ExponentialFrom(u uint64) float64 {
	offset := 0.0
	for {
		i := u & 255
		x := float64(float64(int64(u>>11)) * exponentialLayers[i].width)
		switch {
		case u>>11 < exponentialLayers[i].inside:
			return offset + x
		case i == 0: // the tail beyond the edge is the same density over again
			offset += exponentialEdge
		default:
			low, high := exponentialHeight[i], exponentialHeight[i+1]
			if low+float64(s.Float64()*(high-low)) < Exp(-x) {
				return offset + x
			}
		}
		u = s.Uint64()
	}
}

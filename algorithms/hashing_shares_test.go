package algorithms

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"lbsim/random"
)

// arcs returns the members' shares of the key space, times n: what of the ring lies
// before their points.
func arcs(p *pool) []float64 {
	points := ringOf(p).full.points
	shares := make([]float64, p.Len())
	before := points[len(points)-1].hash
	for _, point := range points {
		shares[point.slot] += float64(point.hash-before) * 0x1p-64 * float64(p.Len()) // goes round
		before = point.hash
	}
	return shares
}

// ringFigures is what many rings of other names are like, by ring or, of nodes, by
// member.
type ringFigures struct {
	squares, most, least, away, keys sample
	nodes                            []float64
}

// ringsOf looks at so many rings that they have 600,000 points together, with
// LBSIM_TRUTH=1 at ten times as many.
func ringsOf(t *testing.T, weights []float64, points, keys int) *ringFigures {
	f := &ringFigures{}
	text := fmt.Sprintf("ring_hash:points=%d,max_points=8388608", points)
	total := sumOf(weights)
	all := 600_000
	if os.Getenv("LBSIM_TRUTH") == "1" {
		all *= 10
	}
	repeat := max(100, min(20000, all/(points*int(total))))
	if keys > 0 {
		repeat = min(repeat, 150)
	}
	for i := range repeat {
		p := newPoolOf(t, text, numbered(fmt.Sprintf("%s-%d-", text, i), len(weights)), weights...)
		shares := arcs(p)
		away := shares[0]/float64(len(weights)) - weights[0]/total
		f.squares.add(squares(shares))
		f.most.add(slices.Max(shares))
		f.least.add(slices.Min(shares))
		f.away.add(away * away)
		f.nodes = append(f.nodes, shares...)
		if keys > 0 {
			f.keys.add(squares(keyShares(p, keys, uint64(i))))
		}
	}
	return f
}

// TestTruthRings: the unevenness of rings, over many of them. A mean is right if it
// is within four of its own standard errors, of its repetitions over rings. A
// coefficient of variation is the root of a mean of squares x, so its error is
// se(x)/2cv. A quantile's is sqrt(q(1-q)/N)/density, the density taken from the
// quantiles half a percent to either side; shares on one ring depend on each other,
// to the side of less error. These errors are below 3% of the value.
func TestTruthRings(t *testing.T) {
	done := map[string]*ringFigures{}
	hashRows(t, "ring", func(t *testing.T, r truth, p hashParams) {
		weights, points, keys := equalWeights(p.N), p.Vnodes, 0
		if p.Weights != nil {
			weights, points = p.Weights, p.PerWeight
		}
		if p.Keys != nil {
			keys = p.count(t)
		}
		id := fmt.Sprint(weights, points, keys)
		if done[id] == nil {
			done[id] = ringsOf(t, weights, points, keys)
		}
		f, got, se := done[id], 0.0, 0.0
		root := func(s sample) {
			got = math.Sqrt(s.mean())
			se = s.se() / (2 * got)
		}
		switch strings.Split(r.ID, ".")[1] {
		case "max":
			got, se = f.most.mean(), f.most.se()
		case "min":
			got, se = f.least.mean(), f.least.se()
		case "p99":
			got, se = quantile99(f.nodes)
		case "cv":
			root(f.squares)
		case "keys":
			root(f.keys)
		case "w":
			root(f.away)
		}
		near(t, r.Metric, got, r.Value(), 4*se)
		if se == 0 || se > 0.03*r.Value() {
			t.Errorf("a standard error of %v says little about %v", se, r.Value())
		}
	})
}

func sumOf(weights []float64) float64 {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	return sum
}

// squares returns the mean of (share - 1)^2.
func squares(shares []float64) float64 {
	sum := 0.0
	for _, share := range shares {
		sum += (share - 1) * (share - 1)
	}
	return sum / float64(len(shares))
}

// keyShares returns the members' shares of so many random keys, times n.
func keyShares(p *pool, keys int, seed uint64) []float64 {
	rnd := random.New(seed, "keys", 0)
	shares := make([]float64, p.Len())
	for range keys {
		shares[p.pick(&Request{Key: rnd.Uint64(), HasKey: true})] += float64(p.Len()) / float64(keys)
	}
	return shares
}

func quantile99(x []float64) (value, se float64) {
	slices.Sort(x)
	at := func(q float64) float64 { return x[int(q*float64(len(x)))] }
	density := 0.01 / (at(0.995) - at(0.985))
	return at(0.99), math.Sqrt(0.99*0.01/float64(len(x))) / density
}

// TestTruthSkew: Zipf keys over ten members, over many placements: other hashes of
// the same keys. Four standard errors over the placements.
func TestTruthSkew(t *testing.T) {
	type result struct{ squares, hot sample }
	done := map[float64]*result{}
	hashRows(t, "skew", func(t *testing.T, r truth, p hashParams) {
		got := done[p.Alpha]
		if got == nil {
			got = &result{}
			done[p.Alpha] = got
			chance := zipf(p.count(t), p.Alpha)
			pool := newPool(t, "jump_hash", equalWeights(p.N)...)
			for placement := range 60 {
				shares := make([]float64, p.N)
				hottest := int32(0)
				for key, c := range chance {
					slot := pool.pick(&Request{Key: mix64(uint64(key)<<8 | uint64(placement)), HasKey: true})
					if shares[slot] += c * float64(p.N); key == 0 {
						hottest = slot
					}
				}
				got.squares.add(squares(shares))
				got.hot.add(shares[hottest])
			}
		}
		if strings.HasSuffix(r.ID, ".hot") {
			near(t, r.Metric, got.hot.mean(), r.Value(), 4*got.hot.se())
			return
		}
		cv := math.Sqrt(got.squares.mean())
		near(t, r.Metric, cv, r.Value(), 4*got.squares.se()/(2*cv))
	})
}

// zipf returns the chances of keys whose popularity falls with rank^-alpha.
func zipf(keys int, alpha float64) []float64 {
	chance := make([]float64, keys)
	for i := range chance {
		chance[i] = math.Pow(float64(i+1), -alpha)
	}
	sum := sumOf(chance)
	for i := range chance {
		chance[i] /= sum
	}
	return chance
}

// TestTruthWeightedRendezvous: a share of a million keys, within four binomial
// standard deviations.
func TestTruthWeightedRendezvous(t *testing.T) {
	const keys = 1000000
	hashRows(t, "whrw", func(t *testing.T, r truth, p hashParams) {
		for _, text := range []string{"rendezvous", "rendezvous:profile=darts"} {
			share := keyShares(newPool(t, text, p.Weights...), keys, 5)[0] / float64(len(p.Weights))
			near(t, text+": "+r.Metric, share, r.Value(), 4*math.Sqrt(r.Value()*(1-r.Value())/keys))
		}
	})
}

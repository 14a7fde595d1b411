package fit

import (
	"math"
	"slices"

	"lbsim/random"
	"lbsim/workloads"
)

// keyCounts count how often each key is asked for, until there are too many of either.
type keyCounts struct {
	counts   map[uint64]uint32
	requests int
	full     bool
}

const (
	mostKeys        = 1 << 20
	mostKeyRequests = 1_000_000
)

func (k *keyCounts) add(key uint64) {
	if key == 0 || k.full {
		return
	}
	k.counts[key]++
	k.requests++
	k.full = len(k.counts) == mostKeys || k.requests == mostKeyRequests
}

// Popularity is what is known of which keys are asked for.
type Popularity struct {
	Dist       string      `json:"dist"`
	Parameters []Parameter `json:"parameters"`
	Requests   int         `json:"requests"` // that it rests on
	Distinct   int         `json:"distinct"` // keys among them

	Spec workloads.KeySpec `json:"-"`
}

const (
	leastKeys        = 20   // different ones, for a law
	leastKeyRequests = 1000 // for a law
	trials           = 8    // simulations of the estimate, for its bias and its error, in each of
	rounds           = 4
)

// popularity fits Zipf's law to the keys; ok is false where there are too few. The estimate
// by likelihood takes the keys in the order of their counts for that of their popularity, and
// those that were seen for all, which is not so where many are rare. So the law that it finds
// is simulated and estimated alike, several times over: the difference is its bias, which is
// taken off, and the spread its error.
func (k *keyCounts) popularity() (*Popularity, bool) {
	if len(k.counts) < leastKeys || k.requests < leastKeyRequests || k.requests < 2*len(k.counts) {
		return nil, false
	}
	sorted := make([]uint32, 0, len(k.counts))
	for _, n := range k.counts {
		sorted = append(sorted, n)
	}
	k.counts = nil // what follows takes as much memory
	slices.Sort(sorted)
	slices.Reverse(sorted)
	p := &Popularity{Requests: k.requests, Distinct: len(sorted)}
	different := float64(len(sorted))
	if count := keysBehind(different, 0, k.requests); evenly(sorted, count) {
		p.Dist, p.Parameters = "uniform", []Parameter{estimated("count", count, k.countError(different, 0, 0))}
		p.Spec = workloads.KeySpec{Dist: "uniform", Count: &count}
		return p, true
	}
	naive := zipfExponent(sorted)
	s := naive
	var exponentError float64
	for round := range rounds {
		mean, variance := simulated(s, keysBehind(different, s, k.requests), k.requests, uint64(round))
		s = max(0, s+naive-mean)
		exponentError = math.Sqrt(variance * (1 + 1.0/trials))
	}
	count, countError := keysBehind(different, s, k.requests), k.countError(different, s, exponentError)
	exponent := estimated("exponent", s, exponentError)
	p.Dist, p.Parameters = "zipf", []Parameter{estimated("count", count, countError), exponent}
	p.Spec = workloads.KeySpec{Dist: "zipf", Count: &count, Exponent: &exponent.Value}
	return p, true
}

// evenly reports whether counts scatter no more than those of equally popular keys, among
// them those that were not seen: by χ², which has variance 2 count.
func evenly(counts []uint32, count float64) bool {
	total, squares := 0.0, 0.0
	for _, n := range counts {
		total += float64(n)
		squares += float64(n) * float64(n)
	}
	mean := total / count
	return (squares/mean-total)-count < 3*math.Sqrt(2*count)
}

// countError is the error of a number of keys: what chance does to how many different ones
// are seen, of which each is or is not, and what the error of the exponent does.
func (k *keyCounts) countError(different, s, exponentError float64) float64 {
	count := keysBehind(different, s, k.requests)
	seen, variance := seenOf(int(count), s, k.requests)
	byChance := keysBehind(seen+math.Sqrt(variance), s, k.requests) - count
	byExponent := keysBehind(different, s+exponentError, k.requests) - count
	return math.Max(math.Hypot(byChance, byExponent), math.Sqrt(count-seen))
}

// zipfExponent is the s with which Σ ln k k^-s / Σ k^-s is the mean of the logarithm of the
// rank, over ranks by falling counts: the greatest likelihood.
func zipfExponent(sorted []uint32) float64 {
	sum, total := 0.0, 0.0
	for i, n := range sorted {
		sum += float64(n) * math.Log(float64(i+1))
		total += float64(n)
	}
	target := sum / total
	low, high := 0.0, 10.0
	for range 50 {
		s := (low + high) / 2
		weighted, all := 0.0, 0.0
		for _, g := range ranks(len(sorted)) {
			w := g.width * math.Exp(-s*g.log)
			weighted += w * g.log
			all += w
		}
		if weighted/all > target {
			low = s
		} else {
			high = s
		}
	}
	return low
}

// rank stands for some ranks that are near each other.
type rank struct{ log, width float64 }

// ranks goes over 1 … n, the first thousand one by one and then in groups of a thousandth.
func ranks(n int) []rank {
	var out []rank
	for i := 1; i <= n; {
		width := max(1, i/1000)
		width = min(width, n-i+1)
		out = append(out, rank{math.Log(float64(i) + float64(width-1)/2), float64(width)})
		i += width
	}
	return out
}

// mostKeysBehind bounds what is said of keys that were never seen.
const mostKeysBehind = 1 << 22

// keysBehind is how many keys of Zipf's law show so many different ones among n requests on
// average.
func keysBehind(different, s float64, n int) float64 {
	low, high := math.Ceil(different), float64(mostKeysBehind)
	if seen, _ := seenOf(int(low), s, n); seen > different-0.5 {
		return low // all were seen
	}
	for high-low > 0.5 && high/low > 1+1e-6 {
		count := math.Floor(math.Sqrt(low * high))
		if seen, _ := seenOf(int(count), s, n); seen < different {
			low = count + 1
		} else {
			high = count
		}
	}
	return math.Round(high)
}

// seenOf is how many different keys of so many n requests ask for, Σ 1 - e^(-n p), and the
// variance of that, Σ e^(-n p) (1 - e^(-n p)).
func seenOf(count int, s float64, n int) (seen, variance float64) {
	all, sum := ranks(count), 0.0
	for _, g := range all {
		sum += g.width * math.Exp(-s*g.log)
	}
	for _, g := range all {
		one := -math.Expm1(-float64(n) * math.Exp(-s*g.log) / sum)
		seen += g.width * one
		variance += g.width * one * (1 - one)
	}
	return seen, variance
}

// simulated draws the law several times and estimates it: mean and variance of the exponent.
func simulated(s, count float64, n int, round uint64) (mean, variance float64) {
	law, err := workloads.NewZipf(count, min(s, 20))
	if err != nil {
		return s, 0
	}
	var exponents [trials]float64
	counts := make([]uint32, int(count))
	for trial := range trials {
		src := random.New(seed, "fit keys", round*trials+uint64(trial))
		clear(counts)
		for range n {
			counts[law.Key(&src)]++
		}
		sorted := slices.DeleteFunc(slices.Clone(counts), func(n uint32) bool { return n == 0 })
		slices.Sort(sorted)
		slices.Reverse(sorted)
		exponents[trial] = zipfExponent(sorted)
	}
	return meanAndVariance(exponents[:])
}

func meanAndVariance(values []float64) (mean, variance float64) {
	n := float64(len(values))
	for _, x := range values {
		mean += x / n
	}
	for _, x := range values {
		variance += (x - mean) * (x - mean) / (n - 1)
	}
	return mean, variance
}

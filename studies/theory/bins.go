package theory

import "math"

// Bins are n bins into which m balls fall, each into one at random: keys on servers
// without a ring or a second choice.
type Bins struct {
	Bins, Balls int
}

// FractionAtLeast is the expected share of bins with at least k balls, a binomial
// tail.
func (b Bins) FractionAtLeast(k int) float64 {
	n, m := float64(b.Bins), float64(b.Balls)
	p, below := math.Exp(m*math.Log1p(-1/n)), 0.0
	for j := range k {
		below += p
		p *= (m - float64(j)) / float64(j+1) / (n - 1)
	}
	return 1 - below
}

// MaxLoadAtMost is P(no bin holds more than k). The loads are independent Poisson
// numbers with mean m/n, given that they sum to m, so
//
//	P(max ≤ k) = P(n truncated Poissons sum to m) / P(Poisson(m) = m)
//
// The sum of n truncated Poissons is found by repeated doubling; all terms are
// positive. What is 1e-40 of the likeliest is left out; error below 1e-12.
func (b Bins) MaxLoadAtMost(k int) float64 {
	if k*b.Bins < b.Balls {
		return 0
	}
	if b.Balls <= b.Bins {
		return b.byRecurrence(k)
	}
	return b.byDoubling(k)
}

// byRecurrence raises the polynomial p(x) = Σ_{j≤k} e^-μ μ^j/j! x^j to the n-th power by
// p·q' = n·p'·q:
//
//	i·p₀·q_i = Σ_{j=1}^{min(i,k)} (j(n+1) - i)·p_j·q_{i-j}
//
// whose terms are positive for i ≤ n. The powers are kept in scale. O(mk).
func (b Bins) byRecurrence(k int) float64 {
	n := float64(b.Bins)
	mean := float64(b.Balls) / n
	ratio := make([]float64, k+1) // p_j/p_0
	ratio[0] = 1
	for j := 1; j <= k; j++ {
		ratio[j] = ratio[j-1] * mean / float64(j)
	}
	recent := make([]float64, k) // q_{i-1}, q_{i-2}, …
	recent[0] = 1
	scale := -n * mean // ln of what the kept powers are to be multiplied with
	for i := 1; i <= b.Balls; i++ {
		sum := 0.0
		for j := 1; j <= min(i, k); j++ {
			sum += (float64(j)*(n+1) - float64(i)) * ratio[j] * recent[j-1]
		}
		copy(recent[1:], recent)
		recent[0] = sum / float64(i)
		if recent[0] > 1e150 {
			scale += math.Log(recent[0])
			divisor := recent[0]
			for j := range recent {
				recent[j] /= divisor
			}
		}
	}
	return math.Min(1, math.Exp(math.Log(recent[0])+scale-logPoisson(b.Balls)))
}

// logPoisson is ln P(Poisson(m) = m).
func logPoisson(m int) float64 {
	g, _ := math.Lgamma(float64(m) + 1)
	return float64(m)*math.Log(float64(m)) - float64(m) - g
}

// byDoubling convolves the truncated law with itself along the binary digits of n.
func (b Bins) byDoubling(k int) float64 {
	mean := float64(b.Balls) / float64(b.Bins)
	one := window{values: make([]float64, k+1)}
	for j := range one.values {
		one.values[j] = poisson(j, mean)
	}
	one = one.trimmed()
	var sum window
	for rest := b.Bins; rest > 0; rest /= 2 {
		if rest%2 == 1 {
			sum = sum.plus(one)
		}
		if rest > 1 {
			one = one.plus(one)
		}
	}
	return math.Min(1, sum.at(b.Balls)/math.Exp(logPoisson(b.Balls)))
}

// MaxLoad is the law of the greatest load: P(max = k) for k = 0, 1, …, up to where
// the rest is below 1e-12.
func (b Bins) MaxLoad() []float64 {
	var pmf []float64
	previous := 0.0
	for k := 0; ; k++ {
		at := b.MaxLoadAtMost(k)
		pmf = append(pmf, math.Max(0, at-previous))
		if at > 1-1e-12 || (k > b.Balls/b.Bins && pmf[k] < 1e-13 && at > 0.5) {
			return pmf
		}
		previous = at
	}
}

// MeanMaxLoad is the mean of a law on 0, 1, ….
func MeanMaxLoad(pmf []float64) float64 {
	mean := 0.0
	for k, p := range pmf {
		mean += float64(k) * p
	}
	return mean
}

// ChoicesFraction is the share of bins with at least k balls after load balls a bin
// have each been put into the least loaded of d bins chosen at random, for
// infinitely many bins:
//
//	s_i' = s_{i-1}^d - s_i^d, s_0 = 1, s_i(0) = 0
//
// Runge-Kutta of order four with 4,096 steps a ball; error below 1e-12. Source:
// Mitzenmacher, thesis (1996), section 3.
func ChoicesFraction(d int, load float64, k int) float64 {
	slope := func(s []float64) []float64 {
		result := make([]float64, len(s))
		for i := 1; i < len(s); i++ {
			result[i] = math.Pow(s[i-1], float64(d)) - math.Pow(s[i], float64(d))
		}
		return result
	}
	s := make([]float64, k+1)
	s[0] = 1
	steps := int(math.Ceil(4096 * load))
	h := load / float64(steps)
	for range steps {
		a := slope(s)
		b := slope(along(s, a, h/2))
		c := slope(along(s, b, h/2))
		e := slope(along(s, c, h))
		for i := range s {
			s[i] += h / 6 * (a[i] + 2*b[i] + 2*c[i] + e[i])
		}
	}
	return s[k]
}

func along(s, direction []float64, h float64) []float64 {
	result := make([]float64, len(s))
	for i := range s {
		result[i] = s[i] + h*direction[i]
	}
	return result
}

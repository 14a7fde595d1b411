package fit

import (
	"cmp"
	"math"
	"slices"
	"sort"

	"lbsim/workloads"
)

// Parameter is an estimate with its error.
type Parameter struct {
	Name  string   `json:"name"`
	Value float64  `json:"value"`
	Error *float64 `json:"standard_error"` // null: none can be given
	Low   *float64 `json:"low"`            // the interval of 95%
	High  *float64 `json:"high"`
}

// z95 is the 97.5% quantile of the normal law.
const z95 = 1.959964

// estimated is a parameter with a standard error, none where that is no number.
func estimated(name string, value, err float64) Parameter {
	p := Parameter{Name: name, Value: rounded(value)}
	if !math.IsNaN(err) && !math.IsInf(err, 0) {
		err = rounded(err)
		low, high := rounded(value-z95*err), rounded(value+z95*err)
		p.Error, p.Low, p.High = &err, &low, &high
	}
	return p
}

// within is a parameter with an interval of 95% that need not lie evenly about it. Its error
// is what as long an interval says of a normal law.
func within(name string, value, low, high float64) Parameter {
	p := estimated(name, value, (high-low)/(2*z95))
	low, high = rounded(low), rounded(high)
	p.Low, p.High = &low, &high
	return p
}

// rounded keeps six significant digits, more than any estimate here has and fewer than
// platforms differ in.
func rounded(x float64) float64 {
	if x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		return x
	}
	scale := math.Pow(10, 5-math.Floor(math.Log10(math.Abs(x))))
	return math.Round(x*scale) / scale
}

// sample is a sample of times in seconds, ascending, with what the laws need of it.
type sample struct {
	values      []float64
	mean        float64
	meanLog     float64 // of the values > 0
	varianceLog float64
	variance    float64
}

// newSample sorts values, which it keeps.
func newSample(values []float64) *sample {
	slices.Sort(values)
	s := &sample{values: values}
	n := float64(len(values))
	for _, x := range values {
		s.mean += x / n
		s.meanLog += math.Log(x) / n
	}
	for _, x := range values {
		s.variance += (x - s.mean) * (x - s.mean) / n
		d := math.Log(x) - s.meanLog
		s.varianceLog += d * d / n
	}
	return s
}

func (s *sample) n() float64      { return float64(len(s.values)) }
func (s *sample) cv() float64     { return math.Sqrt(s.variance) / s.mean }
func (s *sample) least() float64  { return s.values[0] }
func (s *sample) most() float64   { return s.values[len(s.values)-1] }
func (s *sample) sum() float64    { return s.mean * s.n() }
func (s *sample) sumLog() float64 { return s.meanLog * s.n() }

// quantile is the p-quantile, between two values in a straight line.
func (s *sample) quantile(p float64) float64 {
	at := p * float64(len(s.values)-1)
	i := int(at)
	if i+1 >= len(s.values) {
		return s.most()
	}
	return s.values[i] + (at-float64(i))*(s.values[i+1]-s.values[i])
}

// Law is a law of the language that was fitted to a sample by maximum likelihood.
type Law struct {
	Dist       string      `json:"dist"`
	Parameters []Parameter `json:"parameters"`
	// Likelihood is the logarithm of the sample's density, AIC and BIC what Akaike and
	// Schwarz make of it: less is better. Discrete laws have no density and none of these.
	Likelihood *float64 `json:"log_likelihood"`
	AIC        *float64 `json:"aic"`
	BIC        *float64 `json:"bic"`
	// Distance is the greatest distance between the law's and the sample's distribution
	// functions (Kolmogorov and Smirnov), PValue how often chance would make it as great.
	Distance *float64 `json:"ks_distance"`
	PValue   *float64 `json:"ks_p_value"`

	Spec workloads.DistributionSpec `json:"-"`
}

// law is the law itself, which was built before.
func (l *Law) law() workloads.Distribution {
	d, err := l.Spec.Build()
	if err != nil {
		panic("fit: " + err.Error())
	}
	return d
}

// candidate is a law before it is judged.
type candidate struct {
	spec       workloads.DistributionSpec
	parameters []Parameter
	free       int // parameters
	likelihood float64
	cdf        func(float64) float64
}

// judged makes a law of a candidate; ok is false where the language does not take it.
func (c candidate) judged(s *sample) (Law, bool) {
	if _, err := c.spec.Build(); err != nil {
		return Law{}, false
	}
	l := Law{Dist: c.spec.Dist, Parameters: append([]Parameter{}, c.parameters...), Spec: c.spec}
	if c.cdf != nil {
		aic, bic := rounded(2*float64(c.free)-2*c.likelihood), rounded(float64(c.free)*math.Log(s.n())-2*c.likelihood)
		d := distance(s.values, c.cdf)
		p := kolmogorov(d, s.n())
		likelihood := rounded(c.likelihood)
		d, p = rounded(d), rounded(p)
		l.Likelihood, l.AIC, l.BIC, l.Distance, l.PValue = &likelihood, &aic, &bic, &d, &p
	}
	return l, true
}

// laws fits all continuous laws of the language to a sample, the best by BIC first.
func laws(s *sample) []Law {
	var out []Law
	for _, fit := range []func(*sample) (candidate, bool){exponential, uniform, erlang, gamma, hyperexponential, lognormal, weibull, pareto} {
		c, ok := fit(s)
		if !ok || math.IsNaN(c.likelihood) || math.IsInf(c.likelihood, 0) {
			continue
		}
		if l, ok := c.judged(s); ok {
			out = append(out, l)
		}
	}
	slices.SortStableFunc(out, func(a, b Law) int { return cmp.Compare(*a.BIC, *b.BIC) })
	return out
}

// distance is the statistic of Kolmogorov and Smirnov.
func distance(values []float64, cdf func(float64) float64) float64 {
	d, n := 0.0, float64(len(values))
	for i := 0; i < len(values); {
		j := i + sort.Search(len(values)-i, func(k int) bool { return values[i+k] > values[i] })
		p := cdf(values[i])
		d = max(d, p-float64(i)/n, float64(j)/n-p)
		i = j
	}
	return d
}

// kolmogorov is the probability of a distance of at least d between a sample of n and its
// law: 2 Σ (-1)^(k-1) e^(-2k²t²) with t = d (√n + 0.12 + 0.11/√n). Source: M. A. Stephens,
// JRSS B 32, 1970. Where the law's parameters come from the same sample the true probability
// is smaller.
func kolmogorov(d, n float64) float64 {
	t := d * (math.Sqrt(n) + 0.12 + 0.11/math.Sqrt(n))
	if t < 0.2 {
		return 1
	}
	p, sign := 0.0, 1.0
	for k := 1.0; k <= 100; k++ {
		term := math.Exp(-2 * k * k * t * t)
		p += sign * term
		if sign = -sign; term < 1e-12 {
			break
		}
	}
	return min(1, max(0, 2*p))
}

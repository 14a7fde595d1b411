package fit

import (
	"math"
	"slices"
	"sort"

	"lbsim/workloads"
)

const (
	// A law is taken where its distribution function is that near the sample's, or where
	// chance would make the distance as great as often as that; a large sample refuses any
	// law for differences that nobody would notice.
	nearEnough, leastPValue = 0.02, 0.01
	// and where its median and its 99th percentile are that near the sample's.
	quantileTolerance = 0.05
	leastSample       = 50     // values, for a law to be fitted
	mostSample        = 50_000 // values that a law is fitted to
	atoms             = 200    // different values, at most, of a discrete law
	sameValue         = 1e-5   // relative
)

// Service is what is known of a class's service times.
type Service struct {
	Sample int     `json:"sample"` // times that the law rests on
	Mean   float64 `json:"mean_seconds"`
	CV     float64 `json:"cv"`
	Law    Law     `json:"law"`
	Others []Law   `json:"others"` // that were tried, the best by BIC first
	Why    string  `json:"why"`    // this law
}

// service finds the law of times in seconds. fineness is how finely they were written.
func service(values []float64, fineness float64) Service {
	s := newSample(positiveValues(values, fineness))
	out := Service{Sample: len(s.values), Mean: rounded(s.mean), CV: rounded(s.cv()), Others: []Law{}}
	if law, ok := discrete(s, fineness); ok {
		out.Law, out.Why = law, "the times have but a few values"
		return out
	}
	if len(s.values) < leastSample {
		out.Law, out.Why = empirical(s), "too few times for a law"
		return out
	}
	all := laws(s)
	for i, l := range all {
		if why, ok := l.fits(s); ok {
			out.Law, out.Why = l, why
			out.Others = slices.Concat(all[:i], all[i+1:])
			return out
		}
		if i == 1 {
			break // of worse ones none is asked
		}
	}
	out.Law, out.Others, out.Why = empirical(s), all, "no law comes near enough"
	return out
}

// fits reports whether the law may stand for the sample, and why.
func (l *Law) fits(s *sample) (why string, ok bool) {
	switch {
	case *l.PValue >= leastPValue:
		why = "the least BIC, and not refused by the sample"
	case *l.Distance <= nearEnough:
		why = "the least BIC, and nowhere further than 2 points from the sample, which is large enough to refuse it"
	default:
		return "", false
	}
	law := l.law()
	for _, p := range []float64{0.5, 0.99} {
		// The sample's own quantile is not known better than this.
		noise := 3 * math.Sqrt(p*(1-p)/s.n())
		low, high := s.quantile(max(0, p-noise)), s.quantile(min(1, p+noise))
		q := law.Quantile(p)
		if q < low*(1-quantileTolerance) || q > high*(1+quantileTolerance) {
			return "", false
		}
	}
	return why, true
}

// positiveValues spreads values evenly over the step that they were rounded to, where that
// is coarse enough to matter, so that laws without steps can be held against them; zeros over
// half a step. The spread is by rank among equal values: the same for the same values.
func positiveValues(values []float64, fineness float64) []float64 {
	slices.Sort(values)
	for i := 0; i < len(values); {
		j := i + sort.Search(len(values)-i, func(k int) bool { return values[i+k] > values[i] })
		low, high := max(0, values[i]-fineness/2), values[i]+fineness/2
		for k := i; k < j && fineness > 1e-6; k++ {
			values[k] = low + (high-low)*(float64(k-i)+0.5)/float64(j-i)
		}
		i = j
	}
	for i, x := range values {
		values[i] = max(x, 1e-9)
	}
	return values
}

// discrete finds laws of a few values: constant, bimodal and empirical.
func discrete(s *sample, fineness float64) (Law, bool) {
	var values, weights []float64
	for i := 0; i < len(s.values); {
		near := s.values[i] + max(s.values[i]*sameValue, 2*fineness)
		j := i + sort.Search(len(s.values)-i, func(k int) bool { return s.values[i+k] > near })
		sum := 0.0
		for _, x := range s.values[i:j] {
			sum += x
		}
		if len(values) == atoms {
			return Law{}, false
		}
		values, weights = append(values, sum/float64(j-i)), append(weights, float64(j-i)/s.n())
		i = j
	}
	if float64(len(values)) > s.n()/10 && len(values) > 1 {
		return Law{}, false // so few times that they happen to differ
	}
	for i := 1; i < len(values); i++ {
		if values[i]-values[i-1] < 5*fineness {
			return Law{}, false // steps of the clock, not of the times
		}
	}
	width := max(fineness, values[0]*sameValue)
	switch len(values) {
	case 1:
		mean := estimated("mean", values[0], width/2)
		return of(spec("constant", mean), mean)
	case 2:
		low, high := estimated("low", values[0], width/2), estimated("high", values[1], width/2)
		share := estimated("share", weights[1], math.Sqrt(weights[0]*weights[1]/s.n()))
		return of(spec("bimodal", low, high, share), low, high, share)
	}
	d := workloads.DistributionSpec{Dist: "empirical"}
	for i := range values {
		d.Values, d.Weights = append(d.Values, rounded(values[i])), append(d.Weights, rounded(weights[i]))
	}
	return of(d)
}

// of is a law without a density.
func of(d workloads.DistributionSpec, parameters ...Parameter) (Law, bool) {
	return candidate{spec: d, parameters: parameters}.judged(nil)
}

// empirical stands for a sample by the means of its parts: half a percent each up to the
// 99th percentile, then finer ones, so that its mean is the sample's and its tail is there.
func empirical(s *sample) Law {
	d := workloads.DistributionSpec{Dist: "empirical"}
	edges := []float64{0}
	for i := 1; i <= 198; i++ {
		edges = append(edges, float64(i)/200)
	}
	for i := 1; i <= 18; i++ {
		edges = append(edges, 0.99+float64(i)/2000)
	}
	for i := 1; i <= 10; i++ {
		edges = append(edges, 0.999+float64(i)/10_000)
	}
	for i := 1; i < len(edges); i++ {
		from, to := int(edges[i-1]*s.n()+0.5), int(edges[i]*s.n()+0.5)
		if from == to {
			continue
		}
		sum := 0.0
		for _, x := range s.values[from:to] {
			sum += x
		}
		d.Values, d.Weights = append(d.Values, rounded(sum/float64(to-from))), append(d.Weights, rounded(float64(to-from)/s.n()))
	}
	law, _ := of(d)
	return law
}

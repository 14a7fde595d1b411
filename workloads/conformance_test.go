package workloads_test

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"lbsim/random"
	"lbsim/workloads"
)

// draws is the size of the samples below. Their seeds are fixed, so a test passes
// always or never; limits of z = 5 standard errors are missed by one right law in
// 1.7 million.
const (
	draws = 1_000_000
	z     = 5
)

// quantiler is what an oracle must know.
type quantiler interface{ Quantile(p float64) float64 }

// law is a distribution and what is known of it independently.
type law struct {
	name     string
	law      workloads.Distribution
	mean, cv float64
	oracle   quantiler // nil where the test of the law itself must do
	discrete bool
}

// must returns v and panics on an error.
func must[V any](v V, err error) V {
	if err != nil {
		panic(err)
	}
	return v
}

// scaledGamma is gonum's law of the given mean and shape.
func scaledGamma(mean, shape float64) distuv.Gamma {
	return distuv.Gamma{Alpha: shape, Beta: shape / mean}
}

// lognormalOf is gonum's law of the given mean and CV.
func lognormalOf(mean, cv float64) distuv.LogNormal {
	variance := math.Log(1 + cv*cv)
	return distuv.LogNormal{Mu: math.Log(mean) - variance/2, Sigma: math.Sqrt(variance)}
}

// paretoOf inverts the distribution function of the bounded Pareto law.
type paretoOf struct{ alpha, low, high float64 }

func (d paretoOf) Quantile(p float64) float64 {
	return d.low * math.Pow(1-p*(1-math.Pow(d.low/d.high, d.alpha)), -1/d.alpha)
}

var laws = []law{
	{"constant", must(workloads.NewConstant(0.02)), 0.02, 0, nil, true},
	{"exponential", must(workloads.NewExponential(0.005)), 0.005, 1, distuv.Exponential{Rate: 200}, false},
	{"uniform", must(workloads.NewUniform(0, 2)), 1, 1 / math.Sqrt(3), distuv.Uniform{Max: 2}, false},
	{"uniform by cv", must(workloads.UniformByCV(3, 0.2)), 3, 0.2, distuv.Uniform{Min: 3 - 0.6*math.Sqrt(3), Max: 3 + 0.6*math.Sqrt(3)}, false},
	{"erlang 1", must(workloads.NewErlang(2, 1)), 2, 1, scaledGamma(2, 1), false},
	{"erlang 2", must(workloads.NewErlang(1, 2)), 1, math.Sqrt(0.5), scaledGamma(1, 2), false},
	{"erlang 3", must(workloads.ErlangByCV(1, 0.577)), 1, math.Sqrt(1.0 / 3), scaledGamma(1, 3), false},
	{"erlang 16", must(workloads.ErlangByCV(1, 0.25)), 1, 0.25, scaledGamma(1, 16), false},
	{"gamma", must(workloads.NewGamma(1, 1.5)), 1, 1 / math.Sqrt(1.5), scaledGamma(1, 1.5), false},
	{"gamma steady", must(workloads.GammaByCV(0.01, 0.1)), 0.01, 0.1, scaledGamma(0.01, 100), false},
	{"gamma bursty", must(workloads.GammaByCV(2, 2)), 2, 2, scaledGamma(2, 0.25), false},
	{"hyperexponential 1", must(workloads.HyperexponentialByCV(1, 1)), 1, 1, distuv.Exponential{Rate: 1}, false},
	{"hyperexponential 2", must(workloads.HyperexponentialByCV(1, 2)), 1, 2, nil, false},
	{"hyperexponential phases", must(workloads.NewHyperexponential([]workloads.Phase{{0.5, 1}, {0.3, 2}, {0.2, 7}})), 2.5, math.Sqrt(2*(0.5+1.2+9.8)/6.25 - 1), nil, false},
	{"lognormal", must(workloads.NewLognormal(0.09, 2)), 0.09, 2, lognormalOf(0.09, 2), false},
	{"lognormal narrow", must(workloads.NewLognormal(1, 0.05)), 1, 0.05, lognormalOf(1, 0.05), false},
	{"weibull 0.5", must(workloads.NewWeibull(1, 0.5)), 1, math.Sqrt(5), distuv.Weibull{K: 0.5, Lambda: 0.5}, false},
	{"weibull 2", must(workloads.NewWeibull(math.Sqrt(math.Pi)/2, 2)), math.Sqrt(math.Pi) / 2, math.Sqrt(4/math.Pi - 1), distuv.Weibull{K: 2, Lambda: 1}, false},
	{"weibull 1.7", must(workloads.NewWeibull(math.Gamma(1+1/1.7), 1.7)), math.Gamma(1 + 1/1.7), distuv.Weibull{K: 1.7, Lambda: 1}.StdDev() / math.Gamma(1+1/1.7), distuv.Weibull{K: 1.7, Lambda: 1}, false},
	{"weibull by cv", must(workloads.WeibullByCV(3, math.Sqrt(5))), 3, math.Sqrt(5), distuv.Weibull{K: 0.5, Lambda: 1.5}, false},
	// L=1, H=100, alpha=1.5: mean 3(1-1/10)/(1-1/1000) and second moment 3·(10-1)/(1-1/1000).
	{"pareto", must(workloads.NewPareto(1.5, 1, 100)), 2.7 / 0.999, math.Sqrt(27/0.999/(2.7/0.999*2.7/0.999) - 1), paretoOf{1.5, 1, 100}, false},
	// alpha=1: mean ln(H/L)/(1/L-1/H), second moment (H-L)/(1/L-1/H) = LH.
	{"pareto alpha 1", must(workloads.NewPareto(1, 2, 50)), math.Log(25) / 0.48, math.Sqrt(100*0.48*0.48/math.Log(25)/math.Log(25) - 1), paretoOf{1, 2, 50}, false},
	{"pareto by ratio", must(workloads.ParetoByRatio(2.7/0.999, 1.5, 100)), 2.7 / 0.999, math.Sqrt(27/0.999/(2.7/0.999*2.7/0.999) - 1), paretoOf{1.5, 1, 100}, false},
	{"bimodal", must(workloads.NewBimodal(1, 11, 0.1)), 2, 1.5, nil, true},
	{"bimodal by cv", must(workloads.BimodalByCV(2, 1.5, 0.1)), 2, 1.5, nil, true},
	{"bimodal by ratio", must(workloads.BimodalByRatio(2, 11, 0.1)), 2, 1.5, nil, true},
	{"empirical", must(workloads.NewEmpirical([]float64{4, 1, 2, 1}, nil)), 2, math.Sqrt(1.5) / 2, nil, true},
	{"empirical weighted", must(workloads.NewEmpirical([]float64{3, 1, 9}, []float64{2, 7, 1})), 2.2, math.Sqrt(18+7+81*1-10*2.2*2.2) / math.Sqrt(10) / 2.2, nil, true},
}

// stream returns the fixed stream of a test.
func stream(name string) *random.Source {
	s := random.New(1, name, 0)
	return &s
}

// checkClose fails unless got is within tolerance of want, relative to it.
func checkClose(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Abs(want)) && got != want {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

func TestDistributions(t *testing.T) {
	for _, l := range laws {
		t.Run(l.name, func(t *testing.T) {
			checkClose(t, "Mean", l.law.Mean(), l.mean, 1e-12)
			checkClose(t, "CV", l.law.CV(), l.cv, 1e-7)
			checkQuantiles(t, l)
			checkIntegrals(t, l)
			sample := make([]float64, draws)
			src := stream(l.name)
			for i := range sample {
				sample[i] = l.law.Sample(src)
			}
			checkMoments(t, l, sample)
			slices.Sort(sample)
			checkLaw(t, l, sample)
			src = stream(l.name)
			if n := testing.AllocsPerRun(1000, func() { l.law.Sample(src) }); n != 0 {
				t.Errorf("Sample allocates %v times", n)
			}
		})
	}
}

// checkQuantiles compares with the oracle and checks that quantiles rise.
func checkQuantiles(t *testing.T, l law) {
	t.Helper()
	last := 0.0
	for _, p := range []float64{0, 1e-6, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1 - 1e-6} {
		q := l.law.Quantile(p)
		if q < last || math.IsNaN(q) || math.IsInf(q, 0) {
			t.Errorf("the %v-quantile %v is below the one before, %v", p, q, last)
		}
		last = q
		if l.oracle != nil && p > 0 {
			// gonum's own gamma quantile is good to about 1e-8, and to 1e-9 of the mean.
			if want := l.oracle.Quantile(p); math.Abs(q-want) > 1e-7*want+1e-9*l.mean {
				t.Errorf("the %v-quantile is %v, want %v", p, q, want)
			}
		}
	}
}

// checkIntegrals compares mean and CV with integrals of the quantile function by
// the midpoint rule over p = 1 - (1-u)^3, which takes the upper tail slowly. A
// discrete law jumps, which costs the rule the size of a step.
func checkIntegrals(t *testing.T, l law) {
	t.Helper()
	const steps = 20_000
	mean, square := 0.0, 0.0
	for i := range steps {
		u := (float64(i) + 0.5) / steps
		weight := 3 * (1 - u) * (1 - u) / steps
		p := 1 - (1-u)*(1-u)*(1-u)
		q := l.law.Quantile(p)
		mean += weight * q
		square += weight * q * q
	}
	checkClose(t, "the quantiles' integral", mean, l.mean, 2e-3)
	checkClose(t, "their squares' integral", square, l.mean*l.mean*(1+l.cv*l.cv), 5e-3)
}

// checkMoments compares the sample's mean and variance with the law's. The
// variance's standard error takes the fourth moment, estimated from the sample; it
// is not checked where cv > 1.6, as the estimate is then itself in doubt.
func checkMoments(t *testing.T, l law, sample []float64) {
	t.Helper()
	n := float64(len(sample))
	mean, variance, fourth := 0.0, 0.0, 0.0
	for _, x := range sample {
		mean += x / n
		d := (x - l.mean) * (x - l.mean)
		variance += d / n
		fourth += d * d / n
	}
	deviation := l.cv * l.mean
	if limit := z*deviation/math.Sqrt(n) + 1e-10*l.mean; math.Abs(mean-l.mean) > limit {
		t.Errorf("the sample's mean is %v, want %v ± %v", mean, l.mean, limit)
	}
	if l.cv > 1.6 {
		return
	}
	want := deviation * deviation
	if limit := z*math.Sqrt(max(0, fourth-variance*variance)/n) + 1e-12*l.mean*l.mean; math.Abs(variance-want) > limit {
		t.Errorf("the sample's variance is %v, want %v ± %v", variance, want, limit)
	}
}

// checkLaw compares the sample's distribution function with the quantiles: a share
// p of draws lies at or below the p-quantile, to within z √(p(1-p)/n). Over a fine
// grid of p this is the Kolmogorov-Smirnov test, whose statistic exceeds 2.7/√n
// with probability 1e-6.
func checkLaw(t *testing.T, l law, sorted []float64) {
	t.Helper()
	n := float64(len(sorted))
	share := func(q float64) float64 {
		i, _ := slices.BinarySearch(sorted, math.Nextafter(q, math.Inf(1)))
		return float64(i) / n
	}
	if l.discrete {
		checkDiscreteLaw(t, l, share)
		return
	}
	worst := 0.0
	for i := 1; i < 2000; i++ {
		p := float64(i) / 2000
		worst = max(worst, math.Abs(share(l.law.Quantile(p))-p))
	}
	if limit := 2.7 / math.Sqrt(n); worst > limit {
		t.Errorf("the distribution function is off by %v, more than %v", worst, limit)
	}
	for _, p := range []float64{1e-3, 0.99, 0.999, 0.9999} {
		if got, limit := share(l.law.Quantile(p)), z*math.Sqrt(p*(1-p)/n); math.Abs(got-p) > limit {
			t.Errorf("a share of %v is at or below the %v-quantile, want it to ± %v", got, p, limit)
		}
	}
}

// checkDiscreteLaw checks the p-quantile of a law of steps: at least p of all draws
// are at or below it, at most p are below.
func checkDiscreteLaw(t *testing.T, l law, share func(float64) float64) {
	t.Helper()
	for i := 1; i < 200; i++ {
		p := float64(i) / 200
		q, limit := l.law.Quantile(p), z*math.Sqrt(p*(1-p)/draws)
		if upTo, below := share(q), share(math.Nextafter(q, -1)); upTo < p-limit || below > p+limit {
			t.Errorf("the %v-quantile %v has %v of the draws at or below and %v below", p, q, upTo, below)
		}
	}
}

func TestDistributionsDrawAlikeFromAlikeStreams(t *testing.T) {
	for _, l := range laws {
		a, b := stream(l.name), stream(l.name)
		for range 1000 {
			if x, y := l.law.Sample(a), l.law.Sample(b); x != y {
				t.Fatalf("%s: %v and %v from one seed", l.name, x, y)
			}
		}
	}
}

// Many draws at once are the same numbers as one by one, and leave the stream where
// those do.
func TestSamplesAreManyTimesSample(t *testing.T) {
	for _, l := range laws {
		a, b := stream(l.name), stream(l.name)
		for range 40 {
			block := make([]float64, 64)
			workloads.Samples(l.law, a, block)
			for i, got := range block {
				if want := l.law.Sample(b); got != want {
					t.Fatalf("%s: draw %d of a block is %v, alone %v", l.name, i, got, want)
				}
			}
		}
		if *a != *b {
			t.Errorf("%s: the streams have come apart", l.name)
		}
		block := make([]float64, 64)
		if n := testing.AllocsPerRun(100, func() { workloads.Samples(l.law, a, block) }); n != 0 {
			t.Errorf("%s: a block allocates %v times", l.name, n)
		}
	}
}

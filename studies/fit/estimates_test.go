package fit

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"

	"lbsim/random"
	"lbsim/workloads"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestDigammaAndTrigamma(t *testing.T) {
	for _, x := range []float64{0.01, 0.5, 1, 2.5, 7.9, 8, 100, 1e5} {
		near(t, "ψ", digamma(x), mathext.Digamma(x), 1e-10*math.Abs(mathext.Digamma(x))+1e-12)
		near(t, "ψ'", trigamma(x), mathext.Zeta(2, x), 1e-10*mathext.Zeta(2, x))
	}
}

// Rosenbrock's valley has its minimum at (1, 1).
func TestMinimize(t *testing.T) {
	valley := func(x []float64) float64 { return 100*math.Pow(x[1]-x[0]*x[0], 2) + math.Pow(1-x[0], 2) }
	x, y := minimize(valley, []float64{-1.2, 1}, 1e-14, 2000)
	near(t, "x", x[0], 1, 1e-5)
	near(t, "y", x[1], 1, 1e-5)
	near(t, "value", y, 0, 1e-10)
}

// The error of a mean is σ/√n and that of a standard deviation σ/√2n: of a normal sample the
// observed information says so.
func TestStandardErrors(t *testing.T) {
	const n, sigma = 400.0, 2.0
	negative := func(x []float64) float64 { // of a sample with mean 5 and variance 4
		return n*math.Log(x[1]) + n*(sigma*sigma+(5-x[0])*(5-x[0]))/(2*x[1]*x[1])
	}
	errors := standardErrors(negative, []float64{5, sigma})
	near(t, "of the mean", errors[0], sigma/math.Sqrt(n), 1e-4)
	near(t, "of the deviation", errors[1], sigma/math.Sqrt(2*n), 1e-4)
	if e := standardErrors(func(x []float64) float64 { return x[0] * x[0] }, []float64{0, 1}); !math.IsNaN(e[1]) {
		t.Errorf("what the likelihood says nothing about has the error %v", e[1])
	}
}

// Kolmogorov's law: the critical values of tables, 1.358/√n at 5% and 1.628/√n at 1%.
func TestKolmogorov(t *testing.T) {
	near(t, "5%", kolmogorov(1.3581/math.Sqrt(1e8), 1e8), 0.05, 1e-4)
	near(t, "1%", kolmogorov(1.6276/math.Sqrt(1e8), 1e8), 0.01, 1e-4)
	near(t, "none", kolmogorov(0, 100), 1, 0)
	near(t, "distance", distance([]float64{0.1, 0.5, 0.5, 0.9}, func(x float64) float64 { return x }), 0.25, 1e-12)
}

// The densities and distribution functions of the laws are gonum's.
func TestLawsAgree(t *testing.T) {
	src := random.New(1, "law", 0)
	values := make([]float64, 2000)
	g, err := workloads.NewGamma(1, 2)
	if err != nil {
		t.Fatal(err)
	}
	workloads.Samples(g, &src, values)
	s := newSample(values)
	for _, c := range []struct {
		fit func(*sample) (candidate, bool)
		law func([]Parameter) distuv.LogProber
	}{
		{exponential, func(p []Parameter) distuv.LogProber { return distuv.Exponential{Rate: 1 / p[0].Value} }},
		{gamma, func(p []Parameter) distuv.LogProber {
			return distuv.Gamma{Alpha: p[1].Value, Beta: p[1].Value / p[0].Value}
		}},
		{erlang, func(p []Parameter) distuv.LogProber {
			return distuv.Gamma{Alpha: p[1].Value, Beta: p[1].Value / p[0].Value}
		}},
		{weibull, func(p []Parameter) distuv.LogProber {
			return distuv.Weibull{K: p[1].Value, Lambda: p[0].Value / math.Gamma(1+1/p[1].Value)}
		}},
		{lognormal, func(p []Parameter) distuv.LogProber {
			v := math.Log1p(p[1].Value * p[1].Value)
			return distuv.LogNormal{Mu: math.Log(p[0].Value) - v/2, Sigma: math.Sqrt(v)}
		}},
	} {
		candidate, ok := c.fit(s)
		if !ok {
			t.Fatalf("%+v is no fit", candidate)
		}
		law := c.law(candidate.parameters)
		sum := 0.0
		for _, x := range s.values {
			sum += law.LogProb(x)
		}
		near(t, candidate.spec.Dist+"'s likelihood", candidate.likelihood, sum, 1e-4*math.Abs(sum))
		for _, x := range []float64{0.1, 1, 3} {
			near(t, candidate.spec.Dist+"'s distribution function", candidate.cdf(x), law.(interface{ CDF(float64) float64 }).CDF(x), 1e-4)
		}
	}
}

// The likelihood of two phases with one rate is that of a Poisson process, and of a phase
// that never ends that of its rate.
func TestBurstsLikelihood(t *testing.T) {
	blocks := []block{{gaps: []float64{0.1, 0.3, 0.02, 0.5}}, {gaps: []float64{0.2}}}
	want := 5*math.Log(4) - 4*1.12
	near(t, "one rate", phases{[2]float64{4, 4}, [2]float64{1, 3}}.likelihood(blocks), want, 1e-9)
	near(t, "one phase", phases{[2]float64{4, 1e-9}, [2]float64{1e12, 1e-6}}.likelihood(blocks), want, 1e-6)
}

// A sample that no law comes near is empirical, and what stands for it has its mean and its
// quantiles.
func TestEmpirical(t *testing.T) {
	src := random.New(1, "modes", 0)
	values := make([]float64, 30_000)
	for i := range values {
		values[i] = 0.01 * (1 + float64(i%3)*4) * (0.9 + 0.2*src.Float64())
	}
	s := newSample(append([]float64(nil), values...))
	fitted := service(values, 0)
	if fitted.Law.Dist != "empirical" || fitted.Why != "no law comes near enough" || len(fitted.Others) < 4 {
		t.Fatalf("%+v", fitted)
	}
	law := fitted.Law.law()
	near(t, "mean", law.Mean(), s.mean, 1e-5*s.mean)
	for _, p := range []float64{0.1, 0.5, 0.9, 0.99, 0.999} {
		near(t, "quantile", law.Quantile(p), s.quantile(p), 0.01*s.quantile(p))
	}
}

// Few times are taken as they are.
func TestFewTimes(t *testing.T) {
	fitted := service([]float64{0.01, 0.02, 0.03, 0.01, 0.05}, 0)
	if fitted.Law.Dist != "empirical" || !strings.Contains(fitted.Why, "too few") {
		t.Errorf("%+v", fitted)
	}
}

// Different hashes are counted exactly while they are few and then to within some 1/√keep.
func TestDistinct(t *testing.T) {
	src := random.New(1, "clients", 0)
	d := distinct{keep: 1000}
	for i := range 100_000 {
		hash := src.Uint64()
		d.add(hash)
		d.add(hash)
		if i+1 == 900 {
			near(t, "few", d.count(), 900, 0)
		}
	}
	near(t, "many", d.count(), 100_000, 4*100_000/math.Sqrt(1000))
}

// Counts grow coarser and lose nothing.
func TestCountsGrowCoarser(t *testing.T) {
	c := newCounts(0, 1)
	for i := range int64(100_000) {
		c.add(i * 1e7)
	}
	near(t, "all", total(c.n), 100_000, 0)
	if len(c.n) > mostCounts || c.width < 1e7 {
		t.Errorf("%d counts of %d ns", len(c.n), c.width)
	}
	n, width := c.whole(1000, 20)
	near(t, "a count", n[0], width*100, 1)
}

// Of a long log blocks from all parts are kept.
func TestGapsAreThinned(t *testing.T) {
	var g gaps
	for i := range int64(2_000_000) {
		g.add(i * 1000)
	}
	last := g.blocks[len(g.blocks)-1]
	if len(g.blocks) > mostBlocks || len(g.blocks) < mostBlocks/2-1 || last.began < 1.7 {
		t.Errorf("%d blocks, the last from %v s on", len(g.blocks), last.began)
	}
	for _, b := range g.blocks[:len(g.blocks)-1] {
		near(t, "a block", total(b.gaps), blockSize*1e-6, 1e-9)
	}
}

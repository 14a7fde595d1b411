package workloads_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"lbsim/clock"
	"lbsim/random"
	"lbsim/workloads"
)

// unsteady are Poisson processes with the integral of their rate from 0 to t.
var unsteady = []struct {
	name     string
	process  func() workloads.Process
	integral func(t float64) float64
}{
	{"poisson", func() workloads.Process { return must(workloads.NewPoisson(250)) },
		func(t float64) float64 { return 250 * t }},
	{"one step", func() workloads.Process { return must(workloads.NewSteps([]workloads.Step{{0, 100}})) },
		func(t float64) float64 { return 100 * t }},
	{"steps", func() workloads.Process {
		return must(workloads.NewSteps([]workloads.Step{{0, 100}, {20, 300}, {40, 0}, {45, 1}, {2000, 400}}))
	}, func(t float64) float64 {
		return 100*min(t, 20) + 300*clamp(t-20, 20) + clamp(t-45, 1955) + 400*max(0, t-2000)
	}},
	{"ramp up", func() workloads.Process { return must(workloads.NewRamp(10, 1000, 5, 60)) },
		func(t float64) float64 {
			x := clamp(t-5, 60)
			return 10*min(t, 5) + 10*x + 990.0/120*x*x + 1000*max(0, t-65)
		}},
	{"ramp from nothing", func() workloads.Process { return must(workloads.NewRamp(0, 100, 3, 1000)) },
		func(t float64) float64 {
			x := clamp(t-3, 1000)
			return 0.05*x*x + 100*max(0, t-1003)
		}},
	{"ramp down", func() workloads.Process { return must(workloads.NewRamp(1000, 50, 10, 30)) },
		func(t float64) float64 {
			x := clamp(t-10, 30)
			return 1000*min(t, 10) + 1000*x - 950.0/60*x*x + 50*max(0, t-40)
		}},
	{"diurnal", func() workloads.Process { return must(workloads.NewDiurnal(100, 0.5, 60, 0)) },
		func(t float64) float64 { return swing(t, 100, 0.5, 60, 0) }},
	{"diurnal in full", func() workloads.Process { return must(workloads.NewDiurnal(1000, 1, 7, 2)) },
		func(t float64) float64 { return swing(t, 1000, 1, 7, 2) }},
}

// clamp returns x within [0, high].
func clamp(x, high float64) float64 { return min(max(0, x), high) }

// swing integrates base (1 + a sin(2π t/period + phase)).
func swing(t, base, a, period, phase float64) float64 {
	w := 2 * math.Pi / period
	return base * (t + a*(math.Cos(phase)-math.Cos(w*t+phase))/w)
}

// Seen in the time of its own rate's integral, every Poisson process has
// independent exponential gaps of mean 1. The Kolmogorov-Smirnov statistic of n
// of them exceeds 2.7/√n with probability 1e-6; the correlation of neighbours,
// mean of (x-1)(y-1), has standard error 1/√n.
func TestPoissonProcessesFollowTheirRates(t *testing.T) {
	const n = 300_000
	for _, tc := range unsteady {
		t.Run(tc.name, func(t *testing.T) {
			p, src := tc.process(), stream(tc.name)
			gaps, last, lastAt := make([]float64, n), 0.0, clock.Time(0)
			for i := range gaps {
				at, ok := p.Next(src)
				if !ok || at < lastAt {
					t.Fatalf("arrival %d: %v, %v after %v", i, at, ok, lastAt)
				}
				lastAt = at
				now := tc.integral(at.Seconds())
				gaps[i], last = now-last, now
			}
			correlation := 0.0
			for i := range n - 1 {
				correlation += (gaps[i] - 1) * (gaps[i+1] - 1) / n
			}
			if limit := z / math.Sqrt(n); math.Abs(correlation) > limit {
				t.Errorf("neighbouring gaps have correlation %v, more than %v", correlation, limit)
			}
			slices.Sort(gaps)
			worst := 0.0
			for i, g := range gaps {
				p := -math.Expm1(-g)
				worst = max(worst, p-float64(i)/n, float64(i+1)/n-p)
			}
			if limit := 2.7 / math.Sqrt(n); worst > limit {
				t.Errorf("the gaps' distribution function is off by %v, more than %v", worst, limit)
			}
		})
	}
}

// counts returns the numbers of arrivals in [0, t) of n fresh processes.
func counts(name string, n int, t float64, fresh func() workloads.Process) []float64 {
	family := random.NewIndex(1, name, 0)
	out := make([]float64, n)
	for i := range out {
		p, src := fresh(), family.At(uint64(i), 0)
		for {
			at, ok := p.Next(&src)
			if !ok || at.Seconds() >= t {
				break
			}
			out[i]++
		}
	}
	return out
}

// checkCounts compares mean and variance of counts, with standard errors from the
// variance wanted and from the sample's fourth moment.
func checkCounts(t *testing.T, xs []float64, mean, variance, slack float64) {
	t.Helper()
	n := float64(len(xs))
	m, v, fourth := 0.0, 0.0, 0.0
	for _, x := range xs {
		m += x / n
		d := (x - mean) * (x - mean)
		v += d / n
		fourth += d * d / n
	}
	if limit := z*math.Sqrt(variance/n) + slack*mean; math.Abs(m-mean) > limit {
		t.Errorf("mean count %v, want %v ± %v", m, mean, limit)
	}
	if limit := z*math.Sqrt((fourth-v*v)/n) + slack*variance; math.Abs(v-variance) > limit {
		t.Errorf("variance of counts %v, want %v ± %v", v, variance, limit)
	}
}

// The published values are the integral of the rate, 100(1 + 0.5 sin(2πt/60)).
func TestDiurnalCountsHaveTheirKnownMeanAndVariance(t *testing.T) {
	for at, want := range map[float64]float64{75: 7977.464829, 90: 9954.929659} {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			xs := counts("nhpp", 1000, at, func() workloads.Process { return must(workloads.NewDiurnal(100, 0.5, 60, 0)) })
			checkCounts(t, xs, want, want, 0)
		})
	}
}

// For an MMPP(2) started by its stationary law, with d = r1+r2,
//
//	Var N(t) / E N(t) = 1 + A (1 - (1-e^(-dt))/(dt)),  A = 2 r1 r2 (λ1-λ2)² / (d² (λ1 r2 + λ2 r1))
//
// (Fischer & Meier-Hellstern 1993, section 3).
func TestBurstCountsHaveTheirKnownMeanAndVariance(t *testing.T) {
	tests := []struct{ l1, l2, r1, r2, t float64 }{
		{1.4, 0.2, 0.05, 0.05, 1},
		{1.4, 0.2, 0.05, 0.05, 30},
		{20, 0, 1, 0.25, 2},
		{10, 3, 2, 5, 10},
	}
	for _, tc := range tests {
		t.Run(fmt.Sprint(tc), func(t *testing.T) {
			d := tc.r1 + tc.r2
			rate := (tc.l1*tc.r2 + tc.l2*tc.r1) / d
			a := 2 * tc.r1 * tc.r2 * (tc.l1 - tc.l2) * (tc.l1 - tc.l2) / (d * d * (tc.l1*tc.r2 + tc.l2*tc.r1))
			dispersion := 1 + a*(1-(1-math.Exp(-d*tc.t))/(d*tc.t))
			fresh := func() workloads.Process {
				b := must(workloads.NewBursts([]workloads.BurstPhase{{tc.l1, 1 / tc.r1}, {tc.l2, 1 / tc.r2}}))
				checkClose(t, "MeanRate", b.MeanRate(), rate, 1e-12)
				return b
			}
			checkCounts(t, counts("mmpp", 20_000, tc.t, fresh), rate*tc.t, rate*tc.t*dispersion, 0)
		})
	}
}

// Three phases in turn visit each for its share of the time.
func TestBurstsOfThreePhasesKeepTheMeanRate(t *testing.T) {
	b := must(workloads.NewBursts([]workloads.BurstPhase{{100, 1}, {10, 2}, {0, 5}}))
	checkClose(t, "MeanRate", b.MeanRate(), 15, 1e-12)
	src, n := stream("three phases"), 1_500_000
	var last clock.Time
	for range n {
		last, _ = b.Next(src)
	}
	// Some 12,500 cycles; the arrivals of one have mean 120 and a standard deviation
	// of about √(100² + 20² + 120), its length of √(1 + 4 + 25): the rate's relative
	// error is below √((105/120)² + (5.5/8)²) / √12500 = 1%; five of it are:
	checkClose(t, "rate", float64(n)/last.Seconds(), 15, 0.05)
}

// A renewal process whose gaps have CV c has Var N(t)/E N(t) = c² in the long run.
// At 400 arrivals a window the difference is of the order of 1/400 of a count: 2%
// is allowed for it.
func TestRenewalCountsHaveTheirKnownMeanAndVariance(t *testing.T) {
	for _, cv := range []float64{0.3, 1, 1.7} {
		for _, law := range []string{"gamma", "hyperexponential"} {
			if law == "hyperexponential" && cv < 1 {
				continue
			}
			t.Run(fmt.Sprintf("%s cv=%v", law, cv), func(t *testing.T) {
				rate := 50.0
				spec := workloads.ArrivalSpec{Process: "renewal", Interval: workloads.DistributionSpec{Dist: law, CV: &cv}}
				fresh := func() workloads.Process {
					p := must(spec.Build(&rate))
					checkClose(t, "MeanRate", p.MeanRate(), rate, 1e-12)
					return p
				}
				// The first gap is a whole one, so E N = t/m + (c²-1)/2.
				mean := 400 + (cv*cv-1)/2
				checkCounts(t, counts(t.Name(), 3000, 8, fresh), mean, 400*cv*cv, 0.02)
			})
		}
	}
}

func TestRegularArrivalsNeverDrift(t *testing.T) {
	for _, rate := range []float64{3, 300_000, 7e8} {
		p := must(workloads.NewRegular(rate))
		for n := 1; n <= 1_000_000; n++ {
			at, ok := p.Next(nil)
			if want := float64(n) / rate * 1e9; !ok || math.Abs(float64(at)-want) > 1 {
				t.Fatalf("rate %v: arrival %d at %d ns, want %v", rate, n, int64(at), want)
			}
		}
	}
}

// Rounding each gap to the nanosecond would make these rates wrong by percents.
func TestRatesAreUnbiasedAtNanosecondGaps(t *testing.T) {
	const n = 1_000_000
	for _, rate := range []float64{1e8, 7e8, 3e9} {
		p, src := must(workloads.NewPoisson(rate)), stream("nanoseconds")
		var last clock.Time
		for range n {
			last, _ = p.Next(src)
		}
		checkClose(t, "rate", n/last.Seconds(), rate, z/math.Sqrt(n))
	}
}

func TestProcessesEnd(t *testing.T) {
	never := map[string]workloads.Process{
		"once in ten thousand years": must(workloads.NewPoisson(1e-20)),
		"a last step of 0":           must(workloads.NewSteps([]workloads.Step{{0, 10}, {5, 0}})),
		"a ramp to 0":                must(workloads.NewRamp(10, 0, 0, 5)),
		"regular":                    must(workloads.NewRegular(1e-20)),
	}
	for name, p := range never {
		src, last := stream(name), clock.Time(0)
		for {
			at, ok := p.Next(src)
			if !ok {
				break
			}
			if at < last || at > clock.FromSeconds(5) {
				t.Fatalf("%s: an arrival at %v after %v", name, at, last)
			}
			last = at
		}
		if _, ok := p.Next(src); ok {
			t.Errorf("%s: an arrival after the end", name)
		}
	}
}

// processes are one of each kind, for what holds for all.
func processes() map[string]workloads.Arrivals {
	gap := must(workloads.GammaByCV(0.01, 1.5))
	return map[string]workloads.Arrivals{
		"poisson":  must(workloads.NewPoisson(100)),
		"constant": must(workloads.NewRegular(100)),
		"renewal":  must(workloads.NewRenewal(gap)),
		"bursts":   must(workloads.NewBursts([]workloads.BurstPhase{{150, 1}, {50, 1}})),
		"steps":    must(workloads.NewSteps([]workloads.Step{{0, 100}, {1, 300}})),
		"ramp":     must(workloads.NewRamp(50, 500, 1, 20)),
		"diurnal":  must(workloads.NewDiurnal(100, 0.7, 5, 1)),
		"trace":    must(longTrace().Replay(0)),
	}
}

func TestProcessesSayWhetherTheyAreStationary(t *testing.T) {
	stationary := map[string]bool{"poisson": true, "constant": true, "renewal": true, "bursts": true}
	for name, p := range processes() {
		if p.Stationary() != stationary[name] {
			t.Errorf("%s: Stationary() = %v", name, p.Stationary())
		}
		if stationary[name] && math.Abs(p.MeanRate()-100) > 1e-9 {
			t.Errorf("%s: MeanRate() = %v, want 100", name, p.MeanRate())
		}
	}
}

func TestProcessesRepeatAndDoNotAllocate(t *testing.T) {
	again := processes()
	for name, p := range processes() {
		a, b, last := stream(name), stream(name), clock.Time(0)
		for range 5000 {
			at, ok := p.Next(a)
			if other, _ := again[name].Next(b); at != other || at < last || !ok {
				t.Fatalf("%s: %v, then %v and %v from one seed", name, last, at, other)
			}
			last = at
		}
		if n := testing.AllocsPerRun(1000, func() { p.Next(a) }); n != 0 {
			t.Errorf("%s: Next allocates %v times", name, n)
		}
	}
}

// Many instants at once are the same as one by one, to the end and beyond it.
func TestInstantsAreManyTimesNext(t *testing.T) {
	again := processes()
	again["steps that end"] = must(workloads.NewSteps([]workloads.Step{{0, 1000}, {0.5, 0}}))
	for name, p := range processes() {
		checkInstants(t, name, p, again[name])
	}
	checkInstants(t, "steps that end", must(workloads.NewSteps([]workloads.Step{{0, 1000}, {0.5, 0}})), again["steps that end"])
}

func checkInstants(t *testing.T, name string, p, again workloads.Process) {
	t.Helper()
	a, b := stream(name), stream(name)
	block := make([]clock.Time, 64)
	for range 40 {
		workloads.Instants(p, a, block)
		for i, got := range block {
			want, ok := again.Next(b)
			if !ok {
				want = clock.Never
			}
			if got != want {
				t.Fatalf("%s: instant %d of a block is %v, alone %v", name, i, got, want)
			}
		}
	}
	if *a != *b {
		t.Errorf("%s: the streams have come apart", name)
	}
	if n := testing.AllocsPerRun(100, func() { workloads.Instants(p, a, block) }); n != 0 {
		t.Errorf("%s: a block allocates %v times", name, n)
	}
}

package theory

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func close(got, want, relative float64) bool {
	return math.Abs(got-want) <= relative*math.Max(math.Abs(got), math.Abs(want))
}

// The oracle is Erlang's own formula, summed term by term.
func TestErlangBAgreesWithTheSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.IntRange(0, 60).Draw(t, "c")
		a := rapid.Float64Range(0.01, 80).Draw(t, "a")
		term, sum := 1.0, 1.0
		for k := 1; k <= c; k++ {
			term *= a / float64(k)
			sum += term
		}
		if got := ErlangB(c, a); !close(got, term/sum, 1e-12) {
			t.Fatalf("B(%d, %v) = %v, want %v", c, a, got, term/sum)
		}
	})
}

func TestErlangOutsideTheRange(t *testing.T) {
	for _, got := range []float64{ErlangB(-1, 1), ErlangB(1, -1), ErlangB(1, math.NaN()), ErlangC(0, 0), ErlangC(2, -1)} {
		if !math.IsNaN(got) {
			t.Errorf("got %v, want NaN", got)
		}
	}
	if ErlangC(3, 3) != 1 || ErlangB(1_000_000, 990_000) > 0.001 {
		t.Error("a full station waits always; a million servers lose little")
	}
}

func TestUnstableStationsHaveNoSteadyState(t *testing.T) {
	for name, got := range map[string]float64{
		"M/M/1 mean":     MM1{Lambda: 2, Mu: 1}.MeanResponse(),
		"M/M/1 p99":      MM1{Lambda: 1, Mu: 1}.ResponseQuantile(0.99),
		"M/M/2 mean":     MMC{C: 2, Lambda: 2, Mu: 1}.MeanResponse(),
		"M/M/2 p99":      MMC{C: 2, Lambda: 3, Mu: 1}.ResponseQuantile(0.99),
		"M/G/1 mean":     MG1{Lambda: 1, Service: Deterministic{1}}.MeanResponse(),
		"M/G/1 p99":      MG1{Lambda: 1, Service: Lognormal{Mean: 1, CV2: 1}}.ResponseQuantile(0.99),
		"M/D/2 mean":     MDC{C: 2, Lambda: 2, Service: 1}.MeanResponse(),
		"M/D/2 p99":      MDC{C: 2, Lambda: 2, Service: 1}.ResponseQuantile(0.99),
		"D/M/1 mean":     GIM1{Arrivals: ConstantArrivals(1), Mu: 1}.MeanResponse(),
		"M/G/1-PS mean":  SharedServer{Lambda: 1, Mean: 1}.MeanResponse(),
		"M/M/1-PS p99":   SharedServer{Lambda: 1, Mean: 1}.ExponentialQuantile(0.99),
		"split mean":     RandomSplit{Lambda: 3, Mu: []float64{2, 1}}.MeanResponse(),
		"split quantile": RandomSplit{Lambda: 3, Mu: []float64{2, 1}}.ResponseQuantile(0.5),
		"cluster mean":   Cluster{Lambda: 2, Mu: []float64{1, 1}, Join: JoinShortest, Spread: 9}.Solve().MeanResponse,
		"MMPP/M/1":       MMPP2{Rate: [2]float64{1.5, 0.5}, Switch: [2]float64{1, 1}, Mu: 1}.MeanNumber(),
	} {
		if !math.IsInf(got, 1) {
			t.Errorf("%s: got %v, want +Inf", name, got)
		}
	}
}

// All quantiles invert their tails: where two models are one system, they agree.
func TestModelsMeetWhereTheyAreOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rho := rapid.Float64Range(0.05, 0.95).Draw(t, "rho")
		q := rapid.Float64Range(0.01, 0.999).Draw(t, "q")
		one := MM1{Lambda: rho, Mu: 1}
		exponential := MG1{Lambda: rho, Service: ExponentialLaw(1)}
		renewal := GIM1{Arrivals: GammaArrivals(rho, 1), Mu: 1}
		for _, c := range []struct {
			name      string
			got, want float64
		}{
			{"M/M/c mean", MMC{C: 1, Lambda: rho, Mu: 1}.MeanResponse(), one.MeanResponse()},
			{"M/M/c quantile", MMC{C: 1, Lambda: rho, Mu: 1}.ResponseQuantile(q), one.ResponseQuantile(q)},
			{"M/G/1 mean", exponential.MeanResponse(), one.MeanResponse()},
			{"M/G/1 quantile", exponential.ResponseQuantile(q), one.ResponseQuantile(q)},
			{"GI/M/1 root", renewal.Sigma(), rho},
			{"GI/M/1 quantile", renewal.ResponseQuantile(q), one.ResponseQuantile(q)},
			{"mean field of one choice", MeanField{D: 1, Rho: rho, Mu: 1}.MeanResponse(), one.MeanResponse()},
			{"its quantile", MeanField{D: 1, Rho: rho, Mu: 1}.ResponseQuantile(q), one.ResponseQuantile(q)},
			{"a large room", MMCK{C: 2, K: 1500, Lambda: 2 * rho, Mu: 1}.MeanResponse(), MMC{C: 2, Lambda: 2 * rho, Mu: 1}.MeanResponse()},
			{"a split in one", RandomSplit{Lambda: rho, Mu: []float64{1}}.ResponseQuantile(q), one.ResponseQuantile(q)},
			{"bursts of one rate", MMPP2{Rate: [2]float64{rho, rho}, Switch: [2]float64{0.3, 0.7}, Mu: 1}.MeanNumber(), one.MeanNumber()},
			{"sharing's mean", SharedServer{Lambda: rho, Mean: 1}.MeanResponse(), one.MeanResponse()},
		} {
			if !close(c.got, c.want, 1e-8) {
				t.Fatalf("%s: got %v, want %v", c.name, c.got, c.want)
			}
		}
	})
}

// The grid, made for laws without a transform, agrees with the exact chain where
// there is one.
func TestGridAgreesWithPhases(t *testing.T) {
	for _, law := range []PhaseType{ExponentialLaw(1), ErlangLaw(3, 1), BalancedH2(1, 4)} {
		m := MG1{Lambda: 0.7, Service: law}
		for _, q := range []float64{0.5, 0.99} {
			if got, want := m.gridQuantile(q), m.ResponseQuantile(q); !close(got, want, 1e-5) {
				t.Errorf("%v of %v phases: grid %v, exact %v", q, len(law.Start), got, want)
			}
		}
	}
}

// Moments, distribution and limited mean of a law belong together: the integral of
// the tail is the limited mean, and that of 2x times the tail the second moment.
func TestLawsAreConsistent(t *testing.T) {
	for name, law := range map[string]Service{
		"deterministic":    Deterministic{1.5},
		"uniform":          Uniform{Low: 0.5, High: 2},
		"lognormal":        Lognormal{Mean: 1, CV2: 0.5},
		"weibull":          Weibull{Shape: 1.5, Scale: 1},
		"bounded pareto":   BoundedPareto{Alpha: 1.5, Low: 0.5, High: 20},
		"erlang":           ErlangLaw(3, 1),
		"hyperexponential": BalancedH2(1, 2),
	} {
		const step, far = 0.01, 60.0
		mean, second := 0.0, 0.0
		for x := step / 2; x < far; x += step {
			tail := 1 - law.CDF(x)
			mean += step * tail
			second += step * 2 * x * tail
			if edge := x + step/2; math.Abs(edge-1) < step/4 && !close(mean, law.LimitedMean(1), 1e-4) {
				t.Errorf("%s: E[min(S, 1)] %v, integral %v", name, law.LimitedMean(1), mean)
			}
		}
		if !close(mean, law.Moment(1), 1e-3) || !close(second, law.Moment(2), 3e-3) {
			t.Errorf("%s: moments %v %v, integrals %v %v", name, law.Moment(1), law.Moment(2), mean, second)
		}
		if !close(law.LimitedMean(1e6), law.Moment(1), 1e-9) {
			t.Errorf("%s: E[min(S, ∞)] %v, mean %v", name, law.LimitedMean(1e6), law.Moment(1))
		}
	}
}

func TestPhaseTypeMoments(t *testing.T) {
	erlang, h2 := ErlangLaw(4, 2), BalancedH2(3, 5)
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"Erlang mean", erlang.Moment(1), 2}, {"Erlang cv²", CV2(erlang), 0.25},
		{"Erlang third", erlang.Moment(3), 4 * 5 * 6 / 8.0},
		{"H2 mean", h2.Moment(1), 3}, {"H2 cv²", CV2(h2), 5},
	} {
		if !close(c.got, c.want, 1e-12) {
			t.Errorf("%s: got %v, want %v", c.name, c.got, c.want)
		}
	}
}

// No random split does better than the optimal one.
func TestOptimalSharesAreOptimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mu := rapid.SliceOfN(rapid.Float64Range(0.1, 10), 1, 6).Draw(t, "mu")
		lambda := total(mu) * rapid.Float64Range(0.05, 0.95).Draw(t, "rho")
		shares := OptimalShares(lambda, mu)
		if !close(total(shares), 1, 1e-9) {
			t.Fatalf("shares %v", shares)
		}
		best := RandomSplit{Lambda: lambda, Mu: mu, Shares: shares}.MeanResponse()
		other := make([]float64, len(mu))
		for i := range other {
			if shares[i] < 0 {
				t.Fatalf("negative share in %v", shares)
			}
			other[i] = shares[i]*0.99 + 0.01*rapid.Float64Range(0, 1).Draw(t, "elsewhere")
		}
		if got := (RandomSplit{Lambda: lambda, Mu: mu, Shares: other}).MeanResponse(); got < best*(1-1e-9) {
			t.Fatalf("shares %v give %v, %v give %v", shares, best, other, got)
		}
	})
}

func TestSizesAreTheSmallest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lambda := rapid.Float64Range(0.1, 200).Draw(t, "lambda")
		tau := rapid.Float64Range(0, 2).Draw(t, "tau")
		q := rapid.Float64Range(0.5, 0.999).Draw(t, "q")
		c := ServersForWait(lambda, 1, tau, q)
		if (MMC{C: c, Lambda: lambda, Mu: 1}).WaitTail(tau) > 1-q {
			t.Fatalf("%d servers are too few", c)
		}
		if c > 1 && lambda < float64(c-1) && (MMC{C: c - 1, Lambda: lambda, Mu: 1}).WaitTail(tau) <= 1-q {
			t.Fatalf("%d servers are enough", c-1)
		}
		loss := rapid.Float64Range(0.001, 1).Draw(t, "loss")
		if n := ServersForLoss(lambda, loss); ErlangB(n, lambda) > loss || (n > 0 && ErlangB(n-1, lambda) <= loss) {
			t.Fatalf("%d servers for a loss of %v at %v Erlangs", n, loss, lambda)
		}
	})
}

func TestServersForRandomSplitNeedsAFastEnoughServer(t *testing.T) {
	if got := ServersForRandomSplit(10, 1, 1, 0.99); got != 0 {
		t.Errorf("got %d servers, though an idle one is too slow", got)
	}
}

// Two ways to the law of the greatest load: the recurrence and doubling.
func TestBinsTwoWays(t *testing.T) {
	for _, c := range []struct{ bins, balls, k int }{{10, 10, 3}, {50, 30, 2}, {100, 100, 4}, {100, 100, 6}} {
		b := Bins{Bins: c.bins, Balls: c.balls}
		if one, two := b.byRecurrence(c.k), b.byDoubling(c.k); !close(one, two, 1e-10) {
			t.Errorf("%+v: %v and %v", c, one, two)
		}
	}
	// Two balls in two bins share one with chance a half.
	if got := (Bins{Bins: 2, Balls: 2}).MaxLoadAtMost(1); !close(got, 0.5, 1e-12) {
		t.Errorf("two balls in two bins: %v", got)
	}
}

func TestRunLengthGrowsTowardsSaturation(t *testing.T) {
	for rho, millions := range map[float64]float64{0.5: 0.07, 0.8: 0.8, 0.9: 3.6, 0.95: 15} {
		if got := (MM1{Lambda: rho, Mu: 1}).RunLength(0.01) / 1e6; !close(got, millions, 0.06) {
			t.Errorf("load %v: %v million requests, about %v are due", rho, got, millions)
		}
	}
}

// A cluster of one server is M/M/1; one that joins at random is that many.
func TestClusterOfOneIsMM1(t *testing.T) {
	one := Cluster{Lambda: 0.8, Mu: []float64{1}, Join: JoinShortest, Spread: 1}.Solve()
	split := Cluster{Lambda: 0.8, Mu: []float64{1, 1}, Join: func(_ []int16, chances []float64) {
		chances[0], chances[1] = 0.5, 0.5
	}, Spread: 60}.Solve()
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"mean", one.MeanResponse, 5}, {"p99", one.ResponseQuantile(0.99), 5 * math.Log(100)}, {"wait", one.WaitProbability, 0.8},
		{"two at random", split.MeanResponse, 1 / 0.6}, {"their wait", split.WaitProbability, 0.4},
	} {
		if !close(c.got, c.want, 1e-9) {
			t.Errorf("%s: got %v, want %v", c.name, c.got, c.want)
		}
	}
}

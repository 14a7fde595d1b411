package workloads_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lbsim/workloads"
)

// p returns a pointer to x, as a specification has its numbers.
func p(x float64) *float64 { return &x }

func TestDistributionSpecBuilds(t *testing.T) {
	type spec = workloads.DistributionSpec
	tests := []struct {
		spec     spec
		mean, cv float64
	}{
		{spec{Dist: "constant", Mean: p(2)}, 2, 0},
		{spec{Dist: "exponential", Mean: p(0.005)}, 0.005, 1},
		{spec{Dist: "uniform", Mean: p(1), CV: p(0.5)}, 1, 0.5},
		{spec{Dist: "uniform", Min: p(1), Max: p(3)}, 2, 1 / math.Sqrt(12)},
		{spec{Dist: "erlang", Mean: p(1), Shape: p(4)}, 1, 0.5},
		{spec{Dist: "erlang", Mean: p(1), CV: p(0.5)}, 1, 0.5},
		{spec{Dist: "gamma", Mean: p(1), Shape: p(0.25)}, 1, 2},
		{spec{Dist: "gamma", Mean: p(1), CV: p(3)}, 1, 3},
		{spec{Dist: "hyperexponential", Mean: p(1), CV: p(3)}, 1, 3},
		{spec{Dist: "hyperexponential", Phases: []workloads.Phase{{1, 7}}}, 7, 1},
		{spec{Dist: "lognormal", Mean: p(0.09), CV: p(2)}, 0.09, 2},
		{spec{Dist: "weibull", Mean: p(1), CV: p(0.7)}, 1, 0.7},
		{spec{Dist: "weibull", Mean: p(1), Shape: p(1)}, 1, 1},
		{spec{Dist: "pareto", Alpha: p(1.5), Low: p(1), High: p(100)}, 2.7 / 0.999, math.Sqrt(27*0.999/(2.7*2.7) - 1)},
		{spec{Dist: "pareto", Mean: p(5), Alpha: p(1.5), Ratio: p(100)}, 5, math.Sqrt(27*0.999/(2.7*2.7) - 1)},
		{spec{Dist: "bimodal", Low: p(1), High: p(11), Share: p(0.1)}, 2, 1.5},
		{spec{Dist: "bimodal", Mean: p(2), CV: p(1.5), Share: p(0.1)}, 2, 1.5},
		{spec{Dist: "bimodal", Mean: p(2), Ratio: p(11), Share: p(0.1)}, 2, 1.5},
		{spec{Dist: "empirical", Values: []float64{1, 3}}, 2, 0.5},
		{spec{Dist: "empirical", Values: []float64{1, 3}, Weights: []float64{1, 0}}, 1, 0},
	}
	built := map[string]int{}
	for _, tc := range tests {
		d, err := tc.spec.Build()
		if err != nil {
			t.Errorf("%s: %v", tc.spec.Dist, err)
			continue
		}
		checkClose(t, tc.spec.Dist+" mean", d.Mean(), tc.mean, 1e-12)
		checkClose(t, tc.spec.Dist+" cv", d.CV(), tc.cv, 1e-3)
		built[tc.spec.Dist]++
	}
	for _, c := range workloads.DistributionChoices() {
		if built[c.Name] != len(c.Forms) {
			t.Errorf("%s has %d forms, %d are tested here", c.Name, len(c.Forms), built[c.Name])
		}
	}
}

func TestDistributionSpecErrors(t *testing.T) {
	type spec = workloads.DistributionSpec
	tests := []struct {
		spec spec
		want string
	}{
		{spec{Dist: "normal"}, `dist = "normal": must be one of constant, exponential, uniform, erlang, gamma, hyperexponential, lognormal, weibull, pareto, bimodal, empirical`},
		{spec{Dist: "exponential"}, `mean: is missing: exponential takes mean`},
		{spec{Dist: "exponential", Mean: p(-1)}, `mean = -1: must be > 0`},
		{spec{Dist: "exponential", Mean: p(math.Inf(1))}, `mean = +Inf: must be > 0`},
		{spec{Dist: "exponential", Mean: p(1), CV: p(2)}, `cv = 2: exponential does not take it, it takes mean`},
		{spec{Dist: "gamma", Mean: p(1)}, `cv: is missing: gamma takes mean and cv, or mean and shape`},
		{spec{Dist: "gamma", Mean: p(1), CV: p(1), Shape: p(1)}, `shape = 1: is one too many: gamma takes mean and cv, or mean and shape`},
		{spec{Dist: "gamma", Mean: p(1), CV: p(50)}, `cv = 50: must be in [0.001, 10]`},
		{spec{Dist: "erlang", Mean: p(1), Shape: p(2.5)}, `shape = 2.5: must be a whole number: use gamma for shapes between`},
		{spec{Dist: "erlang", Mean: p(1), CV: p(0.9)}, `cv = 0.9: must be 1/√k for a whole k (1, 0.707, 0.577, 0.5 …): use gamma for others`},
		{spec{Dist: "uniform", Min: p(3), Max: p(3)}, `max = 3: must be > min = 3`},
		{spec{Dist: "uniform", Mean: p(3), CV: p(0.6)}, `cv = 0.6: must be <= 0.577 (1/√3), or the uniform law would reach below 0`},
		{spec{Dist: "uniform", Mean: p(3), Max: p(3)}, `max = 3: is one too many: uniform takes mean and cv, or min and max`},
		{spec{Dist: "hyperexponential", Mean: p(1), CV: p(0.5)}, `cv = 0.5: must be in [1, 1000]`},
		{spec{Dist: "hyperexponential", Phases: []workloads.Phase{{0.5, 1}, {0.4, 1}}}, `phases = 0.9: the shares must add up to 1`},
		{spec{Dist: "lognormal", Mean: p(1), CV: p(0)}, `cv = 0: must be > 0`},
		{spec{Dist: "pareto", Alpha: p(1), Low: p(5), High: p(2)}, `high = 2: must be > low = 5`},
		{spec{Dist: "pareto", Mean: p(1), Alpha: p(1), Ratio: p(1)}, `ratio = 1: must be > 1 and <= 1000000000000`},
		{spec{Dist: "bimodal", Low: p(1), High: p(2), Share: p(1)}, `share = 1: must be > 0 and < 1`},
		{spec{Dist: "bimodal", Mean: p(1), CV: p(2), Share: p(0.5)}, `cv = 2: must be <= 1 for share = 0.5, or the small value would be < 0`},
		{spec{Dist: "empirical", Values: []float64{}}, `values: must hold at least one`},
		{spec{Dist: "empirical", Values: []float64{1, -2}}, `values = -2: must be >= 0`},
		{spec{Dist: "empirical", Values: []float64{1}, Weights: []float64{1, 2}}, `weights = 2: must be as many as the values: 1`},
	}
	for _, tc := range tests {
		d, err := tc.spec.Build()
		if err == nil || err.Error() != tc.want || d != nil {
			t.Errorf("%s: %v, %v, want %s", tc.spec.Dist, d, err, tc.want)
		}
	}
}

// Every parameter that a law, process or key law takes is described, and none that
// nobody takes.
func TestParametersAreDescribed(t *testing.T) {
	tables := []struct {
		choices    []workloads.Choice
		parameters []workloads.Parameter
	}{
		{workloads.DistributionChoices(), workloads.DistributionParameters()},
		{workloads.ArrivalChoices(), workloads.ArrivalParameters()},
		{workloads.KeyChoices(), workloads.KeyParameters()},
	}
	for _, table := range tables {
		var taken, described []string
		for _, c := range table.choices {
			taken = append(taken, c.Takes()...)
			if c.Doc == "" {
				t.Errorf("%s has no description", c.Name)
			}
		}
		for _, p := range table.parameters {
			described = append(described, p.Name)
			if p.Doc == "" {
				t.Errorf("%s has no description", p.Name)
			}
		}
		slices.Sort(taken)
		slices.Sort(described)
		if taken = slices.Compact(taken); !slices.Equal(taken, described) {
			t.Errorf("taken %v, described %v", taken, described)
		}
	}
}

// Whatever the numbers, a specification gives an error or a law that is sound.
func TestDistributionSpecIsSoundForAnyNumbers(t *testing.T) {
	names := workloads.DistributionNames()
	rapid.Check(t, func(t *rapid.T) {
		number := func(name string) *float64 {
			if !rapid.Bool().Draw(t, name+" given") {
				return nil
			}
			x := rapid.OneOf(rapid.Float64(), rapid.Float64Range(0, 10), rapid.Just(math.NaN())).Draw(t, name)
			return &x
		}
		s := workloads.DistributionSpec{
			Dist: rapid.SampledFrom(names).Draw(t, "dist"),
			Mean: number("mean"), CV: number("cv"), Shape: number("shape"), Min: number("min"), Max: number("max"),
			Alpha: number("alpha"), Low: number("low"), High: number("high"), Ratio: number("ratio"), Share: number("share"),
		}
		d, err := s.Build()
		if err != nil {
			if _, ok := errors.AsType[*workloads.ParameterError](err); !ok || d != nil {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		if !(d.Mean() >= 0) || !(d.CV() >= 0) {
			t.Fatalf("mean %v, cv %v", d.Mean(), d.CV())
		}
		src := stream("sound")
		for range 10 {
			if x := d.Sample(src); !(x >= 0) {
				t.Fatalf("a sample is %v", x)
			}
		}
	})
}

func TestArrivalSpecBuilds(t *testing.T) {
	type spec = workloads.ArrivalSpec
	type law = workloads.DistributionSpec
	type phase = workloads.BurstPhaseSpec
	type step = workloads.StepSpec
	tests := []struct {
		spec     spec
		rate     *float64
		meanRate float64
	}{
		{spec{Process: "poisson"}, p(400), 400},
		{spec{Process: "constant"}, p(400), 400},
		{spec{Process: "renewal", Interval: law{Dist: "gamma", CV: p(0.5)}}, p(400), 400},
		{spec{Process: "renewal", Interval: law{Dist: "gamma", Shape: p(2)}}, p(400), 400},
		{spec{Process: "renewal", Interval: law{Dist: "constant"}}, p(400), 400},
		{spec{Process: "renewal", Interval: law{Dist: "pareto", Alpha: p(1.2), Ratio: p(1000)}}, p(400), 400},
		{spec{Process: "renewal", Interval: law{Dist: "bimodal", CV: p(0.3), Share: p(0.2)}}, p(400), 400},
		{spec{Process: "bursts", Phases: []phase{{Rate: p(100), Mean: p(1)}, {Rate: p(500), Mean: p(3)}}}, nil, 400},
		{spec{Process: "bursts", Phases: []phase{{Factor: p(1), Mean: p(1)}, {Factor: p(9), Mean: p(3)}}}, p(80), 80},
		{spec{Process: "steps", Steps: []step{{At: p(0), Rate: p(10)}}}, nil, 10},
		{spec{Process: "steps", Steps: []step{{At: p(0), Factor: p(1)}, {At: p(60), Factor: p(3)}}}, p(80), 0},
		{spec{Process: "ramp", From: p(10), To: p(100), Duration: p(60)}, nil, 0},
		{spec{Process: "ramp", Factor: p(10), Start: p(5), Duration: p(60)}, p(10), 0},
		{spec{Process: "diurnal", Amplitude: p(0.5), Period: p(60)}, p(100), 100},
		{spec{Process: "diurnal", Amplitude: p(0.5), Period: p(60), Phase: p(1)}, p(100), 100},
		{spec{Process: "trace", Trace: longTrace()}, nil, 100},
		{spec{Process: "trace", Trace: longTrace()}, p(7), 7},
	}
	for _, tc := range tests {
		a, err := tc.spec.Build(tc.rate)
		if err != nil {
			t.Errorf("%s: %v", tc.spec.Process, err)
			continue
		}
		checkClose(t, tc.spec.Process+" mean rate", a.MeanRate(), tc.meanRate, 1e-12)
		if _, ok := a.Next(stream("spec")); !ok {
			t.Errorf("%s has no arrival", tc.spec.Process)
		}
	}
}

func TestArrivalSpecErrors(t *testing.T) {
	type spec = workloads.ArrivalSpec
	type law = workloads.DistributionSpec
	type phase = workloads.BurstPhaseSpec
	type step = workloads.StepSpec
	tests := []struct {
		spec spec
		rate *float64
		want string
	}{
		{spec{Process: "possion"}, p(1), `process = "possion": must be one of poisson, constant, renewal, bursts, steps, ramp, diurnal, closed, trace`},
		{spec{Process: "poisson"}, nil, `rate: is missing: poisson takes rate`},
		{spec{Process: "poisson"}, p(0), `rate = 0: must be > 0`},
		{spec{Process: "poisson", Period: p(1)}, p(1), `period = 1: poisson does not take it, it takes rate`},
		{spec{Process: "renewal", Interval: law{Dist: "gama", CV: p(2)}}, p(1), `dist = "gama": must be one of ` + strings.Join(workloads.DistributionNames(), ", ")},
		{spec{Process: "renewal", Interval: law{Dist: "hyperexponential", CV: p(0.2)}}, p(1), `cv = 0.2: must be in [1, 1000]`},
		{spec{Process: "bursts", Phases: []phase{{Rate: p(1), Mean: p(1)}}}, nil, `phases = 1: bursts need at least two`},
		{spec{Process: "bursts", Phases: []phase{{Rate: p(1), Mean: p(1)}, {Mean: p(1)}}}, nil, `phases[1]: rate: is missing`},
		{spec{Process: "bursts", Phases: []phase{{Rate: p(1), Mean: p(1)}, {Rate: p(2), Mean: p(0)}}}, nil, `phases[1]: mean = 0: must be > 0`},
		{spec{Process: "bursts", Phases: []phase{{Rate: p(1), Mean: p(1)}, {Rate: p(2), Mean: p(1)}}}, p(5), `phases[0]: rate = 1: a base rate is given: use factor here`},
		{spec{Process: "bursts", Phases: []phase{{Rate: p(0), Mean: p(1)}, {Rate: p(0), Mean: p(1)}}}, nil, `phases: mean rate = 0: must be > 0`},
		{spec{Process: "steps", Steps: []step{{At: p(1), Rate: p(1)}}}, nil, `steps: the first must be at 0`},
		{spec{Process: "steps", Steps: []step{{At: p(0), Rate: p(1)}, {At: p(0), Rate: p(2)}}}, nil, `steps[1]: at = 0: must be > 0, the step before`},
		{spec{Process: "steps", Steps: []step{{At: p(0), Factor: p(1)}}}, nil, `steps[0]: factor = 1: no base rate is given: use rate here`},
		{spec{Process: "ramp", From: p(0), To: p(0), Duration: p(1)}, nil, `to = 0: must be > 0 where from is 0`},
		{spec{Process: "ramp", Factor: p(2), Duration: p(1)}, nil, `rate: is missing: ramp takes from, to and duration, or from, to, start and duration, or rate, factor and duration, or rate, factor, start and duration`},
		{spec{Process: "diurnal", Amplitude: p(1.5), Period: p(1)}, p(1), `amplitude = 1.5: must be in [0, 1]`},
		{spec{Process: "diurnal", Amplitude: p(1), Period: p(1e-10)}, p(1), `period = 1e-10: must be at least a nanosecond`},
		{spec{Process: "closed", Users: p(3)}, nil, `process = closed: has users and no arrivals of its own`},
	}
	for _, tc := range tests {
		a, err := tc.spec.Build(tc.rate)
		if err == nil || err.Error() != tc.want || a != nil {
			t.Errorf("%s: %v, %v, want %s", tc.spec.Process, a, err, tc.want)
		}
	}
}

func TestClosed(t *testing.T) {
	think := workloads.DistributionSpec{Dist: "exponential", Mean: p(8)}
	users, ok, err := workloads.ArrivalSpec{Process: "closed", Users: p(20), Think: &think}.Closed(nil)
	if !ok || err != nil || users.Count != 20 || users.Think.Mean() != 8 {
		t.Errorf("%+v %v %v", users, ok, err)
	}
	users, _, err = workloads.ArrivalSpec{Process: "closed", Users: p(1)}.Closed(nil)
	if err != nil || users.Think.Mean() != 0 {
		t.Errorf("%+v %v", users, err)
	}
	if _, ok, _ = (workloads.ArrivalSpec{Process: "poisson"}).Closed(p(1)); ok {
		t.Error("poisson is said to be closed")
	}
	for want, s := range map[string]workloads.ArrivalSpec{
		"users: is missing: closed takes users and think, or users": {Process: "closed", Think: &think},
		"users = 1.5: must be a whole number":                       {Process: "closed", Users: p(1.5)},
		"users = 0: must be in [1, 10000000]":                       {Process: "closed", Users: p(0)},
		"mean: is missing: constant takes mean":                     {Process: "closed", Users: p(1), Think: &workloads.DistributionSpec{Dist: "constant"}},
	} {
		if _, ok, err := s.Closed(nil); !ok || err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestKeySpec(t *testing.T) {
	keys, err := workloads.KeySpec{Dist: "zipf", Count: p(100), Exponent: p(1.1)}.Build()
	if err != nil || keys.Count() != 100 {
		t.Errorf("%v %v", keys, err)
	}
	for want, s := range map[string]workloads.KeySpec{
		`dist = "zip": must be one of uniform, zipf, hot`:     {Dist: "zip"},
		`exponent = -1: must be in [0, 20]`:                   {Dist: "zipf", Count: p(10), Exponent: p(-1)},
		`count = 1.5: must be a whole number`:                 {Dist: "uniform", Count: p(1.5)},
		`hot = 10: must be in [1, 9]`:                         {Dist: "hot", Count: p(10), Hot: p(10), Share: p(0.5)},
		`exponent: is missing: zipf takes count and exponent`: {Dist: "zipf", Count: p(10)},
	} {
		if k, err := s.Build(); err == nil || err.Error() != want || k != nil {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestClientSpec(t *testing.T) {
	c, err := workloads.ClientSpec{}.Build()
	if err != nil || c.Count != 1000 || c.Connections != 1 || c.OnTimeout != workloads.Cancel || c.Patience != nil {
		t.Errorf("%+v %v", c, err)
	}
	c, err = workloads.ClientSpec{
		Count: p(7), Timeout: p(10), OnTimeout: "abandon", Roam: p(60), RequestsPerConnection: p(100),
		Patience: &workloads.DistributionSpec{Dist: "exponential", Mean: p(3)},
	}.Build()
	if err != nil || c.Count != 7 || c.Timeout != 10 || c.OnTimeout != workloads.Abandon || c.Retries != nil ||
		c.Roam != 60 || c.RequestsPerConnection != 100 || c.Patience.Mean() != 3 {
		t.Errorf("%+v %v", c, err)
	}
	for want, s := range map[string]workloads.ClientSpec{
		`count = 0: must be in [1, 16646143]`:                 {Count: p(0)},
		`timeout = 0: must be > 0`:                            {Timeout: p(0)},
		`on_timeout = "wait": must be one of cancel, abandon`: {OnTimeout: "wait"},
		`nat: takes clients and share, both`:                  {NAT: &workloads.NATSpec{Clients: p(1)}},
		`nat.clients = 1000: must be in [1, 999]`:             {NAT: &workloads.NATSpec{Clients: p(1000), Share: p(0.5)}},
		`nat.share = 1.5: must be in [0, 1]`:                  {NAT: &workloads.NATSpec{Clients: p(10), Share: p(1.5)}},
		`cv: is missing: lognormal takes mean and cv`:         {Patience: &workloads.DistributionSpec{Dist: "lognormal", Mean: p(1)}},
		`retries: contradicts patience: who has lost it does not come back, give a timeout instead`: {
			Patience: &workloads.DistributionSpec{Dist: "exponential", Mean: p(1)}, Retries: &workloads.ClientRetriesSpec{Attempts: 2}},
	} {
		if c, err := s.Build(); err == nil || err.Error() != want || c != nil {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestClientRetriesSpec(t *testing.T) {
	wait := &workloads.DistributionSpec{Dist: "exponential", Mean: p(3)}
	r, err := workloads.ClientRetriesSpec{Attempts: 4, After: []string{"failed", "timed_out"}, Backoff: wait, Deadline: p(10)}.Build()
	if err != nil || r.Attempts != 4 || r.Rejected || !r.Failed || !r.TimedOut || r.Backoff.Mean() != 3 || r.Deadline != 10 {
		t.Errorf("%+v %v", r, err)
	}
	for want, s := range map[string]workloads.ClientRetriesSpec{
		`attempts = -1: must be in [0, 1000000]`:                                                         {Attempts: -1},
		`deadline = 0: must be > 0`:                                                                      {Attempts: 1, Deadline: p(0)},
		`after = "late": must be one of rejected, failed, timed_out`:                                     {Attempts: 1, After: []string{"late"}},
		`cv: is missing: lognormal takes mean and cv`:                                                    {Attempts: 1, Backoff: &workloads.DistributionSpec{Dist: "lognormal", Mean: p(1)}},
		`backoff: is missing: without end and without a wait a client would ask for ever at one instant`: {},
	} {
		if r, err := s.Build(); err == nil || err.Error() != want || r != nil {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

package theory

import (
	"math"
	"testing"
)

// base is one M/M/1 at 80% load with a mean service of 10ms.
func base(change func(*ModelFacts)) ModelFacts {
	f := ModelFacts{
		Plain: true, Arrivals: "poisson", Rate: 80,
		Service: ServiceFacts{Law: "exponential", Mean: 0.01, CV: 1},
		Servers: []ServerFacts{{1, 1}}, Workers: 1, Queue: Unlimited, Discipline: "fifo", Algorithm: "round_robin",
	}
	change(&f)
	return f
}

func servers(n int) []ServerFacts {
	all := make([]ServerFacts, n)
	for i := range all {
		all[i] = ServerFacts{1, 1}
	}
	return all
}

func fleet(n int, algorithm string) func(*ModelFacts) {
	return func(f *ModelFacts) {
		f.Servers, f.Algorithm, f.Rate = servers(n), algorithm, 80*float64(n)
	}
}

func value(figures []Figure, metric string) (Figure, bool) {
	for _, f := range figures {
		if f.Metric == metric {
			return f, true
		}
	}
	return Figure{}, false
}

func TestKnownRecognisesModels(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*ModelFacts)
		metric string
		want   float64
		model  string
	}{
		{"M/M/1", func(*ModelFacts) {}, "latency_seconds.mean", 0.05, "M/M/1"},
		{"its p99", func(*ModelFacts) {}, "latency_seconds.p99", math.Log(100) / 20, "M/M/1"},
		{"its number", func(*ModelFacts) {}, "mean_in_system", 4, "M/M/1"},
		{"its wait", func(*ModelFacts) {}, "wait_seconds.mean", 0.04, "M/M/1"},
		{"its load", func(*ModelFacts) {}, "utilization", 0.8, "M/M/1"},
		{"a faster server", func(f *ModelFacts) { f.Servers[0].Speed = 2 }, "latency_seconds.mean", 1.0 / 120, "M/M/1"},
		{"M/M/2 by hand: C = 2ρ²/(1+ρ)", func(f *ModelFacts) { f.Workers = 2 }, "wait_seconds.mean", 2 * 0.16 / 1.4 / 120, "M/M/2"},
		{"M/D/1", func(f *ModelFacts) { f.Service.Law, f.Service.CV = "constant", 0 }, "wait_seconds.mean", 0.02, "M/G/1"},
		{"a mix of classes", func(f *ModelFacts) { f.Service.Law, f.Service.CV = "", 2 }, "wait_seconds.mean", 0.1, "M/G/1"},
		{"sharing", func(f *ModelFacts) { f.Discipline, f.Service.Law, f.Service.CV = "ps", "lognormal", 3 }, "latency_seconds.mean", 0.05, "M/G/1-PS"},
		{"loss", func(f *ModelFacts) { f.Queue, f.Service.Law = 0, "lognormal" }, "error_ratio", 0.8 / 1.8, "M/G/1/1"},
		{"loss under overload", func(f *ModelFacts) { f.Queue, f.Rate = 0, 300 }, "error_ratio", 0.75, "M/G/1/1"},
		{"one place to wait", func(f *ModelFacts) { f.Queue = 1 }, "error_ratio", 0.64 / 2.44, "M/M/1/2"},
		{"random over ten", fleet(10, "random"), "latency_seconds.mean", 0.05, "10 × M/M/1"},
		{"their number", fleet(10, "random"), "mean_in_system", 40, "10 × M/M/1"},
		{"round robin over ten", fleet(10, "round_robin"), "latency_seconds.mean", 0.0292226918, "10 × E10/M/1"},
		{"constant arrivals", func(f *ModelFacts) { f.Arrivals = "constant" }, "latency_seconds.mean", 0.0269273084, "D/M/1"},
		{"bursty arrivals", func(f *ModelFacts) {
			f.Arrivals, f.GapLaw, f.GapCV, f.Rate = "renewal", "hyperexponential", 2, 70
		}, "latency_seconds.p95", 0.1969110291, "H2/M/1"},
		{"Erlang gaps are a round robin's", func(f *ModelFacts) {
			f.Arrivals, f.GapLaw, f.GapCV, f.Rate = "renewal", "erlang", math.Sqrt(0.1), 80
		}, "latency_seconds.mean", 0.0292226918, "GI/M/1"},
		{"a round robin of Erlang gaps", func(f *ModelFacts) {
			fleet(5, "round_robin")(f)
			f.Arrivals, f.GapLaw, f.GapCV = "renewal", "erlang", math.Sqrt(0.5)
		}, "latency_seconds.mean", 0.0292226918, "5 × G/M/1"},
		{"two choices of a thousand", func(f *ModelFacts) { fleet(1000, "power_of_two")(f); f.Choices = 2 }, "latency_seconds.mean", 0.01948484164, "JSQ(2), refined mean field, N = 1000"},
		{"shortest of two", fleet(2, "least_connections"), "latency_seconds.p99", 0.1308439771, "join the shortest of 2"},
		{"shortest of four", fleet(4, "least_connections"), "latency_seconds.mean", 0.01953134213, "join the shortest of 4"},
		{"two choices of two", func(f *ModelFacts) { fleet(2, "power_of_two")(f); f.Choices = 2 }, "latency_seconds.mean", 0.02955736618, "join the shortest of 2"},
		{"idle queue", fleet(100, "join_idle_queue"), "latency_seconds.mean", 0.01, "join-idle-queue, limit of many servers"},
		{"ten users", func(f *ModelFacts) { f.Arrivals, f.Users, f.Think = "closed", 10, 0.09 }, "throughput_rps", 83.20367737, "M/M/1//10"},
		{"closed random", func(f *ModelFacts) {
			fleet(2, "random")(f)
			f.Arrivals, f.Users, f.Think = "closed", 20, 0.08
		}, "throughput_rps", 166.8356655, "closed network, 20 users"},
		{"unequal servers", func(f *ModelFacts) {
			f.Servers, f.Algorithm, f.Rate = []ServerFacts{{2, 2}, {1, 1}}, "random", 240
		}, "latency_seconds.p95", 0.1056768421, "unequal M/M/1"},
	} {
		f, ok := value(Known(base(c.change)), c.metric)
		if !ok || math.Abs(f.Value-c.want) > 1e-8*c.want || f.Model != c.model || f.Source == "" {
			t.Errorf("%s: got %+v, want %s %v", c.name, f, c.model, c.want)
		}
	}
}

func TestKnownMarksLimits(t *testing.T) {
	for _, f := range Known(base(func(f *ModelFacts) { fleet(100, "power_of_two")(f); f.Choices = 2 })) {
		if !f.Approximate {
			t.Errorf("%+v is a limit", f)
		}
	}
	for _, f := range Known(base(fleet(100, "round_robin"))) {
		if f.Approximate {
			t.Errorf("%+v is exact", f)
		}
	}
}

func TestKnownIsSilentWhereNothingIsKnown(t *testing.T) {
	for name, change := range map[string]func(*ModelFacts){
		"something else touches requests": func(f *ModelFacts) { f.Plain = false },
		"overload":                        func(f *ModelFacts) { f.Rate = 100 },
		"no servers":                      func(f *ModelFacts) { f.Servers = nil },
		"load changes with time":          func(f *ModelFacts) { f.Arrivals = "ramp" },
		"least connections":               fleet(10, "least_connections"),
		"round robin of shared servers":   func(f *ModelFacts) { fleet(10, "round_robin")(f); f.Discipline = "ps" },
		"few choices of few":              func(f *ModelFacts) { fleet(4, "power_of_two")(f); f.Choices = 2 },
		"one unequal server overloaded": func(f *ModelFacts) {
			f.Servers, f.Algorithm, f.Rate = []ServerFacts{{2, 1}, {1, 1}}, "random", 220
		},
		"two workers, general service": func(f *ModelFacts) { f.Workers, f.Service.Law = 2, "lognormal" },
	} {
		if got := Known(base(change)); got != nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// A result has each metric once.
func TestKnownSaysEachMetricOnce(t *testing.T) {
	for _, change := range []func(*ModelFacts){
		func(*ModelFacts) {}, fleet(30, "random"), fleet(30, "round_robin"),
		func(f *ModelFacts) { fleet(30, "power_of_two")(f); f.Choices = 2 },
		func(f *ModelFacts) { f.Discipline = "ps" }, func(f *ModelFacts) { f.Queue = 3 },
	} {
		seen := map[string]bool{}
		for _, f := range Known(base(change)) {
			if seen[f.Metric] {
				t.Errorf("%s twice", f.Metric)
			}
			seen[f.Metric] = true
		}
	}
}

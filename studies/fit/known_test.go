package fit

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"lbsim/config"
	"lbsim/scenarios"
)

// known is a parameter and the value that the log was made with.
type known struct {
	name  string
	nth   int // among those of the name
	value float64
}

// holds checks that an estimate is within four of its own standard errors of the truth: once
// in 16,000 estimates chance leads further, and the logs here are always the same.
func holds(t *testing.T, all []Parameter, k known) {
	t.Helper()
	p := value(t, all, k.name, k.nth)
	switch {
	case p.Error == nil && p.Value == k.value:
	case p.Error == nil:
		t.Errorf("%s = %v without an error, want %v", k.name, p.Value, k.value)
	case math.Abs(p.Value-k.value) > 4**p.Error+1e-9*k.value:
		t.Errorf("%s = %v ± %v, want %v", k.name, p.Value, *p.Error, k.value)
	}
}

var processes = []struct {
	name, arrivals, duration string
	process                  string
	want                     []known
	rest                     string
	dist                     string // of the gaps, where those alone are told
}{
	{"poisson", "{process: poisson, rate: 200/s}", "50s", "poisson", []known{{"rate", 0, 200}}, "", ""},
	{"constant", "{process: constant, rate: 200/s}", "50s", "constant", []known{{"rate", 0, 200}}, "", ""},
	{"renewal regular", "{process: renewal, rate: 200/s, dist: gamma, cv: 0.4}", "50s", "renewal", []known{{"rate", 0, 200}, {"shape", 0, 6.25}}, "", "gamma"},
	{"renewal clumped", "{process: renewal, rate: 200/s, dist: hyperexponential, cv: 3}", "50s", "renewal", []known{{"rate", 0, 200}, {"cv", 0, 3}}, "", "hyperexponential"},
	{"renewal lognormal", "{process: renewal, rate: 200/s, dist: lognormal, cv: 2}", "50s", "renewal", []known{{"rate", 0, 200}, {"cv", 0, 2}}, "", "lognormal"},
	{"renewal weibull", "{process: renewal, rate: 200/s, dist: weibull, shape: 0.6}", "50s", "renewal", []known{{"rate", 0, 200}, {"shape", 0, 0.6}}, "", "weibull"},
	{"renewal uniform", "{process: renewal, rate: 200/s, dist: uniform, cv: 0.3}", "50s", "renewal", []known{{"rate", 0, 200}, {"cv", 0, 0.3}}, "", "uniform"},
	{"renewal erlang", "{process: renewal, rate: 200/s, dist: erlang, shape: 3}", "50s", "renewal", []known{{"rate", 0, 200}, {"shape", 0, 3}}, "", "erlang"},
	{"renewal pareto", "{process: renewal, rate: 200/s, dist: pareto, alpha: 1.5, ratio: 1000}", "50s", "renewal", []known{{"rate", 0, 200}, {"alpha", 0, 1.5}}, "", "pareto"},
	{"bursts", "{process: bursts, phases: [{rate: 100/s, mean: 3s}, {rate: 600/s, mean: 1s}]}", "120s", "bursts",
		[]known{{"rate", 0, 100}, {"mean", 0, 3}, {"rate", 1, 600}, {"mean", 1, 1}}, "", ""},
	{"bursts short", "{process: bursts, phases: [{rate: 50/s, mean: 400ms}, {rate: 800/s, mean: 100ms}]}", "50s", "bursts",
		[]known{{"rate", 0, 50}, {"mean", 0, 0.4}, {"rate", 1, 800}, {"mean", 1, 0.1}}, "", ""},
	{"steps", "{process: steps, steps: [{at: 0s, rate: 100/s}, {at: 80s, rate: 200/s}, {at: 150s, rate: 150/s}]}", "250s", "steps",
		[]known{{"rate", 0, 100}, {"at", 1, 80}, {"rate", 1, 200}, {"at", 2, 150}, {"rate", 2, 150}}, "", ""},
	{"ramp", "{process: ramp, from: 100/s, to: 300/s, start: 60s, duration: 120s}", "250s", "ramp",
		[]known{{"from", 0, 100}, {"to", 0, 300}, {"start", 0, 60}, {"duration", 0, 120}}, "", ""},
	{"diurnal", "{process: diurnal, rate: 200/s, amplitude: 60%, period: 100s, phase: 1}", "250s", "diurnal",
		[]known{{"rate", 0, 200}, {"amplitude", 0, 0.6}, {"period", 0, 100}, {"phase", 0, 1}}, "", ""},
	{"closed", "{process: closed, users: 40, think: {dist: exponential, mean: 100ms}}", "40s", "closed",
		[]known{{"users", 0, 40}, {"think mean", 0, 0.1}}, "  clients: {count: 40}\n", ""},
}

// Each arrival process of the language comes back from its log, within its stated error.
func TestArrivalProcesses(t *testing.T) {
	for _, c := range processes {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := world{arrivals: c.arrivals, service: "{dist: exponential, mean: 10ms}", servers: 8, duration: c.duration, rest: c.rest}
			all, names := w.requests(t, 7)
			r := fitted(t, csvLog(all, names))
			if r.Arrivals.Process != c.process || c.dist == "erlang" && r.Arrivals.Spec.Interval.Dist != c.dist {
				t.Fatalf("%s, want %s; tried %+v", r.Arrivals.Process, c.process, r.Arrivals.Others)
			}
			for _, k := range c.want {
				holds(t, r.Arrivals.Parameters, k)
			}
			runs(t, r)
		})
	}
}

var times = []struct {
	name, service, dist string
	want                []known
}{
	{"constant", "20ms", "constant", []known{{"mean", 0, 0.02}}},
	{"exponential", "{dist: exponential, mean: 20ms}", "exponential", []known{{"mean", 0, 0.02}}},
	{"uniform", "{dist: uniform, min: 5ms, max: 35ms}", "uniform", []known{{"min", 0, 0.005}, {"max", 0, 0.035}}},
	{"erlang", "{dist: erlang, mean: 20ms, shape: 4}", "erlang", []known{{"mean", 0, 0.02}, {"shape", 0, 4}}},
	{"gamma", "{dist: gamma, mean: 20ms, shape: 0.5}", "gamma", []known{{"mean", 0, 0.02}, {"shape", 0, 0.5}}},
	{"hyperexponential", "{dist: hyperexponential, mean: 20ms, cv: 2.5}", "hyperexponential", []known{{"mean", 0, 0.02}, {"cv", 0, 2.5}}},
	{"hyperexponential phases", "{dist: hyperexponential, phases: [{share: 70%, mean: 5ms}, {share: 30%, mean: 55ms}]}", "hyperexponential",
		[]known{{"share", 0, 0.7}, {"short mean", 0, 0.005}, {"long mean", 0, 0.055}}},
	{"lognormal", "{dist: lognormal, mean: 20ms, cv: 1.5}", "lognormal", []known{{"mean", 0, 0.02}, {"cv", 0, 1.5}}},
	{"weibull", "{dist: weibull, mean: 20ms, shape: 0.7}", "weibull", []known{{"mean", 0, 0.02}, {"shape", 0, 0.7}}},
	{"pareto", "{dist: pareto, alpha: 1.3, low: 4ms, high: 2s}", "pareto", []known{{"alpha", 0, 1.3}, {"low", 0, 0.004}}},
	{"bimodal", "{dist: bimodal, low: 5ms, high: 80ms, share: 20%}", "bimodal", []known{{"low", 0, 0.005}, {"high", 0, 0.08}, {"share", 0, 0.2}}},
	{"empirical", "{dist: empirical, values: [5ms, 10ms, 20ms, 60ms], weights: [1, 4, 3, 2]}", "empirical", nil},
}

// Each law of the language comes back from the responses of servers with queues.
func TestServiceTimes(t *testing.T) {
	for _, c := range times {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := world{arrivals: "{process: poisson, rate: 200/s}", service: c.service, servers: 8, duration: "60s"}
			all, names := w.requests(t, 11)
			r := fitted(t, csvLog(all, names))
			runs(t, r)
			s := r.Classes[0].Service
			if s.Law.Dist != c.dist {
				t.Fatalf("%s, want %s: %s", s.Law.Dist, c.dist, s.Why)
			}
			for _, k := range c.want {
				holds(t, s.Law.Parameters, k)
			}
		})
	}
}

// runs checks that the language takes what was fitted: a whole scenario, and a world with a
// balancer in it.
func runs(t *testing.T, r *Result) {
	t.Helper()
	balancer, err := config.Read("lb.yaml", strings.NewReader("algorithm: rr\nendpoints: [{name: a, address: \"10.0.0.1:80\"}, {name: b, address: \"10.0.0.2:80\"}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	scenario, err := json.Marshal(r.Scenario(""))
	if err != nil {
		t.Fatal(err)
	}
	source, err := scenarios.Parse("fitted.yaml", ".", bytes.NewReader(scenario))
	if err == nil {
		_, err = source.Scenario()
	}
	if err != nil {
		t.Errorf("%v\n%s", err, scenario)
	}
	text, err := json.Marshal(r.World())
	if err != nil {
		t.Fatal(err)
	}
	w, err := scenarios.ParseWorld("world.yaml", ".", bytes.NewReader(text))
	if err == nil {
		source, err = w.Around("lb.yaml", balancer)
	}
	if err == nil {
		_, err = source.Scenario()
	}
	if err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}

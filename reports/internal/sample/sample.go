// Package sample makes results that look like a study's, for the tests of tables
// and charts. The draws are seeded, so a sample is always the same.
package sample

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"lbsim/sim/histogram"
	"lbsim/studies/result"
)

const (
	replications = 20
	perReplicate = 4000
	intervals    = 120
	servers      = 5
)

// variantShape is what distinguishes a sample's variants.
type variantShape struct {
	name, title, algorithm string
	median, sigma          float64 // of a lognormal latency, seconds
}

var shapes = []variantShape{
	{"round_robin", "Round robin", "round_robin", 0.012, 0.95},
	{"least_connections", "Least connections", "least_connections", 0.010, 0.70},
	{"power_of_two", "Power of two choices", "power_of_two", 0.0105, 0.75},
	{"random", "Random", "random", 0.015, 1.05},
	{"peak_ewma", "Peak EWMA", "peak_ewma", 0.011, 0.72},
	{"prequal", "Prequal", "prequal", 0.0098, 0.69},
	{"join_idle_queue", "Join idle queue", "join_idle_queue", 0.0104, 0.8},
	{"power_of_two:choices=3", "Power of two choices (choices=3)", "power_of_two", 0.0102, 0.72},
}

// Comparison is a sample of lbsim compare with the given number of variants, 1 to
// 8, all compared with the first.
func Comparison(variants int) *result.Result {
	r := &result.Result{
		Schema: result.Schema,
		Provenance: result.Provenance{
			Version: "v1.0.0", ScenarioSHA256: "9f86d081884c7d65", Command: "lbsim compare mixed-load.yaml",
			Scenario: map[string]any{"name": "mixed-load"},
		},
		Scenario:     "mixed-load",
		Description:  "95% short reads and 5% long reports on five equal servers at 74% load.",
		Seed:         1,
		Replications: replications,
		WarmUp:       result.WarmUp{Seconds: 10, Rule: "given"},
		Fingerprint:  "a3c1f09b",
	}
	for i, s := range shapes[:variants] {
		r.Results = append(r.Results, variant(s, rand.New(rand.NewPCG(7, uint64(i)))))
	}
	for _, v := range r.Results[1:] {
		r.Comparisons = append(r.Comparisons, compared(&r.Results[0], &v)...)
	}
	for _, v := range r.Results {
		r.SLO = append(r.SLO, objective(&v, 0.1))
	}
	return r
}

// Run is a sample of lbsim run: one variant with figures that theory knows.
func Run() *result.Result {
	r := Comparison(1)
	v := &r.Results[0]
	agrees := true
	v.Theory = []result.Theory{
		{Metric: "latency_seconds.mean", Expected: *v.Latency.Mean.Value * 1.001, Measured: v.Latency.Mean, Model: "M/M/1", Source: "W = 1/(μ-λ)", Agrees: &agrees},
		{Metric: "utilization", Expected: 0.74, Measured: v.Utilization, Model: "M/M/1", Source: "ρ = λ/μ"},
	}
	return r
}

// Fleet is a comparison of three variants on n servers, with an event on each of
// the first ones.
func Fleet(n int) *result.Result {
	r := Comparison(3)
	for i := range r.Results {
		v := &r.Results[i]
		rnd := rand.New(rand.NewPCG(11, uint64(i)))
		v.Servers, v.Timeline.Events = nil, nil
		for j := range n {
			load := 0.741 + 0.05*shapes[i].sigma*rnd.NormFloat64()
			v.Servers = append(v.Servers, result.Server{Name: fmt.Sprintf("api-%d", j+1), Requests: 1000, Utilization: Estimate(load, 0.006)})
			if j < 24 {
				kind := []string{"crash", "restore"}[j/6%2]
				v.Timeline.Events = append(v.Timeline.Events, result.Event{At: 20 + float64(j/2)*7, Kind: kind, Server: fmt.Sprintf("api-%d", j+1)})
			}
		}
	}
	return r
}

// Overloaded is a comparison whose first variant is unstable: its latencies are
// null, as a study reports them.
func Overloaded() *result.Result {
	r := Comparison(2)
	v := &r.Results[0]
	v.Unstable = true
	v.OfferedLoad = Estimate(1.2, 0.001)
	v.Latency, v.Wait, v.InSystem = result.Latency{}, result.Wait{}, result.Estimate{}
	v.Distribution, v.Replicates = nil, nil
	for i := range v.Classes {
		v.Classes[i].Latency, v.Classes[i].Wait = result.Latency{}, result.Wait{}
	}
	r.Warnings = append(r.Warnings, "round_robin is overloaded: 120% of the servers' capacity is asked for, so queues grow for as long as the run lasts and latency has no mean")
	r.Comparisons = nil
	r.SLO[0] = result.Objective{Objective: r.SLO[0].Objective, Limit: r.SLO[0].Limit, Variant: v.Name, Verdict: "missed"}
	return r
}

// Estimate is a value with an interval of the given half width.
func Estimate(value, half float64) result.Estimate {
	low, high := value-half, value+half
	return result.Estimate{Value: &value, Low: &low, High: &high}
}

func variant(s variantShape, rnd *rand.Rand) result.Variant {
	v := result.Variant{
		Name: s.name, Title: s.title, Algorithm: s.algorithm, Parameters: map[string]string{},
		Throughput:  Estimate(399.6, 0.8),
		ErrorRatio:  Estimate(0.0004*s.sigma, 0.00003),
		RetryRatio:  Estimate(0, 0),
		HedgeRatio:  Estimate(0, 0),
		Utilization: Estimate(0.741, 0.002),
		OfferedLoad: Estimate(0.74, 0.002),
		InSystem:    Estimate(400*s.median*1.5, 0.2),
		Imbalance:   result.Imbalance{PeakToMean: Estimate(1+0.1*s.sigma, 0.004), CV: Estimate(0.04*s.sigma, 0.002), Jain: Estimate(0.998, 0.0004)},
		Status:      map[string]uint64{"200": 79_968, "503": 32},
	}
	if s.name != s.algorithm {
		v.Parameters["choices"] = "3"
	}
	v.Distribution = new(histogram.Histogram)
	read, report := new(histogram.Histogram), new(histogram.Histogram)
	for range replications {
		h := new(histogram.Histogram)
		for range perReplicate {
			d := lognormal(rnd, s.median, s.sigma)
			h.Record(d)
			read.Record(d)
			if rnd.Float64() < 0.05 {
				report.Record(d + time.Duration(rnd.ExpFloat64()*90e6))
			}
		}
		v.Replicates = append(v.Replicates, h)
		v.Distribution.Merge(h)
	}
	v.Latency = latencyOf(v.Replicates)
	v.Wait = result.Wait{Mean: Estimate(s.median/2, s.median/60), P50: Estimate(s.median/4, s.median/90), P99: Estimate(s.median*3, s.median/9)}
	v.Requests = requests(v.Distribution.Count())
	v.Classes = []result.Class{class("read", read), class("report", report)}
	v.Servers = serversOf(s, v.Requests.Offered, rnd)
	v.Timeline = timeline(s, rnd)
	return v
}

func lognormal(rnd *rand.Rand, median, sigma float64) time.Duration {
	return time.Duration(median * math.Exp(sigma*rnd.NormFloat64()) * 1e9)
}

func requests(completed uint64) result.Requests {
	return result.Requests{Offered: completed + 32, Completed: completed, Rejected: 20, TimedOut: 12}
}

// latencyOf takes the mean over replications, as a study does; quantiles with
// fewer than 100 samples beyond them are null.
func latencyOf(hs []*histogram.Histogram) result.Latency {
	at := func(q float64) result.Estimate {
		if float64(hs[0].Count())*(1-q) < 39 {
			return result.Estimate{}
		}
		var values []float64
		for _, h := range hs {
			values = append(values, h.Quantile(q))
		}
		return meanOf(values)
	}
	var means []float64
	for _, h := range hs {
		sum := 0.0
		for i := 1; i < 200; i++ {
			sum += h.Quantile(float64(i) / 200)
		}
		means = append(means, sum/199)
	}
	return result.Latency{Mean: meanOf(means), P50: at(0.5), P90: at(0.9), P95: at(0.95), P99: at(0.99), P999: at(0.999)}
}

// meanOf is the mean of 20 values with its 95% interval; 2.093 is Student's t for
// 19 degrees of freedom.
func meanOf(values []float64) result.Estimate {
	var sum, squares float64
	for _, v := range values {
		sum += v
	}
	mean := sum / float64(len(values))
	for _, v := range values {
		squares += (v - mean) * (v - mean)
	}
	n := float64(len(values))
	return Estimate(mean, 2.093*math.Sqrt(squares/(n-1)/n))
}

func class(name string, h *histogram.Histogram) result.Class {
	at := func(q float64) result.Estimate { v := h.Quantile(q); return Estimate(v, v/40) }
	return result.Class{
		Name: name, Requests: requests(h.Count()), Distribution: h,
		Latency: result.Latency{Mean: at(0.6), P50: at(0.5), P90: at(0.9), P95: at(0.95), P99: at(0.99)},
		Wait:    result.Wait{Mean: at(0.3), P50: at(0.2), P99: at(0.8)},
	}
}

func serversOf(s variantShape, offered uint64, rnd *rand.Rand) []result.Server {
	var out []result.Server
	for i := range servers {
		load := 0.741 + 0.05*s.sigma*rnd.NormFloat64()
		out = append(out, result.Server{
			Name: fmt.Sprintf("api-%d", i+1), Zone: "a", Requests: uint64(float64(offered) / servers * load / 0.741),
			Status:      map[string]uint64{"200": offered / servers},
			Utilization: Estimate(load, 0.006), MeanActive: Estimate(load*3, 0.1),
			Latency: result.Latency{Mean: Estimate(s.median*1.4, s.median/20), P50: Estimate(s.median, s.median/50), P99: Estimate(s.median*6, s.median/4)},
		})
	}
	return out
}

// timeline has a crash at 40 s whose effect lasts until 70 s.
func timeline(s variantShape, rnd *rand.Rand) result.Timeline {
	t := result.Timeline{Interval: 1, Events: []result.Event{
		{At: 40, Kind: "crash", Server: "api-1"},
		{At: 43, Kind: "ejected", Server: "api-1", Detail: result.ByBalancer},
		{At: 70, Kind: "restore", Server: "api-1"},
	}}
	for i := range intervals {
		pressure := 1.0
		if i >= 40 && i < 70 {
			pressure = 1.8 + s.sigma
		}
		p50 := s.median * pressure * (1 + 0.05*rnd.NormFloat64())
		p99 := p50 * math.Exp(2.33*s.sigma) * (1 + 0.1*rnd.NormFloat64())
		t.P50, t.P99 = append(t.P50, &p50), append(t.P99, &p99)
		if i < 2 { // too few requests yet
			t.P99[i] = nil
		}
		t.Offered = append(t.Offered, 400+20*rnd.NormFloat64())
		t.Completed = append(t.Completed, 399)
		t.Failed = append(t.Failed, 0.2)
		t.InFlight = append(t.InFlight, 400*p50*1.4)
	}
	return t
}

func compared(baseline, candidate *result.Variant) []result.Comparison {
	var out []result.Comparison
	for _, m := range []struct {
		metric string
		a, b   result.Estimate
	}{
		{"latency_seconds.p99", baseline.Latency.P99, candidate.Latency.P99},
		{"latency_seconds.mean", baseline.Latency.Mean, candidate.Latency.Mean},
		{"throughput_rps", baseline.Throughput, candidate.Throughput},
	} {
		d := *m.b.Value - *m.a.Value
		half := (*m.a.High - *m.a.Low) / 3
		relative, p := d / *m.a.Value, 0.0002
		verdict := "better"
		switch {
		case d-half <= 0 && d+half >= 0:
			verdict, p = "no_difference", 1
		case d > 0:
			verdict = "worse"
		}
		out = append(out, result.Comparison{Baseline: baseline.Name, Candidate: candidate.Name, Metric: m.metric,
			Difference: Estimate(d, half), Relative: &relative, P: &p, Verdict: verdict})
	}
	return out
}

func objective(v *result.Variant, limit float64) result.Objective {
	o := result.Objective{Objective: "p99 < 100ms", Limit: limit, Variant: v.Name, Value: v.Latency.P99.Value, Low: v.Latency.P99.Low, High: v.Latency.P99.High}
	switch {
	case *o.High < limit:
		o.Verdict = "met"
	case *o.Low > limit:
		o.Verdict = "missed"
	default:
		o.Verdict = "undecided"
	}
	return o
}

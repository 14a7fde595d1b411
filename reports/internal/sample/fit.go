package sample

import (
	"encoding/json"
	"math"
	"time"

	"lbsim/sim/histogram"
	"lbsim/studies/fit"
)

// Fit returns what was fitted to a log of two classes, whose rate has a step, and simulated.
func Fit() *fit.Result {
	parameter := func(name string, value, err float64) fit.Parameter {
		low, high := value-1.96*err, value+1.96*err
		return fit.Parameter{Name: name, Value: value, Error: &err, Low: &low, High: &high}
	}
	figure := func(x float64) *float64 { return &x }
	fineness := 0.001
	r := &fit.Result{
		Schema: fit.Schema, File: "access.log",
		Log: fit.Log{Format: "nginx with times", LogFormat: "$msec $request_time", Lines: 60_003, Requests: 60_000, Broken: 3, Seconds: 200, Resolution: 0.001, Fineness: &fineness,
			Shown: []fit.Problem{{Line: 17, Why: "does not have the format"}}},
		Latency: &fit.Latency{Mean: 0.012, P50: 0.006, P99: 0.09},
		Arrivals: fit.Arrivals{Process: "steps", Why: "the least BIC: the rate changes at certain instants and stays in between",
			Parameters: []fit.Parameter{{Name: "at"}, parameter("rate", 200, 1.4), parameter("at", 100, 0.1), parameter("rate", 400, 2)},
			Others:     []fit.Tried{{Process: "steps", Likelihood: 210_000, BIC: -419_970}, {Process: "poisson", Likelihood: 205_000, BIC: -409_990}},
			Dispersion: []fit.Dispersion{{Window: 0.256, Index: 9.1, Low: 0.9, High: 1.1}},
			Steps:      []fit.Rate{{RPS: 200}, {At: 100, RPS: 400}}},
		Classes: []fit.Class{
			{Name: "get-items", Method: "GET", Path: "/items", Requests: 57_000, Share: parameter("share", 0.95, 0.001), Service: &fit.Service{Sample: 40_000, Mean: 0.005, CV: 1.01,
				Law: fit.Law{Dist: "exponential", Parameters: []fit.Parameter{parameter("mean", 0.005, 0.00003)}, Distance: figure(0.004), PValue: figure(0.4)}, Others: []fit.Law{}, Why: "the least BIC, and not refused by the sample"}},
			{Name: "other", Requests: 3000, Share: parameter("share", 0.05, 0.001), Service: &fit.Service{Sample: 3000, Mean: 0.03, CV: 2.2,
				Law: fit.Law{Dist: "empirical", Parameters: []fit.Parameter{}}, Others: []fit.Law{}, Why: "no law comes near enough"}}},
		Source:  fit.Source{Kind: "free_worker", Used: 43_000, Of: 60_000, Text: "responses of requests that found a free worker"},
		Keys:    &fit.Popularity{Dist: "zipf", Parameters: []fit.Parameter{parameter("count", 5000, 40), parameter("exponent", 1.1, 0.003)}, Requests: 60_000, Distinct: 4100},
		Clients: &fit.Clients{Distinct: 5210, Overlaps: 12, Expected: 10},
		Status:  []fit.Status{{Status: 200, Requests: 59_000, Share: 0.983333}, {Status: 503, Requests: 1000, Share: 0.0166667}},
		Servers: &fit.Servers{Count: 5, Workers: 1}, Notes: []string{"keys are whole paths with their queries"},
		Workload: json.RawMessage(`{"arrivals": {}}`), Times: &histogram.Histogram{}, Span: 1,
		Again: &fit.Simulated{Latency: fit.Latency{Mean: 0.0121, P50: 0.0061, P99: 0.0895}, Algorithm: "round_robin", Times: &histogram.Histogram{}},
	}
	for i := range 10_000 {
		took := -0.012 * math.Log(1-(float64(i)+0.5)/10_000)
		r.Times.Record(time.Duration(took * 1e9))
		r.Again.Times.Record(time.Duration(took * 1.01e9))
	}
	for i := range 200 {
		rate := 200.0
		if i >= 100 {
			rate = 400
		}
		r.Rates, r.Fits = append(r.Rates, rate+float64(i*37%29)-14), append(r.Fits, rate)
	}
	return r
}

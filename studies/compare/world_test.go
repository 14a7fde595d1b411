package compare_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"lbsim/scenarios"
	"lbsim/sim"
	"lbsim/studies/compare"
	"lbsim/studies/result"
)

// plain is a small world in which everything is answered.
const plain = `
name: plain
workload:
  arrivals: {process: poisson, load: 70%}
  classes:
    - {name: read, share: 80%, service: {dist: exponential, mean: 5ms}}
    - {name: report, share: 20%, service: {dist: lognormal, mean: 20ms, cv: 1}}
servers:
  - {name: api, count: 2, workers: 1}
  - {name: big, count: 1, workers: 2, speed: 2, weight: 4}
balancer: {algorithm: least_connections}
run: {duration: 60s, warmup: 6s, replications: 4, seed: 3, interval: 1s}
`

// equal has servers that are all alike, so that no way of sharing the load fails.
const equal = `
name: equal
workload:
  arrivals: {process: poisson, load: 70%}
  classes:
    - {name: read, share: 80%, service: {dist: exponential, mean: 5ms}}
    - {name: report, share: 20%, service: {dist: lognormal, mean: 20ms, cv: 1}}
servers:
  - {name: api, count: 4}
balancer: {algorithm: least_connections}
run: {duration: 60s, warmup: 6s, replications: 4, seed: 3, interval: 1s}
`

// lossy is one in which servers refuse and clients give up.
const lossy = `
name: lossy
workload:
  arrivals: {process: poisson, load: 110%}
  classes:
    - {name: read, share: 80%, service: {dist: exponential, mean: 5ms}}
    - {name: report, share: 20%, service: {dist: lognormal, mean: 20ms, cv: 1}}
  clients: {count: 50, timeout: 60ms}
servers:
  - {name: api, count: 2, workers: 2, queue: 8}
balancer: {algorithm: round_robin}
run: {duration: 60s, warmup: 0s, replications: 3, seed: 5, interval: 1s}
`

// source reads a scenario, with settings as path=value.
func source(t testing.TB, text string, settings ...string) *scenarios.Source {
	t.Helper()
	s, err := scenarios.Parse("world.yaml", ".", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, setting := range settings {
		path, value, _ := strings.Cut(setting, "=")
		if err := s.Set(path, value); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func planOf(t testing.TB, q compare.Question) compare.Plan {
	t.Helper()
	p, err := q.Plan()
	if err != nil {
		t.Fatal(err)
	}
	return *p
}

func run(t testing.TB, p compare.Plan) *result.Result {
	t.Helper()
	r, err := compare.Run(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// ask plans and runs a question about one scenario.
func ask(t testing.TB, q compare.Question, text string, settings ...string) *result.Result {
	t.Helper()
	q.Sources = []*scenarios.Source{source(t, text, settings...)}
	return run(t, planOf(t, q))
}

// recorded runs a plan of one variant and returns every request's record too, by
// replication.
func recorded(t testing.TB, p compare.Plan) (*result.Result, [][]sim.Record) {
	t.Helper()
	records := make([][]sim.Record, p.Replications)
	p.OnRequest = func(variant, replication int, r *sim.Record) {
		records[replication] = append(records[replication], *r)
	}
	return run(t, p), records
}

// near fails unless got is within a relative tolerance of want.
func near(t testing.TB, what string, got result.Estimate, want, tolerance float64) {
	t.Helper()
	if !got.Known() {
		t.Errorf("%s is null, want %v", what, want)
	} else if math.Abs(*got.Value-want) > tolerance*math.Abs(want) {
		t.Errorf("%s = %v, want %v", what, *got.Value, want)
	}
}

// value returns a figure that must be known.
func value(t testing.TB, e result.Estimate) float64 {
	t.Helper()
	if !e.Known() {
		t.Fatal("the figure is null")
	}
	return *e.Value
}

// halfWidth returns half of an interval that must be there.
func halfWidth(t testing.TB, e result.Estimate) float64 {
	t.Helper()
	if e.Low == nil || e.High == nil {
		t.Fatal("there is no interval")
	}
	return (*e.High - *e.Low) / 2
}

// warned reports whether a warning holds all of the texts.
func warned(r *result.Result, texts ...string) bool {
	return slices.ContainsFunc(r.Warnings, func(w string) bool {
		return !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(w, text) })
	})
}

package known_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"lbsim/studies/known"
	"lbsim/studies/theory"
)

// small is M/M/1 at half load, a figure of which is 1/(μ-λ) = 20ms.
func small(name, metric string, expected float64) theory.Case {
	return theory.Case{Name: name, Shows: "a short queue", Metric: metric, Expected: expected, Tolerance: 0.004, Source: "M/M/1", Scenario: `
name: small
workload:
  arrivals: {process: poisson, rate: 50/s}
  classes: [{name: request, share: 100%, service: {dist: exponential, mean: 10ms}}]
servers: [{name: api, count: 1}]
balancer: {algorithm: round_robin}
run: {duration: 200s, warmup: 10s, replications: 10, seed: 1}
`}
}

func TestAnswersAgreeOrNot(t *testing.T) {
	cases := []theory.Case{
		small("right", "latency_seconds.mean", 0.020),
		small("wrong", "latency_seconds.mean", 0.030),
		small("unknown", "latency_seconds.p999", 0.138), // too few requests for it
		small("again", "utilization", 0.5),
	}
	var told []int
	answers, err := known.Run(context.Background(), cases, func(_ string, done, planned int) {
		if planned != 10 {
			t.Errorf("%d runs planned, and one scenario has 10", planned)
		}
		told = append(told, done)
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(told) != 11 || told[0] != 0 || !slices.IsSorted(told) {
		t.Errorf("progress: %v", told)
	}
	want := map[string]bool{"right": true, "wrong": false, "unknown": false, "again": true}
	for i, a := range answers {
		if a.Case.Name != cases[i].Name || a.Agrees != want[a.Case.Name] {
			t.Errorf("%s: agrees = %v, measured %v", a.Case.Name, a.Agrees, a.Measured)
		}
	}
	if len(answers) != len(cases) || math.Abs(*answers[0].Measured.Value-0.02) > 0.002 {
		t.Errorf("%+v", answers)
	}
}

// What was answered before the end stays.
func TestInterruptedAnswers(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	other := small("other", "utilization", 0.5)
	other.Scenario += "description: another one\n"
	cases := []theory.Case{small("first", "utilization", 0.5), other}
	answers, err := known.Run(ctx, cases, func(_ string, done, _ int) {
		if done == 11 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || len(answers) != 1 || answers[0].Case.Name != "first" {
		t.Errorf("%d answers, error %v", len(answers), err)
	}
}

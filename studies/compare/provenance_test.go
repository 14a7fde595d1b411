package compare

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"lbsim/scenarios"
	"lbsim/studies/result"
)

// brief is a scenario whose seed no float64 holds.
const brief = `
name: brief
description: A short one.
workload:
  arrivals: {process: poisson, rate: 50/s}
  classes: [{name: request, share: 100%, service: {dist: exponential, mean: 10ms}}]
servers: [{name: api, count: 2}]
balancer: {algorithm: round_robin}
run: {duration: 20s, warmup: 1s, replications: 4, seed: 9007199254740993}
`

func briefQuestion(t *testing.T) Question {
	t.Helper()
	source, err := scenarios.Parse("brief.yaml", ".", strings.NewReader(brief))
	if err != nil {
		t.Fatal(err)
	}
	return Question{Sources: []*scenarios.Source{source}, Settings: []string{"servers.api.count=3"},
		Algorithms: []string{"random", "p2c:choices=3"}, Variants: []string{"two:servers.api.count=2"},
		Loads: []float64{0.3, 0.6}, Metrics: []string{"p50", "mean"}, Baseline: "p2c:choices=3", MinEffect: 0.01}
}

func carriedOut(t *testing.T, q Question) *result.Result {
	t.Helper()
	p, err := q.Plan()
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), *p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRecallPutsTheSameQuestion(t *testing.T) {
	before := carriedOut(t, briefQuestion(t))
	q, err := Recall(before)
	if err != nil {
		t.Fatal(err)
	}
	after := carriedOut(t, q)
	if after.Fingerprint != before.Fingerprint || after.Seed != before.Seed {
		t.Errorf("fingerprint %s and seed %d, were %s and %d", after.Fingerprint, after.Seed, before.Fingerprint, before.Seed)
	}
	if !reflect.DeepEqual(after.Provenance, before.Provenance) {
		t.Errorf("provenance %+v\nwas %+v", after.Provenance, before.Provenance)
	}
	if before.Scenario != "brief" || before.Description != "With servers.api.count=3. As written: A short one." || before.Provenance.ScenarioSHA256 == "" {
		t.Errorf("%s, %s, %s", before.Scenario, before.Description, before.Provenance.ScenarioSHA256)
	}
}

// Of a study that was stopped, what was done is done again.
func TestRecallOfAnInterruptedStudy(t *testing.T) {
	q := briefQuestion(t)
	q.Precision = 0.5
	q.Settings = append(q.Settings, "run.replications=3")
	before := carriedOut(t, q)
	before.Interrupted, before.Replications = true, 2
	again, err := Recall(before)
	if err != nil {
		t.Fatal(err)
	}
	p, err := again.Plan()
	if err != nil {
		t.Fatal(err)
	}
	if p.Replications != 2 || p.Precision != 0 {
		t.Errorf("%d replications, precision %v", p.Replications, p.Precision)
	}
}

func TestRecallRefusesWhatHasNoScenario(t *testing.T) {
	if _, err := Recall(&result.Result{}); err == nil {
		t.Error("no error")
	}
}

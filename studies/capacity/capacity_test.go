package capacity_test

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"lbsim/scenarios"
	"lbsim/studies/capacity"
)

// zoned has three servers in two zones, whose capacity is 400/s.
const zoned = `
name: zoned
workload:
  arrivals: {process: poisson, rate: 100/s}
  classes: [{name: read, service: {dist: exponential, mean: 10ms}}]
servers:
  - {name: big, count: 1, workers: 2, zone: a}
  - {name: small, count: 2, zone: b}
balancer: {algorithm: least_connections}
run: {duration: 20s, replications: 4}
slo: [p90 < 60ms]
`

func source(t *testing.T, text string) *scenarios.Source {
	t.Helper()
	s, err := scenarios.Parse("test.yaml", ".", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func answered(t *testing.T, q capacity.Question, workers int) *capacity.Result {
	t.Helper()
	p, err := q.Plan()
	if err != nil {
		t.Fatal(err)
	}
	p.Workers = workers
	r, err := capacity.Run(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The loss that is asked about is the greatest: the server that does most, the zone that
// does most.
func TestFleetsLoseTheirGreatest(t *testing.T) {
	r := answered(t, capacity.Question{Source: source(t, zoned), Precision: 0.2, Budget: 6e6}, 0)
	if len(r.Results) != 3 || len(r.NotAsked) != 0 {
		t.Fatalf("%d lines, not asked %v", len(r.Results), r.NotAsked)
	}
	for i, want := range []struct {
		fleet capacity.Fleet
		lost  string
		left  int
		bound float64
	}{{capacity.Whole, "", 3, 400}, {capacity.LessOneServer, "big-1", 2, 200}, {capacity.LessOneZone, "a", 2, 200}} {
		l := &r.Results[i]
		if l.Fleet != want.fleet || l.Lost != want.lost || l.Servers != want.left || l.BoundRPS < want.bound-1e-6 || l.BoundRPS > want.bound+1e-6 {
			t.Errorf("%s lost %q, %d servers with %v/s are left; want %+v", l.Fleet, l.Lost, l.Servers, l.BoundRPS, want)
		}
		if l.Met == nil || l.Missed == nil || *l.Met >= *l.Missed || *l.Missed > l.BoundRPS {
			t.Errorf("%s: no answer below what the servers can do: %+v", l.Fleet, l)
		}
		for j := range l.Curve[1:] {
			if l.Curve[j].At > l.Curve[j+1].At {
				t.Errorf("%s: the curve goes back at %v", l.Fleet, l.Curve[j].At)
			}
		}
	}
	// What is left is the same in both, and so is the answer.
	if one, zone := r.Results[1], r.Results[2]; *one.Met != *zone.Met || *one.Missed != *zone.Missed {
		t.Errorf("less big-1: %v to %v, less zone a, which is big-1: %v to %v", *one.Met, *one.Missed, *zone.Met, *zone.Missed)
	}
}

// The same question has the same answer, byte by byte, on any number of cores.
func TestSameOnAnyNumberOfCores(t *testing.T) {
	q := capacity.Question{Source: source(t, zoned), Precision: 0.3, Budget: 2e6, Algorithms: []string{"rr", "random"}}
	var texts [2][]byte
	for i, workers := range []int{1, 5} {
		text, err := json.Marshal(answered(t, q, workers))
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = text
	}
	if !bytes.Equal(texts[0], texts[1]) {
		t.Errorf("on 1 core and on 5:\n%s\n%s", texts[0], texts[1])
	}
}

// The fewest servers are those that theory says: M/M/1 at each of n servers.
func TestFewestServers(t *testing.T) {
	r := answered(t, capacity.Question{Source: source(t, strings.ReplaceAll(zoned, "big, count: 1, workers: 2, zone: a", "big, count: 4, zone: a")),
		Algorithms: []string{"random"}, Find: capacity.Servers, Group: "big", Rate: 400, Budget: 10e6}, 0)
	// p90 = -ln(0.1)/(100 - 400/n) < 60 ms from n = 6.49 on: 7, of which two are small.
	for i, want := range []float64{5, 6} {
		l := &r.Results[i]
		if l.Answer != capacity.Found || *l.Met != want || *l.Missed != want-1 {
			t.Errorf("%s: %s, want %v of big to be met: %+v", l.Fleet, l.Answer, want, l)
		}
	}
	want := capacity.NotAsked{Fleet: capacity.LessOneZone, Why: "what is left without a does not carry 400/s, however many servers of big there are"}
	if len(r.NotAsked) != 1 || r.NotAsked[0] != want {
		t.Errorf("not asked: %v, want %v", r.NotAsked, want)
	}
}

// What a rate can't miss, and what is missed at any, is said with where it was asked.
func TestOneSided(t *testing.T) {
	for _, c := range []struct {
		slo, set string
		want     capacity.Answer
	}{
		{"p90 < 10ms", "", capacity.NeverMet},                          // an idle server's p90 is 23 ms
		{"p90 < 100ms", "servers.small.queue=1", capacity.NeverMissed}, // who is not refused waits for one at most
	} {
		q := capacity.Question{Source: source(t, strings.Replace(zoned, "  - {name: big, count: 1, workers: 2, zone: a}\n", "", 1)), Objectives: []string{c.slo}, Budget: 20e6}
		if c.set != "" {
			q.Settings = []string{c.set}
		}
		r := answered(t, q, 0)
		if l := r.Results[0]; l.Answer != c.want || (l.Met == nil) == (l.Missed == nil) {
			t.Errorf("%s with %s: %s, want %s", c.slo, c.set, l.Answer, c.want)
		}
	}
}

// An interrupted study says what was known by then. How many runs of which line are done when
// it is stopped is the machine's choice, so it is stopped later until something was known.
func TestInterrupted(t *testing.T) {
	for after := 60; ; after += 60 {
		p, err := capacity.Question{Source: source(t, zoned)}.Plan()
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		p.Progress = func(done, _ int) {
			if done == after {
				stop()
			}
		}
		r, err := capacity.Run(ctx, p)
		stop()
		if err != nil || !r.Interrupted || len(r.Results) != 3 {
			t.Fatalf("stopped after %d runs: %+v, error %v", after, r, err)
		}
		if slices.ContainsFunc(r.Results, func(l capacity.Line) bool { return len(l.Probes) > 0 }) {
			return
		}
	}
}

func TestMistakes(t *testing.T) {
	for _, c := range []struct {
		change [2]string
		q      capacity.Question
		want   string
	}{
		{q: capacity.Question{Objectives: []string{"p99"}}, want: "--slo p99: must look like"},
		{q: capacity.Question{Objectives: []string{"p99{class=write} < 1s"}}, want: "--slo p99{class=write} < 1s: there is no class write: known: read"},
		{q: capacity.Question{Objectives: []string{"throughput > 10/s"}}, want: "no rate is the greatest"},
		{q: capacity.Question{Objectives: []string{"p99 > 1s"}}, want: "it is missed where little is asked"},
		{q: capacity.Question{Objectives: []string{"hit_ratio < 10%"}}, want: "it is missed where little is asked"},
		{q: capacity.Question{Objectives: []string{"server_hours < 4"}}, want: "does not depend on what they are asked"},
		{q: capacity.Question{Objectives: []string{"p99 < 1s at 40/s"}}, want: "the rate is what is sought"},
		{change: [2]string{"slo: [p90 < 60ms]", ""}, want: "zoned has no objective that a rate could miss: give one, such as --slo 'p99 < 200ms'"},
		{change: [2]string{"p90 < 60ms", "throughput > 1/s"}, want: `the objective "throughput > 1/s" is left out`},
		{change: [2]string{"{process: poisson, rate: 100/s}", "{process: closed, users: 10, think: 1s}"}, want: "test.yaml: its users wait for answers"},
		{change: [2]string{"small, count: 2, zone: b", "small, count: 2, zone: b, autoscale: {min: 1, max: 4, target: {cpu: 70%}}"}, want: "servers.small.autoscale decides how many servers there are"},
		{q: capacity.Question{Find: capacity.Servers}, want: "--servers: of which group may there be more? Name it with --group: big, small"},
		{q: capacity.Question{Find: capacity.Servers, Group: "smal"}, want: "--group smal: did you mean small"},
		{q: capacity.Question{Rate: 100}, want: "--rate and --group are for --servers"},
		{q: capacity.Question{Algorithms: []string{"rr", "round_robin"}}, want: "--algorithms: round_robin is given twice"},
		{q: capacity.Question{Settings: []string{"servers.big.count"}}, want: "--set servers.big.count: must look like path=value"},
	} {
		text := zoned
		if c.change[0] != "" {
			text = strings.Replace(text, c.change[0], c.change[1], 1)
		}
		c.q.Source = source(t, text)
		if _, err := c.q.Plan(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
}

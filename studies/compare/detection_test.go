package compare_test

import (
	"fmt"
	"testing"

	"lbsim/studies/compare"
)

// detected is a world in two zones in which something breaks at 20 s. Checks come every
// second, with half a second to answer, and two in a row decide; a server is ejected for five
// failures in a row.
const detected = `
name: detected
workload:
  arrivals: {process: poisson, rate: 400/s}
  classes: [{name: request, service: 5ms}]
servers:
  - {name: api-a, count: 3, workers: 8, zone: a, depends_on: [db]}
  - {name: api-b, count: 3, workers: 8, zone: b, depends_on: [db], health: {service: 10ms}}
network: {frontends: [a, b]}
balancer:
  algorithm: round_robin
  frontends: 2
  health:
    active: {interval: 1s, timeout: 500ms, unhealthy: 2}
  retries: {attempts: 2, per_try_timeout: 100ms}
timeline: [%s]
run: {duration: 40s, warmup: 0s, replications: 2}
`

// Every act that breaks something has a time until a balancer has seen it, by checks or by
// answers, or none where neither can see it.
func TestDetection(t *testing.T) {
	const (
		checks  = ""
		passive = "balancer.health={passive: {consecutive_failures: 5, ejection_time: 10s, max_ejected: 100%}}"
		deep    = "balancer.health.active.depth=deep"
	)
	// By checks: the second to fail begins one to two intervals after the first that could,
	// and fails at once or after its time-out. By answers: each frontend sends a server 33
	// requests a second, so five in a row take some 0.15 s, and a time-out more.
	byChecks, afterTimeouts, byAnswers, afterTries := [2]float64{1, 2.1}, [2]float64{2, 3.1}, [2]float64{0.01, 0.5}, [2]float64{0.11, 0.6}
	unseen := [2]float64{}
	for _, c := range []struct {
		act, setting string
		within       [2]float64
	}{
		{"do: crash, server: api-a-1", checks, byChecks},
		{"do: crash, server: api-a-1", passive, byAnswers},
		{"do: hang, server: api-a-1", checks, afterTimeouts},
		{"do: hang, server: api-a-1", passive, afterTries},
		{"do: errors, server: api-a-1", checks, unseen},
		{"do: errors, server: api-a-1", passive, byAnswers},
		{"do: flaky, server: api-a-1, ratio: 100%", checks, byChecks},
		{"do: flaky, server: api-a-1, ratio: 100%", passive, byAnswers},
		{"do: slow, group: api-a, factor: 100", checks, unseen},
		{"do: slow, group: api-a, factor: 100", passive, afterTries},
		{"do: slow, group: api-b, factor: 100", checks, afterTimeouts}, // there checks take work
		{"do: dependency_down, dependency: db", checks, unseen},
		{"do: dependency_down, dependency: db", deep, byChecks},
		{"do: dependency_down, dependency: db", passive, byAnswers},
		{"do: lose_zone, zone: b", checks, byChecks},
		{"do: lose_zone, zone: b", passive, byAnswers},
		{"do: partition, zones: [a, b]", checks, byChecks},
		{"do: partition, zones: [a, b]", passive, byAnswers},
		{"do: partition, zones: [a, b], silent: true", checks, afterTimeouts},
		{"do: partition, zones: [a, b], silent: true", passive, afterTries},
	} {
		var settings []string
		if c.setting != "" {
			settings = []string{c.setting}
		}
		x := ask(t, compare.Question{}, fmt.Sprintf(detected, "{at: 20s, "+c.act+"}"), settings...).Results[0].Recovery.Detect
		switch {
		case x.Known() != (c.within != unseen):
			t.Errorf("%s, %s: known %v", c.act, c.setting, x.Known())
		case x.Known() && (*x.Value < c.within[0] || *x.Value > c.within[1]):
			t.Errorf("%s, %s: detected after %v s, want %v", c.act, c.setting, *x.Value, c.within)
		}
	}
}

// Of what servers call it is the callers' zone that counts.
func TestDetectionByCallers(t *testing.T) {
	const called = "[{name: api-a, count: 2, workers: 8, zone: a, calls: {group: db, service: 1ms, balancer: {algorithm: rr, health: {active: {interval: 1s, unhealthy: 2}}}}}, {name: db, count: 2, zone: b}]"
	x := ask(t, compare.Question{}, fmt.Sprintf(detected, "{at: 20s, do: partition, zones: [a, b]}"), "servers="+called, "network.frontends=[a]", "balancer.frontends=1").Results[0].Recovery
	near(t, "detection by callers", x.Detect, 1.5, 0.4)
}

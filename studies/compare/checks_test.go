package compare_test

import (
	"testing"

	"lbsim/studies/compare"
)

// Checks of 100 ms, a second from the end of one to the next, are an eleventh of a worker's
// time; where they take no work there is no such figure.
func TestCheckUtilization(t *testing.T) {
	const text = `
name: checked
workload:
  arrivals: {process: poisson, rate: 1/s}
  classes: [{name: read, service: 1ms}]
servers: [{name: api, count: 2, workers: 2, health: {service: 100ms}}]
balancer: {algorithm: rr, health: {active: {interval: 1s}}}
run: {duration: 110s, warmup: 11s, replications: 2}
`
	x := ask(t, compare.Question{}, text).Results[0]
	near(t, "checks", x.CheckUtilization, 1/22.0, 0.001)
	near(t, "checks that are connections", ask(t, compare.Question{}, text, "balancer.health.active.connect=true").Results[0].CheckUtilization, 0, 0)
	if x := ask(t, compare.Question{Metrics: []string{"check_utilization"}}, sharded).Results[0].CheckUtilization; x.Known() {
		t.Errorf("where checks take no work they are %v of it", *x.Value)
	}
}

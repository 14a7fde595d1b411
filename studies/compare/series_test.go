package compare_test

import (
	"math"
	"testing"

	"lbsim/studies/compare"
)

const broken = `
name: broken
workload:
  arrivals: {process: poisson, rate: 100/s}
  classes: [{name: request, service: {dist: exponential, mean: 10ms}}]
servers: [{name: api, count: 4}]
balancer: {algorithm: round_robin}
timeline: [{at: 4s, do: errors, server: api-1, ratio: 80%}, {at: 8s, do: crash, server: api-2}]
run: {duration: 12s, replications: 3, interval: 1s}
`

// What a timeline keeps apart adds up to what it shows as a whole: failures by status
// to all failures, the servers' shares to one.
func TestSeriesAddUp(t *testing.T) {
	line := &ask(t, compare.Question{}, broken).Results[0].Timeline
	if len(line.Status["500"]) == 0 || len(line.Status["503"]) == 0 || len(line.Servers) != 4 || line.Attempts != nil {
		t.Fatalf("statuses %v, %d servers, attempts %v", line.Status, len(line.Servers), line.Attempts)
	}
	for i := range line.Offered {
		failed, share := 0.0, 0.0
		for _, series := range line.Status {
			failed += series[i]
		}
		for _, s := range line.Servers {
			share += *s.Share[i]
		}
		if math.Abs(failed-line.Failed[i]) > 1e-9 || math.Abs(share-1) > 1e-9 {
			t.Errorf("interval %d: %g of %g failures, shares of %g in all", i, failed, line.Failed[i], share)
		}
	}
	if crashed := line.Servers[1].InFlight; crashed[10] != 0 {
		t.Errorf("a crashed server has %g requests", crashed[10])
	}
}

// Retries are attempts beside the requests, and nothing else is.
func TestAttemptsOverTime(t *testing.T) {
	line := &ask(t, compare.Question{}, broken, "balancer.retries={attempts: 2, conditions: [connect_failure], budget: {ratio: 100%}}").Results[0].Timeline
	for i := range line.Offered {
		if more := line.Attempts[i] > line.Offered[i]; more != (i >= 8) {
			t.Errorf("interval %d: %g attempts of %g requests", i, line.Attempts[i], line.Offered[i])
		}
	}
}

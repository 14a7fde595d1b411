package compare_test

import (
	"math"
	"testing"

	"lbsim/studies/compare"
)

// No service ends in time, so each request is sent three times by its client, whatever
// the balancer tries: two more than its first.
func TestResent(t *testing.T) {
	const text = `
name: in-vain
workload:
  arrivals: {process: poisson, rate: 20/s}
  classes:
    - {name: read, share: 80%, service: {dist: constant, mean: 1s}}
    - {name: report, share: 20%, service: {dist: constant, mean: 1s}}
  clients: {timeout: 100ms, retries: {attempts: 3, after: [timed_out]}}
servers:
  - {name: api, count: 4}
balancer: {algorithm: random}
run: {duration: 20s, warmup: 5s, replications: 2, drain: 5s}
`
	x := ask(t, compare.Question{}, text).Results[0]
	if x.Requests.TimedOut != x.Requests.Offered || x.Resent != 2*x.Requests.Offered || x.Resent == 0 {
		t.Errorf("%+v, sent again %d times", x.Requests, x.Resent)
	}
	for _, c := range x.Classes {
		if c.Resent != 2*c.Requests.Offered {
			t.Errorf("%s: %+v, sent again %d times", c.Name, c.Requests, c.Resent)
		}
	}
	if y := ask(t, compare.Question{}, text, "workload.clients.retries.attempts=1").Results[0]; y.Resent != 0 || y.Requests.TimedOut == 0 {
		t.Errorf("clients who send once: %+v, sent again %d times", y.Requests, y.Resent)
	}
}

// What a crash cuts that comes where one interval ends and the next begins is the next
// one's: nothing else fails here, so recovery has all that failed.
func TestFailuresAtAnIntervalsEnd(t *testing.T) {
	const text = `
name: cut
workload:
  arrivals: {process: poisson, rate: 200/s}
  classes: [{name: request, service: {dist: exponential, mean: 20ms}}]
servers: [{name: api, count: 4, workers: 4}]
balancer: {algorithm: random}
timeline:
  - {at: 10s, do: crash, server: api-1}
  - {at: 11s, do: restore, server: api-1}
run: {duration: 20s, warmup: 0s, replications: 20, interval: 2s}
`
	x := ask(t, compare.Question{}, text).Results[0]
	cut := x.Timeline.Status["502"][5] // of the interval that begins with the crash
	if all := float64(x.Requests.Failed) / 20; cut == 0 || math.Abs(*x.Recovery.Failed.Value-all) > 1e-9 {
		t.Errorf("%v failed, of which %v were cut; recovery has %v", all, cut, *x.Recovery.Failed.Value)
	}
}

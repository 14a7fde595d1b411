package balancer_test

import (
	"testing"
	"time"

	"lbsim/balancer"
)

// resilient is a pool with everything that there is against failures, so quick to
// act that a short test sees all of it.
func resilient(pool *balancer.PoolConfig) {
	pool.Health = &balancer.HealthCheck{Interval: 200 * time.Millisecond, Timeout: 100 * time.Millisecond, Healthy: 1, Unhealthy: 2, Jitter: 0.3}
	pool.Outliers = &balancer.OutlierDetection{ConsecutiveFailures: 2, Interval: 300 * time.Millisecond, EjectionTime: 200 * time.Millisecond,
		MaxEjectionTime: time.Second, MaxEjected: 0.5, RestoreOnCheck: false,
		SuccessRate: &balancer.SuccessRate{Hosts: 2, Requests: 2, Factor: 0.5}, FailureRatio: &balancer.FailureRatio{Hosts: 1, Requests: 3, Threshold: 0.9}}
	pool.Retries = &balancer.Retries{Attempts: 3, ConnectFailure: true, Reset: true, Timeout: true, Statuses: []int{500, 503},
		Backoff: 40 * time.Millisecond, MaxBackoff: 100 * time.Millisecond,
		Budget: &balancer.Budget{Kind: balancer.TokenBucket, Ratio: 0.5, MinRate: 1, TTL: time.Second}}
	pool.PanicBelow = 0.4
	if balancer.Ramps(pool.Algorithm) {
		pool.SlowStart = &balancer.SlowStart{Window: 500 * time.Millisecond, Aggression: 0.5, AfterEjection: true}
	}
	pool.Drain = &balancer.Drain{Timeout: 100 * time.Millisecond}
}

// newResilient is newBalancer with resilient pools.
func newResilient(t failer, affinity *balancer.Affinity, texts ...string) *balancer.Balancer {
	t.Helper()
	return newBalancerBy(t, affinity, resilient, texts...)
}

// newResilientBy is newResilient with a change to each pool.
func newResilientBy(t failer, affinity *balancer.Affinity, change func(*balancer.PoolConfig), texts ...string) *balancer.Balancer {
	t.Helper()
	return newBalancerBy(t, affinity, func(pool *balancer.PoolConfig) {
		resilient(pool)
		change(pool)
	}, texts...)
}

// happenings counts what a test is about.
type happenings struct {
	events         [balancer.Undrained + 1]int
	resent, waited int // decisions of Finish
	ramping        int // weights that were seen below 1
}

func (h *happenings) count(log []call, events []balancer.Event) {
	for _, e := range events {
		h.events[e.Kind]++
	}
	for i := range log {
		if c := &log[i]; c.what == "finish" && c.answer.Kind == balancer.Send {
			h.resent++
		} else if c.what == "finish" && c.answer.Kind == balancer.WaitUntil {
			h.waited++
		} else if c.what == "weight" && c.weight > 0 && c.weight < 1 {
			h.ramping++
		}
	}
}

// mustBeAll asserts that everything happened.
func (h *happenings) mustBeAll(t *testing.T) {
	t.Helper()
	for kind, n := range h.events {
		if n == 0 {
			t.Errorf("%v never happened: the case was not exercised", balancer.EventKind(kind))
		}
	}
	if h.resent+h.waited == 0 {
		t.Error("nothing was tried again: the case was not exercised")
	}
	if h.ramping == 0 {
		t.Error("no slow start was seen: the case was not exercised")
	}
}

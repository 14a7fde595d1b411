package theory_test

import (
	"math"
	"testing"

	"lbsim/studies/theory"
)

func TestTryAgain(t *testing.T) {
	for _, c := range []struct {
		retries            theory.TryAgain
		perRequest, failed float64
	}{
		{theory.TryAgain{Failure: 0.3, Attempts: 1}, 1, 0.3},
		{theory.TryAgain{Failure: 0.3, Attempts: 3}, 1.39, 0.027},
		{theory.TryAgain{Failure: 0, Attempts: 5}, 1, 0},
		{theory.TryAgain{Failure: 1, Attempts: 4}, 4, 1},
	} {
		if a, b := c.retries.PerRequest(), c.retries.Failed(); math.Abs(a-c.perRequest) > 1e-12 || math.Abs(b-c.failed) > 1e-12 {
			t.Errorf("%+v: %v attempts, %v failed", c.retries, a, b)
		}
	}
}

// Without jitter half an interval is left on average; with one of 100% an interval is
// uniform between one and two, and of those that a moment falls into, longer ones are more.
func TestMeanDetection(t *testing.T) {
	for _, c := range []struct {
		checks theory.HealthChecks
		want   float64
	}{
		{theory.HealthChecks{Interval: 2, Unhealthy: 1}, 1},
		{theory.HealthChecks{Interval: 2, Unhealthy: 3}, 5},
		{theory.HealthChecks{Interval: 2, Jitter: 1, Unhealthy: 3}, 28./18 + 6},
	} {
		if got := c.checks.MeanDetection(); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%+v: %v, want %v", c.checks, got, c.want)
		}
	}
}

package config_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"lbsim/balancer"
	"lbsim/config"
)

// What is written about health and retries reaches the balancer, with the defaults of
// the products for what is not.
func TestResilience(t *testing.T) {
	b, err := config.Read("lb.yaml", strings.NewReader(`
algorithm: least_connections
health:
  active: {path: /healthz, timeout: 500ms, jitter: 10%}
  passive: {consecutive_failures: 3, max_ejected: 50%, success_rate: {}}
retries: {attempts: 3, conditions: [connect_failure, "503", timeout], per_try_timeout: 1s, budget: {ratio: 20%, min_rate: 10/s}}
panic_threshold: 50%
`))
	if err != nil {
		t.Fatal(err)
	}
	pool := b.Config().Pools[0]
	if want := (&balancer.HealthCheck{Path: "/healthz", Interval: 2 * time.Second, Timeout: 500 * time.Millisecond, Healthy: 2, Unhealthy: 3, Jitter: 0.1}); !reflect.DeepEqual(pool.Health, want) {
		t.Errorf("health %+v", pool.Health)
	}
	if want := (&balancer.OutlierDetection{ConsecutiveFailures: 3, Interval: 10 * time.Second, EjectionTime: 30 * time.Second, MaxEjectionTime: 300 * time.Second,
		MaxEjected: 0.5, RestoreOnCheck: true, SuccessRate: &balancer.SuccessRate{Hosts: 5, Requests: 100, Factor: 1.9}}); !reflect.DeepEqual(pool.Outliers, want) {
		t.Errorf("outliers %+v", pool.Outliers)
	}
	if want := (&balancer.Retries{Attempts: 3, ConnectFailure: true, Timeout: true, Statuses: []int{503}, PerTry: time.Second, Backoff: 25 * time.Millisecond,
		MaxBackoff: 250 * time.Millisecond, Budget: &balancer.Budget{Ratio: 0.2, MinRate: 10, TTL: 10 * time.Second}}); !reflect.DeepEqual(pool.Retries, want) {
		t.Errorf("retries %+v, budget %+v", pool.Retries, pool.Retries.Budget)
	}
	if pool.PanicBelow != 0.5 {
		t.Errorf("panic below %v", pool.PanicBelow)
	}
}

// Each kind of budget has the defaults of its product, and unlimited is none.
func TestBudgets(t *testing.T) {
	for text, want := range map[string]*balancer.Budget{
		"unlimited":            nil,
		"{}":                   {Kind: balancer.TokenBucket, Ratio: 0.2, MinRate: 10, TTL: 10 * time.Second},
		"{kind: token_bucket}": {Kind: balancer.TokenBucket, Ratio: 0.2, MinRate: 10, TTL: 10 * time.Second},
		"{kind: concurrent}":   {Kind: balancer.Concurrent, Ratio: 0.2, MinConcurrent: 3},
		"{kind: throttle}":     {Kind: balancer.Throttle, MaxTokens: 10, TokenRatio: 0.1},
	} {
		b, err := config.Read("lb.yaml", strings.NewReader("algorithm: rr\nretries: {budget: "+text+"}\n"))
		if err != nil {
			t.Fatal(text, err)
		}
		if got := b.Config().Pools[0].Retries.Budget; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
}

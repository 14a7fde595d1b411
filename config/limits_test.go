package config_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"lbsim/balancer"
	"lbsim/config"
)

// What is written about limits reaches the balancer, with the defaults of the products
// for what is not.
func TestLimits(t *testing.T) {
	b, err := config.Read("lb.yaml", strings.NewReader(`
algorithm: least_connections
retries: {}
limits:
  rates:
    - {rate: 100/s, per: client}
    - {rate: 90/min, per: all, rule: nginx, burst: 20, delay: nodelay}
  requests: 1024
  per_endpoint: 100
  retries: 3
  adaptive: {}
  queue: {size: 50}
  shedding: {sheddable: 40%}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := &balancer.Limits{
		Rates: []balancer.RateLimit{
			{Tokens: 100_000, Per: 1000 * time.Second, Burst: 1, PerClient: true, Clients: 16_000},
			{Tokens: 1500, Per: 1000 * time.Second, Burst: 20, Rule: balancer.LeakyBucket, Delay: balancer.NoDelay, Clients: 16_000},
		},
		Requests: 1024, PerEndpoint: 100, Retries: 3,
		Adaptive: &balancer.Gradient{Interval: 100 * time.Millisecond, MinInterval: time.Minute, Jitter: 0.15, Samples: 50, Buffer: 0.25, Min: 3, Max: 1000},
		Queue:    &balancer.WaitQueue{Size: 50, Timeout: time.Minute},
		Shedding: &balancer.Shedding{Default: 0.8, Sheddable: 0.4},
	}
	if got := b.Config().Pools[0].Limits; !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

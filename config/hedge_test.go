package config_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"lbsim/balancer"
	"lbsim/config"
)

// What is written about hedges reaches the balancer, with Finagle's budget but for its
// ratio where none is given.
func TestHedges(t *testing.T) {
	usual := &balancer.Budget{Ratio: 0.1, MinRate: 10, TTL: 10 * time.Second}
	for text, want := range map[string]*balancer.Hedges{
		"{delay: 10ms}": {Attempts: 2, Delay: 10 * time.Millisecond, Budget: usual},
		"{percentile: p999, attempts: 3, methods: any, budget: unlimited}": {Attempts: 3, Percentile: 0.999, AnyMethod: true},
		"{delay: 0s, budget: {kind: throttle}}":                            {Attempts: 2, Budget: &balancer.Budget{Kind: balancer.Throttle, MaxTokens: 10, TokenRatio: 0.1}},
		"{on_per_try_timeout: true}":                                       {Attempts: 2, OnPerTry: true, Budget: usual},
	} {
		b, err := config.Read("lb.yaml", strings.NewReader("algorithm: rr\nretries: {per_try_timeout: 1s}\nhedge: "+text+"\n"))
		if err != nil {
			t.Fatal(text, err)
		}
		if got := b.Config().Pools[0].Hedges; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
}

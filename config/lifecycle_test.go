package config_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"lbsim/balancer"
	"lbsim/config"
)

// What is written about slow start and draining reaches the balancer.
func TestLifecycle(t *testing.T) {
	b, err := config.Read("lb.yaml", strings.NewReader(`
algorithm: least_connections
slow_start: {window: 20s, aggression: 2, min_weight: 5%}
drain: {sticky: keep}
affinity: {cookie: {}}
`))
	if err != nil {
		t.Fatal(err)
	}
	pool := b.Config().Pools[0]
	if want := (&balancer.SlowStart{Window: 20 * time.Second, Aggression: 2, MinWeight: 0.05}); !reflect.DeepEqual(pool.SlowStart, want) {
		t.Errorf("slow start %+v", pool.SlowStart)
	}
	if want := (&balancer.Drain{Timeout: 30 * time.Second, Keep: true}); !reflect.DeepEqual(pool.Drain, want) {
		t.Errorf("drain %+v", pool.Drain)
	}
}

// What would have no effect is refused.
func TestLifecycleMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"algorithm: round_robin\nslow_start: {window: 20s}\n":                                               "lb.yaml:2:1: slow_start: needs an algorithm that follows weights as they change, which round_robin does not: take weighted_round_robin, schedule smooth",
		"algorithm: prequal\nslow_start: {window: 20s}\n":                                                   "lb.yaml:2:1: slow_start: needs an algorithm that follows weights as they change, which prequal does not: take least_connections",
		"algorithm: ring_hash\nslow_start: {window: 20s}\n":                                                 "lb.yaml:2:1: slow_start: needs an algorithm that follows weights as they change, which ring_hash does not: it moves keys only when endpoints come or go",
		"algorithm: lc\nslow_start: {window: 0s}\n":                                                         "lb.yaml:2:22: slow_start.window = 0s: must be > 0",
		"algorithm: lc\nslow_start: {window: 1s, profile: haproxy, min_weight: 5%}\nhealth: {active: {}}\n": "lb.yaml:2:44: slow_start.min_weight: contradicts profile haproxy, whose weight rises linearly from 1/16: leave it out",
		"algorithm: lc\nslow_start: {window: 1s, profile: haproxy}\n":                                       "lb.yaml:2:35: slow_start.profile = haproxy: haproxy ramps who is up again, which needs health.active",
		"algorithm: lc\nslow_start: {window: 1s, after_ejection: true}\n":                                   "lb.yaml:2:42: slow_start.after_ejection = true: needs health.passive, without which nothing is ejected",
		"algorithm: lc\ndrain: {sticky: keep}\n":                                                            "lb.yaml:2:17: drain.sticky = keep: keep needs affinity: without it no client belongs to an endpoint",
	} {
		_, err := config.Read("lb.yaml", strings.NewReader(text))
		if err == nil || err.Error() != want {
			t.Errorf("%s\ngot  %v\nwant %s", text, err, want)
		}
	}
}

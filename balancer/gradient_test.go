package balancer_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lbsim/balancer"
	"lbsim/clock"
)

// room is how many requests a balancer would let in now.
func room(lb *balancer.Balancer, now clock.Time) int {
	var open []balancer.Ticket
	var r balancer.Request
	for d := lb.Start(now, &r); d.Kind == balancer.Send; d = lb.Start(now, &r) {
		open = append(open, d.Ticket)
	}
	for _, ticket := range open {
		lb.Finish(now, &r, ticket, balancer.Cancelled) // of which nothing is learned
	}
	return len(open)
}

// Envoy's arithmetic by hand. The least latency is 10 ms. While it stays so the slope is
// 12.5/10: 3·1.25+sqrt(3.75) = 5.7, 5·1.25+sqrt(6.25) = 8.75, 13.2, 20.3, 30; at 30 ms it is
// the least, a half: 15+sqrt(15) = 18.9, 12, 8.4, 6, 4.7 and 3.4, below which the least
// limit holds. After five times there it is measured anew: 30 ms are the least now, and the
// limit grows.
func TestGradientByHand(t *testing.T) {
	lb := newBalancerBy(t, nil, func(pool *balancer.PoolConfig) {
		pool.Limits = &balancer.Limits{Adaptive: &balancer.Gradient{Interval: 100 * time.Millisecond, MinInterval: time.Hour, Samples: 1, Buffer: 0.25, Min: 3, Max: 1000}}
	}, "round_robin")
	lb.SetEndpoints(0, 0, numbered(1))
	now := clock.Time(0)
	answer := func(latency time.Duration) {
		var r balancer.Request
		d := lb.Start(now, &r)
		lb.Finish(now.Add(latency), &r, d.Ticket, balancer.OK)
		now = now.Add(latency)
	}
	answer(10 * time.Millisecond) // the least
	anchor := now
	var limits []string
	for i := range 19 {
		latency := 10 * time.Millisecond
		if i >= 5 {
			latency = 30 * time.Millisecond
		}
		answer(latency)
		now = anchor.Add(time.Duration(i+1) * 100 * time.Millisecond)
		limits = append(limits, fmt.Sprint(room(lb, now)))
	}
	const want = "5 8 13 20 30 18 12 8 6 4 3 3 3 3 3 3 3 3 5"
	if got := strings.Join(limits, " "); got != want {
		t.Errorf("limits %s, want %s", got, want)
	}
}

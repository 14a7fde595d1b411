package balancer_test

import (
	"testing"
	"time"

	"lbsim/algorithms"
	"lbsim/balancer"
	"lbsim/random"
)

// Slow start is refused where the algorithm would not notice it.
func TestSlowStartNeedsWeights(t *testing.T) {
	every(t, func(t *testing.T, text string) {
		choice, err := algorithms.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		_, err = balancer.New(balancer.Config{Pools: []balancer.PoolConfig{{Algorithm: choice, SlowStart: &balancer.SlowStart{Window: time.Second}}}}, random.NewIndex(1, "", 0))
		if ramps := balancer.Ramps(choice); ramps != (err == nil) {
			t.Errorf("follows weights: %v, error %v", ramps, err)
		}
	})
}

// What ramps gets less: of ten requests in flight at once the one that has just come has
// fewer than its peers, whatever the algorithm, and as many when its window is over.
func TestWhoStartsSlowlyGetsLess(t *testing.T) {
	asked := 0
	every(t, func(t *testing.T, text string) {
		choice, err := algorithms.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if !balancer.Ramps(choice) {
			return // New refuses it
		}
		asked++
		lb := newBalancerBy(t, nil, func(pool *balancer.PoolConfig) { pool.SlowStart = &balancer.SlowStart{Window: 10 * time.Second} }, text)
		lb.SetEndpoints(0, 0, endpoints("a", "b", "c"))
		lb.SetEndpoints(0, 0, endpoints("a", "b", "c", "new"))
		for _, c := range []struct {
			at       float64
			low, top int
		}{{0, 0, 80}, {10, 200, 300}} {
			var open []balancer.Ticket
			got := 0
			for i := range 1000 { // one in a millisecond, of 40 ms each
				now := seconds(c.at + float64(i)/1000)
				ticket := send(t, lb, now, &balancer.Request{})
				if ticket.Slot == slotOf(t, lb, "new") {
					got++
				}
				if open = append(open, ticket); len(open) > 40 {
					lb.Finish(now, &balancer.Request{}, open[0], balancer.OK)
					open = open[1:]
				}
			}
			for _, ticket := range open {
				lb.Finish(seconds(c.at+1), &balancer.Request{}, ticket, balancer.OK)
			}
			if got < c.low || got > c.top {
				t.Errorf("after %v s %d of 1000 requests, want %d to %d", c.at, got, c.low, c.top)
			}
		}
	})
	if asked < 5 {
		t.Errorf("%d algorithms follow weights: the case was not exercised", asked)
	}
}

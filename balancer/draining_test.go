package balancer_test

import (
	"slices"
	"testing"
	"time"

	"lbsim/balancer"
)

// A client whose cookie names an endpoint that drains is moved or kept, as is wished;
// kept until the timeout, though nothing was in flight before, and though nobody else is
// ready.
func TestDrainingMovesOrKeepsClients(t *testing.T) {
	for _, keep := range []bool{false, true} {
		lb := newBalancerBy(t, cookieFor(time.Hour), func(pool *balancer.PoolConfig) {
			pool.Drain = &balancer.Drain{Timeout: 10 * time.Second, Keep: keep}
		}, "round_robin")
		lb.SetEndpoints(0, 0, endpoints("a", "b"))
		r := &balancer.Request{}
		home := send(t, lb, 0, r)
		lb.Finish(0, r, home, balancer.OK)
		lb.Drain(seconds(1), 0, home.Slot)
		if at := send(t, lb, seconds(2), r).Slot; (at == home.Slot) != keep {
			t.Errorf("keep %v: sent to slot %d, was at %d", keep, at, home.Slot)
		}
		if at := send(t, lb, seconds(3), &balancer.Request{}).Slot; at == home.Slot {
			t.Errorf("keep %v: a new client was sent to who drains", keep)
		}
		if keep {
			lb.Drain(seconds(4), 0, 1-home.Slot)
			send(t, lb, seconds(5), r)
		}
		if d := lb.Start(seconds(20), r); keep && d.Kind != balancer.Reject {
			t.Errorf("a client was kept beyond the timeout: %+v", d)
		}
		var got []balancer.EventKind
		for _, e := range lb.AppendEvents(nil) {
			got = append(got, e.Kind)
		}
		want := []balancer.EventKind{balancer.Draining, balancer.Drained}
		if keep {
			want = []balancer.EventKind{balancer.Draining, balancer.Draining, balancer.DrainOver, balancer.DrainOver}
		}
		if !slices.Equal(got, want) {
			t.Errorf("keep %v: %v, want %v", keep, got, want)
		}
	}
}

// An endpoint leaves while it drains: nothing is due for it any more, and who gets its
// place is fresh.
func TestLeavingEndsDraining(t *testing.T) {
	lb := newBalancerBy(t, nil, func(pool *balancer.PoolConfig) { pool.Drain = &balancer.Drain{Timeout: time.Second} }, "round_robin")
	lb.SetEndpoints(0, 0, endpoints("a"))
	r := &balancer.Request{}
	attempt := send(t, lb, 0, r)
	lb.Drain(0, 0, attempt.Slot)
	lb.SetEndpoints(0, 0, endpoints("b"))
	if at, ok := lb.NextWake(); ok {
		t.Errorf("a deadline at %v", at)
	}
	lb.Finish(1, r, attempt, balancer.OK)
	if got := send(t, lb, 2, r).Slot; got != attempt.Slot {
		t.Errorf("b has slot %d", got)
	}
	if events := lb.AppendEvents(nil); len(events) != 1 {
		t.Errorf("events %v", events)
	}
}

package balancer_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lbsim/balancer"
	"lbsim/random/drawn"
)

// Whatever happens to endpoints with priorities and zones: levels get 100% together, and
// so do the zones of each; a request is sent to who may be used, and not to whom it has
// tried while there are others, on whichever level; and at the end nothing is in flight.
func TestLocalities(t *testing.T) {
	spilled, split, again := 0, 0, 0
	drawn.Until(t, func(t *rapid.T) {
		zones := balancer.Zones{Mode: balancer.ZoneMode(rapid.IntRange(0, 2).Draw(t, "mode")), MinEndpoints: 2, Enabled: 0.9}
		lb := newBalancerBy(t, nil, func(pool *balancer.PoolConfig) {
			localized(pool)
			pool.Zones = &zones
		}, "least_connections", "prequal")
		p := &punctual{lb: lb}
		for pool := range balancer.PoolID(2) {
			p.call(call{what: "set endpoints", pool: pool, members: numbered(5)})
		}
		for range rapid.IntRange(20, 120).Draw(t, "steps") {
			p.wait(time.Duration(rapid.IntRange(0, 40).Draw(t, "ms")) * time.Millisecond)
			before := len(p.log)
			p.step(t)
			for _, c := range p.log[before:] {
				if c.answer.Kind != balancer.Send {
					continue
				}
				// What the request met is in the state that it left behind, but for who has
				// become full or been ejected by it.
				if tried := c.request.Tried; c.what == "start" && tried.Has(c.answer.Ticket.Slot) {
					for slot := range int32(5) {
						if !tried.Has(slot) && p.lb.Uses(c.answer.Ticket.Pool, slot) {
							t.Fatalf("sent to %d again, though %d is ready", c.answer.Ticket.Slot, slot)
						}
					}
				} else if tried.Len() > 0 {
					again++
				}
			}
			for pool := range balancer.PoolID(2) {
				sum := 0
				for lv, load := range lb.LevelLoads(pool, nil) {
					sum += load
					if lv > 0 && load > 0 {
						spilled++
					}
					share := 0.0
					for _, x := range lb.ZoneShares(pool, lv, nil) {
						if share += x.Share; x.Share > 0 && x.Share < 1 {
							split++
						}
					}
					if math.Abs(share-1) > 1e-9 {
						t.Fatalf("the zones of level %d have %v together: %v", lv, share, lb.ZoneShares(pool, lv, nil))
					}
				}
				if sum != 100 {
					t.Fatalf("levels have %d%% together", sum)
				}
			}
		}
		for len(p.open) > 0 {
			p.finish(p.open[0], balancer.Cancelled)
		}
		for pool := range balancer.PoolID(2) {
			for slot := range int32(5) {
				if n := lb.InFlight(pool, slot); n != 0 {
					t.Fatalf("%d in flight at the end", n)
				}
			}
		}
	}, func(t drawn.Missing) {
		if spilled == 0 || split == 0 || again == 0 {
			t.Errorf("%d loads of further levels, %d shares of zones, %d retries: the case was not exercised", spilled, split, again)
		}
	})
}

// A balancer that hears of other callers holds its zone against them from then on; where it
// knows of none zones do not matter.
func TestCallersAreSetAnew(t *testing.T) {
	shares := func(callers ...balancer.Callers) []balancer.ZoneShare {
		lb := newBalancerBy(t, nil, func(pool *balancer.PoolConfig) {
			pool.Zones = &balancer.Zones{Mode: balancer.ZoneAware, Enabled: 1}
		}, "round_robin") // callers: a 2, b 1
		lb.SetEndpoints(0, 0, numbered(6))
		lb.ZoneShares(0, 0, nil)
		lb.SetCallers(callers)
		return lb.ZoneShares(0, 0, nil)
	}
	a, b := balancer.Callers{Zone: "a", N: 3}, balancer.Callers{Zone: "b", N: 1}
	for _, c := range []struct {
		callers []balancer.Callers
		inA     float64
	}{{[]balancer.Callers{a, b}, 0.6666}, {[]balancer.Callers{b}, 1}, {nil, 0}} { // a has half of the endpoints; u/c = 5000/7500
		if got := shares(c.callers...); got[0].Zone != "a" || math.Abs(got[0].Share-c.inA) > 1e-9 {
			t.Errorf("callers %v: %v, want %v in a", c.callers, got, c.inA)
		}
	}
}

// Where keys are placed, levels and zones are too: a key stays with its endpoint as long
// as shares stay.
func TestKeysStayInTheirLocality(t *testing.T) {
	lb := newBalancerBy(t, nil, func(pool *balancer.PoolConfig) {
		pool.Zones = &balancer.Zones{Mode: balancer.ZoneWeighted}
	}, "ring_hash")
	lb.SetEndpoints(0, 0, numbered(6))
	home, used := map[uint64]int32{}, map[int32]bool{}
	for i := range uint64(1000) {
		r := balancer.Request{}
		r.Key, r.HasKey = i%200*0x9e3779b97f4a7c15, true
		slot := send(t, lb, 0, &r).Slot
		if was, known := home[r.Key]; known && was != slot {
			t.Fatalf("key %d is at %d, was at %d", r.Key, slot, was)
		}
		home[r.Key], used[slot] = slot, true
	}
	if len(used) != 6 {
		t.Errorf("%d of 6 endpoints are used", len(used))
	}
}

// A pick among levels and zones does not allocate.
func TestLocalitiesDoNotAllocate(t *testing.T) {
	lb := newBalancerBy(t, nil, func(pool *balancer.PoolConfig) {
		pool.Levels, pool.Zones = true, &balancer.Zones{Mode: balancer.ZoneAware, Enabled: 1}
	}, "least_connections")
	lb.SetEndpoints(0, 0, numbered(6))
	r := &balancer.Request{}
	if n := testing.AllocsPerRun(1000, func() { lb.Finish(1, r, lb.Start(1, r).Ticket, balancer.OK) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

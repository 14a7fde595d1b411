package balancer_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lbsim/algorithms"
	"lbsim/balancer"
	"lbsim/random"
	"lbsim/random/drawn"
)

// settings are configurations of two pools to go from and to: bare, against failures,
// and with parts of that.
func settings(t failer) (all []balancer.Config) {
	for _, texts := range [][2]string{{"round_robin", "least_connections"}, {"least_connections", "prequal:idle_interval=100ms,probe_rate=0.5"}, {"peak_ewma", "join_idle_queue"}, {"ring_hash", "round_robin"}} {
		for _, change := range []func(*balancer.PoolConfig){
			func(*balancer.PoolConfig) {},
			resilient,
			func(p *balancer.PoolConfig) {
				resilient(p)
				p.Health, p.Outliers.ConsecutiveFailures, p.Retries.Attempts = nil, 3, 2
			},
			func(p *balancer.PoolConfig) {
				resilient(p)
				p.Outliers, p.Retries, p.Drain, p.SlowStart, p.Health.Unhealthy = nil, nil, nil, nil, 1
				p.Affinity, p.Subset = &balancer.Affinity{Cookie: "LB", TTL: time.Second}, 3
			},
		} {
			var cfg balancer.Config
			for _, text := range texts {
				choice, err := algorithms.Parse(text)
				if err != nil {
					t.Fatal(err)
				}
				pool := balancer.PoolConfig{Algorithm: choice}
				change(&pool)
				cfg.Pools = append(cfg.Pools, pool)
			}
			all = append(all, cfg)
		}
	}
	return all
}

// A balancer whose settings change again and again, at random, while requests are under
// way, back off and fail: late timers change nothing, in-flight counts are never
// negative and zero at the end, and everything against failures really happened.
func TestConfigureAtAnyMoment(t *testing.T) {
	var seen happenings
	configured := 0
	drawn.Until(t, func(t *rapid.T) {
		all := settings(t)
		begin := func() *balancer.Balancer {
			lb, err := balancer.New(all[0], random.NewIndex(1, "balancer", 0))
			if err != nil {
				t.Fatal(err)
			}
			return lb
		}
		p := &punctual{lb: begin()}
		for pool := range balancer.PoolID(2) {
			p.call(call{what: "set endpoints", pool: pool, members: numbered(5)})
		}
		for range rapid.IntRange(40, 300).Draw(t, "steps") {
			p.wait(time.Duration(rapid.IntRange(0, 60).Draw(t, "ms")) * time.Millisecond)
			if rapid.IntRange(0, 9).Draw(t, "configure") == 0 {
				p.call(call{what: "configure", settings: rapid.SampledFrom(all).Draw(t, "settings"), anew: rapid.Bool().Draw(t, "anew")})
				configured++
			}
			p.step(t)
			mustNotBeNegative(t, p.lb)
		}
		for len(p.open) > 0 {
			p.finish(p.open[0], balancer.Cancelled)
		}
		for pool := range balancer.PoolID(2) {
			for slot := range int32(6) {
				if slotUsed(p.lb, pool, slot) && p.lb.InFlight(pool, slot) != 0 {
					t.Fatalf("%d in flight at the end", p.lb.InFlight(pool, slot))
				}
			}
		}
		p.call(call{what: "wake"})
		seen.count(p.log, p.events)

		late := begin()
		var events []balancer.Event
		for i, want := range p.log {
			got := want
			got.answer = balancer.Decision{}
			got.make(late)
			if !got.same(&want) {
				t.Fatalf("call %d, %s at %v: %+v, the punctual driver got %+v", i, want.what, want.now, got.answer, want.answer)
			}
			events = late.AppendEvents(events)
		}
		if !slices.Equal(events, p.events) {
			t.Fatalf("events\n%v\nthe punctual driver got\n%v", events, p.events)
		}
	}, func(t drawn.Missing) {
		seen.mustBeAll(t)
		if configured < 100 {
			t.Errorf("configured %d times: the case was not exercised", configured)
		}
	})
}

func slotUsed(lb *balancer.Balancer, pool balancer.PoolID, slot int32) bool {
	for _, m := range numbered(6) {
		if at, ok := lb.Slot(pool, m.Name); ok && at == slot {
			return true
		}
	}
	return false
}

func mustNotBeNegative(t *rapid.T, lb *balancer.Balancer) {
	for pool := range balancer.PoolID(2) {
		for slot := range int32(5) {
			if slotUsed(lb, pool, slot) && lb.InFlight(pool, slot) < 0 {
				t.Fatalf("%d in flight", lb.InFlight(pool, slot))
			}
		}
	}
}

// What a reload can't change is refused, and nothing has changed.
func TestConfigureRefuses(t *testing.T) {
	lb := newBalancer(t, nil, "round_robin")
	for _, cfg := range []balancer.Config{{}, {Layer: balancer.L4, Pools: settings(t)[0].Pools[:1]}, settings(t)[0]} {
		if err := lb.Configure(1, cfg, false); err == nil || err.Error() != "balancer: layer and pools can't be changed while it works" {
			t.Errorf("%v", err)
		}
	}
}

// A retry that backs off while retries are taken out and put in again is counted by
// those that decided it, and by nobody else: a budget of one at once is free again.
func TestRetriesAcrossSettings(t *testing.T) {
	with := func(concurrent int) balancer.Config {
		cfg := settings(t)[0]
		cfg.Pools = cfg.Pools[:1]
		if concurrent > 0 {
			cfg.Pools[0].Retries = &balancer.Retries{Attempts: 9, Statuses: []int{500}, Backoff: time.Second,
				Budget: &balancer.Budget{Kind: balancer.Concurrent, MinConcurrent: concurrent}}
		}
		return cfg
	}
	lb, err := balancer.New(with(1), random.NewIndex(1, "", 0))
	if err != nil {
		t.Fatal(err)
	}
	lb.SetEndpoints(0, 0, numbered(3))
	fail := func(r *balancer.Request) balancer.DecisionKind {
		return lb.Finish(0, r, lb.Start(0, r).Ticket, balancer.Error).Kind
	}
	a, b, c := balancer.Request{ID: 1, Idempotent: true}, balancer.Request{ID: 2, Idempotent: true}, balancer.Request{ID: 3, Idempotent: true}
	if fail(&a) != balancer.WaitUntil || fail(&b) != balancer.Finished {
		t.Error("a budget of one")
	}
	for _, concurrent := range []int{0, 1} {
		if err := lb.Configure(0, with(concurrent), false); err != nil {
			t.Fatal(err)
		}
	}
	if fail(&b) != balancer.WaitUntil || fail(&c) != balancer.Finished {
		t.Error("retries that were put in again count those of before")
	}
	if fail(&a) != balancer.Finished { // its own end frees nothing: it was not counted
		t.Error("a retry of before was counted out")
	}
	lb.Cancel(0, &b)
	if fail(&c) != balancer.WaitUntil {
		t.Error("a place that is free again is not given")
	}
}

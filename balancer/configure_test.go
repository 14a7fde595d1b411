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
			limited,
			hedged,
			func(p *balancer.PoolConfig) {
				limited(p)
				p.Limits.Rates, p.Health, p.Limits.Queue.Timeout, p.Limits.Adaptive = p.Limits.Rates[:1], nil, 200*time.Millisecond, nil
				p.Limits.Rates[0].Burst, p.Limits.Rates[0].Clients = 9, 2
				p.Hedges, p.Retries.Budget = &balancer.Hedges{Attempts: 2, Percentile: 0.5}, nil
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
			if len(all)%2 > 0 {
				routeToEach(&cfg, time.Duration(len(all))*time.Second)
			}
			all = append(all, cfg)
		}
	}
	return all
}

// A balancer whose settings change again and again, at random, while requests are under
// way, back off and fail: late timers change nothing, in-flight counts are never
// negative and zero at the end, what is bounded then counts none of it, and everything
// against failures really happened.
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
		mustHaveRoomForOne(t, p)
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
		seen.mustBeLimited(t)
		seen.mustBeHedged(t)
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

// mustHaveRoomForOne bounds each pool, in which nothing is in flight or waits any more, to
// one attempt: the first request is sent, the second is one too many.
func mustHaveRoomForOne(t *rapid.T, p *punctual) {
	for _, x := range slices.Clone(p.queued) {
		p.call(call{what: "cancel", of: x.request})
	}
	cfg := settings(t)[0]
	for i := range cfg.Pools {
		cfg.Pools[i].Limits = &balancer.Limits{Requests: 1}
	}
	p.call(call{what: "configure", settings: cfg})
	for pool := range balancer.PoolID(2) {
		p.call(call{what: "set endpoints", pool: pool, members: numbered(2)})
		p.call(call{what: "undrain", pool: pool})
		for i, want := range []balancer.DecisionKind{balancer.Send, balancer.Reject} {
			c := p.call(call{what: "start", of: &balancer.Request{Pool: pool, ID: uint64(i)}})
			if c.answer.Kind != want {
				t.Fatalf("pool %d, in which one attempt may be: request %d: %+v", pool, i, c.answer)
			}
		}
	}
}

// What a reload can't change is refused, and nothing has changed.
func TestConfigureRefuses(t *testing.T) {
	lb := newBalancer(t, nil, "round_robin")
	one := configBy(t, nil, func(*balancer.PoolConfig) {}, "round_robin")
	layer, limits := one, configBy(t, nil, func(p *balancer.PoolConfig) {
		p.Limits = &balancer.Limits{Rates: []balancer.RateLimit{{Burst: 1}}}
	}, "round_robin")
	layer.Layer = balancer.L4
	for want, cfg := range map[string]balancer.Config{
		"balancer: pools can't be added, taken out or renamed while it works: endpoints and what is under way belong to theirs": configBy(t, nil, func(*balancer.PoolConfig) {}, "round_robin", "random"),
		"balancer: the layer can't be changed while it works: what is under way is requests, or connections":                    layer,
		"balancer: pool pool-0: a rate limit of 0 each 0s with a burst of 1":                                                    limits,
	} {
		if err := lb.Configure(1, cfg, false); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

// Hedges that are taken out leave copies in flight what they are: a failure beside one ends
// nothing, and no more are made. Hedges that are put in know nothing of what was sent
// before: its failure ends the request.
func TestHedgesAcrossSettings(t *testing.T) {
	with := func(h *balancer.Hedges) balancer.Config {
		return configBy(t, nil, func(p *balancer.PoolConfig) { p.Hedges = h }, "round_robin")
	}
	hedges := &balancer.Hedges{Attempts: 3, Delay: time.Second}
	lb := newByConfig(t, with(nil))
	lb.SetEndpoints(0, 0, numbered(4))
	configure := func(at float64, h *balancer.Hedges) {
		if err := lb.Configure(seconds(at), with(h), false); err != nil {
			t.Fatal(err)
		}
	}
	before := balancer.Request{ID: 1, Handle: 1, Idempotent: true}
	early := send(t, lb, 0, &before)
	configure(0.5, hedges)
	r := balancer.Request{ID: 2, Handle: 2, Idempotent: true}
	first := send(t, lb, seconds(0.5), &r)
	if d := lb.Finish(seconds(0.6), &before, early, balancer.Error); d.Kind != balancer.Finished {
		t.Errorf("what was sent before has failed: %+v", d)
	}
	copied := lb.Hedge(seconds(1.5), &r)
	if copied.Kind != balancer.Send {
		t.Fatalf("a copy: %+v", copied)
	}
	configure(1.6, nil)
	if d := lb.Hedge(seconds(1.7), &r); d.Kind != balancer.Await {
		t.Errorf("one more copy: %+v", d)
	}
	if d := lb.Finish(seconds(1.8), &r, first, balancer.Error); d.Kind != balancer.Await {
		t.Errorf("a failure beside a copy: %+v", d)
	}
	if d := lb.Finish(seconds(1.9), &r, copied.Ticket, balancer.OK); d.Kind != balancer.Finished {
		t.Errorf("the copy's answer: %+v", d)
	}
	later := balancer.Request{ID: 3, Handle: 3, Idempotent: true}
	lb.AppendEvents(nil)
	lb.Finish(seconds(9), &later, send(t, lb, seconds(2), &later), balancer.OK)
	if lb.Events() {
		t.Errorf("events without hedges: %v", lb.AppendEvents(nil))
	}
}

// An attempt whose endpoint has left is in flight still where limits are put in.
func TestLimitsCountWhatIsInFlight(t *testing.T) {
	bounded := func(l *balancer.Limits) balancer.Config {
		return configBy(t, nil, func(p *balancer.PoolConfig) { p.Limits = l }, "round_robin")
	}
	lb := newByConfig(t, bounded(nil))
	lb.SetEndpoints(0, 0, numbered(2))
	var open []balancer.Ticket
	for range 4 {
		open = append(open, send(t, lb, 0, &balancer.Request{}))
	}
	lb.SetEndpoints(0, 0, numbered(1)) // two are at e1
	if err := lb.Configure(0, bounded(&balancer.Limits{Requests: 4}), false); err != nil {
		t.Fatal(err)
	}
	for i, ticket := range open {
		if d := lb.Start(0, &balancer.Request{}); d.Reason != balancer.Overflow {
			t.Fatalf("%d of 4 have ended: %+v", i, d)
		}
		lb.Finish(0, &balancer.Request{}, ticket, balancer.OK)
		send(t, lb, 0, &balancer.Request{})
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

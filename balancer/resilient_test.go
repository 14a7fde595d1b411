package balancer_test

import (
	"time"

	"lbsim/balancer"
	"lbsim/random/drawn"
)

// resilient is a pool with everything that there is against failures, so quick to
// act that a short test sees all of it.
func resilient(pool *balancer.PoolConfig) {
	pool.Health = &balancer.HealthCheck{Interval: 200 * time.Millisecond, Timeout: 100 * time.Millisecond, Healthy: 1, Unhealthy: 2, Jitter: 0.3}
	pool.Outliers = &balancer.OutlierDetection{ConsecutiveFailures: 2, Interval: 300 * time.Millisecond, EjectionTime: 200 * time.Millisecond,
		MaxEjectionTime: time.Second, MaxEjected: 0.5, RestoreOnCheck: false,
		SuccessRate: &balancer.SuccessRate{Hosts: 2, Requests: 2, Factor: 0.5}, FailureRatio: &balancer.FailureRatio{Hosts: 1, Requests: 3, Threshold: 0.9}}
	pool.Retries = &balancer.Retries{Attempts: 3, ConnectFailure: true, Reset: true, Timeout: true, Statuses: []int{500, 503},
		Backoff: 40 * time.Millisecond, MaxBackoff: 100 * time.Millisecond,
		Budget: &balancer.Budget{Kind: balancer.TokenBucket, Ratio: 0.5, MinRate: 1, TTL: time.Second}}
	pool.PanicBelow = 0.4
	if balancer.Ramps(pool.Algorithm) {
		pool.SlowStart = &balancer.SlowStart{Window: 500 * time.Millisecond, Aggression: 0.5, AfterEjection: true}
	}
	pool.Drain = &balancer.Drain{Timeout: 100 * time.Millisecond}
}

// limited is resilient with limits of every kind, so tight that a short test meets all,
// and with retries that stay where they were.
func limited(pool *balancer.PoolConfig) {
	resilient(pool)
	pool.Retries.Redispatch, pool.Retries.ConnectWait = 2, 20*time.Millisecond
	pool.Limits = &balancer.Limits{
		Rates: []balancer.RateLimit{
			{Tokens: 3, Per: time.Second, Burst: 1, PerClient: true, Clients: 3},
			{Tokens: 8, Per: time.Second, Burst: 3, Rule: balancer.LeakyBucket},
		},
		Requests: requestsAtOnce, PerEndpoint: perEndpoint, Retries: 2,
		Adaptive: &balancer.Gradient{Interval: 50 * time.Millisecond, MinInterval: 300 * time.Millisecond, Jitter: 0.2, Samples: 2, Buffer: 0.25, Min: 2, Max: 9},
		Queue:    &balancer.WaitQueue{Size: waitPlaces, Timeout: 500 * time.Millisecond},
		Shedding: &balancer.Shedding{Default: 1, Sheddable: 0.6},
	}
}

// hedged is resilient with copies.
func hedged(pool *balancer.PoolConfig) {
	resilient(pool)
	pool.Hedges = &balancer.Hedges{Attempts: 3, Delay: 30 * time.Millisecond,
		Budget: &balancer.Budget{Kind: balancer.TokenBucket, Ratio: hedgeRatio, MinRate: 1, TTL: time.Second}}
}

// newWindowed is newBalancer with resilient pools under NGINX's passive checks, whose
// fail_timeout of no second lasts until the next one begins.
func newWindowed(t failer, affinity *balancer.Affinity, texts ...string) *balancer.Balancer {
	t.Helper()
	return newBalancerBy(t, affinity, func(pool *balancer.PoolConfig) {
		resilient(pool)
		pool.Outliers = &balancer.OutlierDetection{Rule: balancer.FailWindows, ConsecutiveFailures: 2}
	}, texts...)
}

// hedgeRatio is how many copies there are to a request of hedged.
const hedgeRatio = 0.4

// newHedged is newBalancer with hedged pools.
func newHedged(t failer, affinity *balancer.Affinity, texts ...string) *balancer.Balancer {
	t.Helper()
	return newBalancerBy(t, affinity, hedged, texts...)
}

// newHedgedAndBounded is newBounded with copies, after a percentile.
func newHedgedAndBounded(t failer, affinity *balancer.Affinity, texts ...string) *balancer.Balancer {
	t.Helper()
	return newBalancerBy(t, affinity, func(pool *balancer.PoolConfig) {
		limited(pool)
		pool.Limits.Rates, pool.Health = nil, nil
		pool.Hedges, pool.Retries.Budget = &balancer.Hedges{Attempts: 3, Percentile: 0.5}, nil
	}, texts...)
}

// What limited bounds.
const requestsAtOnce, perEndpoint, waitPlaces = 3, 1, 1

// newLimited is newBalancer with limited pools.
func newLimited(t failer, affinity *balancer.Affinity, texts ...string) *balancer.Balancer {
	t.Helper()
	return newBalancerBy(t, affinity, limited, texts...)
}

// newRouteLimited is newLimited where each pool has a route with limits of its own.
func newRouteLimited(t failer, affinity *balancer.Affinity, texts ...string) *balancer.Balancer {
	t.Helper()
	cfg := configBy(t, affinity, limited, texts...)
	routeToEach(&cfg, time.Second)
	return newByConfig(t, cfg)
}

// routeToEach gives each pool a route, by abouts, with limits of its own.
func routeToEach(cfg *balancer.Config, per time.Duration) {
	for i := range cfg.Pools {
		cfg.Routes = append(cfg.Routes, balancer.Route{Name: abouts[i].Path, Match: balancer.Match{Path: abouts[i].Path}, Branches: to(balancer.PoolID(i)), Rates: []balancer.RateLimit{
			{Tokens: 4, Per: per, Burst: 1, PerClient: true, Clients: 2},
			{Tokens: 6, Per: per, Burst: 2, Rule: balancer.LeakyBucket},
		}})
	}
}

// abouts is what requests for a pool are about, where there are routes.
var abouts = [2]*balancer.Attributes{{Path: "/first"}, {Path: "/second"}}

// newBounded is newLimited without rates and health checks, so that more is in flight.
func newBounded(t failer, affinity *balancer.Affinity, texts ...string) *balancer.Balancer {
	t.Helper()
	return newBalancerBy(t, affinity, func(pool *balancer.PoolConfig) {
		limited(pool)
		pool.Limits.Rates, pool.Health = nil, nil
	}, texts...)
}

// newResilient is newBalancer with resilient pools.
func newResilient(t failer, affinity *balancer.Affinity, texts ...string) *balancer.Balancer {
	t.Helper()
	return newBalancerBy(t, affinity, resilient, texts...)
}

// newResilientBy is newResilient with a change to each pool.
func newResilientBy(t failer, affinity *balancer.Affinity, change func(*balancer.PoolConfig), texts ...string) *balancer.Balancer {
	t.Helper()
	return newBalancerBy(t, affinity, func(pool *balancer.PoolConfig) {
		resilient(pool)
		change(pool)
	}, texts...)
}

// localized is hedged with levels and zones that matter.
func localized(pool *balancer.PoolConfig) {
	hedged(pool)
	pool.Levels, pool.Zones = true, &balancer.Zones{Mode: balancer.ZoneAware, Enabled: 0.9}
}

// newLocalized is newBalancer with localized pools.
func newLocalized(t failer, affinity *balancer.Affinity, texts ...string) *balancer.Balancer {
	t.Helper()
	return newBalancerBy(t, affinity, localized, texts...)
}

// happenings counts what a test is about.
type happenings struct {
	events         [balancer.HedgeDue + 1]int
	resent, waited int                   // decisions of Finish
	ramping        int                   // weights that were seen below 1
	reasons        [balancer.Reasons]int // of rejections
	delayed        int                   // decisions of Start to wait until a rate allows it
	queued         int
	copied         int // decisions of Hedge to send one
	uncopied       int // and not to
	awaited        int // failures beside another attempt
	hastened       int // copies for them
}

func (h *happenings) count(log []call, events []balancer.Event) {
	for _, e := range events {
		h.events[e.Kind]++
		if e.Kind == balancer.Rejected {
			h.reasons[e.Reason]++
		}
	}
	for i := range log {
		c := &log[i]
		switch c.answer.Kind {
		case balancer.Reject:
			h.reasons[c.answer.Reason]++
		case balancer.Queued:
			h.queued++
		case balancer.WaitUntil:
			if c.what == "start" {
				h.delayed++
			}
		}
		switch sent := c.answer.Kind == balancer.Send; {
		case c.what == "hedge" && sent:
			h.copied++
		case c.what == "hedge":
			h.uncopied++
		case c.answer.Kind == balancer.Await:
			h.awaited++
		case c.after.Copies() > c.request.Copies():
			h.hastened++
		}
		if c.what == "finish" && c.answer.Kind == balancer.Send {
			h.resent++
		} else if c.what == "finish" && c.answer.Kind == balancer.WaitUntil {
			h.waited++
		} else if c.what == "weight" && c.weight > 0 && c.weight < 1 {
			h.ramping++
		}
	}
}

// mustBeAll asserts that everything happened, but for what limits do.
func (h *happenings) mustBeAll(t drawn.Missing) {
	t.Helper()
	for kind, n := range h.events[:balancer.Granted] {
		if n == 0 {
			t.Errorf("%v never happened: the case was not exercised", balancer.EventKind(kind))
		}
	}
	if h.resent+h.waited == 0 {
		t.Error("nothing was tried again: the case was not exercised")
	}
	if h.ramping == 0 {
		t.Error("no slow start was seen: the case was not exercised")
	}
}

// mustBeHedged asserts that copies were sent and refused, and outlived a failure.
func (h *happenings) mustBeHedged(t drawn.Missing) {
	t.Helper()
	if h.events[balancer.HedgeDue] == 0 || h.copied == 0 || h.uncopied == 0 || h.awaited == 0 {
		t.Errorf("%d copies due, %d sent, %d not, %d failures beside another attempt: the case was not exercised",
			h.events[balancer.HedgeDue], h.copied, h.uncopied, h.awaited)
	}
}

// mustBeLimited asserts that every kind of limit acted.
func (h *happenings) mustBeLimited(t drawn.Missing) {
	t.Helper()
	for why, n := range h.reasons {
		if r := balancer.Reason(why); n == 0 && r != balancer.NoReason && r != balancer.Overflow && r != balancer.AffinityLost && r != balancer.NoRoute {
			t.Errorf("nothing was rejected for %v: the case was not exercised", r)
		}
	}
	if h.queued == 0 || h.delayed == 0 || h.events[balancer.Granted] == 0 || h.events[balancer.Rejected] == 0 {
		t.Errorf("%d waited, %d were delayed, events %v: the case was not exercised", h.queued, h.delayed, h.events)
	}
}

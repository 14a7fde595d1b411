package sim

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lbsim/algorithms"
	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/random"
	"lbsim/workloads"
)

// Whatever plain world is drawn, the short way gives what the general one gives, to the
// last bit: with acts that end it in the middle, and with many things at one instant.
func TestShortWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, o := plainModel(t), Options{Seed: rapid.Uint64().Draw(t, "seed")}
		if must(newEngine(m, o)).express == nil {
			t.Fatal("the short way is not taken")
		}
		bothWays(t, m, o)
	})
}

// Nor does it matter whether it is taken in a world of any kind.
func TestShortWayInAnyModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bothWays(t, anyModel(t), Options{Seed: rapid.Uint64().Draw(t, "seed")})
	})
}

// bothWays compares a run with the same one on the general way.
func bothWays(t interface{ Fatalf(string, ...any) }, m *Model, o Options) {
	run := func(general bool) any {
		o, looks := o, 0
		o.general, o.Stop = general, func() bool { looks++; return looks > 60 } // as of any model
		r, err := Run(m, o)
		if err != nil {
			t.Fatalf("general way %v: %v", general, err)
		}
		return comparable(r)
	}
	got, want := run(false), run(true)
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("the short way gives\n%+v\nand the general one\n%+v", got, want)
	}
}

// plainModel draws a world in which the short way is taken.
func plainModel(t *rapid.T) *Model {
	rate := rapid.SampledFrom([]float64{20, 100, 400}).Draw(t, "rate")
	m := &Model{
		Horizon:  clock.Time(rapid.SampledFrom([]time.Duration{time.Second, 5 * time.Second}).Draw(t, "horizon")),
		Requests: uint64(rapid.SampledFrom([]int{0, 0, 1, 50}).Draw(t, "requests")),
		Interval: rapid.SampledFrom([]time.Duration{0, 300 * time.Millisecond}).Draw(t, "interval"),
		Drain:    rapid.SampledFrom([]time.Duration{0, time.Millisecond}).Draw(t, "drain"),
		Arrivals: func() workloads.Process { return must(workloads.NewPoisson(rate)) },
	}
	m.WarmUp = rapid.SampledFrom([]clock.Time{0, m.Horizon / 3, m.Horizon - 1}).Draw(t, "warm-up")
	if rapid.Bool().Draw(t, "regular") {
		m.Arrivals = func() workloads.Process { return must(workloads.NewRegular(rate)) }
	}
	anyClasses(t, m)
	for i := range rapid.SampledFrom([]int{1, 2, 5, 70}).Draw(t, "servers") {
		m.Servers = append(m.Servers, Server{Name: fmt.Sprint("s", i), Workers: 1, Queue: Unlimited,
			Speed: rapid.SampledFrom([]float64{1, 0.5, 3}).Draw(t, "speed"), Weight: rapid.SampledFrom([]float64{1, 2}).Draw(t, "weight")})
	}
	m.Balancer.Pools = []balancer.PoolConfig{{Name: "servers", Algorithm: choice(rapid.SampledFrom(plainAlgorithms()).Draw(t, "algorithm"))}}
	if rapid.Bool().Draw(t, "ready") {
		anyReadiness(t, &m.Balancer.Pools[0])
	}
	if rapid.Bool().Draw(t, "act") {
		m.Acts = []Act{{At: m.Horizon / 2, Kind: rapid.SampledFrom([]ActKind{Slow, Crash, Hang, Remove}).Draw(t, "kind"), Servers: []int{0}, Factor: 3}}
	}
	return m
}

// anyReadiness lets a balancer be ready for failures.
func anyReadiness(t *rapid.T, pool *balancer.PoolConfig) {
	if rapid.Bool().Draw(t, "checked") {
		pool.Health = &balancer.HealthCheck{Interval: rapid.SampledFrom([]time.Duration{10 * time.Millisecond, time.Second}).Draw(t, "interval of checks"), Timeout: 5 * time.Millisecond,
			Healthy: 2, Unhealthy: 2, Jitter: rapid.SampledFrom([]float64{0, 0.3}).Draw(t, "jitter"), Trusted: rapid.Bool().Draw(t, "trusted")}
	}
	if rapid.Bool().Draw(t, "watched") {
		pool.Outliers = &balancer.OutlierDetection{ConsecutiveFailures: 3, Interval: 200 * time.Millisecond, EjectionTime: 300 * time.Millisecond, MaxEjected: 0.5}
		if rapid.Bool().Draw(t, "rates") {
			pool.Outliers.SuccessRate = &balancer.SuccessRate{Hosts: 2, Requests: 3, Factor: 1}
		}
	}
	if rapid.Bool().Draw(t, "tried again") {
		pool.Retries = &balancer.Retries{Attempts: 3, ConnectFailure: true, Reset: true, Statuses: []int{503}, Backoff: time.Millisecond, MaxBackoff: 20 * time.Millisecond}
		if rapid.Bool().Draw(t, "budget") {
			pool.Retries.Budget = &balancer.Budget{Kind: rapid.SampledFrom([]balancer.BudgetKind{balancer.TokenBucket, balancer.Concurrent, balancer.Throttle}).Draw(t, "kind of budget"),
				Ratio: 0.2, MinRate: 1, TTL: time.Second, MinConcurrent: 1, MaxTokens: 10, TokenRatio: 0.5}
		}
	}
	if rapid.Bool().Draw(t, "slow start") && balancer.Ramps(pool.Algorithm) {
		pool.SlowStart = &balancer.SlowStart{Window: time.Second}
	}
	if rapid.Bool().Draw(t, "drains") {
		pool.Drain = &balancer.Drain{Timeout: 50 * time.Millisecond}
	}
}

// plainAlgorithms are those that choose by nothing but what the balancer sees.
func plainAlgorithms() (names []string) {
	for _, spec := range algorithms.All() {
		if !spec.NeedsKey && !spec.NeedsClient && spec.Name != "prequal" {
			names = append(names, spec.Name)
		}
	}
	return names
}

// What is under way when the short way ends goes on, and is tried again where it fails.
func TestHandOver(t *testing.T) {
	for _, ready := range []bool{false, true} {
		m := farm(70, "power_of_two")
		m.Requests, m.WarmUp, m.Interval = 50_000, clock.FromSeconds(20), 7*time.Second
		m.Acts = []Act{{At: clock.FromSeconds(300), Kind: Crash, Servers: []int{3, 5}}}
		if ready {
			pool := &m.Balancer.Pools[0]
			pool.Health = &balancer.HealthCheck{Interval: 4 * time.Second, Timeout: time.Second, Healthy: 1, Unhealthy: 2, Jitter: 0.1, Trusted: true}
			pool.Retries = &balancer.Retries{Attempts: 2, Reset: true, ConnectFailure: true, Backoff: time.Second}
		}
		bothWays(t, m, Options{Seed: 3})

		e := must(newEngine(m, Options{Seed: 3}))
		waiting := 0
		for e.express != nil {
			waiting = len(e.express.line)
			e.carryOn(1)
		}
		if at := e.now; at != m.Acts[0].At || e.inSystem < 10 || waiting < 10 {
			t.Errorf("ready %v: at %v it ended, with %d requests under way and places for %d to wait", ready, at, e.inSystem, waiting)
		}
		if err := e.run(); err != nil {
			t.Fatal(err)
		}
		saved := uint64(0)
		for _, x := range e.done {
			saved += x.Saved
		}
		if ready != (saved > 0) {
			t.Errorf("ready %v: %d were saved", ready, saved)
		}
	}
}

// A run without a horizon ends where arrivals end.
func TestShortWayWithoutHorizon(t *testing.T) {
	m := farm(3, "round_robin")
	m.Horizon = clock.Never
	m.Arrivals = func() workloads.Process { return &few{left: 200} }
	bothWays(t, m, Options{Seed: 1})
}

// few is an arrival process that ends.
type few struct {
	left int
	at   clock.Time
}

func (p *few) Next(*random.Source) (clock.Time, bool) {
	p.left--
	p.at += 1e8
	return p.at, p.left >= 0
}

// The short way is for plain worlds: whatever more there is, the general one is taken.
func TestNoShortWay(t *testing.T) {
	pool := func(m *Model) *balancer.PoolConfig { return &m.Balancer.Pools[0] }
	for what, change := range map[string]func(*Model){
		"two frontends":   func(m *Model) { m.Frontends = 2 },
		"a bounded queue": func(m *Model) { m.Servers[2].Queue = 100 },
		"two workers":     func(m *Model) { m.Servers[2].Workers = 2 },
		"shared workers":  func(m *Model) { m.Servers[2].Discipline = PS },
		"priorities":      func(m *Model) { m.Servers[2].Discipline = ByPriority },
		"a network":       func(m *Model) { m.Network = Network{Zones: []string{"a"}, OneWay: oneWay(1e6)} },
		"clients":         func(m *Model) { m.Clients = &workloads.Clients{Count: 9, Timeout: 5} },
		"keys":            func(m *Model) { m.Keys = must(workloads.NewUniformKeys(20)) },
		"a closed loop": func(m *Model) {
			m.Arrivals, m.Closed = nil, &Closed{Users: 3, Think: must(workloads.NewExponential(1))}
		},
		"servers to come": func(m *Model) { m.Acts = []Act{{At: 5, Kind: Add, Add: slices.Clone(m.Servers[:1])}} },
		"a time for each try": func(m *Model) {
			pool(m).Retries = &balancer.Retries{Attempts: 2, PerTry: time.Second}
		},
		"hedges":       func(m *Model) { pool(m).Hedges = &balancer.Hedges{Attempts: 2, Delay: time.Second} },
		"limits":       func(m *Model) { pool(m).Limits = &balancer.Limits{Requests: 5} },
		"a cookie":     func(m *Model) { pool(m).Affinity = &balancer.Affinity{Cookie: "c"} },
		"probes":       func(m *Model) { pool(m).Algorithm = choice("prequal") },
		"idle reports": func(m *Model) { pool(m).Algorithm = choice("join_idle_queue:reports=true") },
	} {
		m := farm(4, "least_connections")
		change(m)
		if must(newEngine(m, Options{})).express != nil {
			t.Errorf("it is taken with %s", what)
		}
	}
	m := farm(4, "least_connections")
	if must(newEngine(m, Options{OnRequest: func(*Record) {}})).express != nil {
		t.Error("it is taken though somebody wants to know about each request")
	}
	if must(newEngine(m, Options{})).express == nil {
		t.Error("it is not taken in a plain world")
	}
}

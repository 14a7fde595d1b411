package balancer

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"lbsim/algorithms"
	"lbsim/clock"
	"lbsim/random"
)

// The short way makes the decisions of Start and Finish, whatever the algorithm and
// whatever the balancer is ready for, and their calls may alternate.
func TestPlain(t *testing.T) {
	for _, spec := range algorithms.All() {
		for _, ready := range []bool{false, true} {
			t.Run(fmt.Sprint(spec.Name, " ready=", ready), func(t *testing.T) { testPlain(t, spec, ready) })
		}
	}
}

func testPlain(t *testing.T, spec *algorithms.Spec, ready bool) {
	choice, err := algorithms.Parse(spec.Name)
	if err != nil {
		t.Fatal(err)
	}
	pool := PoolConfig{Name: "servers", Algorithm: choice}
	if ready {
		becomeReady(&pool)
	}
	cfg := Config{Pools: []PoolConfig{pool}}
	whole, other := plainBalancer(t, cfg), plainBalancer(t, cfg)
	short, ok := other.Plain()
	if _, probes := other.pools[0].picker.(algorithms.Prober); ok == probes {
		t.Fatalf("the short way is open: %v", ok)
	} else if !ok {
		return
	}
	if short.Quiet() == ready {
		t.Fatalf("it is quiet: %v", short.Quiet())
	}
	type attempt struct {
		request [2]Request // of each balancer
		ticket  Ticket
	}
	draws := random.New(7, "test", 0)
	var under []attempt
	events := 0
	for i := range 2_000 {
		now := clock.Time(i) * 1e6
		a := attempt{}
		r, q := &a.request[0], &a.request[1]
		r.Key, r.HasKey, r.Idempotent = draws.Uint64(), true, true
		*q = *r
		a.ticket = whole.Start(now, r).Ticket
		var got Ticket
		if draws.IntN(2) == 0 {
			got = other.Start(now, q).Ticket
		} else {
			got = short.Ticket(q, short.Start(now, q), now)
		}
		if got != a.ticket || *q != *r {
			t.Fatalf("request %d goes to %+v, want %+v, and is %+v, want %+v", i, got, a.ticket, *q, *r)
		}
		under = append(under, a)
		for len(under) > draws.IntN(12) {
			k := draws.IntN(len(under))
			end := under[k]
			under = append(under[:k], under[k+1:]...)
			whole.Finish(now, &end.request[0], end.ticket, OK)
			if draws.IntN(2) == 0 {
				other.Finish(now, &end.request[1], end.ticket, OK)
			} else {
				short.Finish(now, end.ticket.Slot, end.ticket.At)
			}
		}
		events += answerAlike(t, now, whole, other)
	}
	if ready != (events > 0) {
		t.Errorf("%d events", events)
	}
	if !ready {
		return
	}
	a, b := whole.pools[0], other.pools[0]
	if *a.retries.budget != *b.retries.budget || a.retries.attempts != b.retries.attempts || !slices.Equal(a.outliers.slots, b.outliers.slots) {
		t.Errorf("%+v and %+v, %+v and %+v", *a.retries.budget, *b.retries.budget, a.outliers.slots, b.outliers.slots)
	}
}

func plainBalancer(t *testing.T, cfg Config) *Balancer {
	b, err := New(cfg, random.NewIndex(1, "balancer", 0))
	if err != nil {
		t.Fatal(err)
	}
	var eps []Endpoint
	for i := range 9 {
		eps = append(eps, Endpoint{Name: fmt.Sprint("s", i), Weight: float64(1 + i%3)})
	}
	b.SetEndpoints(0, 0, eps)
	return b
}

// becomeReady lets a pool be ready for failures.
func becomeReady(p *PoolConfig) {
	p.Health = &HealthCheck{Interval: 100 * time.Millisecond, Timeout: time.Second, Healthy: 1, Unhealthy: 1, Jitter: 0.3, Trusted: true}
	p.Outliers = &OutlierDetection{ConsecutiveFailures: 5, Interval: 300 * time.Millisecond, EjectionTime: time.Second, MaxEjected: 0.5,
		SuccessRate: &SuccessRate{Hosts: 3, Requests: 10, Factor: 1.9}}
	p.Retries = &Retries{Attempts: 2, Reset: true, Budget: &Budget{Ratio: 0.2, MinRate: 1, TTL: time.Second}}
	p.Drain = &Drain{Timeout: time.Second}
	if Ramps(p.Algorithm) {
		p.SlowStart = &SlowStart{Window: time.Second}
	}
}

// answerAlike lets two balancers' probes pass at once, and returns how many there were.
func answerAlike(t *testing.T, now clock.Time, a, b *Balancer) (n int) {
	for a.Events() || b.Events() {
		events, others := a.AppendEvents(nil), b.AppendEvents(nil)
		if !slices.Equal(events, others) {
			t.Fatalf("at %v: %+v and %+v", now, events, others)
		}
		n += len(events)
		for _, e := range events {
			if e.Kind == ProbeDue {
				a.ProbeDone(now, e.Probe, ProbeResult{})
				b.ProbeDone(now, e.Probe, ProbeResult{})
			}
		}
	}
	return n
}

// Where a request may have to wait, or the balancer must know something of it, there is no
// short way.
func TestNoPlain(t *testing.T) {
	for what, change := range map[string]func(*PoolConfig){
		"affinity":   func(p *PoolConfig) { p.Affinity = &Affinity{Cookie: "c"} },
		"the limit":  func(p *PoolConfig) { p.Limits = &Limits{} },
		"the hedges": func(p *PoolConfig) { p.Hedges = &Hedges{Attempts: 2, Delay: 1} },
	} {
		choice, err := algorithms.Parse("least_connections")
		if err != nil {
			t.Fatal(err)
		}
		cfg := Config{Pools: []PoolConfig{{Name: "servers", Algorithm: choice}}}
		change(&cfg.Pools[0])
		if _, ok := plainBalancer(t, cfg).Plain(); ok {
			t.Errorf("the short way is open past %s", what)
		}
	}
}

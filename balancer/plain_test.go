package balancer

import (
	"fmt"
	"testing"

	"lbsim/algorithms"
	"lbsim/clock"
	"lbsim/random"
)

// The short way makes the decisions of Start and Finish, whatever the algorithm, and
// their calls may alternate.
func TestPlain(t *testing.T) {
	for _, spec := range algorithms.All() {
		choice, err := algorithms.Parse(spec.Name)
		if err != nil {
			t.Fatal(err)
		}
		cfg := Config{Pools: []PoolConfig{{Name: "servers", Algorithm: choice}}}
		whole, other := plainBalancer(t, cfg), plainBalancer(t, cfg)
		short, ok := other.Plain()
		if _, probes := other.pools[0].picker.(algorithms.Prober); ok == probes {
			t.Fatalf("%s: the short way is open: %v", spec.Name, ok)
		} else if !ok {
			continue
		}
		draws := random.New(7, "test", 0)
		var under []Ticket
		for i := range 2_000 {
			now := clock.Time(i * 1000)
			r := Request{}
			r.Key, r.HasKey = draws.Uint64(), true
			want := whole.Start(now, &r).Ticket
			var got Ticket
			if draws.IntN(2) == 0 {
				got = other.Start(now, &r).Ticket
			} else {
				got = short.Ticket(short.Start(now, &r), now)
			}
			if got != want {
				t.Fatalf("%s: request %d goes to %+v, want %+v", spec.Name, i, got, want)
			}
			under = append(under, want)
			for len(under) > draws.IntN(12) {
				k := draws.IntN(len(under))
				end := under[k]
				under = append(under[:k], under[k+1:]...)
				whole.Finish(now, &r, end, OK)
				if draws.IntN(2) == 0 {
					other.Finish(now, &r, end, OK)
				} else {
					short.Finish(now, end.Slot, end.At)
				}
			}
		}
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

// Where anything but the picker has a say there is no short way.
func TestNoPlain(t *testing.T) {
	for what, change := range map[string]func(*PoolConfig){
		"affinity":  func(p *PoolConfig) { p.Affinity = &Affinity{Cookie: "c"} },
		"checks":    func(p *PoolConfig) { p.Health = &HealthCheck{Interval: 1, Timeout: 1, Healthy: 1, Unhealthy: 1} },
		"outliers":  func(p *PoolConfig) { p.Outliers = &OutlierDetection{ConsecutiveFailures: 5, Interval: 1} },
		"retries":   func(p *PoolConfig) { p.Retries = &Retries{Attempts: 2} },
		"draining":  func(p *PoolConfig) { p.Drain = &Drain{} },
		"a ramp":    func(p *PoolConfig) { p.SlowStart = &SlowStart{Window: 1} },
		"the limit": func(p *PoolConfig) { p.Limits = &Limits{} },
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

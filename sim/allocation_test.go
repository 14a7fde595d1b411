package sim

import (
	"testing"
	"time"

	"lbsim/balancer"
	"lbsim/workloads"
)

// Once its buffers have grown a run allocates nothing, whatever happens to requests.
// A new record, of requests in flight or of a latency, may still make one grow; it
// does not count here, as the mean over the rounds is rounded down.
func TestWarmRunsDoNotAllocate(t *testing.T) {
	clients := func(c workloads.Clients) func(m *Model) {
		return func(m *Model) { c.Count = 500; m.Clients = &c }
	}
	for name, change := range map[string]func(m *Model){
		"fifo":    func(*Model) {},
		"network": func(m *Model) { m.Network = Network{Zones: []string{"a"}, OneWay: oneWay(time.Second)} },
		"processor sharing": func(m *Model) {
			for i := range m.Servers {
				m.Servers[i].Discipline = PS
			}
		},
		"time-outs":           clients(workloads.Clients{Timeout: 3}),
		"abandoned time-outs": clients(workloads.Clients{Timeout: 8, OnTimeout: workloads.Abandon}),
		"patience":            clients(workloads.Clients{Patience: must(workloads.NewExponential(2))}),
		"closed": func(m *Model) {
			m.Arrivals, m.Closed = nil, &Closed{Users: 100, Think: must(workloads.NewExponential(3))}
		},
		"caches": func(m *Model) {
			m.Keys = must(workloads.NewZipf(1000, 1))
			for i := range m.Servers {
				m.Servers[i].Cache = &Cache{Capacity: 50, Penalty: must(workloads.NewExponential(0.3))}
			}
		},
		"keys":     func(m *Model) { m.Keys = must(workloads.NewZipf(1000, 1)) },
		"affinity": sticky,
		"layer 4": func(m *Model) {
			clients(workloads.Clients{Connections: 2, RequestsPerConnection: 5})(m)
			m.Balancer.Layer = balancer.L4
		},
		"prequal":      func(m *Model) { m.Balancer.Pools[0].Algorithm = choice("prequal") },
		"idle reports": func(m *Model) { m.Balancer.Pools[0].Algorithm = choice("join_idle_queue:reports=true") },
		"health checks at work": func(m *Model) {
			m.Balancer.Pools[0].Health = &balancer.HealthCheck{Interval: time.Second, Healthy: 1, Unhealthy: 3}
			checkAtWork(m, must(workloads.NewExponential(0.01)), balancer.Ordinary)
		},
		"hedges": func(m *Model) {
			m.Balancer.Pools[0].Hedges = &balancer.Hedges{Attempts: 3, Delay: 2 * time.Second}
			m.Classes[0].Copies = Independent
		},
		"hedges at a percentile": func(m *Model) {
			m.Balancer.Pools[0].Hedges = &balancer.Hedges{Attempts: 2, Percentile: 0.9, Budget: &balancer.Budget{Ratio: 0.2, MinRate: 1, TTL: time.Second}}
			m.Classes[0].Copies = Independent
		},
		"calls": func(m *Model) {
			pool := m.Balancer.Pools[0]
			pool.Retries = &balancer.Retries{Attempts: 3, Statuses: []int{503}}
			m.Tiers = []Tier{{To: "called", Count: 3, Service: must(workloads.NewExponential(0.1)), Balancer: balancer.Config{Pools: []balancer.PoolConfig{pool}}}}
			for i := range m.Servers {
				m.Servers[i].Workers = 2
			}
			m.Servers = append(m.Servers, Server{Name: "called", Group: "called", Workers: 20, Queue: 5, Speed: 1, Weight: 1})
		},
		"dependencies": func(m *Model) {
			m.Acts = []Act{{Kind: DependencyDown, Dependency: 1, Status: 503, After: time.Second / 2}}
			m.Servers[3].DependsOn = 2
		},
		"frontends": func(m *Model) {
			m.Frontends = 3
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := farm(20, "least_connections")
			change(m)
			listened := 0
			e, err := newEngine(m, Options{Seed: 1, OnRequest: func(*Record) { listened++ }})
			if err != nil {
				t.Fatal(err)
			}
			steps := func(n int) {
				for range n {
					e.step()
				}
			}
			steps(300_000)
			if got := testing.AllocsPerRun(20, func() { steps(5_000) }); got != 0 {
				t.Errorf("%v allocations in 5,000 events", got)
			}
			if listened < 50_000 {
				t.Errorf("%d requests ended", listened)
			}
		})
	}
}

func sticky(m *Model) {
	m.Clients = &workloads.Clients{Count: 500}
	m.Balancer.Pools[0].Affinity = &balancer.Affinity{Cookie: "LB", TTL: 10 * time.Second}
}

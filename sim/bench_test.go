package sim

import (
	"fmt"
	"testing"
	"time"

	"lbsim/algorithms"
	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/workloads"
)

// farm is the benchmark's world: n equal single-worker FIFO servers at 80% load,
// Poisson arrivals, exponential service of mean 1 s.
func farm(n int, algorithm string) *Model {
	choice, err := algorithms.Parse(algorithm)
	if err != nil {
		panic(err)
	}
	service, err := workloads.NewExponential(1)
	if err != nil {
		panic(err)
	}
	m := &Model{
		Arrivals: func() workloads.Process {
			p, err := workloads.NewPoisson(0.8 * float64(n))
			if err != nil {
				panic(err)
			}
			return p
		},
		Classes:   []Class{{Name: "all", Share: 1, Service: service}},
		Balancer:  balancer.Config{Pools: []balancer.PoolConfig{{Name: "servers", Algorithm: choice}}},
		Frontends: 1,
		Horizon:   clock.Never - 1,
	}
	for i := range n {
		m.Servers = append(m.Servers, Server{Name: fmt.Sprintf("s-%d", i+1), Workers: 1, Queue: Unlimited, Speed: 1, Weight: 1})
	}
	return m
}

var (
	benchAlgorithms = []string{"round_robin", "power_of_two", "least_connections"}
	benchSizes      = []int{10, 100, 1_000, 10_000, 100_000}
)

// BenchmarkYardstick and BenchmarkEngine are the same work: processor time for
// each request. Compare them in one run.
func BenchmarkYardstick(b *testing.B) {
	eachFarm(b, benchSizes, func(b *testing.B, n int, algorithm string) {
		y := newYardstick(n, algorithm)
		y.run(10 * n) // grow the buffers
		perRequest(b, func() { y.run(b.N) })
	})
}

func BenchmarkEngine(b *testing.B) { benchmarkEngine(b, Options{Seed: 1}, func(*Model) {}) }

// BenchmarkGeneral is the engine without its short way through plain worlds: what a
// request costs wherever there is more than those have.
func BenchmarkGeneral(b *testing.B) {
	benchmarkEngine(b, Options{Seed: 1, general: true}, func(*Model) {})
}

// BenchmarkResilient is the engine with all that a balancer has against failures, of
// which there are none: what it costs to be ready. The settings are the products'
// defaults for services of 10 ms, on the benchmark's scale, where a service takes 1 s.
func BenchmarkResilient(b *testing.B) {
	const s = 100 * time.Second
	benchmarkEngine(b, Options{Seed: 1}, func(m *Model) {
		pool := &m.Balancer.Pools[0]
		pool.Health = &balancer.HealthCheck{Interval: 2 * s, Timeout: s, Healthy: 2, Unhealthy: 3, Jitter: 0.1, Trusted: true}
		pool.Outliers = &balancer.OutlierDetection{ConsecutiveFailures: 5, Interval: 10 * s, EjectionTime: 30 * s, MaxEjectionTime: 300 * s,
			MaxEjected: 0.1, SuccessRate: &balancer.SuccessRate{Hosts: 5, Requests: 100, Factor: 1.9}}
		pool.Retries = &balancer.Retries{Attempts: 2, ConnectFailure: true, Reset: true, Statuses: []int{503}, Backoff: s / 40, MaxBackoff: s / 4,
			Budget: &balancer.Budget{Kind: balancer.TokenBucket, Ratio: 0.2, MinRate: 0.1, TTL: 10 * s}}
		if balancer.Ramps(pool.Algorithm) { // round robin knows no weights
			pool.SlowStart = &balancer.SlowStart{Window: 30 * s}
		}
	})
}

func benchmarkEngine(b *testing.B, o Options, change func(*Model)) {
	eachFarm(b, benchSizes, func(b *testing.B, n int, algorithm string) {
		m := farm(n, algorithm)
		change(m)
		m.Requests = uint64(10*n + b.N)
		m.WarmUp = clock.FromSeconds(5)
		e, err := newEngine(m, o)
		if err != nil {
			b.Fatal(err)
		}
		e.until(uint64(10 * n)) // grow the buffers
		perRequest(b, func() { e.until(m.Requests) })
		if err := e.run(); err != nil {
			b.Fatal(err)
		}
		if err := e.check(); err != nil {
			b.Fatal(err)
		}
	})
}

// until lets events happen until so many requests have arrived.
func (e *engine) until(arrived uint64) {
	for e.arrived < arrived {
		e.carryOn(int(min(arrived-e.arrived, askStopEvery))) // of which each is one arrival at most
	}
}

// perRequest times f, and reports processor time beside the wall's: on a shared
// machine only the former is the program's own.
func perRequest(b *testing.B, f func()) {
	before, known := processorTime()
	b.ResetTimer()
	f()
	b.StopTimer()
	if after, _ := processorTime(); known {
		b.ReportMetric(float64(after-before)/float64(b.N), "cpu-ns/op")
	}
}

func eachFarm(b *testing.B, sizes []int, f func(b *testing.B, n int, algorithm string)) {
	for _, algorithm := range benchAlgorithms {
		for _, n := range sizes {
			b.Run(fmt.Sprintf("%s/%d", algorithm, n), func(b *testing.B) {
				b.ReportAllocs()
				f(b, n, algorithm)
			})
		}
	}
}

// BenchmarkTimeouts adds a time-out to every request, which practically never
// comes. Without one the world is plain, but what it costs shows on the same way.
func BenchmarkTimeouts(b *testing.B) {
	for _, with := range []bool{false, true} {
		b.Run(fmt.Sprintf("timeout=%v", with), func(b *testing.B) {
			b.ReportAllocs()
			m := farm(100, "power_of_two")
			m.Requests = uint64(b.N)
			if with {
				m.Clients = &workloads.Clients{Count: 1000, Timeout: 50}
			}
			if _, err := Run(m, Options{Seed: 1, general: true}); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// BenchmarkSharing has 100 jobs in service on every processor-sharing server.
func BenchmarkSharing(b *testing.B) {
	for _, jobs := range []int{10, 100, 1_000} {
		b.Run(fmt.Sprintf("jobs=%d", jobs), func(b *testing.B) {
			b.ReportAllocs()
			m := farm(10, "round_robin")
			m.Arrivals = nil
			think, err := workloads.NewExponential(1e-6)
			if err != nil {
				b.Fatal(err)
			}
			m.Closed = &Closed{Users: 10 * jobs, Think: think}
			for i := range m.Servers {
				m.Servers[i].Discipline = PS
			}
			m.Requests = uint64(b.N)
			if _, err := Run(m, Options{Seed: 1}); err != nil {
				b.Fatal(err)
			}
		})
	}
}

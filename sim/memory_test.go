package sim

import (
	"runtime"
	"testing"

	"lbsim/clock"
)

// Memory grows with servers and requests in flight, not with requests simulated:
// ten times the requests allocate a little more for the longer tail of latencies
// in each server's histogram and for a few more in flight at the busiest moment,
// but less than a quarter of a byte a request.
func TestMemoryDoesNotGrowWithRequests(t *testing.T) {
	for _, algorithm := range benchAlgorithms {
		few, many := allocated(t, algorithm, 200_000), allocated(t, algorithm, 2_000_000)
		if many > few+(2_000_000-200_000)/4 {
			t.Errorf("%s: 200,000 requests allocate %d bytes, 2,000,000 allocate %d", algorithm, few, many)
		}
	}
}

// allocated returns the bytes that a run allocates in all.
func allocated(t *testing.T, algorithm string, requests uint64) uint64 {
	m := farm(10, algorithm)
	m.Requests = requests
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := Run(m, Options{Seed: 1}); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// BenchmarkMemory simulates one run of b.N requests and tells what memory the
// process has got from the system, all in all.
func BenchmarkMemory(b *testing.B) {
	m := farm(100, "least_connections")
	m.Requests, m.WarmUp = uint64(b.N), clock.FromSeconds(1)
	if _, err := Run(m, Options{Seed: 1}); err != nil {
		b.Fatal(err)
	}
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	b.ReportMetric(float64(s.Sys)/(1<<20), "MiB-system")
}

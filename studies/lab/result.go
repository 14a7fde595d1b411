package lab

import (
	"time"

	"lbsim/clock"
	"lbsim/studies/statistics"
)

// Schema is what a result calls itself.
const Schema = "lbsim.lab/v1"

// Result is what was measured beside what was simulated.
type Result struct {
	Schema      string    `json:"schema"`
	Version     string    `json:"version"`
	Command     string    `json:"command"`
	Scenario    string    `json:"scenario"`
	Proxy       string    `json:"proxy"` // lbsim, nginx, haproxy or caddy
	Seed        uint64    `json:"seed"`
	Seconds     float64   `json:"seconds"` // that requests came, of each algorithm
	WarmUp      float64   `json:"warmup_seconds"`
	Warnings    []string  `json:"warnings"`
	Results     []Outcome `json:"results"`
	Interrupted bool      `json:"interrupted"`
}

// Outcome is one algorithm's.
type Outcome struct {
	Variant    string      `json:"variant"`
	Title      string      `json:"title"`
	Algorithm  string      `json:"algorithm"`
	Requests   int         `json:"requests"` // after the warm-up
	Simulated  Figures     `json:"simulated_seconds"`
	Overhead   Figures     `json:"overhead_seconds"`  // of requests that need no service, from when they left
	Predicted  Figures     `json:"predicted_seconds"` // simulated as requests left, with an overhead drawn for each
	Measured   Figures     `json:"measured_seconds"`
	Difference Figures     `json:"difference_ratio"` // measured over predicted, less 1
	Late       Figures     `json:"late_seconds"`     // by which requests left after their instant; part of their latency
	Errors     Both        `json:"error_ratio"`
	Status     []Status    `json:"status"`
	Servers    []Server    `json:"servers"`
	Detections []Detection `json:"detections"`
	Events     []Event     `json:"events"`

	// Measurements and Predictions are the distributions, sorted, for charts.
	Measurements []clock.Time `json:"-"`
	Predictions  []clock.Time `json:"-"`
}

// Figures are of latencies; null where too few requests support them.
type Figures struct {
	Mean *float64 `json:"mean"`
	P50  *float64 `json:"p50"`
	P90  *float64 `json:"p90"`
	P95  *float64 `json:"p95"`
	P99  *float64 `json:"p99"`
}

// Both is a figure simulated and measured.
type Both struct {
	Simulated float64 `json:"simulated"`
	Measured  float64 `json:"measured"`
}

// Status is the share of requests that ended with an HTTP status.
type Status struct {
	Status int `json:"status"`
	Both
}

// Server is a server's share of the requests that were completed.
type Server struct {
	Name string `json:"name"`
	Both
}

// Detection is how long it took until the balancer took out a server that failed; null:
// it did not, or nothing bounds it.
type Detection struct {
	At        float64  `json:"at_seconds"`
	Kind      string   `json:"kind"`
	Server    string   `json:"server"`
	Measured  *float64 `json:"measured_seconds"`
	Simulated *float64 `json:"simulated_seconds"`
	Bound     *float64 `json:"bound_seconds"` // by the settings of active checks
}

// Event is what the balancer did about a server.
type Event struct {
	At     float64 `json:"at_seconds"`
	Kind   string  `json:"kind"`
	Server string  `json:"server,omitempty"`
}

// figures are of sorted times.
func figures(sorted []clock.Time) (f Figures) {
	n := len(sorted)
	if n == 0 {
		return f
	}
	sum := 0.0
	for _, t := range sorted {
		sum += t.Seconds()
	}
	f.Mean = new(sum / float64(n))
	for _, q := range []struct {
		at  float64
		out **float64
	}{{0.5, &f.P50}, {0.9, &f.P90}, {0.95, &f.P95}, {0.99, &f.P99}} {
		if statistics.QuantileKnown(q.at, uint64(n)) {
			*q.out = new(quantile(sorted, q.at).Seconds())
		}
	}
	return f
}

// quantile is the smallest time that a share q of all does not exceed.
func quantile(sorted []clock.Time, q float64) clock.Time {
	i := int(q * float64(len(sorted)))
	return sorted[min(i, len(sorted)-1)]
}

// over is each figure over another's, less 1.
func (f Figures) over(g Figures) Figures {
	ratio := func(a, b *float64) *float64 {
		if a == nil || b == nil || *b == 0 {
			return nil
		}
		return new(*a / *b - 1)
	}
	return Figures{ratio(f.Mean, g.Mean), ratio(f.P50, g.P50), ratio(f.P90, g.P90), ratio(f.P95, g.P95), ratio(f.P99, g.P99)}
}

// seconds are a duration's.
func seconds(d time.Duration) *float64 { return new(d.Seconds()) }

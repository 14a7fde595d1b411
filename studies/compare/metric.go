package compare

import (
	"fmt"
	"math"
	"strings"

	"lbsim/studies/statistics"
)

// Metric is a figure of a replication.
type Metric struct {
	Path  string // as in the JSON result: latency_seconds.p99
	Class string // "": all classes together
	Goal  statistics.Goal
	of    func(f *figures) float64
}

// figures are one replication's, of all requests or of a class. What is not known
// is NaN.
type figures struct {
	mean, p50, p90, p95, p99, p999 float64
	waitMean, waitP50, waitP99     float64
	throughput, errorRatio, retry  float64
	utilization, offeredLoad       float64
	inSystem, peakToMean, cv, jain float64
}

// metrics is every metric that can be compared.
var metrics = []Metric{
	{Path: "latency_seconds.mean", of: func(f *figures) float64 { return f.mean }},
	{Path: "latency_seconds.p50", of: func(f *figures) float64 { return f.p50 }},
	{Path: "latency_seconds.p90", of: func(f *figures) float64 { return f.p90 }},
	{Path: "latency_seconds.p95", of: func(f *figures) float64 { return f.p95 }},
	{Path: "latency_seconds.p99", of: func(f *figures) float64 { return f.p99 }},
	{Path: "latency_seconds.p999", of: func(f *figures) float64 { return f.p999 }},
	{Path: "wait_seconds.mean", of: func(f *figures) float64 { return f.waitMean }},
	{Path: "wait_seconds.p50", of: func(f *figures) float64 { return f.waitP50 }},
	{Path: "wait_seconds.p99", of: func(f *figures) float64 { return f.waitP99 }},
	{Path: "throughput_rps", Goal: statistics.HigherIsBetter, of: func(f *figures) float64 { return f.throughput }},
	{Path: "error_ratio", of: func(f *figures) float64 { return f.errorRatio }},
	{Path: "utilization", of: func(f *figures) float64 { return f.utilization }},
	{Path: "mean_in_system", of: func(f *figures) float64 { return f.inSystem }},
	{Path: "imbalance.peak_to_mean", of: func(f *figures) float64 { return f.peakToMean }},
	{Path: "imbalance.cv", of: func(f *figures) float64 { return f.cv }},
}

// DefaultMetrics is what a comparison shows unless told otherwise.
var DefaultMetrics = []Metric{mustMetric("mean"), mustMetric("p50"), mustMetric("p99")}

// ParseMetric reads a metric as people type it: p99, mean, latency_seconds.p99,
// wait_seconds.mean, error_ratio, or p99{class=read}.
func ParseMetric(text string, classes []string) (Metric, error) {
	name, rest, narrowed := strings.Cut(text, "{")
	m, err := lookupMetric(strings.TrimSpace(name))
	if err != nil || !narrowed {
		return m, err
	}
	class, ok := strings.CutPrefix(strings.TrimSuffix(rest, "}"), "class=")
	for _, c := range classes {
		if ok && c == class {
			m.Class = c
			return m, nil
		}
	}
	return Metric{}, fmt.Errorf("metric %q: in braces stands class= and one of %s", text, strings.Join(classes, ", "))
}

func lookupMetric(name string) (Metric, error) {
	known := make([]string, 0, len(metrics))
	for _, m := range metrics {
		short := strings.TrimPrefix(m.Path, "latency_seconds.")
		if name == m.Path || name == short || name+"_rps" == m.Path {
			return m, nil
		}
		known = append(known, short)
	}
	return Metric{}, fmt.Errorf("unknown metric %q: there are %s", name, strings.Join(known, ", "))
}

func mustMetric(name string) Metric {
	m, err := lookupMetric(name)
	if err != nil {
		panic(err)
	}
	return m
}

// known turns a figure that is not known into nil.
func known(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

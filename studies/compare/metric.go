package compare

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"lbsim/config/decode"
	"lbsim/studies/statistics"
)

// Metric is a figure of a replication.
type Metric struct {
	Path  string // as in the JSON result: latency_seconds.p99
	Class string // "": all classes together
	Goal  statistics.Goal
	// steady says that the figure is about waiting, which has no mean where queues
	// grow, and which misses the slowest where requests are unfinished. Both make it
	// too low.
	steady bool
	whole  bool // of servers, which no class has to itself
	of     func(f *figures) float64
}

// figures are one replication's, of all requests or of a class. What is not known
// is NaN.
type figures struct {
	mean, p50, p90, p95, p99, p999 float64
	waitMean, waitP50, waitP99     float64
	throughput, errorRatio, retry  float64
	amplification, hedge           float64
	utilization, checking          float64
	lost, wasted, wastedSeconds    float64 // NaN where nothing is hedged
	offeredLoad                    float64
	inSystem, peakToMean, cv, jain float64
	hitRatio, misses               float64
	serverHours, price             float64
	sessions, sessionsLost         float64
}

// metrics is every metric that can be compared.
var metrics = []Metric{
	{Path: "latency_seconds.mean", steady: true, of: func(f *figures) float64 { return f.mean }},
	{Path: "latency_seconds.p50", steady: true, of: func(f *figures) float64 { return f.p50 }},
	{Path: "latency_seconds.p90", steady: true, of: func(f *figures) float64 { return f.p90 }},
	{Path: "latency_seconds.p95", steady: true, of: func(f *figures) float64 { return f.p95 }},
	{Path: "latency_seconds.p99", steady: true, of: func(f *figures) float64 { return f.p99 }},
	{Path: "latency_seconds.p999", steady: true, of: func(f *figures) float64 { return f.p999 }},
	{Path: "wait_seconds.mean", steady: true, of: func(f *figures) float64 { return f.waitMean }},
	{Path: "wait_seconds.p50", steady: true, of: func(f *figures) float64 { return f.waitP50 }},
	{Path: "wait_seconds.p99", steady: true, of: func(f *figures) float64 { return f.waitP99 }},
	{Path: "throughput_rps", Goal: statistics.HigherIsBetter, of: func(f *figures) float64 { return f.throughput }},
	{Path: "error_ratio", of: func(f *figures) float64 { return f.errorRatio }},
	{Path: "retry_ratio", whole: true, of: func(f *figures) float64 { return f.retry }},
	{Path: "hedge_ratio", whole: true, of: func(f *figures) float64 { return f.hedge }},
	{Path: "wasted_ratio", whole: true, of: func(f *figures) float64 { return f.wasted }},
	{Path: "amplification", whole: true, of: func(f *figures) float64 { return f.amplification }},
	{Path: "utilization", whole: true, of: func(f *figures) float64 { return f.utilization }},
	{Path: "check_utilization", whole: true, of: func(f *figures) float64 { return f.checking }},
	{Path: "mean_in_system", steady: true, whole: true, of: func(f *figures) float64 { return f.inSystem }},
	{Path: "imbalance.peak_to_mean", whole: true, of: func(f *figures) float64 { return f.peakToMean }},
	{Path: "imbalance.cv", whole: true, of: func(f *figures) float64 { return f.cv }},
	{Path: "hit_ratio", Goal: statistics.HigherIsBetter, whole: true, of: func(f *figures) float64 { return f.hitRatio }},
	{Path: "misses_rps", whole: true, of: func(f *figures) float64 { return f.misses }},
	{Path: "cost.server_hours", whole: true, of: func(f *figures) float64 { return f.serverHours }},
	{Path: "cost.price", whole: true, of: func(f *figures) float64 { return f.price }},
	{Path: "recovery.sessions_lost", whole: true, of: func(f *figures) float64 { return f.sessionsLost }},
}

// DefaultMetrics is what a comparison shows unless told otherwise, after those that the
// scenario is about.
var DefaultMetrics = []Metric{mustMetric("mean"), mustMetric("p50"), mustMetric("p99")}

// leading is what a scenario is about beside the default metrics: what its objectives ask
// for, and errors where its timeline lets something fail.
func (v *Variant) leading() []Metric {
	var found []Metric
	add := func(m Metric) {
		same := func(x Metric) bool { return x.Path == m.Path && x.Class == m.Class }
		if !slices.ContainsFunc(found, same) && !slices.ContainsFunc(DefaultMetrics, same) {
			found = append(found, m)
		}
	}
	for _, o := range v.Objectives {
		add(o.Metric)
	}
	if slices.ContainsFunc(v.Model.Acts, fails) {
		add(mustMetric("error_ratio"))
	}
	return found
}

// ParseMetric reads a metric as people type it: p99, mean, latency_seconds.p99,
// wait_p99, error_ratio, or p99{class=read}.
func ParseMetric(text string, classes []string) (Metric, error) {
	name, rest, narrowed := strings.Cut(text, "{")
	m, err := lookupMetric(strings.TrimSpace(name))
	if err != nil || !narrowed {
		return m, err
	}
	class, ok := strings.CutPrefix(strings.TrimSuffix(strings.TrimSpace(rest), "}"), "class=")
	if !ok || !slices.Contains(classes, class) {
		return Metric{}, fmt.Errorf("metric %q: in braces stands class= and one of %s", text, strings.Join(classes, ", "))
	}
	return m.within(class)
}

// within is the metric of a class's requests. A class's throughput is that of what
// arrived, whenever it was answered: no rate of answers where queues grow.
func (m Metric) within(class string) (Metric, error) {
	if m.whole && class != "" {
		return Metric{}, fmt.Errorf("%s is a figure of the servers, of no class by itself", m.Path)
	}
	m.Class = class
	m.steady = m.steady || m.Goal == statistics.HigherIsBetter && class != ""
	return m, nil
}

// MetricNames returns the metrics that can be compared, as people type them.
func MetricNames() []string {
	names := make([]string, len(metrics))
	for i, m := range metrics {
		names[i] = m.short()
	}
	return names
}

// lookupMetric finds a metric by its path, or by the name that objectives use.
func lookupMetric(name string) (Metric, error) {
	for _, m := range metrics {
		if short := m.short(); name == m.Path || name == short || name == "p99.9" && short == "p999" {
			return m, nil
		}
	}
	return Metric{}, fmt.Errorf("unknown metric %q: %s", name, decode.Suggest(name, MetricNames()))
}

// String writes the metric as ParseMetric reads it.
func (m Metric) String() string {
	if m.Class == "" {
		return m.short()
	}
	return m.short() + "{class=" + m.Class + "}"
}

// short is the metric's name in objectives and on the command line.
func (m Metric) short() string {
	if wait, ok := strings.CutPrefix(m.Path, "wait_seconds."); ok {
		return "wait_" + wait
	}
	name := m.Path
	for _, part := range []string{"latency_seconds.", "cost.", "recovery."} {
		name = strings.TrimPrefix(name, part)
	}
	return strings.TrimSuffix(name, "_rps")
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

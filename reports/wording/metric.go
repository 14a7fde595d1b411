package wording

import (
	"strings"

	"lbsim/studies/result"
)

// Kind says what a figure measures, and so how it is printed.
type Kind int

// The kinds of figures.
const (
	Number Kind = iota
	Duration
	Ratio
	Rate
	Size
	Servers
)

// KindOf returns the kind of a metric by its path in the JSON contract
// (latency_seconds.p99), by its last word, or by an objective's beginning
// (p99 < 250ms).
func KindOf(metric string) Kind {
	word, _, _ := strings.Cut(strings.TrimSpace(metric), " ")
	word, _, _ = strings.Cut(word, "{")
	last := word[strings.LastIndexByte(word, '.')+1:]
	switch {
	case strings.HasSuffix(word, "_bytes"):
		return Size
	case strings.Contains(word, "_rps"), last == "throughput", last == "goodput":
		return Rate
	case strings.Contains(word, "ratio"), last == "utilization", last == "offered_load":
		return Ratio
	case strings.Contains(word, "seconds"), strings.Contains(word, "latency"), strings.Contains(word, "wait"), isQuantile(last):
		return Duration
	case last == "mean", last == "max":
		return Duration
	}
	return Number
}

func isQuantile(s string) bool {
	if len(s) < 2 || s[0] != 'p' {
		return false
	}
	return strings.Trim(s[1:], "0123456789") == ""
}

// UnitOf returns the unit for figures of kind k, durations by their size.
func (k Kind) UnitOf(values ...float64) Unit {
	switch k {
	case Duration:
		return UnitFor(values...)
	case Ratio:
		return Percent
	case Rate:
		return PerSecond
	case Size:
		return sizeFor(values...)
	case Servers:
		return Whole
	}
	return Plain
}

// names are the metrics whose last word would not say enough.
var names = map[string]string{
	"latency_seconds.mean":   "mean latency",
	"latency_seconds.p999":   "p99.9",
	"wait_seconds.mean":      "mean wait",
	"wait_seconds.p50":       "p50 wait",
	"wait_seconds.p99":       "p99 wait",
	"throughput_rps":         "throughput",
	"error_ratio":            "error ratio",
	"retry_ratio":            "retry ratio",
	"hedge_ratio":            "hedge ratio",
	"wasted_ratio":           "wasted work",
	"amplification":          "attempts per request",
	"utilization":            "utilization",
	"check_utilization":      "utilization by health checks",
	"offered_load":           "offered load",
	"mean_in_system":         "mean number in system",
	"imbalance.peak_to_mean": "peak-to-mean load",
	"imbalance.cv":           "load variation (cv)",
	"imbalance.jain":         "Jain fairness",
	"hit_ratio":              "hit ratio",
	"misses_rps":             "misses",
	"cost.server_hours":      "server-hours",
	"cost.price":             "price",
	"recovery.sessions_lost": "sessions lost",

	"recovery.detect_seconds":     "time to detect",
	"recovery.recover_seconds":    "time to recover",
	"recovery.requests_failed":    "requests failed",
	"recovery.requests_saved":     "saved by retries",
	"recovery.peak_amplification": "most attempts per request",
}

// MetricName returns what people call a metric of the JSON contract.
func MetricName(metric string) string {
	if name, ok := names[metric]; ok {
		return name
	}
	if rest, ok := strings.CutPrefix(metric, "latency_seconds."); ok {
		return rest
	}
	return strings.ReplaceAll(metric, "_", " ")
}

// Estimate prints e in unit u: "41.2 ±1.3", "41.2" where it has no interval, "–"
// where it has no value.
func Estimate(u Unit, e result.Estimate) string {
	if e.Value == nil {
		return Unknown
	}
	s := u.Number(*e.Value)
	if e.Low != nil && e.High != nil && *e.High > *e.Low {
		s += " ±" + u.HalfWidth(*e.Value, (*e.High-*e.Low)/2)
	}
	return s
}

// EstimateText is Estimate with the unit's name: "18.2 ±0.1 ms", "74.1 ±0.2%".
func EstimateText(u Unit, e result.Estimate) string {
	if !e.Known() {
		return Unknown
	}
	return u.join(Estimate(u, e))
}

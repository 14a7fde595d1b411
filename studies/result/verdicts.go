package result

// Theory is a figure that mathematics knows, beside the measured one.
type Theory struct {
	Metric   string   `json:"metric"` // latency_seconds.mean
	Expected float64  `json:"expected"`
	Measured Estimate `json:"measured"`
	Model    string   `json:"model"`  // M/M/c
	Source   string   `json:"source"` // formula and reference
	Agrees   *bool    `json:"agrees"` // the interval holds the expected value; null when unknown
}

// Comparison is a difference candidate - baseline, paired by replication.
type Comparison struct {
	Baseline   string   `json:"baseline"`
	Candidate  string   `json:"candidate"`
	Metric     string   `json:"metric"`
	Class      string   `json:"class,omitempty"`
	Difference Estimate `json:"difference"`
	Relative   *float64 `json:"relative"` // difference over the baseline's value
	P          *float64 `json:"p_value"`  // Holm-adjusted; null when not testable
	Verdict    string   `json:"verdict"`  // better, worse, no_difference or undecided
}

// Objective is one service-level objective's outcome for a variant.
type Objective struct {
	Objective string   `json:"objective"`
	Variant   string   `json:"variant"`
	Limit     float64  `json:"limit"`   // in seconds, requests per second or as a ratio
	Verdict   string   `json:"verdict"` // met, missed or undecided
	Value     *float64 `json:"value"`
	Low       *float64 `json:"low"`
	High      *float64 `json:"high"`
}

// Estimate returns a variant's figure by its path in JSON, such as
// latency_seconds.p99; ok is false when there is no such figure.
func (v *Variant) Estimate(path string) (e Estimate, ok bool) {
	switch path {
	case "latency_seconds.mean":
		return v.Latency.Mean, true
	case "latency_seconds.p50":
		return v.Latency.P50, true
	case "latency_seconds.p90":
		return v.Latency.P90, true
	case "latency_seconds.p95":
		return v.Latency.P95, true
	case "latency_seconds.p99":
		return v.Latency.P99, true
	case "latency_seconds.p999":
		return v.Latency.P999, true
	case "wait_seconds.mean":
		return v.Wait.Mean, true
	case "wait_seconds.p50":
		return v.Wait.P50, true
	case "wait_seconds.p99":
		return v.Wait.P99, true
	case "throughput_rps":
		return v.Throughput, true
	case "error_ratio":
		return v.ErrorRatio, true
	case "retry_ratio":
		return v.RetryRatio, true
	case "wasted_ratio":
		return v.WastedRatio, true
	case "hedge_ratio":
		return v.HedgeRatio, true
	case "amplification":
		return v.Amplification, true
	case "utilization":
		return v.Utilization, true
	case "check_utilization":
		return v.CheckUtilization, true
	case "offered_load":
		return v.OfferedLoad, true
	case "mean_in_system":
		return v.InSystem, true
	case "imbalance.peak_to_mean":
		return v.Imbalance.PeakToMean, true
	case "imbalance.cv":
		return v.Imbalance.CV, true
	case "hit_ratio":
		return v.HitRatio, true
	case "misses_rps":
		return v.Misses, true
	case "cost.server_hours":
		return v.Cost.ServerHours, true
	case "cost.price":
		return v.Cost.Price, true
	case "recovery.detect_seconds":
		return v.Recovery.Detect, true
	case "recovery.recover_seconds":
		return v.Recovery.Recover, true
	case "recovery.requests_failed":
		return v.Recovery.Failed, true
	case "recovery.requests_saved":
		return v.Recovery.Saved, true
	case "recovery.peak_amplification":
		return v.Recovery.Peak, true
	case "recovery.sessions_lost":
		return v.Recovery.SessionsLost, true
	}
	return Estimate{}, false
}

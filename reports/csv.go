package reports

import (
	"encoding/csv"
	"io"
	"strconv"

	"lbsim/studies/result"
)

// AllClasses is the class of the rows that count every request.
const AllClasses = "all"

// figure is an estimate by its path in the JSON contract.
type figure struct {
	metric string
	result.Estimate
}

// WriteCSV writes a tidy table with one row for each variant, class and metric:
// variant, class ("all" for every request), metric as its path in the JSON
// contract, value, low and high in seconds and ratios. A figure that is not known
// is an empty cell. Lines end in a newline alone.
func WriteCSV(w io.Writer, r *result.Result) error {
	out := csv.NewWriter(w)
	out.Write([]string{"variant", "class", "metric", "value", "low", "high"})
	for i := range r.Results {
		v := &r.Results[i]
		writeFigures(out, v.Name, AllClasses, variantFigures(v))
		for _, c := range v.Classes {
			figures := append(requestFigures(c.Requests, c.Resent), latencyFigures(c.Latency, c.Wait)...)
			writeFigures(out, v.Name, c.Name, figures)
		}
	}
	out.Flush()
	return out.Error() // the writer keeps its first error
}

func writeFigures(out *csv.Writer, variant, class string, figures []figure) {
	for _, f := range figures {
		out.Write([]string{variant, class, f.metric, shortest(f.Value), shortest(f.Low), shortest(f.High)})
	}
}

func variantFigures(v *result.Variant) []figure {
	figures := append(requestFigures(v.Requests, v.Resent), latencyFigures(v.Latency, v.Wait)...)
	return append(figures, []figure{
		{"throughput_rps", v.Throughput},
		{"error_ratio", v.ErrorRatio},
		{"retry_ratio", v.RetryRatio},
		{"hedge_ratio", v.HedgeRatio},
		{"lost_ratio", v.LostRatio},
		{"wasted_ratio", v.WastedRatio},
		{"wasted_server_seconds", v.WastedSeconds},
		{"amplification", v.Amplification},
		{"utilization", v.Utilization},
		{"check_utilization", v.CheckUtilization},
		{"offered_load", v.OfferedLoad},
		{"mean_in_system", v.InSystem},
		{"imbalance.peak_to_mean", v.Imbalance.PeakToMean},
		{"imbalance.cv", v.Imbalance.CV},
		{"imbalance.jain", v.Imbalance.Jain},
		{"hit_ratio", v.HitRatio},
		{"misses_rps", v.Misses},
		{"cost.server_hours", v.Cost.ServerHours},
		{"cost.price", v.Cost.Price},
		{"sessions", v.Sessions},
		{"recovery.detect_seconds", v.Recovery.Detect},
		{"recovery.recover_seconds", v.Recovery.Recover},
		{"recovery.requests_failed", v.Recovery.Failed},
		{"recovery.requests_saved", v.Recovery.Saved},
		{"recovery.peak_amplification", v.Recovery.Peak},
		{"recovery.sessions_lost", v.Recovery.SessionsLost},
		{"recovery.deploy_seconds", v.Recovery.Deploy},
		{"recovery.requests_cut", v.Recovery.Cut},
	}...)
}

func requestFigures(q result.Requests, resent uint64) []figure {
	return []figure{
		{"requests.offered", exactly(q.Offered)},
		{"requests.completed", exactly(q.Completed)},
		{"requests.failed", exactly(q.Failed)},
		{"requests.rejected", exactly(q.Rejected)},
		{"requests.timed_out", exactly(q.TimedOut)},
		{"requests.unfinished", exactly(q.Unfinished)},
		{"resent", exactly(resent)},
	}
}

func latencyFigures(l result.Latency, w result.Wait) []figure {
	return []figure{
		{"latency_seconds.mean", l.Mean},
		{"latency_seconds.p50", l.P50},
		{"latency_seconds.p90", l.P90},
		{"latency_seconds.p95", l.P95},
		{"latency_seconds.p99", l.P99},
		{"latency_seconds.p999", l.P999},
		{"wait_seconds.mean", w.Mean},
		{"wait_seconds.p50", w.P50},
		{"wait_seconds.p99", w.P99},
	}
}

// exactly is the estimate of a count: a value without an interval.
func exactly(n uint64) result.Estimate {
	v := float64(n)
	return result.Estimate{Value: &v}
}

func shortest(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'f', -1, 64)
}

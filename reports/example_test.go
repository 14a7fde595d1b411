package reports_test

import (
	"fmt"
	"os"

	"lbsim/reports"
	"lbsim/studies/result"
)

func ExampleWriteTable() {
	estimate := func(value, half float64) result.Estimate {
		low, high := value-half, value+half
		return result.Estimate{Value: &value, Low: &low, High: &high}
	}
	variant := func(name string, mean, p99 float64) result.Variant {
		return result.Variant{Name: name, Latency: result.Latency{Mean: estimate(mean, mean/40), P50: estimate(mean/2, mean/80), P90: estimate(mean*2, mean/30), P99: estimate(p99, p99/30)}}
	}
	relative := -0.384
	r := &result.Result{
		Scenario: "mixed-load", Seed: 1, Replications: 20, WarmUp: result.WarmUp{Seconds: 60, Rule: "given"},
		Results: []result.Variant{variant("round_robin", 0.0181, 0.1073), variant("least_connections", 0.0125, 0.0661)},
		Comparisons: []result.Comparison{{Baseline: "round_robin", Candidate: "least_connections", Metric: "latency_seconds.p99",
			Difference: estimate(-0.0412, 0.0013), Relative: &relative, Verdict: "better"}},
	}
	if err := reports.WriteTable(os.Stdout, r, reports.TableOptions{Width: 100}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// mixed-load
	// 20 replications · warm-up 60 s (given) · seed 1
	//
	// variant             mean (ms)     p50 (ms)    p90 (ms)    p99 (ms)
	// ──────────────────────────────────────────────────────────────────
	// round_robin        18.1  ±0.5  9.05  ±0.23  36.2  ±0.6   107  ±4
	// least_connections  12.5* ±0.3  6.25* ±0.16  25.0* ±0.4  66.1* ±2.2
	// * best of its column, its interval apart from all others; ± half the 95% confidence interval; too
	// few requests for p99.9
	//
	// Verdict
	//   least_connections is better than round_robin: p99 41.2 ms lower (-38%, 95% CI 39.9 … 42.5 ms
	//     lower)
}

func ExampleRequestWriter() {
	w := reports.NewRequestWriter(os.Stdout)
	w.Write(&reports.RequestRow{
		Variant: "round_robin", ID: 7, Arrival: 0.25, Wait: 0.003, Service: 0.005, Latency: 0.0084,
		Class: "read", Server: "api-3", Client: "10.0.0.9", Key: 42, Attempts: 1, Outcome: "completed", Status: 200,
	})
	if err := w.Flush(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// variant,replication,id,arrival_seconds,wait_seconds,service_seconds,latency_seconds,class,server,client,key,attempts,outcome,status
	// round_robin,0,7,0.25,0.003,0.005,0.0084,read,api-3,10.0.0.9,42,1,completed,200
}

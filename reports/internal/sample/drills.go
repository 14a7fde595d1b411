package sample

import (
	"fmt"

	"lbsim/studies/drills"
	"lbsim/studies/result"
)

// Drills is drills of a pool of five servers: losing one is nothing, and tenfold load too
// much.
func Drills() *drills.Result {
	r := &drills.Result{
		Assumed: []string{"requests come at random (poisson), 1000/s to each pool; service takes 20ms on average (exponential)", "servers start in 5s and are warm at once; any number of requests may wait for them"},
		Courses: []drills.Course{{Pool: "default", Seed: 1, Replications: 10, Start: 10, Window: 50}},
	}
	add := func(kind, name, verdict string, p50, p99, errors float64) *drills.Drill {
		d := drills.Drill{Name: name, Kind: kind, Pool: "default", Verdict: verdict, ErrorRatio: about(errors), Recover: about(0)}
		d.Latency.P50, d.Latency.P99 = about(p50), about(p99)
		d.Objectives = []result.Objective{{Objective: "p99 < 250ms", Variant: name, Limit: 0.25, Verdict: verdict, Value: d.Latency.P99.Value, Low: d.Latency.P99.Low, High: d.Latency.P99.High}}
		r.Drills = append(r.Drills, d)
		return &r.Drills[len(r.Drills)-1]
	}
	add("steady", "steady", "met", 0.0139, 0.092, 0)
	for i := range 5 {
		add("lose-server", fmt.Sprintf("lose api-%d", i+1), "met", 0.0145, 0.1+float64(i%3)/100, 0.0001).Detect = about(0.01)
	}
	add("slow", "slow api-1", "undecided", 0.0141, 0.249, 0)
	d := add("tenfold", "tenfold", "missed", 0.9, 1.9, 0.96)
	d.Recover = result.Estimate{}
	d.Warnings = []string{"96% of the requests timed out after 2s; latencies are those of the requests that were answered"}
	return r
}

// about is an estimate to 2%.
func about(value float64) result.Estimate {
	low, high := value*0.98, value*1.02
	return result.Estimate{Value: &value, Low: &low, High: &high}
}

// Change is a configuration that lost its retries, and a node of its ring.
func Change() *drills.Change {
	r := &drills.Change{
		Assumed: []string{"servers start in 5s and are warm at once; any number of requests may wait for them"},
		Moved: []drills.Moved{
			{Pool: "default", What: "keys", Before: "ring_hash", After: "ring_hash", Moved: 0.104, Least: 0.1},
			{Pool: "default", What: "sessions", Before: "cookie LB", Moved: 1, Least: 0.1},
		},
	}
	for _, d := range Drills().Drills {
		y := drills.Pair{Name: d.Name, Kind: d.Kind, Pool: d.Pool, Before: d, After: d, Verdict: "no_difference"}
		if d.Kind == "lose-server" {
			y.Verdict, y.After.Verdict, y.After.ErrorRatio = "worse", "missed", about(0.05)
			y.Differences = []result.Comparison{{Baseline: "before", Candidate: "after", Metric: "error_ratio", Difference: about(0.0499), Verdict: "worse"}}
		}
		r.Pairs = append(r.Pairs, y)
	}
	return r
}

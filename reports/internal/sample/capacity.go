package sample

import (
	"lbsim/studies/capacity"
	"lbsim/studies/result"
)

// Capacity is what two algorithms carry on servers in two zones, of which one finds no limit.
func Capacity() *capacity.Result {
	r := &capacity.Result{
		Schema: capacity.Schema, Scenario: "shop", Seed: 1, Find: capacity.Rate, Confidence: 0.95, Precision: 0.02,
		Objectives: []capacity.Limit{{Objective: "p99 < 200ms", Limit: 0.2}, {Objective: "error_ratio < 1%", Limit: 0.01}},
		Warnings:   []string{"the timeline is left out"}, Requests: 12_345_678,
		NotAsked: []capacity.NotAsked{{Fleet: capacity.LessOneZone, Why: "all servers are in one zone"}},
	}
	for _, x := range []struct {
		variant, title string
		fleet          capacity.Fleet
		lost           string
		bound, met     float64
		apart          float64
		answer         capacity.Answer
	}{
		{"round_robin", "Round robin", capacity.Whole, "", 500, 300, 1.015, capacity.Found},
		{"round_robin", "Round robin", capacity.LessOneServer, "api-1", 400, 210, 1.08, capacity.Wide},
		{"least_connections", "Least connections", capacity.Whole, "", 500, 400, 1.02, capacity.Found},
		{"least_connections", "Least connections", capacity.LessOneServer, "api-1", 400, 310, 1.02, capacity.Found},
	} {
		r.Results = append(r.Results, line(x.variant, x.title, x.fleet, x.lost, x.bound, x.met, x.apart, x.answer))
	}
	return r
}

func line(variant, title string, fleet capacity.Fleet, lost string, bound, met, apart float64, answer capacity.Answer) capacity.Line {
	missed := met * apart
	middle := (met + missed) / 2
	l := capacity.Line{
		Variant: variant, Title: title, Algorithm: variant, Fleet: fleet, Lost: lost, Servers: 5, BoundRPS: bound,
		Met: &met, Missed: &missed, Answer: answer, Binding: "p99 < 200ms", CurveOf: "p99 < 200ms",
	}
	for _, at := range []float64{met, missed} {
		verdict := "met"
		if at == missed {
			verdict = "missed"
		}
		l.Probes = append(l.Probes, capacity.Probe{At: at, Load: at / bound, Verdict: verdict, Replications: 32, Requests: 3_200_000,
			Objectives: []capacity.Objective{{Objective: "p99 < 200ms", Verdict: verdict, Estimate: hockeyStick(at, middle, bound)}}})
	}
	for _, part := range []float64{0.2, 0.5, 0.8, 0.95, 1, 1.05, 1.2} {
		l.Curve = append(l.Curve, capacity.Point{At: part * middle, Load: part * middle / bound, Estimate: hockeyStick(part*middle, middle, bound)})
	}
	for _, rule := range []struct {
		name, title string
		at          float64
		broken      []string
	}{{"stability", "Servers never idle", bound, nil}, {"erlang_c", "Erlang C (M/M/c)", 0.9 * bound, []string{"service is lognormal, with a coefficient of variation of 2 instead of 1"}}} {
		at, off := rule.at, rule.at/middle-1
		l.Theory = append(l.Theory, capacity.Rule{Rule: rule.name, Title: rule.title, At: &at, Off: &off, Broken: rule.broken})
	}
	return l
}

// hockeyStick is a latency that is 200 ms at a rate, and without a steady value from the bound
// on.
func hockeyStick(at, limit, bound float64) result.Estimate {
	if at >= bound {
		return result.Estimate{}
	}
	value := 0.2 * (bound - limit) / (bound - at)
	low, high := 0.97*value, 1.03*value
	return result.Estimate{Value: &value, Low: &low, High: &high}
}

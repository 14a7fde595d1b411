package compare_test

import (
	"math"
	"testing"

	"lbsim/studies/compare"
	"lbsim/studies/result"
)

// grown is a world whose second group gets a second server in the middle of its
// measured 50 s. Both groups have a price, and every server is as busy as any other
// while it is there: two tenths of its time.
const grown = `
name: grown
workload:
  arrivals: {process: steps, steps: [{at: 0s, rate: 200/s}, {at: 35s, rate: 300/s}]}
  classes: [{name: read, service: 2ms}]
servers:
  - {name: old, count: 1, cost_per_hour: 36}
  - {name: new, count: 1, cost_per_hour: 72}
balancer: {algorithm: round_robin}
timeline: [{at: 35s, do: scale, group: new, count: 2}]
run: {duration: 60s, warmup: 10s, replications: 4, interval: 5s}
`

// What servers cost is the time that they were there, and utilization is of that time.
func TestServersCountWhileTheyAreThere(t *testing.T) {
	v := &ask(t, compare.Question{}, grown).Results[0]
	near := func(what string, e result.Estimate, want, within float64) {
		t.Helper()
		if e.Value == nil || math.Abs(*e.Value-want) > within {
			t.Errorf("%s is %v, want %v", what, e.Value, want)
		}
	}
	near("all server-hours", v.Cost.ServerHours, 125/3600., 1e-9)
	near("the price", v.Cost.Price, 0.5+1.5, 1e-9)
	near("the old group's server-hours", v.Cost.Groups[0].ServerHours, 50/3600., 1e-9)
	near("the new group's price", v.Cost.Groups[1].Price, 1.5, 1e-9)
	// 250 requests a second of 2 ms for 2.5 servers; 12,500 of them, so to 4% (4 sigma).
	near("utilization", v.Utilization, 0.2, 0.008)
	near("offered load", v.OfferedLoad, 0.2, 0.008)
	for _, s := range v.Servers {
		near(s.Name, s.Utilization, 0.2, 0.01)
	}
	near("imbalance", v.Imbalance.PeakToMean, 1, 0.05)
	if up := v.Timeline.Up; len(up) != 12 || up[6] != 2 || up[7] != 3 || v.Timeline.Wanted[7] != 3 {
		t.Errorf("%v servers over time", up)
	}

	v = &ask(t, compare.Question{}, plain).Results[0]
	near("three servers for 54 s", v.Cost.ServerHours, 3*54/3600., 1e-9)
	if v.Cost.Price.Known() || v.Timeline.Up != nil {
		t.Errorf("price %v, servers over time %v", v.Cost.Price, v.Timeline.Up)
	}
}

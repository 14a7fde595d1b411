package lab

import (
	"slices"
	"testing"

	"lbsim/clock"
	"lbsim/workloads"
)

// Requests that leave late, one after another that was due later, are simulated as they
// left, and their latencies count from when they were due.
func TestDepartures(t *testing.T) {
	plan, err := Question{Source: world(t, "{name: api, workers: 64}", "{algorithm: rr}", "")}.Plan()
	if err != nil {
		t.Fatal(err)
	}
	trial, ms := plan.trials[0], clock.Time(1e6)
	trace := &workloads.Trace{Classes: plan.trace.Classes}
	for _, at := range []clock.Time{0, 10, 20, 30} {
		trace.Records = append(trace.Records, workloads.Record{At: at * ms, Service: 0.002, Client: -1})
	}
	late := []clock.Time{0, 15 * ms, 0, 2000 * ms}
	d := asSent(trace, late)
	if !slices.Equal(d.order, []int{0, 2, 1, 3}) || d.trace.Records[2].At != 25*ms || trace.Records[2].At != 20*ms {
		t.Errorf("%v, %v", d.order, d.trace.Records)
	}
	for _, c := range []struct {
		departures
		want []clock.Time
	}{
		{onTime(trace), []clock.Time{2 * ms, 2 * ms, 2 * ms}},
		{d, []clock.Time{2 * ms, 17 * ms, 2002 * ms}}, // the last one left after the run's end
	} {
		x, err := predict(t.Context(), trial, 1, 10*ms, c.departures)
		if err != nil {
			t.Fatal(err)
		}
		got := slices.Compact(x.latencies)
		if len(x.stories) != 3*predictions || !slices.Equal(got, slices.Compact(c.want)) {
			t.Errorf("%d requests, %v, want %v", len(x.stories), got, c.want)
		}
	}
}

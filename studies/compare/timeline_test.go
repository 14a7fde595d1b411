package compare_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"lbsim/clock"
	"lbsim/scenarios"
	"lbsim/sim"
	"lbsim/studies/compare"
)

// TestTimelineIsTheRecords: an interval counts who arrived and who was answered or
// lost in it, a replication; its quantiles are of all replications' answers.
func TestTimelineIsTheRecords(t *testing.T) {
	p := planOf(t, compare.Question{Sources: []*scenarios.Source{source(t, lossy)}})
	r, records := recorded(t, p)
	x := r.Results[0].Timeline
	const intervals = 60
	if x.Interval != 1 || len(x.Offered) != intervals || len(x.Completed) != intervals || len(x.Failed) != intervals ||
		len(x.InFlight) != intervals || len(x.P50) != intervals || len(x.P99) != intervals {
		t.Fatalf("%d intervals of %v s, want %d of 1 s", len(x.Offered), x.Interval, intervals)
	}
	for i := range intervals {
		from, to := clock.FromSeconds(float64(i)), clock.FromSeconds(float64(i+1))
		offered, completed, failed, present := 0., 0., 0., 0.
		var latencies []float64
		for _, replication := range records {
			for _, r := range replication {
				over := r.Arrival + r.Latency
				present += max(0, (min(over, to) - max(r.Arrival, from)).Seconds())
				if from <= r.Arrival && r.Arrival < to {
					offered++
				}
				if over <= from || over > to {
					continue
				}
				if r.Outcome == sim.Completed {
					completed++
					latencies = append(latencies, r.Latency.Seconds())
				} else {
					failed++
				}
			}
		}
		n := float64(r.Replications)
		for _, c := range []struct {
			what      string
			got, want float64
		}{
			{"offered", x.Offered[i], offered / n}, {"completed", x.Completed[i], completed / n},
			{"failed", x.Failed[i], failed / n}, {"in flight", x.InFlight[i], present / n},
		} {
			if math.Abs(c.got-c.want) > 1e-9*c.want {
				t.Errorf("interval %d: %v %s, want %v", i, c.got, c.what, c.want)
			}
		}
		slices.Sort(latencies)
		median := latencies[int(math.Ceil(0.5*float64(len(latencies))))-1]
		// The timeline joins four buckets and puts all in the third: at most three
		// widths away.
		if math.Abs(*x.P50[i]-median) > 3*bucket*median {
			t.Errorf("interval %d: p50 = %v, want %v", i, *x.P50[i], median)
		}
		if x.P99[i] != nil {
			t.Errorf("interval %d: p99 of %d requests is shown, it takes 10,000", i, len(latencies))
		}
	}
}

// TestTimelineSums: without a warm-up, and with a whole number of intervals, what is
// offered over time is what is offered. What is answered after the horizon is in no
// interval.
func TestTimelineSums(t *testing.T) {
	r := ask(t, compare.Question{Loads: []float64{0.9, 1.1}}, lossy)
	sum := func(counts []float64) (total float64) {
		for _, c := range counts {
			total += c * float64(r.Replications)
		}
		return total
	}
	for _, x := range r.Results {
		if got := sum(x.Timeline.Offered); math.Abs(got-float64(x.Requests.Offered)) > 1e-6 {
			t.Errorf("%s: %v offered over time, %d in all", x.Name, got, x.Requests.Offered)
		}
		over := float64(x.Requests.Completed + x.Requests.Rejected + x.Requests.TimedOut)
		// At most 2 workers and 8 places on each of 2 servers are taken at the horizon.
		if rest := over - sum(x.Timeline.Completed) - sum(x.Timeline.Failed); rest < -1e-6 || rest > 20*float64(r.Replications) {
			t.Errorf("%s: %v requests are over in no interval", x.Name, rest)
		}
	}
}

// TestQuantilesOverTime: pooled over replications there may be enough for a p99.
func TestQuantilesOverTime(t *testing.T) {
	for _, c := range []struct {
		interval string
		known    bool
	}{{"1s", false}, {"20s", true}} { // 350/s · 4 replications: 1,400 and 28,000 requests
		x := ask(t, compare.Question{}, equal, "run.interval="+c.interval).Results[0].Timeline
		for i := range x.P99 {
			if x.P50[i] == nil || (x.P99[i] != nil) != c.known {
				t.Errorf("interval %d of %s: p50 %v, p99 %v", i, c.interval, x.P50[i], x.P99[i])
			}
		}
	}
}

// TestEvents: the acts of the timeline are there to be drawn, and a world that
// changes is not called unstable while its queues grow.
func TestEvents(t *testing.T) {
	r := ask(t, compare.Question{}, equal, "run.warmup=5s", "timeline=["+
		"{at: 10s, do: slow, server: api-2, factor: 20}, {at: 20s, do: restore, server: api-2},"+
		"{at: 30s, do: slow, group: api, factor: 5}, {at: 40s, do: restore, group: api}, {at: 50.5s, do: scale, group: api, count: 5}]")
	x := r.Results[0]
	var got []string
	for _, e := range x.Timeline.Events {
		got = append(got, fmt.Sprintf("%v %s %s %q", e.At, e.Kind, e.Server, e.Detail))
	}
	want := []string{`10 slow api-2 "slow api-2 20x"`, `20 restore api-2 "restore api-2"`,
		`30 slow  "slow api 5x"`, `40 restore  "restore api"`, `50.5 scale  "scale api to 5"`}
	if !slices.Equal(got, want) {
		t.Errorf("events\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if x.Unstable || !x.Latency.Mean.Known() {
		t.Error("called unstable")
	}
	if before, during := x.Timeline.InFlight[9], x.Timeline.InFlight[39]; during < 10*before {
		t.Errorf("%v in flight before, %v at the end of the overload", before, during)
	}
	if len(x.Servers) != 5 || x.Servers[4].Name != "api-5" || x.Servers[4].Requests == 0 {
		t.Errorf("the fifth server is missing or had nothing to do")
	}
}

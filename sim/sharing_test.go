package sim

import (
	"fmt"
	"math"
	"testing"

	"lbsim/clock"
)

// sharedJob is a job of the slow oracle.
type sharedJob struct {
	left float64 // nanoseconds of demand
	done float64 // instant, nanoseconds
	// Since the server was last empty: departures, this one included, and the most
	// jobs at once.
	departures, most int
}

// shareOut serves jobs by processor sharing, by the definition: at every moment each
// of n has the rate speed·min(1, workers/n), and after every event all that is left
// of everyone is worked out anew.
func shareOut(jobs []sharedJob, arrivals []float64, workers int, speed float64) {
	now, next, departures, most := 0.0, 0, 0, 0
	var inside []int
	for next < len(jobs) || len(inside) > 0 {
		rate := speed * min(1, float64(workers)/float64(len(inside)))
		first, at := -1, math.Inf(1)
		for _, i := range inside {
			if end := now + jobs[i].left/rate; end < at {
				first, at = i, end
			}
		}
		arrives := next < len(jobs) && arrivals[next] < at
		if arrives {
			at = arrivals[next]
		}
		stay := inside[:0]
		for _, i := range inside {
			jobs[i].left -= (at - now) * rate
			if arrives || i != first {
				stay = append(stay, i)
			}
		}
		inside, now = stay, at
		if arrives {
			if len(inside) == 0 {
				departures, most = 0, 0
			}
			inside = append(inside, next)
			most = max(most, len(inside))
			next++
		} else {
			departures++
			jobs[first].done, jobs[first].departures, jobs[first].most = now, departures, most
		}
	}
}

// A processor-sharing server, with its virtual time and its heap, ends every job
// when the definition does, but for rounding: the engine's instants are whole
// nanoseconds, rounded up. So a departure may keep the rate of one job, which is at
// most the server's speed, from the others for a nanosecond. Until the server is
// empty no job is behind the definition by more than that work for each departure,
// and as its own rate is at least speed·workers/most, it is late by at most
// departures·most/workers nanoseconds.
func TestSharingByItsDefinition(t *testing.T) {
	for _, c := range []struct {
		workers     int
		speed, load float64
	}{{1, 1, 0.8}, {1, 0.3, 0.95}, {4, 1, 0.9}, {16, 2, 0.7}} {
		t.Run(fmt.Sprintf("workers=%d,speed=%v,load=%v", c.workers, c.speed, c.load), func(t *testing.T) {
			m := farm(1, "round_robin")
			m.Servers[0].Discipline, m.Servers[0].Workers, m.Servers[0].Speed = PS, c.workers, c.speed
			poisson(m, c.load*float64(c.workers)*c.speed)
			m.Requests = 3_000
			_, records := byID(t, m, Options{Seed: 4})
			jobs, arrivals := make([]sharedJob, len(records)), make([]float64, len(records))
			for i, r := range records {
				jobs[i].left, arrivals[i] = r.Demand*1e9, float64(r.Arrival)
			}
			shareOut(jobs, arrivals, c.workers, c.speed)
			longest := 0
			for i, r := range records {
				// The nanosecond more is for what float64 makes of instants: at 10^13 ns,
				// which is longer than the runs, one is exact to 2^-10 ns.
				late := float64(r.Arrival+r.Latency) - jobs[i].done
				slack := float64(jobs[i].departures) * max(1, float64(jobs[i].most)/float64(c.workers))
				if late < -1 || late > slack+1 {
					t.Fatalf("job %d of %v ends at %v, %v ns off after %d departures", i, clock.FromSeconds(r.Demand), r.Arrival+r.Latency, late, jobs[i].departures)
				}
				longest = max(longest, jobs[i].departures)
			}
			if longest < 50 {
				t.Errorf("never more than %d departures without a break: the case was not exercised", longest)
			}
		})
	}
}

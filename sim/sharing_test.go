package sim

import (
	"fmt"
	"math"
	"testing"

	"lbsim/clock"
)

// sharedJob is a job of the slow oracle.
type sharedJob struct {
	left       float64 // nanoseconds of demand
	done       float64 // instant, nanoseconds
	departures int     // from the server while it was busy without a break, until this one
}

// share serves jobs by processor sharing, by the definition: at every moment each
// of n has the rate speed·min(1, workers/n), and after every event all that is left
// of everyone is worked out anew.
func share(jobs []sharedJob, arrivals []float64, workers int, speed float64) {
	now, next, departures := 0.0, 0, 0
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
				departures = 0
			}
			inside = append(inside, next)
			next++
		} else {
			departures++
			jobs[first].done, jobs[first].departures = now, departures
		}
	}
}

// A processor-sharing server, with its virtual time and its heap, ends every job
// when the definition does. The engine's instants are whole nanoseconds, rounded up:
// each departure keeps its job in service for less than a nanosecond too long, and
// so delays those after it, until the server is empty, by less than that each.
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
			share(jobs, arrivals, c.workers, c.speed)
			most := 0
			for i, r := range records {
				// A float64 of 10^13 ns, which is longer than the runs, is exact to 2^-9 ns;
				// the oracle makes a few such errors at each of the events it has seen.
				slack := float64(jobs[i].departures)*(1+0.02) + 1
				if late := float64(r.Arrival+r.Latency) - jobs[i].done; late < -slack/10-1 || late > slack {
					t.Fatalf("job %d of %v ends at %v, %v ns off after %d departures", i, clock.FromSeconds(r.Demand), r.Arrival+r.Latency, late, jobs[i].departures)
				}
				most = max(most, jobs[i].departures)
			}
			if most < 50 {
				t.Errorf("never more than %d departures without a break: the case was not exercised", most)
			}
		})
	}
}

package fit

import (
	"os"
	"testing"
)

// Intervals of 95% hold the truth in about 95% of logs, each of other draws, over all
// processes and laws and their parameters. What is few here is many with LBSIM_TRUTH=1: 40
// logs of each.
func TestIntervalsOfFitsHoldTheTruth(t *testing.T) {
	seeds, every := uint64(1), 5
	if os.Getenv("LBSIM_TRUTH") == "1" {
		seeds, every = 40, 1
	}
	held, all := 0, 0
	count := func(name string, parameters []Parameter, want []known) {
		for _, k := range want {
			p := value(t, parameters, k.name, k.nth)
			if p.Low == nil || k.name == "users" {
				continue // exact
			}
			all++
			if *p.Low <= k.value && k.value <= *p.High {
				held++
			} else {
				t.Logf("%s: %s = %v, %v … %v, want %v", name, k.name, p.Value, *p.Low, *p.High, k.value)
			}
		}
	}
	for seed := range seeds {
		for i := 0; i < len(processes); i += every {
			c := &processes[i]
			w := world{arrivals: c.arrivals, service: "{dist: exponential, mean: 10ms}", servers: 8, duration: c.duration, rest: c.rest}
			requests, names := w.requests(t, 100+seed)
			r := fitted(t, csvLog(requests, names))
			if r.Arrivals.Process == c.process && (c.dist == "" || c.dist == r.Arrivals.Spec.Interval.Dist) {
				count(c.name, r.Arrivals.Parameters, c.want)
			} else {
				t.Logf("%s: %s %s", c.name, r.Arrivals.Process, r.Arrivals.Spec.Interval.Dist)
				all++
			}
		}
		for i := 0; i < len(times); i += every {
			c := &times[i]
			w := world{arrivals: "{process: poisson, rate: 200/s}", service: c.service, servers: 8, duration: "60s"}
			requests, names := w.requests(t, 200+seed)
			if law := fitted(t, csvLog(requests, names)).Classes[0].Service.Law; law.Dist == c.dist {
				count(c.name, law.Parameters, c.want)
			} else {
				t.Logf("%s: %s", c.name, law.Dist)
				all++
			}
		}
	}
	t.Logf("%d of %d intervals hold the truth: %.1f%%", held, all, 100*float64(held)/float64(all))
	if float64(held) < 0.9*float64(all)-1 {
		t.Errorf("%d of %d intervals hold the truth", held, all)
	}
}

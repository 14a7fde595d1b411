package sim

import (
	"testing"
	"time"

	"lbsim/clock"
	"lbsim/workloads"
)

// faultyPair is two servers that take 10 ms a request under round robin, which come
// every 10 ms from 10 ms on; what server 0 meets is given.
func faultyPair(acts ...Act) *Model {
	m := farm(2, "round_robin")
	m.Arrivals = func() workloads.Process { return must(workloads.NewRegular(100)) }
	m.Classes[0].Service = must(workloads.NewConstant(0.01))
	m.Horizon, m.Requests, m.WarmUp = clock.FromSeconds(1), 0, 0
	m.Acts = acts
	return m
}

func status(r *Result, server, code int) uint64 {
	for _, x := range r.Servers[server].Status {
		if x.Status == code {
			return x.N
		}
	}
	return 0
}

// A crashed server refuses at once what comes, which is 503, and what it has breaks
// off, which is 502. Once restored it serves again.
func TestCrash(t *testing.T) {
	for _, discipline := range []Discipline{FIFO, PS} {
		m := faultyPair(Act{At: clock.FromSeconds(0.2151), Kind: Crash, Servers: []int{0}}, Act{At: clock.FromSeconds(0.6), Kind: Restore, Servers: []int{0}})
		m.Servers[0].Discipline = discipline
		m.Classes[0].Service = must(workloads.NewConstant(0.015))
		r := must(Run(m, Options{}))
		c := r.Classes[0]
		if c.Failed != 20 || r.Status[502] != 1 || r.Status[503] != 19 || c.Completed+c.Failed != c.Offered {
			t.Errorf("%v: %d of %d failed, %d with 502, %d with 503", discipline, c.Failed, c.Offered, r.Status[502], r.Status[503])
		}
		if status(r, 0, 502) != 1 || status(r, 0, 503) != 19 || status(r, 0, 200) != r.Servers[0].Requests-20 || status(r, 1, 200) != r.Servers[1].Requests {
			t.Errorf("%v: %v", discipline, r.Servers)
		}
	}
}

// A hung server answers nothing; restored, it goes on where it stopped: whoever had
// the patience is answered, in the order of arrival.
func TestHang(t *testing.T) {
	for _, discipline := range []Discipline{FIFO, PS} {
		m := faultyPair(Act{At: clock.FromSeconds(0.2151), Kind: Hang, Servers: []int{0}}, Act{At: clock.FromSeconds(0.6), Kind: Restore, Servers: []int{0}})
		m.Servers[0].Discipline = discipline
		r := must(Run(m, Options{}))
		if c := r.Classes[0]; c.Completed != c.Offered {
			t.Errorf("%v: %+v", discipline, c.Outcomes)
		}
		if slowest := r.Classes[0].Latency.Histogram.Quantile(1); slowest < 0.38 || slowest > 1 {
			t.Errorf("%v: the slowest took %v s", discipline, slowest)
		}
		m.Clients = &workloads.Clients{Count: 1, Timeout: 0.1}
		r = must(Run(m, Options{}))
		if r.Status[499] < 10 || r.Status[499] != status(r, 0, 499) || r.Classes[0].TimedOut != r.Status[499] {
			t.Errorf("%v: with a time-out %+v, server %v", discipline, r.Classes[0].Outcomes, r.Servers[0].Status)
		}
	}
}

// A run does not wait for ever for what hangs for good.
func TestHangForGood(t *testing.T) {
	r := must(Run(faultyPair(Act{At: clock.FromSeconds(0.905), Kind: Hang, Servers: []int{0}}), Options{}))
	if c := r.Classes[0]; c.Unfinished != 5 || r.Ended > clock.FromSeconds(1).Add(2*time.Minute) {
		t.Errorf("%+v, ended at %v", c.Outcomes, r.Ended)
	}
}

// A server that errs answers its ratio of requests with its status, at once, and the
// same ones whatever else happens.
func TestErrors(t *testing.T) {
	m := faultyPair(Act{At: 0, Kind: Errors, Servers: []int{0}, Ratio: 0.3, Status: 500})
	m.Horizon = clock.FromSeconds(100)
	r := must(Run(m, Options{}))
	// 5,000 attempts: 1,500 errors with a deviation of 32.
	if n := status(r, 0, 500); n < 1370 || n > 1630 || r.Classes[0].Failed != n || status(r, 1, 500) != 0 {
		t.Errorf("%d of 5000 attempts erred", n)
	}
}

package sim

import (
	"testing"
	"time"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/workloads"
)

// hedgedPair is a faultyPair whose requests have a copy.
func hedgedPair(delay time.Duration, acts ...Act) *Model {
	m := faultyPair(acts...)
	m.Balancer.Pools[0].Hedges = &balancer.Hedges{Attempts: 2, Delay: delay}
	return m
}

// A server that hangs costs no more than the delay of a copy: what it has is answered by
// the other one and taken back, and the server is left with nothing.
func TestCopiesHideAHang(t *testing.T) {
	for _, discipline := range []Discipline{FIFO, PS} {
		m := hedgedPair(15*time.Millisecond, Act{At: clock.FromSeconds(0.2051), Kind: Hang, Servers: []int{0}})
		m.Servers[0].Discipline, m.Servers[1].Workers = discipline, 2
		r := must(Run(m, Options{}))
		if c := r.Classes[0]; c.Completed != c.Offered || c.Latency.Histogram.Quantile(1) > 0.0252 {
			t.Errorf("%v: %+v, the slowest took %v s", discipline, c.Outcomes, c.Latency.Histogram.Quantile(1))
		}
		// Every second of the 79 requests after the hang starts at server 0, and one is there.
		if h := *r.Hedged; h.Requests != 40 || h.Requests != h.Copies || h.Won != h.Copies || status(r, 0, 499) != h.Copies {
			t.Errorf("%v: %+v, server %v", discipline, h, r.Servers[0].Status)
		}
	}
}

// A crash costs nothing where each request is at two servers: the copy that breaks off
// or is refused ends nothing.
func TestRedundancyHidesACrash(t *testing.T) {
	for _, network := range []Network{{}, {Zones: []string{"a"}, OneWay: [][]time.Duration{{time.Millisecond}}}} {
		m := hedgedPair(0, Act{At: clock.FromSeconds(0.2051), Kind: Crash, Servers: []int{0}})
		m.Network = network
		r := must(Run(m, Options{}))
		c := r.Classes[0]
		if c.Completed != c.Offered || r.Hedged.Copies < c.Offered*9/10 || status(r, 0, 503) < 70 {
			t.Errorf("%+v, %+v, server %v", c.Outcomes, *r.Hedged, r.Servers[0].Status)
		}
	}
}

// What is left to servers that do not hear of a cancellation keeps them busy.
func TestLosersOfAbandoningClientsGoOn(t *testing.T) {
	var busy [workloads.Abandon + 1]float64
	for _, how := range []workloads.OnTimeout{workloads.Cancel, workloads.Abandon} {
		m := hedgedPair(12 * time.Millisecond)
		m.Arrivals = func() workloads.Process { return must(workloads.NewRegular(20)) }
		m.Servers[0].Speed = 0.25 // 40 ms, of which a copy spares 18
		m.Clients = &workloads.Clients{Count: 1, OnTimeout: how}
		r := must(Run(m, Options{}))
		if c := r.Classes[0]; c.Completed != c.Offered || r.Hedged.Won == 0 {
			t.Errorf("%v: %+v, %+v", how, c.Outcomes, *r.Hedged)
		}
		busy[how] = r.Servers[0].Busy
	}
	if busy[workloads.Abandon] < 1.7*busy[workloads.Cancel] {
		t.Errorf("the slow server was busy for %v s where losers were cancelled and left", busy)
	}
}

// Under hedges at the time-out of an attempt that attempt goes on, and may still win.
func TestOverdueAttemptsGoOn(t *testing.T) {
	m := hedgedPair(0)
	pool := &m.Balancer.Pools[0]
	pool.Retries = &balancer.Retries{Attempts: 2, Timeout: true, PerTry: 5 * time.Millisecond}
	pool.Hedges.OnPerTry = true
	r := must(Run(m, Options{}))
	// Each takes 10 ms, and its copy begins 5 ms later.
	if c := r.Classes[0]; c.Completed != c.Offered || r.Hedged.Copies != c.Offered || r.Hedged.Won != 0 || r.Status[504] != 0 {
		t.Errorf("%+v, %+v", c.Outcomes, *r.Hedged)
	}
}

// Copies need what the first attempt needs, or what is drawn for each.
func TestDemandOfCopies(t *testing.T) {
	mean := map[Copies]float64{}
	for _, copies := range []Copies{Same, Independent} {
		m := hedgedPair(0)
		m.Classes[0].Service, m.Classes[0].Copies = must(workloads.NewExponential(0.001)), copies
		m.Horizon = clock.FromSeconds(50)
		mean[copies] = must(Run(m, Options{})).Classes[0].Latency.Mean()
	}
	// The first of two exponentials takes half as long as one: of 5,000 a deviation of 1.4%.
	if mean[Same] < 0.00094 || mean[Same] > 0.0013 || mean[Independent] > 0.0006 || mean[Independent] < 0.00047 {
		t.Errorf("means of %v s", mean)
	}
}

package sim

import (
	"math"
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

// One request of 1 s is at two servers at once, of which the second is half as fast: the
// first answers after 1 s, and the second's second was in vain. Where servers go on for
// nobody it takes 2 s. Over a network of 100 ms, with servers alike, both have done it all
// when the first answer comes. On a server that shares its worker with another request,
// the copy has had half of it.
func TestWorkInVain(t *testing.T) {
	far := Network{Zones: []string{"a"}, OneWay: [][]time.Duration{{100 * time.Millisecond}}}
	for name, c := range map[string]struct {
		how        workloads.OnTimeout
		network    Network
		speed      float64
		discipline Discipline
		beside     bool // something else is at the second server
		want       float64
	}{
		"cancelled":              {speed: 0.5, want: 1},
		"cancelled while shared": {speed: 0.5, discipline: PS, want: 1},
		"shared with another":    {speed: 0.5, discipline: PS, beside: true, want: 0.5},
		"left to go on":          {how: workloads.Abandon, speed: 0.5, want: 2},
		"goes on, shared":        {how: workloads.Abandon, speed: 0.5, discipline: PS, want: 2},
		"answer on its way":      {network: far, speed: 1, want: 1},
		"answer of a shared":     {network: far, speed: 1, discipline: PS, want: 1},
		"never begun":            {speed: 0.5, beside: true, want: 0},
	} {
		jobs := []job{{1, 1}}
		if c.beside {
			jobs = []job{{0.5, 9}, {1, 1}} // 18 s of the second server, whose turn it is first
		}
		m := scripted(jobs...)
		m.Servers = append(m.Servers, m.Servers[0])
		m.Servers[1].Name, m.Servers[1].Speed, m.Servers[1].Discipline = "other", c.speed, c.discipline
		m.Balancer.Pools[0].Hedges = &balancer.Hedges{Attempts: 2}
		m.Clients, m.Network = &workloads.Clients{Count: 1, OnTimeout: c.how}, c.network
		if c.beside {
			m.Classes = append(m.Classes, Class{Name: "alone", Share: 0.5, Service: m.Classes[0].Service, Method: "POST"})
			m.Classes[0].Share = 0.5
			m.Trace.Records[0].Class = 1
			m.Balancer.Pools[0].Algorithm = choice("round_robin")
			m.Servers[0], m.Servers[1] = m.Servers[1], m.Servers[0]
		}
		r := must(Run(m, Options{Seed: 1}))
		if h := r.Hedged; math.Abs(h.Wasted-c.want) > 1e-9 || h.Lost != 1 {
			t.Errorf("%s: %+v, want 1 attempt and %v s", name, *h, c.want)
		}
	}
}

// Each request is at two servers at once, with a budget that never says no. Where both do
// all of the same demand and nobody takes anything back, one of the two was in vain: half
// of the work. Where demands are exponential and independent, servers idle, and the loser
// is taken back when the winner answers, both have worked as long: half again. Where it
// goes on, the winner has done the lesser demand, half a mean, and the loser the greater,
// one and a half: three quarters.
//
// Of n requests the share's standard deviation is below 1/sqrt(n); what is cut off at the
// window's ends, some of 8000, is less.
func TestShareOfWorkInVain(t *testing.T) {
	for _, c := range []struct {
		copies  Copies
		how     workloads.OnTimeout
		servers int
		want    float64
	}{{Same, workloads.Abandon, 4, 0.5}, {Independent, workloads.Cancel, 200, 0.5}, {Independent, workloads.Abandon, 200, 0.75}} {
		m := farm(c.servers, "least_connections")
		poisson(m, 80)
		m.Horizon = sec(100)
		m.Classes[0].Service, m.Classes[0].Copies = must(workloads.NewExponential(0.01)), c.copies
		m.Clients = &workloads.Clients{Count: 1, OnTimeout: c.how}
		m.Balancer.Pools[0].Hedges = &balancer.Hedges{Attempts: 2}
		r := must(Run(m, Options{Seed: 3}))
		busy := 0.0
		for i := range r.Servers {
			busy += r.Servers[i].Busy
		}
		offered := r.Classes[0].Offered
		if got := r.Hedged.Wasted / busy; math.Abs(got-c.want) > 3/math.Sqrt(float64(offered)) || r.Hedged.Lost < offered*99/100 {
			t.Errorf("%v, %v: %.4f of the work was in vain, want %v; %+v of %d", c.copies, c.how, got, c.want, *r.Hedged, offered)
		}
	}
}

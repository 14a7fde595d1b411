package sim

import (
	"testing"
	"time"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/workloads"
)

// A crash costs nothing where what was refused or broke off is tried again elsewhere,
// and requests that must not be repeated are lost only if they had been sent.
func TestRetriesHideACrash(t *testing.T) {
	m := faultyPair(Act{At: clock.FromSeconds(0.2151), Kind: Crash, Servers: []int{0}})
	m.Balancer.Pools[0].Retries = &balancer.Retries{Attempts: 2, ConnectFailure: true, Reset: true}
	r := must(Run(m, Options{}))
	// A retry takes server 1's turn, so each of the 78 requests to come starts at server 0.
	if c := r.Classes[0]; c.Completed != c.Offered || status(r, 0, 503) != 78 || status(r, 0, 502) != 1 {
		t.Errorf("%+v, server %v", c.Outcomes, r.Servers[0].Status)
	}
	m.Classes[0].Method = "POST"
	r = must(Run(m, Options{}))
	if c := r.Classes[0]; c.Failed != 1 || r.Status[502] != 1 {
		t.Errorf("POST: %+v", c.Outcomes)
	}
}

// An attempt whose time has passed is a 504 of its server, and the next one goes
// elsewhere. What clients cancel leaves the server; what they abandon stays.
func TestPerTryTimeout(t *testing.T) {
	var worked [workloads.Abandon + 1]float64
	for _, how := range []workloads.OnTimeout{workloads.Cancel, workloads.Abandon} {
		m := faultyPair(Act{At: clock.FromSeconds(0.2051), Kind: Hang, Servers: []int{0}}, Act{At: clock.FromSeconds(0.8), Kind: Restore, Servers: []int{0}})
		m.Clients = &workloads.Clients{Count: 1, OnTimeout: how}
		m.Balancer.Pools[0].Retries = &balancer.Retries{Attempts: 2, Timeout: true, PerTry: 50 * time.Millisecond}
		r := must(Run(m, Options{}))
		late := status(r, 0, 504)
		if c := r.Classes[0]; late < 25 || c.Completed < 95 || c.Completed+c.TimedOut != c.Offered || r.Status[504] != c.TimedOut {
			t.Errorf("%v: %+v, server %v", how, c.Outcomes, r.Servers[0].Status)
		}
		worked[how] = r.Servers[0].Busy
	}
	if worked[workloads.Abandon] <= worked[workloads.Cancel] {
		t.Errorf("the server worked %v s on what was abandoned and cancelled", worked)
	}
}

// What balancers do against failures happens in the worlds of the fingerprint.
func TestResilienceIsExercised(t *testing.T) {
	for _, w := range brokenWorlds(t) {
		if w.model.Balancer.Pools[0].Retries == nil || w.model.Balancer.Layer == balancer.L4 {
			continue
		}
		retried, seen := 0, map[balancer.EventKind]int{}
		r := must(Run(w.model, Options{Seed: 1, OnRequest: func(r *Record) {
			if r.Attempts > 1 {
				retried++
			}
		}}))
		for _, h := range r.Happened {
			seen[h.Kind]++
		}
		if r.Hedged != nil && (r.Hedged.Won == 0 || r.Hedged.Copies == r.Hedged.Won) {
			t.Errorf("%s: %+v", w.name, *r.Hedged)
		}
		for _, kind := range []balancer.EventKind{balancer.Up, balancer.Down, balancer.Ejected, balancer.Restored} {
			if seen[kind] == 0 || retried < 10 {
				t.Errorf("%s: %d retried, %v: %v never happened", w.name, retried, seen, kind)
			}
		}
	}
}

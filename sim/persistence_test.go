package sim

import (
	"testing"
	"time"

	"lbsim/balancer"
	"lbsim/workloads"
)

// A client who is refused waits and asks again; its request is one request, from the
// first send to the answer. All instants are worked out by hand: one server without a
// queue serves the first request until 10 s, the second comes at 1 s and again every
// 4 s, so it is taken at 13 s.
func TestClientsTryAgain(t *testing.T) {
	four := must(workloads.NewConstant(4))
	for _, c := range []struct {
		name     string
		clients  workloads.Clients
		want     []string
		attempts int
	}{
		{"until it is answered", workloads.Clients{Retries: &workloads.ClientRetries{Rejected: true, Backoff: four}},
			[]string{"completed 10s", "completed 14s"}, 4},
		{"as often as it may", workloads.Clients{Retries: &workloads.ClientRetries{Attempts: 3, Rejected: true, Backoff: four}},
			[]string{"completed 10s", "rejected 9s"}, 3},
		{"not after a refusal", workloads.Clients{Retries: &workloads.ClientRetries{Attempts: 3, Failed: true, TimedOut: true, Backoff: four}},
			[]string{"completed 10s", "rejected 1s"}, 1},
		{"unless the wait would outlast the deadline", workloads.Clients{Retries: &workloads.ClientRetries{Rejected: true, Backoff: four, Deadline: 12}},
			[]string{"completed 10s", "rejected 9s"}, 3},
		{"and no longer than the deadline", workloads.Clients{Retries: &workloads.ClientRetries{Rejected: true, TimedOut: true, Backoff: four, Deadline: 12.5}},
			[]string{"completed 10s", "timed_out 13.5s"}, 4},
		// The time-out is each attempt's: the one at 5 s gets the worker that the first
		// left at 3 s, and has its answer at 6 s.
		{"and after a time-out", workloads.Clients{Timeout: 3, Retries: &workloads.ClientRetries{Attempts: 2, Rejected: true, TimedOut: true, Backoff: four}},
			[]string{"timed_out 10s", "completed 6s"}, 2},
	} {
		m := scripted(job{0, 10}, job{1, 1})
		m.Servers[0].Queue = 0
		c.clients.Count = 1
		m.Clients = &c.clients
		if got := ends(t, m); got[0] != c.want[0] || got[1] != c.want[1] {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		if _, records := byID(t, m, Options{Seed: 1}); records[1].Attempts != c.attempts {
			t.Errorf("%s: %d attempts, want %d", c.name, records[1].Attempts, c.attempts)
		}
	}
}

// What a client abandons the server goes on with, and the client's next attempt waits
// behind it. Cancelled, it leaves the worker at once.
func TestAbandonedAttemptsCostWork(t *testing.T) {
	for how, busy := range map[workloads.OnTimeout]float64{workloads.Cancel: 6, workloads.Abandon: 30} {
		m := scripted(job{0, 10})
		m.Clients = &workloads.Clients{Count: 1, Timeout: 2, OnTimeout: how, Retries: &workloads.ClientRetries{Attempts: 3, TimedOut: true}}
		r, records := byID(t, m, Options{})
		if x := records[0]; x.Outcome != TimedOut || x.Latency != sec(6) || x.Attempts != 3 || r.Servers[0].Busy != busy || r.Classes[0].Resent != 2 {
			t.Errorf("%v: %+v, %v s of work", how, x, r.Servers[0].Busy)
		}
	}
}

// Clients' retries in every world that has clients, on layer 4, over a network, with
// balancers that retry themselves, servers that crash and hang: the run's own checks
// hold it against itself.
func TestPersistentClientsInAllWorlds(t *testing.T) {
	wait := must(workloads.NewExponential(0.05))
	sent := 0
	for _, w := range fingerprintWorlds(t) {
		if w.model.Clients == nil {
			continue
		}
		m, clients := *w.model, *w.model.Clients
		clients.Patience, clients.Timeout = nil, 0.03
		clients.Retries = &workloads.ClientRetries{Attempts: 4, Rejected: true, Failed: true, TimedOut: true, Backoff: wait, Deadline: 0.5}
		m.Clients = &clients
		for _, how := range []workloads.OnTimeout{workloads.Cancel, workloads.Abandon} {
			clients.OnTimeout = how
			r, err := Run(&m, Options{Seed: 1})
			if err != nil {
				t.Fatalf("%s: %v", w.name, err)
			}
			for _, c := range r.Classes {
				sent += int(c.Resent)
			}
		}
	}
	if sent < 1000 {
		t.Errorf("only %d further attempts", sent)
	}
}

// A client who asks for ever does not keep a run from its end.
func TestPersistenceEnds(t *testing.T) {
	m := faultyPair(Act{At: 0, Kind: Crash, Servers: []int{0, 1}})
	m.Clients = &workloads.Clients{Count: 1, Retries: &workloads.ClientRetries{Failed: true, Rejected: true, Backoff: must(workloads.NewExponential(1))}}
	m.Balancer.Pools[0].Health = &balancer.HealthCheck{Interval: time.Second, Healthy: 1, Unhealthy: 1}
	r := must(Run(m, Options{}))
	if c := r.Classes[0]; c.Unfinished != c.Offered || c.Resent < 10*c.Offered {
		t.Errorf("%+v, %d more attempts", c.Outcomes, c.Resent)
	}
}

package sim

import (
	"testing"
	"time"

	"lbsim/clock"
	"lbsim/workloads"
)

// A FIFO server's departures need no events: each is the later of its arrival and
// the departure before it, plus its service (Lindley, Proc. Cambridge Phil. Soc. 48
// (1952)). Under round robin every server's arrivals are known beforehand, so the
// engine must agree with that recursion for every single request, to the
// nanosecond.
func TestDeparturesWithoutEvents(t *testing.T) {
	const servers, requests = 7, 50_000
	for _, workers := range []int{1, 3} {
		for _, kind := range []Queue{Tree, Heap} {
			m := farm(servers, "round_robin")
			for i := range m.Servers {
				m.Servers[i].Workers = workers
				m.Servers[i].Speed = 1 / float64(workers)
			}
			m.Requests = requests
			got := make([]Record, 0, requests)
			if _, err := Run(m, Options{Seed: 42, Queue: kind, OnRequest: func(r *Record) { got = append(got, *r) }}); err != nil {
				t.Fatal(err)
			}
			if len(got) != requests {
				t.Fatalf("%d requests of %d ended", len(got), requests)
			}
			byID := make([]Record, requests)
			for _, r := range got {
				byID[r.ID] = r
			}
			// by worker: when it is free
			free := make([][]clock.Time, servers)
			for i := range free {
				free[i] = make([]clock.Time, workers)
			}
			for id, r := range byID {
				server := id % servers
				w := 0
				for k := range free[server] {
					if free[server][k] < free[server][w] {
						w = k
					}
				}
				begin := max(r.Arrival, free[server][w])
				free[server][w] = begin + lasting(r.Demand*1e9*float64(workers))
				if r.Server != server || r.Wait != begin-r.Arrival || r.Latency != free[server][w]-r.Arrival {
					t.Fatalf("request %d at server %d: wait %v, latency %v; want server %d, %v, %v",
						id, r.Server, r.Wait, r.Latency, server, begin-r.Arrival, free[server][w]-r.Arrival)
				}
			}
		}
	}
}

// The same world gives the same course whatever the event queue.
func TestQueuesGiveTheSameRun(t *testing.T) {
	for _, algorithm := range []string{"round_robin", "power_of_two", "least_connections", "peak_ewma"} {
		m := farm(20, algorithm)
		m.Requests = 20_000
		m.Servers[3].Discipline = PS
		m.Servers[4].Queue = 1
		m.Servers[4].Speed = 0.4
		patience, err := workloads.NewExponential(3)
		if err != nil {
			t.Fatal(err)
		}
		m.Clients = &workloads.Clients{Count: 1000, Timeout: 4, Patience: patience}
		m.Frontends = 2
		m.Network = Network{Zones: []string{"a"}, OneWay: oneWay(1e6)}
		var courses [2][]Record
		for i, kind := range []Queue{Tree, Heap} {
			_, err := Run(m, Options{Seed: 7, Queue: kind, OnRequest: func(r *Record) { courses[i] = append(courses[i], *r) }})
			if err != nil {
				t.Fatal(algorithm, err)
			}
		}
		timedOut, rejected := 0, 0
		for i := range courses[0] {
			if courses[0][i] != courses[1][i] {
				t.Fatalf("%s: record %d differs: %+v and %+v", algorithm, i, courses[0][i], courses[1][i])
			}
			switch courses[0][i].Outcome {
			case TimedOut:
				timedOut++
			case Rejected:
				rejected++
			}
		}
		if timedOut == 0 || rejected == 0 {
			t.Fatalf("%s: %d timed out and %d rejected: the case was not exercised", algorithm, timedOut, rejected)
		}
	}
}

func oneWay(d time.Duration) [][]time.Duration { return [][]time.Duration{{d}} }

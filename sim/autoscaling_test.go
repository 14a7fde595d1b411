package sim

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/sim/autoscale"
)

// scaledFarm is servers of one worker each that an autoscaler may have more of, up to
// most; a look every 10 s, provisioning of 20 s, and no brakes.
func scaledFarm(n, most int, algorithm string, targets ...autoscale.Target) *Model {
	m := farm(n, algorithm)
	a := Autoscaler{Policy: autoscale.Policy{Min: 1, Max: most, Targets: targets, Tolerance: 0.1,
		Sync: 10 * time.Second, Window: 10 * time.Second, Provisioning: 20 * time.Second}}
	for i := range n {
		a.Servers = append(a.Servers, i)
	}
	for i := n; i < most; i++ {
		a.Spare = append(a.Spare, Server{Name: fmt.Sprint("spare-", i+1), Workers: 1, Queue: Unlimited, Speed: 1, Weight: 1})
	}
	m.Autoscalers = []Autoscaler{a}
	m.Horizon = sec(60)
	return m
}

// steadily lets a request of the same demand come every so many seconds, from half a
// gap on.
func steadily(m *Model, gap, demand, until float64) {
	jobs := []job{}
	for at := gap / 2; at < until; at += gap {
		jobs = append(jobs, job{at, demand})
	}
	m.Arrivals, m.Trace = nil, scripted(jobs...).Trace
}

// One server is asked for 0.9 s of work a second, with a target of half of it: at
// 10 s two are wanted, and the second serves from 30 s on. Both are busy for 0.45 of
// a second then, which is within the tolerance. When nobody comes any more one goes.
func TestAServerComesAndGoes(t *testing.T) {
	m := scaledFarm(1, 3, "round_robin", autoscale.Target{Metric: autoscale.CPU, Value: 0.5})
	steadily(m, 1, 0.9, 60)
	m.Horizon, m.Interval, m.Requests = sec(80), 10*time.Second, 0
	r, records := byID(t, m, Options{Seed: 1})
	want := []Scaling{{sec(10), 0, 1, 2, autoscale.CPU}, {sec(70), 0, 2, 1, autoscale.CPU}}
	if !slices.Equal(r.Scalings, want) {
		t.Errorf("%+v, want %+v", r.Scalings, want)
	}
	if r.Lives[0] != (Life{80, 80}) || r.Lives[1] != (Life{40, 60}) || r.Lives[2] != (Life{}) {
		t.Errorf("lives %+v", r.Lives)
	}
	var up, wanted []float64
	for _, x := range r.Timeline {
		up, wanted = append(up, x.Fleet.Up), append(wanted, x.Fleet.Wanted)
	}
	if !slices.Equal(up, []float64{1, 1, 1, 2, 2, 2, 2, 1}) || !slices.Equal(wanted, []float64{1, 2, 2, 2, 2, 2, 2, 1}) {
		t.Errorf("by interval %v up, %v wanted", up, wanted)
	}
	for _, x := range records {
		if x.Server == 1 && (x.Arrival < sec(30) || x.Arrival >= sec(70)) {
			t.Errorf("a request at %v went to the second server", x.Arrival)
		}
	}
}

// A server that was let go stays away when what it met meanwhile is over, and comes when it
// is wanted again.
func TestWhoWasLetGoIsNotRestored(t *testing.T) {
	m := scaledFarm(2, 2, "round_robin", autoscale.Target{Metric: autoscale.CPU, Value: 0.5})
	for i := range m.Servers {
		m.Servers[i].StartUp = time.Second
	}
	jobs := []job{}
	for at := 30.5; at < 60; at++ {
		jobs = append(jobs, job{at, 0.9})
	}
	m.Arrivals, m.Trace = nil, scripted(jobs...).Trace
	m.Acts = []Act{{At: sec(15), Kind: Crash, Servers: []int{1}}, {At: sec(20), Kind: Restore, Servers: []int{1}}}
	r, _ := byID(t, m, Options{Seed: 1})
	want := []Scaling{{sec(10), 0, 2, 1, autoscale.None}, {sec(40), 0, 1, 2, autoscale.CPU}}
	if !slices.Equal(r.Scalings, want) {
		t.Errorf("%+v, want %+v", r.Scalings, want)
	}
	if got := r.Lives[1].Up; got != 10 {
		t.Errorf("it was up for %v s, want the first 10", got)
	}
}

// A server that is let go finishes what it has, and is paid for until then. The only
// request of the second server is of 25 s: it is there until 31 s, though nobody wants
// it from 20 s on.
func TestAServerThatGoesDrains(t *testing.T) {
	m := scaledFarm(2, 2, "round_robin", autoscale.Target{Metric: autoscale.Queue, Value: 5})
	jobs := scripted(job{5, 1}, job{6, 25}, job{40, 1}, job{41, 1})
	m.Arrivals, m.Trace = nil, jobs.Trace
	m.Autoscalers[0].Policy.Down.Limits = []autoscale.Limit{{Servers: 1, Period: time.Minute}}
	r, records := byID(t, m, Options{Seed: 1})
	if len(r.Scalings) != 1 || r.Scalings[0].At != sec(10) || r.Lives[1] != (Life{31, 31}) {
		t.Errorf("%+v, lives %+v", r.Scalings, r.Lives)
	}
	for i, server := range []int{0, 1, 0, 0} {
		if records[i].Server != server || records[i].Outcome != Completed {
			t.Errorf("request %d: %+v, want server %d", i, records[i], server)
		}
	}
}

// Where all servers are there, one that drains is taken back at once instead of
// waiting for it to end.
func TestADrainingServerIsTakenBack(t *testing.T) {
	m := scaledFarm(2, 2, "round_robin", autoscale.Target{Metric: autoscale.Queue, Value: 1})
	jobs := []job{{5, 1}, {6, 50}}
	for at := 11.; at < 19; at += 0.5 {
		jobs = append(jobs, job{at, 10})
	}
	m.Arrivals, m.Trace = nil, scripted(jobs...).Trace
	r, records := byID(t, m, Options{Seed: 1})
	if len(r.Scalings) < 2 || r.Scalings[0].To != 1 || r.Scalings[1].To != 2 || r.Scalings[1].At != sec(20) {
		t.Fatalf("%+v", r.Scalings)
	}
	if r.Lives[1].Up < 60-1e-9 {
		t.Errorf("the second server was there for %v s", r.Lives[1].Up)
	}
	for _, x := range records[2:] {
		if x.Arrival >= sec(10) && x.Arrival < sec(20) && x.Server != 0 {
			t.Errorf("%+v went to a server that drains", x)
		}
	}
}

// A server that is crashed when it is let go, or hung, is sound when it comes again.
func TestAServerComesAgainSound(t *testing.T) {
	m := scaledFarm(2, 2, "round_robin", autoscale.Target{Metric: autoscale.CPU, Value: 0.5})
	m.Autoscalers[0].Policy.Provisioning = 0
	m.Acts = []Act{{At: sec(8), Kind: Crash, Servers: []int{1}}}
	jobs := []job{{5, 0.1}}
	for at := 21.; at < 58; at++ {
		jobs = append(jobs, job{at, 0.9})
	}
	m.Arrivals, m.Trace = nil, scripted(jobs...).Trace
	r, _ := byID(t, m, Options{Seed: 1})
	o := r.Classes[0].Outcomes
	if o.Completed != o.Offered || r.Servers[1].Requests < 10 {
		t.Errorf("%+v; the second server had %d requests; %+v", o, r.Servers[1].Requests, r.Scalings)
	}
}

// A world with everything that can be scaled in it: whatever the algorithm, the number
// stays within its bounds and every server-second has its server.
func TestScaledWorlds(t *testing.T) {
	for _, algorithm := range []string{"round_robin", "least_connections", "join_idle_queue:reports=true", "ring_hash", "prequal"} {
		m := scaledTown(t, algorithm)
		r, err := Run(m, Options{Seed: 3})
		if err != nil {
			t.Fatal(err)
		}
		n, ups, downs := len(m.Autoscalers[0].Servers), 0, 0
		for _, x := range r.Scalings {
			if x.From != n || x.To < 1 || x.To > m.Autoscalers[0].Policy.Max {
				t.Errorf("%s: %+v after %d", algorithm, x, n)
			}
			if n = x.To; x.To > x.From {
				ups++
			} else {
				downs++
			}
		}
		if ups == 0 || downs == 0 {
			t.Errorf("%s: %d times up, %d down", algorithm, ups, downs)
		}
		for i, s := range r.Servers {
			workers := float64(m.Server(i).Workers)
			if x := r.Lives[i]; s.Busy > workers*x.Up*(1+1e-9) || x.Up > x.Paid || x.Paid > (r.End-r.Start).Seconds() {
				t.Errorf("%s: server %d is busy for %v s in %+v", algorithm, i, s.Busy, x)
			}
		}
	}
}

// scaledTown is a town whose large servers are scaled, and break.
func scaledTown(t *testing.T, algorithm string) *Model {
	m := town(t, algorithm)
	breakTown(m)
	m.Servers[0].Workers = 1
	m.Servers[0].CPUShare = 0.9
	a := Autoscaler{Group: "large", Servers: []int{0}, Policy: autoscale.Policy{Min: 1, Max: 4, Tolerance: 0.1, Sync: 50 * time.Millisecond,
		Window: 100 * time.Millisecond, Provisioning: 70 * time.Millisecond,
		Schedule: []autoscale.Floor{{At: clock.FromSeconds(0.3), Min: 3}, {At: clock.FromSeconds(0.5), Min: 1}, {At: clock.FromSeconds(1), Min: 4}, {At: clock.FromSeconds(1.2), Min: 1}},
		Targets:  []autoscale.Target{{Metric: autoscale.CPU, Value: 0.95}, {Metric: autoscale.Latency, Value: 0.1, Quantile: 0.9}, {Metric: autoscale.Queue, Value: 8}},
		Down:     autoscale.Pace{Limits: []autoscale.Limit{{Servers: 2, Period: 50 * time.Millisecond}}}}}
	for i := range 3 {
		x := m.Servers[0]
		x.Name = fmt.Sprint("large-", i+2)
		a.Spare = append(a.Spare, x)
	}
	m.Autoscalers = []Autoscaler{a}
	return m
}

// An autoscaler costs nothing for each request.
func TestScalingDoesNotAllocate(t *testing.T) {
	m := scaledFarm(10, 20, "least_connections", autoscale.Target{Metric: autoscale.CPU, Value: 0.8})
	m.Horizon = clock.Never - 1
	e, err := newEngine(m, Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for range 100_000 {
		e.step()
	}
	perRun := testing.AllocsPerRun(10, func() {
		for range 1000 {
			e.step()
		}
	})
	if looks := 1000 / 16.0 / 10; perRun > 4*looks {
		t.Errorf("%v allocations for 1000 events, with %v looks", perRun, looks)
	}
}

// Where balancers check their servers, a new one gets nothing before its first check
// has passed: it serves from 20 s on, and a check takes 3 s there and back.
func TestANewServerPassesItsCheckFirst(t *testing.T) {
	for checked, want := range map[bool]clock.Time{false: sec(20.5), true: sec(23.5)} {
		m := scaledFarm(1, 2, "round_robin", autoscale.Target{Metric: autoscale.CPU, Value: 0.2})
		m.Autoscalers[0].Policy.Provisioning = 10 * time.Second
		m.Network = Network{Zones: []string{"a"}, OneWay: [][]time.Duration{{1500 * time.Millisecond}}}
		if checked {
			m.Balancer.Pools[0].Health = &balancer.HealthCheck{Interval: 7 * time.Second, Timeout: 5 * time.Second, Healthy: 2, Unhealthy: 2}
		}
		steadily(m, 1, 0.8, 60)
		_, records := byID(t, m, Options{Seed: 1})
		i := slices.IndexFunc(records, func(r Record) bool { return r.Server == 1 })
		if i < 0 || records[i].Arrival != want {
			t.Errorf("checks %v: request %d is the first that the new server gets, want that of %v", checked, i, want)
		}
	}
}

package sim

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/workloads"
)

// sec is an instant or a span.
func sec(s float64) clock.Time { return clock.FromSeconds(s) }

// job is a request of a scripted world.
type job struct{ at, demand float64 } // seconds

// scripted is a world in which the given requests, and no others, come to one
// single-worker server of speed 1 within a minute.
func scripted(jobs ...job) *Model {
	m := farm(1, "round_robin")
	m.Arrivals = nil
	m.Trace = &workloads.Trace{}
	for _, j := range jobs {
		m.Trace.Records = append(m.Trace.Records, workloads.Record{At: sec(j.at), Service: j.demand, Client: -1})
	}
	m.Horizon = sec(60)
	return m
}

// byID runs m and returns its records in order of arrival.
func byID(t *testing.T, m *Model, o Options) (*Result, []Record) {
	t.Helper()
	result, records := course(t, m, o)
	slices.SortFunc(records, func(a, b Record) int { return cmp.Compare(a.ID, b.ID) })
	return result, records
}

// ends returns how and when every request of m ended, in order of arrival.
func ends(t *testing.T, m *Model) []string {
	t.Helper()
	_, records := byID(t, m, Options{Seed: 1})
	var got []string
	for _, r := range records {
		got = append(got, fmt.Sprintf("%v %v", r.Outcome, r.Arrival+r.Latency))
	}
	return got
}

// poisson gives m open arrivals at random.
func poisson(m *Model, rate float64) {
	m.Arrivals = func() workloads.Process { return must(workloads.NewPoisson(rate)) }
}

// A worker that is slowed, or restored, in the middle of a service takes the new
// speed for the rest of it. All instants are worked out by hand; working is for how
// long the server's workers are at work.
func TestSpeedChangesInMidService(t *testing.T) {
	slow := func(at, factor float64) Act {
		return Act{At: sec(at), Kind: Slow, Servers: []int{0}, Factor: factor}
	}
	restore := func(at float64) Act { return Act{At: sec(at), Kind: Restore, Servers: []int{0}} }
	for _, c := range []struct {
		name    string
		server  Server
		jobs    []job
		acts    []Act
		want    []string
		working float64
	}{
		{"half the speed from 4 s on: 6 s left take 12",
			Server{Speed: 1, Workers: 1}, []job{{0, 10}}, []Act{slow(4, 2)},
			[]string{"completed 16s"}, 16},
		{"restored at 10 s, when 3 s are left",
			Server{Speed: 1, Workers: 1}, []job{{0, 10}}, []Act{slow(4, 2), restore(10)},
			[]string{"completed 13s"}, 13},
		{"a factor counts from the declared speed, not on top of another",
			Server{Speed: 1, Workers: 1}, []job{{0, 10}}, []Act{slow(2, 4), slow(6, 2)},
			[]string{"completed 20s"}, 20},
		{"a factor below one is quicker",
			Server{Speed: 2, Workers: 1}, []job{{0, 10}}, []Act{slow(1, 0.5)},
			[]string{"completed 3s"}, 3},
		{"who waits is served at the new speed",
			Server{Speed: 1, Workers: 1}, []job{{0, 2}, {1, 2}}, []Act{slow(1, 3)},
			[]string{"completed 4s", "completed 10s"}, 10},
		{"two workers are slowed both",
			Server{Speed: 1, Workers: 2}, []job{{0, 3}, {1, 3}}, []Act{slow(2, 2)},
			[]string{"completed 4s", "completed 6s"}, 9},
		{"an idle server is slow later",
			Server{Speed: 1, Workers: 1}, []job{{5, 1}}, []Act{slow(2, 2)},
			[]string{"completed 7s"}, 2},
		{"sharing: 2 s left of each at a quarter of the speed",
			Server{Speed: 1, Workers: 1, Discipline: PS}, []job{{0, 4}, {0, 4}}, []Act{slow(4, 2)},
			[]string{"completed 12s", "completed 12s"}, 12},
		{"sharing: restored when 1 s is left of each",
			Server{Speed: 1, Workers: 1, Discipline: PS}, []job{{0, 4}, {0, 4}}, []Act{slow(4, 2), restore(8)},
			[]string{"completed 10s", "completed 10s"}, 10},
		{"sharing: three get two thirds of the speed of two workers",
			Server{Speed: 1, Workers: 2, Discipline: PS}, []job{{0, 2}, {0, 2}, {0, 2}}, nil,
			[]string{"completed 3s", "completed 3s", "completed 3s"}, 6},
		{"sharing: one of three leaves two with a worker each",
			Server{Speed: 1, Workers: 2, Discipline: PS}, []job{{0, 2}, {0, 4}, {0, 4}}, nil,
			[]string{"completed 3s", "completed 5s", "completed 5s"}, 10},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := scripted(c.jobs...)
			c.server.Name, c.server.Weight, c.server.Queue = "s", 1, Unlimited
			m.Servers, m.Acts = []Server{c.server}, c.acts
			if got := ends(t, m); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			r, err := Run(m, Options{})
			if err != nil || r.Servers[0].Busy != c.working {
				t.Errorf("busy for %v s, want %v (%v)", r.Servers[0].Busy, c.working, err)
			}
		})
	}
}

// Acts come at their instants: a server that is added gets nothing before, one that
// is removed nothing after, and finishes what it has.
func TestServersComeAndGo(t *testing.T) {
	m := farm(4, "least_connections")
	m.Horizon = sec(30)
	m.Acts = []Act{
		{At: sec(10), Kind: Add, Add: []Server{{Name: "new", Workers: 1, Queue: Unlimited, Speed: 1, Weight: 1}}},
		{At: sec(20), Kind: Remove, Servers: []int{1, 2}},
	}
	atRemoval := 0
	o := Options{Seed: 3, SampleAt: []clock.Time{sec(9), sec(20)}}
	o.Sample = func(v View) {
		if v.Servers() != 5 || v.Now() == sec(9) && v.AtServer(4) != 0 {
			t.Errorf("at %v: %d servers, %d requests at the one not yet there", v.Now(), v.Servers(), v.AtServer(4))
		}
		atRemoval = v.AtServer(1) + v.AtServer(2)
	}
	_, records := course(t, m, o)
	first, last, after := clock.Never, clock.Time(0), 0
	for _, r := range records {
		switch {
		case r.Server == 4:
			first = min(first, r.Arrival)
		case r.Server == 1 || r.Server == 2:
			last = max(last, r.Arrival)
			if r.Arrival+r.Latency > sec(20) {
				after++
			}
		}
		if r.Outcome != Completed {
			t.Errorf("%+v", r)
		}
	}
	if first < sec(10) || first > sec(13) || last >= sec(20) || last < sec(18) {
		t.Errorf("the new server's first request came at %v, the removed ones' last at %v", first, last)
	}
	if atRemoval == 0 || after != atRemoval {
		t.Errorf("%d requests at the removed servers, of which %d ended later", atRemoval, after)
	}
}

// A trace is replayed as it is: instants, classes, keys, clients and demands.
func TestTraceIsReplayed(t *testing.T) {
	m := scripted()
	exponential := must(workloads.NewExponential(1))
	m.Classes = []Class{{Name: "a", Share: 0.5, Service: exponential}, {Name: "b", Share: 0.5, Service: exponential}}
	m.Keys = must(workloads.NewUniformKeys(5))
	m.Clients = &workloads.Clients{Count: 7}
	for i := range 20 {
		m.Trace.Records = append(m.Trace.Records, workloads.Record{
			At: sec(float64(i * i / 10)), Service: float64(i%4) * 0.01, Key: uint64(1000 - i), Class: int32(i % 2), Client: int32(i)})
	}
	_, records := byID(t, m, Options{Seed: 1})
	if len(records) != len(m.Trace.Records) {
		t.Fatalf("%d records of %d", len(records), len(m.Trace.Records))
	}
	for i, r := range records {
		x := m.Trace.Records[i]
		if r.Arrival != x.At || r.Demand != x.Service || r.Key != x.Key || !r.HasKey || r.Class != int(x.Class) || r.Client != int(x.Client)%7 {
			t.Errorf("%+v was replayed as %+v", x, r)
		}
	}
	m.Horizon = sec(3)
	if _, records = byID(t, m, Options{}); len(records) != 6 {
		t.Errorf("%d requests before the horizon, want those at 0, 0, 0, 0, 1 and 2 s", len(records))
	}
}

// A message takes the network's one-way delay to the server and back again. Nothing
// else changes: every request's latency grows by twice the delay, to the
// nanosecond.
func TestLatencyIsTwoDelays(t *testing.T) {
	const delay = 7 * time.Millisecond
	m := farm(5, "round_robin")
	m.Requests = 5_000
	_, near := byID(t, m, Options{Seed: 1})
	m.Network = Network{Zones: []string{"a"}, OneWay: oneWay(delay)}
	_, far := byID(t, m, Options{Seed: 1})
	for i := range near {
		if got := (far[i].Latency - near[i].Latency).Sub(0); got != 2*delay || far[i].Wait-near[i].Wait != clock.Time(delay) {
			t.Fatalf("request %d took %v longer, and began %v later", i, got, far[i].Wait-near[i].Wait)
		}
	}
}

// Each pair of zones has its delay.
func TestZones(t *testing.T) {
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	m := farm(3, "round_robin")
	poisson(m, 0.01)
	m.Horizon = sec(10_000)
	m.Classes[0].Service = must(workloads.NewConstant(1))
	for i := range m.Servers {
		m.Servers[i].Zone = i
	}
	m.Network = Network{Zones: []string{"a", "b", "c"}, OneWay: [][]time.Duration{
		{ms(0), ms(5), ms(50)}, {ms(5), ms(0), ms(70)}, {ms(50), ms(70), ms(0)}}}
	for from := range 3 {
		m.Network.Frontends = []int{from}
		_, records := byID(t, m, Options{Seed: 1})
		alone := 0
		for _, r := range records {
			delay := m.Network.OneWay[from][r.Server]
			if r.Wait > clock.Time(delay) {
				continue // it met another
			}
			alone++
			if want := clock.Time(time.Second + 2*delay); r.Latency != want {
				t.Fatalf("from zone %d to %d: latency %v, want %v", from, r.Server, r.Latency, want)
			}
		}
		if alone < 50 {
			t.Fatalf("%d requests", alone)
		}
	}
}

// Each frontend knows of its own requests only: with one, least connections never
// lets a request wait while a server is idle; with many it must.
func TestFrontendsHaveViewsOfTheirOwn(t *testing.T) {
	for _, frontends := range []int{1, 8} {
		m := farm(8, "least_connections")
		m.Requests, m.Frontends = 10_000, frontends
		_, records := byID(t, m, Options{Seed: 1})
		if n := needlessWaits(records, 8); (n == 0) != (frontends == 1) {
			t.Errorf("%d frontends: %d requests waited for nothing", frontends, n)
		}
	}
}

// needlessWaits counts the requests that waited though one of n single-worker FIFO
// servers was idle when they came. Records are in order of arrival.
func needlessWaits(records []Record, n int) int {
	free := make([]clock.Time, n) // when each has done what it has
	needless := 0
	for _, r := range records {
		if r.Wait > 0 && slices.Min(free) < r.Arrival {
			needless++
		}
		free[r.Server] = r.Arrival + r.Latency
	}
	return needless
}

// With affinity a client stays with its server until its cookie's life ends, then
// the algorithm chooses again. Nobody in particular keeps no cookie.
func TestClientsStick(t *testing.T) {
	const ttl = 10
	m := farm(5, "random")
	m.Horizon = sec(300)
	m.Balancer.Pools[0].Affinity = &balancer.Affinity{Cookie: "LB", TTL: ttl * time.Second}
	_, records := byID(t, m, Options{Seed: 1})
	if !slices.ContainsFunc(records, func(r Record) bool { return r.Server != records[0].Server }) {
		t.Error("without clients all requests go to one server")
	}
	m.Clients = &workloads.Clients{Count: 10}
	_, records = byID(t, m, Options{Seed: 1})
	home := map[int]Record{} // by client: the request with which its cookie was set
	moved := 0
	for _, r := range records {
		x, ok := home[r.Client]
		switch {
		case !ok || r.Arrival >= x.Arrival+sec(ttl):
			if ok && x.Server != r.Server {
				moved++
			}
			home[r.Client] = r
		case r.Server != x.Server:
			t.Fatalf("client %d, at home since %v at server %d, went to %d at %v", r.Client, x.Arrival, x.Server, r.Server, r.Arrival)
		}
	}
	if moved < 50 {
		t.Errorf("clients moved %d times: the case was not exercised", moved)
	}
}

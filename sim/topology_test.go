package sim

import (
	"cmp"
	"math"
	"slices"
	"testing"
	"time"

	"lbsim/clock"
	"lbsim/workloads"
)

// twoZones is a server and a frontend in each of two zones; a request comes every 10 ms
// and takes 1 ms.
func twoZones(acts ...Act) *Model {
	m := faultyPair(acts...)
	m.Classes[0].Service = must(workloads.NewConstant(0.001))
	m.Servers[1].Zone, m.Frontends = 1, 2
	m.Network = Network{Zones: []string{"a", "b"}, Frontends: []int{0, 1}}
	m.Horizon = clock.FromSeconds(3)
	return m
}

// While a zone is lost all requests go through the frontend that is left, which sends
// half of them to the zone's server: refused. Nobody is left where both zones are lost.
func TestLoseZone(t *testing.T) {
	lose := func(at float64, zone int) Act {
		return Act{At: clock.FromSeconds(at), Kind: LoseZone, Zone: zone, Servers: []int{zone}}
	}
	back := func(at float64, zone int) Act {
		return Act{At: clock.FromSeconds(at), Kind: RestoreZone, Zone: zone, Servers: []int{zone}}
	}
	for _, c := range []struct {
		name     string
		acts     []Act
		rejected uint64
		refused  uint64
	}{
		{"one, for a second", []Act{lose(1.005, 1), back(2.005, 1)}, 0, 50},
		{"both", []Act{lose(1.005, 1), lose(1.505, 0), back(2.005, 1), back(2.505, 0)}, 50, 25 + 25},
	} {
		m := twoZones(c.acts...)
		r := must(Run(m, Options{}))
		x := r.Classes[0]
		// Half of what goes through one frontend, in turn: one more or less where its turn
		// began; through both by chance.
		if x.Rejected != c.rejected || x.Failed < c.refused-2 || x.Failed > c.refused+2 || x.Completed+x.Failed+x.Rejected != x.Offered {
			t.Errorf("%s: %+v, want %d rejected and about %d refused", c.name, x.Outcomes, c.rejected, c.refused)
		}
	}
}

// What is under way through a frontend that is lost fails, wherever its server is.
func TestLoseZoneUnderWay(t *testing.T) {
	m := twoZones(Act{At: clock.FromSeconds(0.5), Kind: LoseZone, Zone: 1})
	m.Servers[1].Zone = 0
	m.Classes[0].Service = must(workloads.NewConstant(0.1))
	m.Servers[0].Workers, m.Servers[1].Workers = 20, 20
	r := must(Run(m, Options{}))
	// Of the ten that are under way about half came through it.
	if n := r.Status[502]; n < 1 || n > 9 || r.Classes[0].Failed != n {
		t.Errorf("%d broke off: %+v", n, r.Classes[0].Outcomes)
	}
}

// Parted zones refuse each other's attempts, after the way there and back, or let them
// hang until they are joined again.
func TestPartition(t *testing.T) {
	for _, oneWay := range []time.Duration{0, 2 * time.Millisecond} {
		for _, silent := range []bool{false, true} {
			m := twoZones(Act{At: clock.FromSeconds(1.005), Kind: Partition, Zone: 0, From: 1, Silent: silent},
				Act{At: clock.FromSeconds(2.005), Kind: RestoreZone, Zone: 1})
			if oneWay > 0 {
				m.Network.OneWay = [][]time.Duration{{oneWay, oneWay}, {oneWay, oneWay}}
			}
			var slowest clock.Time
			r := must(Run(m, Options{OnRequest: func(r *Record) { slowest = max(slowest, r.Latency) }}))
			x := r.Classes[0]
			// Each frontend sends every other request to the other zone; one or two are
			// under way when it happens.
			if silent && (x.Completed != x.Offered || slowest < clock.FromSeconds(0.9) || slowest > clock.FromSeconds(1.01)) {
				t.Errorf("silent, %v: %+v, the slowest took %v", oneWay, x.Outcomes, slowest)
			}
			if !silent && (x.Failed < 45 || x.Failed > 55 || x.Failed > r.Status[503]+2 || slowest > clock.FromSeconds(0.05)) {
				t.Errorf("refusing, %v: %+v, the slowest took %v", oneWay, x.Outcomes, slowest)
			}
		}
	}
}

// Where a zone is lost or parted in which servers call others, their calls share its fate. A
// caller is in a, and who is called in b: of the calls of half a second that are made once
// a second the fourth is under way at that instant, and the next three come before all is
// well again.
func TestCallsBetweenZones(t *testing.T) {
	at := func(seconds float64, kind ActKind, zone, server int) Act {
		return Act{At: clock.FromSeconds(seconds), Kind: kind, Zone: zone, From: 1 - zone, Servers: []int{server}}
	}
	silent := at(4.2, Partition, 0, 0)
	silent.Silent = true
	for name, c := range map[string]struct {
		begin, end Act
		status     map[int]uint64
		busy       float64 // of who is called
	}{
		"the callee's zone is lost": {at(4.2, LoseZone, 1, 1), at(7.5, RestoreZone, 1, 1), map[int]uint64{502: 1, 503: 3}, 6*0.5 + 0.19},
		"the caller's zone is lost": {at(4.2, LoseZone, 0, 0), at(7.5, RestoreZone, 0, 0), map[int]uint64{502: 1, 503: 3}, 6*0.5 + 0.19},
		"parted":                    {at(4.2, Partition, 0, 0), at(7.5, RestoreZone, 0, 0), map[int]uint64{502: 1, 503: 3}, 7 * 0.5},
		"parted, silently":          {silent, at(7.5, RestoreZone, 0, 0), nil, 10 * 0.5},
	} {
		for _, oneWay := range []time.Duration{0, time.Microsecond} {
			m := layered(1, 1)
			m.Servers = []Server{m.Servers[0], m.Servers[2]}
			m.Servers[0].Workers, m.Servers[1].Workers, m.Servers[1].Zone = 10, 10, 1
			m.Frontends, m.Network = 1, Network{Zones: []string{"a", "b", "elsewhere"}, Frontends: []int{2}}
			if oneWay > 0 {
				m.Network.OneWay = slices.Repeat([][]time.Duration{{oneWay, oneWay, oneWay}}, 3)
			}
			m.Tiers[0].Service, m.Horizon = must(workloads.NewConstant(0.5)), clock.FromSeconds(11)
			m.Acts = []Act{c.begin, c.end}
			r, records := course(t, m, Options{})
			for status, n := range c.status {
				if r.Status[status] != n {
					t.Errorf("%s, %v: %d answered with %d, want %d", name, oneWay, r.Status[status], status, n)
				}
			}
			// A message under way, or a call's few microseconds, make a difference of some of these.
			if got := r.Servers[1].Busy; math.Abs(got-c.busy) > 1e-4 {
				t.Errorf("%s, %v: who is called worked for %v s, want %v", name, oneWay, got, c.busy)
			}
			if last := slices.MaxFunc(records, func(a, b Record) int { return cmp.Compare(a.Latency, b.Latency) }); c.status == nil && (r.Classes[0].Completed != 10 || last.Latency < clock.FromSeconds(3.4)) {
				t.Errorf("%s, %v: %+v, the slowest took %v", name, oneWay, r.Classes[0].Outcomes, last.Latency)
			}
		}
	}
}

// A partition is the concern of balancers that it parts from a server, every other act that of
// whoever knows its servers.
func TestConcerns(t *testing.T) {
	m := layered(1, 1) // layer0 in a calls layer1 in b
	m.Network = Network{Zones: []string{"a", "b", "c"}, Frontends: []int{0, 1, 2}}
	m.Servers[2].Zone, m.Servers[3].Zone = 1, 1
	parted := Act{Kind: Partition, Zone: 0, From: 1}
	crash := Act{Kind: Crash, Servers: []int{1}}
	for _, c := range []struct {
		act  Act
		h    Happening
		want bool
	}{
		{crash, Happening{Frontend: 2, Server: 1}, true},
		{crash, Happening{Server: 0}, false},
		{crash, Happening{Server: -1}, false},
		{parted, Happening{Frontend: 0, Server: 0}, false},
		{parted, Happening{Frontend: 1, Server: 0}, true},
		{parted, Happening{Frontend: 2, Server: 0}, false},
		{parted, Happening{Frontend: 1, Server: -1}, false},
		{parted, Happening{Pool: 1, Server: 2}, true}, // as callers in a see it
	} {
		if got := m.Concerns(&c.act, &c.h); got != c.want {
			t.Errorf("%v, %+v: %v", c.act.Kind, c.h, got)
		}
	}
	if m.PoolName(0) != "servers" || m.PoolName(1) != "layer1" {
		t.Errorf("pools %s and %s", m.PoolName(0), m.PoolName(1))
	}
}

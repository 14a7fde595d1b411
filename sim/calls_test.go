package sim

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/workloads"
)

// layered is a chain of groups of two servers, each of which calls the next. There is an
// element for each layer: how often its balancer tries a request at most.
func layered(attempts ...int) *Model {
	pool := func(n int) balancer.Config {
		cfg := balancer.Config{Pools: []balancer.PoolConfig{{Name: "servers", Algorithm: choice("least_connections")}}}
		if n > 1 {
			cfg.Pools[0].Retries = &balancer.Retries{Attempts: n, Statuses: []int{502, 503}, Timeout: true}
		}
		return cfg
	}
	m := &Model{
		Arrivals:  func() workloads.Process { return must(workloads.NewRegular(1)) },
		Classes:   []Class{{Name: "all", Share: 1, Service: must(workloads.NewConstant(0.01))}},
		Balancer:  pool(attempts[0]),
		Frontends: 1, Horizon: clock.FromSeconds(10.5),
	}
	for i := range attempts {
		group := fmt.Sprint("layer", i)
		for k := range 2 {
			m.Servers = append(m.Servers, Server{Name: fmt.Sprint(group, "-", k+1), Group: group, Workers: 3, Queue: Unlimited, Speed: 1, Weight: 1})
		}
		if i > 0 {
			m.Tiers = append(m.Tiers, Tier{From: fmt.Sprint("layer", i-1), To: group, Count: 1, Service: must(workloads.NewConstant(0.02)), Balancer: pool(attempts[i])})
		}
	}
	return m
}

// atLayers returns what the servers of each layer had to do.
func atLayers(r *Result) (requests []uint64, busy []time.Duration) {
	for i := 0; i < len(r.Servers); i += 2 {
		requests = append(requests, r.Servers[i].Requests+r.Servers[i+1].Requests)
		busy = append(busy, time.Duration((r.Servers[i].Busy+r.Servers[i+1].Busy)*1e9+0.5))
	}
	return requests, busy
}

// A request that calls keeps its worker until its calls are done.
func TestCallsTakeTheirTime(t *testing.T) {
	r, records := course(t, layered(1, 1, 1), Options{})
	for _, x := range records {
		if x.Latency != clock.FromSeconds(0.05) || x.Outcome != Completed || x.Attempts != 1 {
			t.Errorf("%+v: want 50ms, completed at once", x)
		}
	}
	requests, busy := atLayers(r)
	if !slices.Equal(requests, []uint64{10, 10, 10}) || !slices.Equal(busy, []time.Duration{500 * time.Millisecond, 400 * time.Millisecond, 200 * time.Millisecond}) {
		t.Errorf("requests %v, busy %v", requests, busy)
	}
}

// What fails at the bottom is tried again by every layer above it, which multiplies.
func TestRetriesMultiply(t *testing.T) {
	for _, x := range []struct {
		attempts []int
		status   int
		want     []uint64 // for a request
		answer   int
	}{
		{[]int{1, 1, 1}, 503, []uint64{1, 1, 1}, 503},
		{[]int{4, 1, 1}, 503, []uint64{4, 4, 4}, 503},
		{[]int{1, 1, 4}, 503, []uint64{1, 1, 4}, 503},
		{[]int{4, 4, 4}, 503, []uint64{4, 16, 64}, 503},
		{[]int{2, 2, 2, 2, 2}, 503, []uint64{2, 4, 8, 16, 32}, 503},
		{[]int{3, 3, 1}, 500, []uint64{3, 9, 9}, 502}, // a server whose call ends so has met a bad gateway
		{[]int{3, 3, 3}, 500, []uint64{3, 9, 9}, 502}, // 500 is not tried again here, 502 is
		{[]int{3, 3, 1}, 504, []uint64{1, 1, 1}, 504}, // nor is 504
	} {
		m := layered(x.attempts...)
		n := len(m.Servers)
		m.Acts = []Act{{Kind: Errors, Servers: []int{n - 2, n - 1}, Ratio: 1, Status: x.status}}
		r, _ := course(t, m, Options{})
		requests, _ := atLayers(r)
		for i := range requests {
			requests[i] /= 10
		}
		if !slices.Equal(requests, x.want) || r.Status[x.answer] != 10 {
			t.Errorf("attempts %v, bottom answers %d: %v attempts a request, %d of 10 answered %d; want %v", x.attempts, x.status, requests, r.Status[x.answer], x.answer, x.want)
		}
		for i, tier := range r.Tiers {
			if tier.Attempts != 10*x.want[i+1] {
				t.Errorf("attempts %v: tier %+v, want %d", x.attempts, tier, 10*x.want[i+1])
			}
		}
	}
}

// Whoever gives up cancels what was called for it; what clients abandon goes on.
func TestCallsThatNobodyWaitsFor(t *testing.T) {
	act := func(s float64, kind ActKind, servers ...int) Act {
		return Act{At: clock.FromSeconds(s), Kind: kind, Servers: servers, Factor: 3}
	}
	for _, x := range []struct {
		name    string
		change  func(m *Model)
		outcome Outcome
		latency time.Duration
		busy    []time.Duration
	}{
		{"nothing", func(m *Model) {}, Completed, 50 * ms, []time.Duration{50 * ms, 40 * ms, 20 * ms}},
		{"client cancels", func(m *Model) { m.Clients = &workloads.Clients{Count: 1, Timeout: 0.04} }, TimedOut, 40 * ms, []time.Duration{40 * ms, 30 * ms, 10 * ms}},
		{"client abandons", func(m *Model) {
			m.Clients = &workloads.Clients{Count: 1, Timeout: 0.04, OnTimeout: workloads.Abandon}
		}, TimedOut, 40 * ms, []time.Duration{50 * ms, 40 * ms, 20 * ms}},
		{"caller crashes", func(m *Model) { m.Acts = []Act{act(1.04, Crash, 0, 1)} }, Failed, 40 * ms, []time.Duration{40 * ms, 30 * ms, 10 * ms}},
		{"called crashes", func(m *Model) { m.Acts = []Act{act(1.04, Crash, 4, 5)} }, Failed, 40 * ms, []time.Duration{40 * ms, 30 * ms, 10 * ms}},
		{"caller hangs until its calls are done", func(m *Model) { m.Acts = []Act{act(1.04, Hang, 0, 1), act(1.08, Restore, 0, 1)} }, Completed, 80 * ms, []time.Duration{80 * ms, 40 * ms, 20 * ms}},
		{"caller hangs while it calls", func(m *Model) { m.Acts = []Act{act(1.035, Hang, 0, 1), act(1.04, Restore, 0, 1)} }, Completed, 50 * ms, []time.Duration{50 * ms, 40 * ms, 20 * ms}},
		{"caller hangs and crashes", func(m *Model) { m.Acts = []Act{act(1.04, Hang, 0, 1), act(1.08, Crash, 0, 1)} }, Failed, 80 * ms, []time.Duration{80 * ms, 40 * ms, 20 * ms}},
		{"called hangs", func(m *Model) { m.Acts = []Act{act(1.04, Hang, 4, 5), act(1.08, Restore, 4, 5)} }, Completed, 90 * ms, []time.Duration{90 * ms, 80 * ms, 60 * ms}},
		{"caller gets slow", func(m *Model) { m.Acts = []Act{act(1.04, Slow, 0, 1)} }, Completed, 50 * ms, []time.Duration{50 * ms, 40 * ms, 20 * ms}},
		{"called gets slow", func(m *Model) { m.Acts = []Act{act(1.04, Slow, 4, 5)} }, Completed, 70 * ms, []time.Duration{70 * ms, 60 * ms, 40 * ms}},
		{"middle crashes", func(m *Model) { m.Acts = []Act{act(1.04, Crash, 2, 3)} }, Failed, 40 * ms, []time.Duration{40 * ms, 30 * ms, 10 * ms}},
		{"an attempt takes too long", func(m *Model) {
			m.Tiers[0].Balancer.Pools[0].Retries = &balancer.Retries{Attempts: 2, Timeout: true, PerTry: 30 * ms}
		}, Failed, 70 * ms, []time.Duration{70 * ms, 60 * ms, 20 * ms}},
		{"nobody is there to be called", func(m *Model) { m.Acts = []Act{act(0, Crash, 4, 5)} }, Failed, 30 * ms, []time.Duration{30 * ms, 20 * ms, 0}},
		{"two calls, one after the other for want of workers", func(m *Model) {
			m.Tiers[1].Count = 2
			m.Servers[4].Workers, m.Servers[5].Workers = 1, 1
			m.Acts = []Act{act(0, Remove, 5)}
		}, Completed, 70 * ms, []time.Duration{70 * ms, 60 * ms, 40 * ms}},
		{"a network", func(m *Model) {
			m.Network = Network{Zones: []string{"here"}, OneWay: [][]time.Duration{{ms}}}
		}, Completed, 56 * ms, []time.Duration{54 * ms, 42 * ms, 20 * ms}},
	} {
		m := layered(1, 1, 1)
		m.Horizon = clock.FromSeconds(1.5)
		x.change(m)
		r, records := course(t, m, Options{})
		_, busy := atLayers(r)
		if got := records[0]; got.Outcome != x.outcome || got.Latency.Sub(0) != x.latency || !slices.Equal(busy, x.busy) {
			t.Errorf("%s: %v after %v, busy %v; want %v after %v, busy %v", x.name, got.Outcome, got.Latency.Sub(0), busy, x.outcome, x.latency, x.busy)
		}
	}
}

const ms = time.Millisecond

// What can't run is refused.
func TestTiersThatCannotBe(t *testing.T) {
	for _, x := range []struct {
		change func(m *Model)
		want   string
	}{
		{func(m *Model) { m.Tiers[0].Count = 0 }, "sim: calls of layer0: need a count from 1 to 10000 and a service"},
		{func(m *Model) { m.Tiers[1].To = "layer0" }, "sim: calls of layer0: go round in a circle"},
		{func(m *Model) { m.Tiers[1].To = "layer1" }, "sim: calls of layer1: a group calls one other, which nobody else calls"},
		{func(m *Model) { m.Servers[0].Discipline = PS }, "sim: server layer0-1: a request that calls others keeps its worker, so it can't share one"},
	} {
		m := layered(1, 1, 1)
		x.change(m)
		if _, err := Run(m, Options{}); err == nil || err.Error() != x.want {
			t.Errorf("got %v, want %s", err, x.want)
		}
	}
}

// eachServer changes all servers that there ever are.
func eachServer(m *Model, change func(*Server)) {
	all := [][]Server{m.Servers}
	for i := range m.Acts {
		all = append(all, m.Acts[i].Add)
	}
	for i := range m.Autoscalers {
		all = append(all, m.Autoscalers[i].Spare)
	}
	for _, servers := range all {
		for i := range servers {
			change(&servers[i])
		}
	}
}

// anyTiers lets the servers call others, which may call others.
func anyTiers(t *rapid.T, m *Model) {
	eachServer(m, func(s *Server) { s.Discipline = FIFO })
	own := m.Balancer.Pools[0]
	own.Hedges, own.Limits, own.Affinity = nil, nil, nil
	if own.Algorithm.Spec.NeedsClient {
		own.Algorithm, own.SlowStart = choice("least_connections"), nil
	}
	if rapid.IntRange(0, 2).Draw(t, "calls hedged") == 0 {
		other := &Model{Classes: slices.Clone(m.Classes), Balancer: balancer.Config{Pools: []balancer.PoolConfig{own}}}
		anyHedges(t, other)
		own = other.Balancer.Pools[0]
	}
	if rapid.IntRange(0, 2).Draw(t, "calls limited") == 0 {
		if own.Limits = anyLimits(t); own.Limits != nil && own.Limits.Rates != nil {
			own.Limits.Rates = own.Limits.Rates[1:] // those of clients are none of a server's
		}
	}
	from := ""
	for depth := range rapid.IntRange(1, 3).Draw(t, "depth") {
		to := fmt.Sprint("tier", depth)
		m.Tiers = append(m.Tiers, Tier{From: from, To: to, Count: rapid.IntRange(1, 3).Draw(t, "calls"), Service: anyLaw(t, 0.01, "call"),
			Balancer: balancer.Config{Pools: []balancer.PoolConfig{own}}})
		for i := range rapid.IntRange(1, 3).Draw(t, "called") {
			s := anyServer(t, m, fmt.Sprint(to, "-", i))
			s.Group, s.Discipline = to, FIFO
			m.Servers = append(m.Servers, s)
		}
		from = to
	}
}

// callOthers lets the servers of a town call two backends twice for each request, and these
// a store; a backend hangs, and the store errs.
func callOthers(m *Model) {
	for i := range m.Servers {
		if m.Servers[i].Discipline == PS {
			m.Servers[i].Discipline = FIFO
		}
	}
	pool := m.Balancer.Pools[0]
	m.Tiers = []Tier{
		{From: "", To: "backend", Count: 2, Service: must(workloads.NewExponential(0.004)), Balancer: balancer.Config{Pools: []balancer.PoolConfig{pool}}},
		{From: "backend", To: "store", Count: 1, Service: must(workloads.NewConstant(0.002)), Balancer: balancer.Config{Pools: []balancer.PoolConfig{pool}}},
	}
	n := len(m.Servers)
	for i, group := range []string{"backend", "backend", "store", "store"} {
		m.Servers = append(m.Servers, Server{Name: fmt.Sprint(group, "-", i), Group: group, Workers: 8, Queue: 10, Speed: 1, Weight: 1, Zone: min(i%2, len(m.Network.Zones)-1)})
	}
	for i := range m.Acts {
		for k, id := range m.Acts[i].Servers {
			if id >= n {
				m.Acts[i].Servers[k] += 4 // servers that acts add come after
			}
		}
	}
	m.Acts = append(m.Acts,
		Act{At: clock.FromSeconds(1.4), Kind: Hang, Servers: []int{n}},
		Act{At: clock.FromSeconds(1.42), Kind: Errors, Servers: []int{n + 3}, Ratio: 0.5, Status: 503},
		Act{At: clock.FromSeconds(1.45), Kind: Restore, Servers: []int{n, n + 3}})
}

// Of two calls at once to servers that are bounded to one the second is rejected, and the
// caller fails for it with 503; with a queue it waits, and both are served one after the
// other: 10 ms and two times 20.
func TestCallsAreLimited(t *testing.T) {
	for _, c := range []struct {
		queue   *balancer.WaitQueue
		status  int
		latency float64
	}{{nil, 503, 0.03}, {&balancer.WaitQueue{Size: 1, Timeout: time.Second}, 200, 0.05}, {&balancer.WaitQueue{Size: 1, Timeout: 5 * time.Millisecond}, 503, 0.03}} {
		m := layered(1, 1)
		m.Tiers[0].Count = 2
		m.Tiers[0].Balancer.Pools[0].Limits = &balancer.Limits{Requests: 1, Queue: c.queue}
		_, records := course(t, m, Options{})
		for _, x := range records {
			if x.Status != c.status || x.Latency != clock.FromSeconds(c.latency) {
				t.Errorf("queue %+v: %+v, want %d after %v s", c.queue, x, c.status, c.latency)
			}
		}
	}
}

// A called server that hangs costs no more than the delay of a call's copy: 10 ms, 30 until
// the copy, and its 20. What hedges there is between servers, and no figure of requests.
func TestCopiesOfCallsHideAHang(t *testing.T) {
	for _, how := range []workloads.OnTimeout{workloads.Cancel, workloads.Abandon} {
		m := layered(1, 1)
		m.Tiers[0].Balancer.Pools[0].Hedges = &balancer.Hedges{Attempts: 2, Delay: 30 * time.Millisecond}
		m.Clients = &workloads.Clients{Count: 1, OnTimeout: how}
		m.Acts = []Act{{At: clock.FromSeconds(1.5), Kind: Hang, Servers: []int{2}}}
		r, records := course(t, m, Options{})
		slow := 0
		for _, x := range records {
			if x.Outcome != Completed || x.Latency > clock.FromSeconds(0.06) {
				t.Errorf("%+v", x)
			}
			if x.Latency == clock.FromSeconds(0.06) {
				slow++
			}
		}
		if slow == 0 || len(records) != 10 || *r.Hedged != (Hedged{}) {
			t.Errorf("%d of %d were saved by copies, %+v", slow, len(records), *r.Hedged)
		}
	}
}

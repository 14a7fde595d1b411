package sim

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/workloads"
)

func anySessions(t *rapid.T) *Sessions {
	return &Sessions{
		Length:   rapid.SampledFrom([]float64{1, 2, 7}).Draw(t, "session length"),
		Constant: rapid.Bool().Draw(t, "constant session length"),
		Idle:     rapid.SampledFrom([]time.Duration{0, 50 * time.Millisecond}).Draw(t, "idle"),
	}
}

// oneClient is a client who asks every 10 ms before servers that take 1 ms; its first
// request comes at 10 ms, its last at 990 ms.
func oneClient(servers int, algorithm string, x Sessions, acts ...Act) *Model {
	m := farm(servers, algorithm)
	m.Arrivals = func() workloads.Process { return must(workloads.NewRegular(100)) }
	m.Classes[0].Service = must(workloads.NewConstant(0.001))
	m.Horizon, m.Requests, m.WarmUp = clock.FromSeconds(1), 0, 0
	m.Clients = &workloads.Clients{Count: 1, Connections: 1}
	m.Sessions, m.Acts = &x, acts
	return m
}

// stick gives clients a cookie.
func stick(m *Model, ttl time.Duration, strict bool) *Model {
	m.Balancer.Pools[0].Affinity = &balancer.Affinity{Cookie: "LB", TTL: ttl, Strict: strict}
	return m
}

// shareStore puts the state of all sessions outside of the servers.
func shareStore(m *Model) *Model {
	for i := range m.Servers {
		m.Servers[i].Sessions = &SessionStore{Shared: true}
	}
	return m
}

// What becomes of the session of one client, counted by hand: 99 requests.
func TestSessionsLost(t *testing.T) {
	at := func(s float64, kind ActKind) Act { return Act{At: clock.FromSeconds(s), Kind: kind, Servers: []int{0}} }
	long := Sessions{Length: 1000, Constant: true}
	for _, c := range []struct {
		name        string
		m           *Model
		began, lost uint64
	}{
		{"round robin changes the server at each request", oneClient(2, "rr", long), 1, 98},
		{"but a new session has nothing to lose", oneClient(2, "rr", Sessions{Length: 1}), 99, 0},
		{"nine of ten requests of ten", oneClient(2, "rr", Sessions{Length: 10, Constant: true}), 10, 89},
		{"a shared store loses nothing", shareStore(oneClient(2, "rr", long)), 1, 0},
		{"nor does a cookie", stick(oneClient(2, "rr", long), 0, false), 1, 0},
		{"unless it expires before the session", stick(oneClient(2, "rr", long), 250*time.Millisecond, false), 1, 3},
		{"the server leaves: the session goes on elsewhere, for good", stick(oneClient(2, "rr", long, at(0.3, Leave), at(0.6, Return)), 0, false), 1, 1},
		{"without a cookie, a server that comes back takes it along: lost twice", oneClient(2, "ip_hash", long, at(0.3, Leave), at(0.6, Return)), 1, 2},
		{"the only server restarts", oneClient(1, "rr", long, at(0.3, Crash), at(0.6, Restore)), 1, 1},
		{"and nothing is in the memory of one that was away", oneClient(2, "ip_hash", long, at(0.3005, Leave), at(0.301, Return)), 1, 1},
		{"one that hangs keeps it", oneClient(1, "rr", long, at(0.3, Hang), at(0.6, Restore)), 1, 0},
		{"nor does a shared store forget", shareStore(oneClient(1, "rr", long, at(0.3, Crash), at(0.6, Restore))), 1, 0},
		{"idle for less than the gap: each request a session", oneClient(2, "rr", Sessions{Length: 1000, Idle: 9 * time.Millisecond}), 99, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			for i := range c.m.Acts {
				c.m.Acts[i].Servers = []int{first(t, c.m)}
			}
			for _, discipline := range []Discipline{FIFO, PS} {
				for i := range c.m.Servers {
					c.m.Servers[i].Discipline = discipline
				}
				r := must(Run(c.m, Options{}))
				if *r.Sessions != (SessionCounts{c.began, c.lost}) {
					t.Errorf("%v: %+v, want %d began and %d lost", discipline, *r.Sessions, c.began, c.lost)
				}
			}
		})
	}
}

// first is the server that the first request goes to.
func first(t *testing.T, m *Model) int {
	_, records := byID(t, m, Options{})
	return records[0].Server
}

// A session ends with its cookie, so clients are spread anew; a cookie with a time of
// its own outlives it.
func TestSessionCookieEndsWithTheSession(t *testing.T) {
	servers := func(ttl time.Duration) (n int) {
		m := stick(oneClient(3, "rr", Sessions{Length: 10, Constant: true}), ttl, false)
		seen := map[int]bool{}
		_, records := byID(t, m, Options{})
		for _, r := range records {
			seen[r.Server] = true
		}
		return len(seen)
	}
	if with, without := servers(0), servers(time.Hour); with != 3 || without != 1 {
		t.Errorf("cookies of the session visit %d servers, want 3; those of an hour %d, want 1", with, without)
	}
}

// Where a cookie must not move its requests fail until the server is back, and the
// session is as it was if the server did not forget it.
func TestStrictAffinityWaitsForItsServer(t *testing.T) {
	m := stick(oneClient(2, "rr", Sessions{Length: 1000, Constant: true},
		Act{At: clock.FromSeconds(0.3005), Kind: Leave, Servers: []int{0}}, Act{At: clock.FromSeconds(0.6005), Kind: Return, Servers: []int{0}}), 0, true)
	r := must(Run(m, Options{}))
	if r.Classes[0].Rejected != 30 || r.Status[503] != 30 || r.Servers[1].Requests != 0 || r.Sessions.Lost != 1 {
		t.Errorf("%+v, %d at the other server, %d lost", r.Classes[0].Outcomes, r.Servers[1].Requests, r.Sessions.Lost)
	}
}

// What a client's session and its requests come to when their server drains, crashes or
// hangs and comes back, by what its cookie is to do then. Of 99 requests those at 310 to
// 600 ms come while the server is away; where it may keep its clients it has 200 ms.
func TestCookieWhoseServerIsAway(t *testing.T) {
	probes := &balancer.HealthCheck{Interval: time.Millisecond, Timeout: time.Millisecond, Healthy: 1, Unhealthy: 1, Trusted: true}
	for _, c := range []struct {
		name               string
		kind               ActKind
		keep, strict       bool
		length             float64
		lost, refused, own uint64 // own: what the server answered with 200
	}{
		{name: "drains: moved at once, for good", kind: Drain, lost: 1, own: 30},
		{name: "drains, and keeps its clients until the timeout", kind: Drain, keep: true, lost: 1, own: 50},
		{name: "a session that ends before the timeout ends there", kind: Drain, keep: true, length: 45, own: 45 + 9},
		{name: "drains, and nobody may be moved: the session waits", kind: Drain, strict: true, refused: 30, own: 69},
		{name: "keeps them until the timeout, and nobody may be moved", kind: Drain, keep: true, strict: true, refused: 10, own: 89},
		{name: "crashes: moved, for good", kind: Crash, lost: 1, own: 30},
		{name: "crashes, and nobody may be moved: lost all the same", kind: Crash, strict: true, lost: 1, refused: 30, own: 69},
		{name: "removed at once: moved, for good", kind: Leave, lost: 1, own: 30},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.length == 0 {
				c.length = 1000
			}
			back := Restore
			if c.kind == Leave {
				back = Return
			}
			m := stick(oneClient(2, "rr", Sessions{Length: c.length, Constant: true},
				Act{At: clock.FromSeconds(0.305), Kind: c.kind, Servers: []int{0}}, Act{At: clock.FromSeconds(0.605), Kind: back, Servers: []int{0}}), 0, c.strict)
			pool := &m.Balancer.Pools[0]
			pool.Health = probes
			if c.kind == Drain {
				pool.Drain = &balancer.Drain{Timeout: 200 * time.Millisecond, Keep: c.keep}
			}
			r := must(Run(m, Options{}))
			if r.Sessions.Lost != c.lost || r.Status[503] != c.refused || status(r, 0, 200) != c.own || r.Classes[0].Failed != 0 {
				t.Errorf("%d lost, %d refused, %d at its own server, %+v; want %d, %d, %d", r.Sessions.Lost, r.Status[503], status(r, 0, 200), r.Classes[0].Outcomes, c.lost, c.refused, c.own)
			}
		})
	}
}

// Sessions are as long as they are said to be on average, and the same ones whatever
// the balancer does: 20,000 requests in sessions of 20 are 1000, of which the standard
// deviation is 20·sqrt(1-1/20)·sqrt(1000)/20 = 31. The clients' last sessions are not
// over, which makes some hundred more of 200 clients.
func TestSessionLength(t *testing.T) {
	began := func(algorithm string) uint64 {
		m := oneClient(3, algorithm, Sessions{Length: 20})
		m.Clients.Count, m.Horizon = 200, clock.FromSeconds(200)
		return must(Run(m, Options{Seed: 5})).Sessions.Began
	}
	a, b := began("rr"), began("random")
	if a != b || math.Abs(float64(a)-1190) > 4*31 {
		t.Errorf("%d sessions under round robin, %d at random, expected 1190 and the same", a, b)
	}
}

// The way to a shared store takes time.
func TestAccessToTheStore(t *testing.T) {
	m := shareStore(oneClient(1, "rr", Sessions{Length: 5}))
	m.Servers[0].Sessions.Access = must(workloads.NewConstant(0.002))
	if mean := must(Run(m, Options{})).Classes[0].Latency.Mean(); math.Abs(mean-0.003) > 1e-9 {
		t.Errorf("a request of 1 ms and a store of 2 ms take %v s", mean)
	}
}

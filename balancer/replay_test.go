package balancer_test

import (
	"fmt"
	"maps"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/random"
)

// guard is what makes a balancer fit for many goroutines: a lock, and a clock that
// is read under it, so that instants never decrease. This one's clock counts; it
// keeps the log of all calls.
type guard struct {
	mu      sync.Mutex
	lb      *balancer.Balancer
	now     clock.Time
	tick    time.Duration // from a call to the next
	log     []call
	events  []balancer.Event
	probes  []balancer.ProbeTicket   // to be answered
	settled map[int][]balancer.Event // by caller: of requests that waited
	due     map[int][]uint64         // by caller: requests whose copies are due
	caller  int                      // who came last
	turns   int                      // how often another goroutine came than before
}

// call makes c at the next instant and returns it as it came out.
func (g *guard) call(caller int, c call) call {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.locked(caller, c)
}

// locked is call by one who holds the lock.
func (g *guard) locked(caller int, c call) call {
	if g.caller != caller {
		g.caller = caller
		g.turns++
	}
	g.now = g.now.Add(g.tick)
	c.now = g.now
	c.load()
	c.make(g.lb)
	c.store()
	g.log = append(g.log, c)
	before := len(g.events)
	g.events = g.lb.AppendEvents(g.events)
	for _, e := range g.events[before:] {
		if e.Kind == balancer.ProbeDue {
			g.probes = append(g.probes, e.Probe)
		}
		if e.Kind == balancer.HedgeDue {
			if g.due == nil {
				g.due = map[int][]uint64{}
			}
			owner := int(e.Handle >> 32)
			g.due[owner] = append(g.due[owner], e.Handle)
		}
		if e.Kind == balancer.Granted || e.Kind == balancer.Rejected {
			if g.settled == nil {
				g.settled = map[int][]balancer.Event{}
			}
			owner := int(e.Handle >> 32)
			g.settled[owner] = append(g.settled[owner], e)
		}
	}
	return c
}

// takeProbe returns a probe that waits to be answered.
func (g *guard) takeProbe() (balancer.ProbeTicket, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.probes) == 0 {
		return balancer.ProbeTicket{}, false
	}
	p := g.probes[0]
	g.probes = g.probes[1:]
	return p, true
}

// takeDue returns a client's requests whose copies are due.
func (g *guard) takeDue(id int) []uint64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	due := g.due[id]
	delete(g.due, id)
	return due
}

// takeSettled returns what happened to a client's requests that waited.
func (g *guard) takeSettled(id int) []balancer.Event {
	g.mu.Lock()
	defer g.mu.Unlock()
	events := g.settled[id]
	delete(g.settled, id)
	return events
}

// cancelQueued takes a request of a client out of the queue, unless something has
// happened to it of which the client does not know yet.
func (g *guard) cancelQueued(id int, handle uint64, r *balancer.Request) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	waits := func() bool {
		return !slices.ContainsFunc(g.settled[id], func(e balancer.Event) bool { return e.Handle == handle })
	}
	if !waits() {
		return false
	}
	g.locked(id, call{what: "cancel", of: r})
	return waits() // it may have been its turn at that instant
}

// client is one goroutine's life: requests, of which a few are under way at a time,
// with the cookie it was given; now and then an answer to a probe, a report, or a
// change of the members.
func (g *guard) client(id, calls int) {
	rnd := random.New(2, "client", uint64(id))
	var cookie balancer.Cookie
	var open, waits []pending
	queued := map[uint64]*balancer.Request{}
	follow := func(c call) {
		if c.after.Cookie != (balancer.Cookie{}) {
			cookie = c.after.Cookie
		}
		switch c.answer.Kind {
		case balancer.Send:
			open = append(open, pending{c.of, c.answer.Ticket})
		case balancer.WaitUntil:
			waits = append(waits, pending{c.of, c.answer.Ticket})
		case balancer.Queued:
			queued[c.after.Handle] = c.of
		}
	}
	finish := func(x pending, o balancer.Outcome) {
		open = slices.DeleteFunc(open, func(y pending) bool { return y == x })
		follow(g.call(id, call{what: "finish", of: x.request, ticket: x.ticket, outcome: o}))
	}
	for n := 0; n < calls; n++ {
		for _, e := range g.takeSettled(id) {
			if e.Kind == balancer.Granted {
				e.Note(queued[e.Handle])
				open = append(open, pending{queued[e.Handle], e.Ticket})
			}
			delete(queued, e.Handle)
		}
		for _, handle := range g.takeDue(id) {
			if i := slices.IndexFunc(open, func(x pending) bool { return x.request.Handle == handle }); i >= 0 {
				follow(g.call(id, call{what: "hedge", of: open[i].request}))
			}
		}
		switch what := rnd.IntN(1000); {
		case what == 0:
			g.call(id, call{what: "set endpoints", members: numbered(1 + rnd.IntN(12))})
		case what < 16:
			g.call(id, call{what: [...]string{"drain", "undrain", "weight"}[what%3], ticket: balancer.Ticket{Slot: int32(rnd.IntN(10))}})
		case what < 22:
			g.call(id, call{what: "report", ticket: balancer.Ticket{Slot: int32(rnd.IntN(12))}, idle: rnd.IntN(3) > 0})
		case what < 100:
			p, ok := g.takeProbe()
			if !ok {
				n--
				continue
			}
			g.call(id, call{what: "probe done", probed: p, probe: balancer.ProbeResult{
				Failed: rnd.IntN(10) == 0, InFlight: int32(rnd.IntN(10)), Latency: time.Duration(rnd.IntN(1000)) * time.Microsecond}})
		case what < 550 && len(open) > 0 || len(open) >= 8:
			x, o := open[rnd.IntN(len(open))], outcomes[rnd.IntN(len(outcomes))]
			finish(x, o)
			if o == balancer.OK || o == balancer.TimedOut || o == balancer.Cancelled { // the request is over
				for _, y := range slices.Clone(open) {
					if y.request == x.request {
						finish(y, balancer.Cancelled)
					}
				}
			}
		case what < 570 && len(queued) > 0:
			handle := slices.Min(slices.Collect(maps.Keys(queued)))
			if g.cancelQueued(id, handle, queued[handle]) {
				delete(queued, handle)
			}
		case len(waits) > 0:
			x := waits[0]
			waits = waits[1:]
			if rnd.IntN(10) == 0 {
				g.call(id, call{what: "cancel", of: x.request})
			} else {
				follow(g.call(id, call{what: "start", of: x.request}))
			}
		default:
			r := &balancer.Request{About: abouts[0], ID: uint64(id)<<32 | uint64(n), Handle: uint64(id)<<32 | uint64(n), Idempotent: rnd.IntN(5) > 0, Cookie: cookie}
			r.Key, r.HasKey = rnd.Uint64(), true
			r.Client = netip.AddrFrom4([4]byte{10, 0, 0, byte(id)})
			r.Priority = balancer.Priority(n % 3)
			if rnd.IntN(4) == 0 {
				r.Cookie = balancer.Cookie{} // a client that has come for the first time
			}
			follow(g.call(id, call{what: "start", of: r}))
		}
		runtime.Gosched()
	}
}

// Whatever many goroutines do to a balancer, one can do again: the call log of a
// live run, played back, gives every decision and every event. So the proxy, which
// serves on all cores, and the simulator, which has one, run one balancer.
func TestReplay(t *testing.T) {
	const goroutines, calls = 16, 4_000
	for _, text := range []string{
		"weighted_round_robin:schedule=edf", "least_connections:ties=random", "power_of_two", "peak_ewma",
		"prequal:probe_rate=0.05,remove_rate=0.05,idle_interval=20us", "join_idle_queue:reports=true", "ring_hash",
		"anchor_hash", "bounded_load:factor=1.05",
	} {
		strict := &balancer.Affinity{Cookie: "LB", TTL: 5 * time.Millisecond, Strict: true}
		for name, affinity := range map[string]*balancer.Affinity{"false": nil, "true": cookieFor(5 * time.Millisecond), "strict": strict} {
			t.Run(fmt.Sprintf("%s/affinity=%s", text, name), func(t *testing.T) {
				g := &guard{lb: newBalancer(t, affinity, text), tick: time.Microsecond}
				g.call(0, call{what: "set endpoints", members: numbered(10)})
				var all sync.WaitGroup
				begin := make(chan struct{})
				for id := range goroutines {
					all.Go(func() {
						<-begin
						g.client(id, calls)
					})
				}
				close(begin)
				all.Wait()
				g.mustBeBusy(t, goroutines*calls, affinity != nil)
				g.replay(t, newBalancer(t, affinity, text))
			})
		}
	}
}

// The same where everything that there is against failures is on: checks, ejections
// and retries really happen, and happen again.
func TestReplayWhenThingsBreak(t *testing.T) {
	const goroutines, calls = 16, 4_000
	quick := func(pool *balancer.PoolConfig) { // an instant here is a microsecond
		pool.Health.Interval, pool.Health.Timeout = 400*time.Microsecond, 300*time.Microsecond
		pool.Outliers.Interval, pool.Outliers.EjectionTime = 500*time.Microsecond, 300*time.Microsecond
		pool.Outliers.MaxEjected = 0.7
		pool.Retries.Backoff, pool.Retries.Budget.TTL = 30*time.Microsecond, 10*time.Millisecond
		pool.Drain.Timeout = 60 * time.Microsecond
		if pool.SlowStart != nil {
			pool.SlowStart.Window = 500 * time.Microsecond
		}
	}
	for _, text := range []string{"weighted_round_robin", "least_connections:ties=random", "peak_ewma", "ring_hash"} {
		for _, kind := range []balancer.BudgetKind{balancer.TokenBucket, balancer.Concurrent, balancer.Throttle} {
			t.Run(text+"/"+kind.String(), func(t *testing.T) {
				fresh := func() *balancer.Balancer {
					return newResilientBy(t, nil, func(pool *balancer.PoolConfig) {
						quick(pool)
						pool.Retries.Budget.Kind, pool.Retries.Budget.MinConcurrent = kind, 2
						pool.Retries.Budget.MaxTokens, pool.Retries.Budget.TokenRatio = 10, 2
						budget := *pool.Retries.Budget
						pool.Hedges = &balancer.Hedges{Attempts: 3, Delay: 20 * time.Microsecond, Budget: &budget}
						if kind == balancer.Concurrent {
							pool.Levels, pool.Zones = true, &balancer.Zones{Mode: balancer.ZoneAware, MinEndpoints: 3, Enabled: 1}
						}
					}, text)
				}
				g, seen := driven(fresh(), time.Microsecond, goroutines, calls)
				if text == "ring_hash" { // it can't
					seen.ramping++
				}
				seen.mustBeAll(t)
				if seen.mustBeHedged(t); seen.hastened == 0 {
					t.Error("no failure brought a copy at once: the case was not exercised")
				}
				g.replay(t, fresh())
			})
		}
	}
}

// The same by NGINX's passive checks, whose clock has whole seconds: endpoints go out, are
// tried by one request and come back, and count for less meanwhile.
func TestReplayOfFailWindows(t *testing.T) {
	for _, text := range []string{"weighted_round_robin:max_fails=1", "least_connections:ties=smooth,max_fails=1", "ring_hash"} {
		t.Run(text, func(t *testing.T) {
			fresh := func() *balancer.Balancer { return newWindowed(t, nil, text) }
			g, _ := driven(fresh(), 50*time.Millisecond, 8, 1_000)
			out, back := 0, 0
			for _, e := range g.events {
				switch e.Kind {
				case balancer.Ejected:
					out++
				case balancer.Restored:
					back++
				}
			}
			if out < 20 || back < 20 {
				t.Errorf("%d went out and %d came back: the case was not exercised", out, back)
			}
			g.replay(t, fresh())
		})
	}
}

// driven is a balancer that goroutines have made calls of, all at once, and what then
// happened.
func driven(lb *balancer.Balancer, tick time.Duration, goroutines, calls int) (g *guard, seen happenings) {
	g = &guard{lb: lb, tick: tick}
	g.call(0, call{what: "set endpoints", members: numbered(10)})
	var all sync.WaitGroup
	for id := range goroutines {
		all.Go(func() { g.client(id, calls) })
	}
	all.Wait()
	seen.count(g.log, g.events)
	return g, seen
}

// The same with limits of every kind: what waits is let go, rejected or taken back, and
// is again.
func TestReplayWithLimits(t *testing.T) {
	const goroutines, calls = 8, 4_000
	for _, text := range []string{"round_robin", "least_connections:ties=random", "peak_ewma", "ring_hash"} {
		t.Run(text, func(t *testing.T) {
			fresh := func() *balancer.Balancer {
				cfg := configBy(t, nil, func(pool *balancer.PoolConfig) { // an instant here is a microsecond
					limited(pool)
					pool.Health.Interval, pool.Health.Timeout = 400*time.Microsecond, 300*time.Microsecond
					pool.Outliers.Interval, pool.Outliers.EjectionTime = 500*time.Microsecond, 300*time.Microsecond
					pool.Retries.Backoff, pool.Retries.Budget.TTL = 30*time.Microsecond, 10*time.Millisecond
					l := pool.Limits
					l.Rates[0].Per, l.Rates[0].Clients, l.Rates[0].Tokens = time.Millisecond, 6, 20
					l.Rates[1].Tokens, l.Rates[1].Burst, l.Rates[1].Delay = 100_000, 100, 0
					l.Requests, l.PerEndpoint, l.Retries = 24, 3, 5
					l.Queue.Timeout = 10 * time.Microsecond
					pool.Hedges = &balancer.Hedges{Attempts: 3, Delay: 20 * time.Microsecond}
					l.Adaptive.Interval, l.Adaptive.MinInterval, l.Adaptive.Max = 100*time.Microsecond, 2*time.Millisecond, 30
				}, text)
				routeToEach(&cfg, 4*time.Millisecond)
				cfg.Routes[0].Rates[1].Tokens, cfg.Routes[0].Rates[1].Burst = 1000, 100
				return newByConfig(t, cfg)
			}
			g, seen := driven(fresh(), time.Microsecond, goroutines, calls)
			seen.mustBeLimited(t)
			seen.mustBeHedged(t)
			g.replay(t, fresh())
		})
	}
}

// replay makes the log's calls again.
func (g *guard) replay(t *testing.T, lb *balancer.Balancer) {
	var events []balancer.Event
	for i, want := range g.log {
		got := want
		got.answer, got.weight = balancer.Decision{}, 0
		got.make(lb)
		if !got.same(&want) {
			t.Fatalf("call %d, %s at %v: %+v live, %+v played back", i, want.what, want.now, want.answer, got.answer)
		}
		events = lb.AppendEvents(events)
	}
	if !slices.Equal(events, g.events) {
		t.Errorf("%d events live, other %d played back", len(g.events), len(events))
	}
}

// mustBeBusy asserts that the log holds what the test is about.
func (g *guard) mustBeBusy(t *testing.T, calls int, affinity bool) {
	count := map[string]int{}
	stuck, deadlines := 0, 0
	for i := range g.log {
		c := &g.log[i]
		count[c.what]++
		if c.what == "start" && c.request.Cookie.Endpoint != "" && !c.after.SetCookie {
			stuck++
		}
	}
	for _, e := range g.events {
		if at := int(e.At/clock.Time(time.Microsecond)) - 1; at < 0 || g.log[at].what != "start" {
			deadlines++ // nobody asked for that one: its deadline had come
		}
	}
	if len(g.log) < calls || g.turns < 1000 || count["start"] < calls/3 || count["finish"] < calls/3 ||
		count["set endpoints"] < 20 || count["report"] < 200 || (stuck > 1000) != affinity {
		t.Errorf("%d calls by %d turns: %v, %d stuck to their endpoint: the case was not exercised", len(g.log), g.turns, count, stuck)
	}
	if _, probes := g.lb.NextWake(); probes && (count["probe done"] < 1000 || deadlines < 100) {
		t.Errorf("%d probes answered, %d deadlines: the case was not exercised", count["probe done"], deadlines)
	}
}

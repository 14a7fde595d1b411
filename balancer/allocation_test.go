package balancer_test

import (
	"net/netip"
	"testing"
	"time"

	"lbsim/balancer"
	"lbsim/clock"
)

// traffic is a steady stream: each step ends the oldest of n attempts and starts
// another, with probes answered at once, as long as their server takes.
type traffic struct {
	lb      *balancer.Balancer
	now     clock.Time
	request balancer.Request
	open    []balancer.Ticket
	events  []balancer.Event
	next    int
}

func newTraffic(t testing.TB, affinity *balancer.Affinity, text string, n int) *traffic {
	x := &traffic{lb: newBalancer(t, affinity, text), open: make([]balancer.Ticket, n)}
	x.request.HasKey = true
	x.lb.SetEndpoints(0, 0, numbered(n))
	for i := range x.open {
		x.open[i] = send(t, x.lb, 0, &x.request)
	}
	for range 10 * n { // grow the buffers
		x.step()
	}
	return x
}

func (x *traffic) step() {
	x.now = x.now.Add(time.Microsecond)
	i := x.next
	if x.next++; x.next == len(x.open) {
		x.next = 0
	}
	x.lb.Finish(x.now, &x.request, x.open[i], balancer.OK)
	x.request.Key = uint64(x.now) * 0x9e3779b97f4a7c15
	x.request.Cookie = balancer.Cookie{}
	x.open[i] = x.lb.Start(x.now, &x.request).Ticket
	if !x.lb.Events() {
		return
	}
	x.events = x.lb.AppendEvents(x.events[:0])
	for _, e := range x.events {
		x.lb.ProbeDone(x.now, e.Probe, balancer.ProbeResult{InFlight: 1, Latency: time.Millisecond})
	}
}

// What happens for every request allocates nothing, whatever the algorithm.
func TestRequestsDoNotAllocate(t *testing.T) {
	every(t, func(t *testing.T, text string) {
		for name, affinity := range map[string]*balancer.Affinity{"without affinity": nil, "with affinity": cookieFor(time.Second)} {
			x := newTraffic(t, affinity, text, 50)
			if got := testing.AllocsPerRun(2000, x.step); got != 0 {
				t.Errorf("%s: %v allocations a request", name, got)
			}
		}
	})
}

// Nor does it where everything against failures is on and every seventh attempt fails:
// checks, ejections and retries allocate nothing once their buffers have grown.
func TestRequestsDoNotAllocateWhenThingsBreak(t *testing.T) {
	every(t, func(t *testing.T, text string) {
		lb := newResilientBy(t, nil, func(pool *balancer.PoolConfig) { pool.Retries.Backoff = 0 }, text)
		lb.SetEndpoints(0, 0, numbered(20))
		now, n, retried, events := clock.Time(0), uint64(0), 0, []balancer.Event(nil)
		var seen happenings
		var r balancer.Request
		step := func() {
			now = now.Add(time.Millisecond)
			lb.Wake(now)
			n++
			r = balancer.Request{ID: n, Idempotent: true}
			r.Key, r.HasKey = n*0x9e3779b97f4a7c15, true
			for d, o := lb.Start(now, &r), balancer.Error; d.Kind == balancer.Send; d = lb.Finish(now, &r, d.Ticket, o) {
				if n%7 > 0 || r.Attempt > 0 {
					o = balancer.OK
				}
				retried += int(r.Attempt)
			}
			events = lb.AppendEvents(events[:0])
			for _, e := range events {
				if e.Kind == balancer.ProbeDue {
					lb.ProbeDone(now, e.Probe, balancer.ProbeResult{Failed: n%11 == 0, InFlight: 1, Latency: time.Millisecond})
				}
			}
			seen.count(nil, events)
		}
		for range 5000 {
			step()
		}
		if got := testing.AllocsPerRun(2000, step); got != 0 {
			t.Errorf("%v allocations a request", got)
		}
		if retried == 0 || seen.events[balancer.Ejected] == 0 || seen.events[balancer.Down] == 0 {
			t.Errorf("%d retries, events %v: the case was not exercised", retried, seen.events)
		}
	})
}

// BenchmarkLimits is BenchmarkStartFinish with a rate for each client, a limit on each
// endpoint and a queue, at less and at more than they let through.
func BenchmarkLimits(b *testing.B) {
	for name, attempts := range map[string]int{"room": 50, "queue": 220} {
		b.Run(name, func(b *testing.B) {
			lb := newBalancerBy(b, nil, func(pool *balancer.PoolConfig) {
				pool.Limits = &balancer.Limits{PerEndpoint: 2, Requests: 200, Queue: &balancer.WaitQueue{Size: 100, Timeout: time.Second},
					Rates: []balancer.RateLimit{{Tokens: 1_000_000, Per: time.Second, Burst: 1_000_000, PerClient: true, Clients: 10_000}}}
			}, "round_robin")
			lb.SetEndpoints(0, 0, numbered(100))
			var r balancer.Request
			var open []balancer.Ticket
			var events []balancer.Event
			now, n := clock.Time(0), 0
			b.ReportAllocs()
			for b.Loop() {
				now = now.Add(time.Microsecond)
				n++
				r = balancer.Request{Handle: uint64(n)}
				r.Client = netip.AddrFrom4([4]byte{10, 0, byte(n >> 8), byte(n)})
				if d := lb.Start(now, &r); d.Kind == balancer.Send {
					open = append(open, d.Ticket)
				}
				for len(open) > min(attempts, 199) || len(open) > 150 && n%2 == 0 {
					i := n % len(open)
					lb.Finish(now, &r, open[i], balancer.OK)
					open[i] = open[len(open)-1]
					open = open[:len(open)-1]
					if lb.Events() {
						break
					}
				}
				events = lb.AppendEvents(events[:0])
				for _, e := range events {
					if e.Kind == balancer.Granted {
						open = append(open, e.Ticket)
					}
				}
			}
		})
	}
}

// Nor do copies: every request has one when its delay has passed, and the loser is
// cancelled.
func TestCopiesDoNotAllocate(t *testing.T) {
	for name, hedges := range map[string]balancer.Hedges{
		"delay": {Delay: 5 * time.Microsecond}, "at once": {}, "percentile": {Percentile: 0.4},
	} {
		hedges.Attempts, hedges.Budget = 2, &balancer.Budget{Kind: balancer.TokenBucket, Ratio: 1, MinRate: 1, TTL: time.Second}
		lb := newBalancerBy(t, nil, func(pool *balancer.PoolConfig) { pool.Hedges = &hedges }, "least_connections")
		lb.SetEndpoints(0, 0, numbered(5))
		now, n, copies, events := clock.Time(0), uint64(0), 0, []balancer.Event(nil)
		var r balancer.Request
		step := func() {
			n++
			r = balancer.Request{ID: n, Handle: n, Idempotent: true}
			first := lb.Start(now, &r).Ticket
			now = now.Add(time.Duration(4+2*(n%2)) * time.Millisecond)
			lb.Wake(now)
			var second balancer.Decision
			events = lb.AppendEvents(events[:0])
			for i := range events {
				if events[i].Handle == n {
					second = lb.Hedge(now, &r)
				}
			}
			lb.Finish(now, &r, first, balancer.OK)
			if second.Kind == balancer.Send {
				copies++
				lb.Finish(now, &r, second.Ticket, balancer.Cancelled)
			}
		}
		for range 5000 {
			step()
		}
		if got := testing.AllocsPerRun(2000, step); got != 0 {
			t.Errorf("%s: %v allocations a request", name, got)
		}
		if copies < 1000 {
			t.Errorf("%s: %d copies: the case was not exercised", name, copies)
		}
	}
}

// BenchmarkStartFinish is a request's cost: Start, Finish and, where there are
// any, its probes. Of the algorithms' own costs package algorithms has more.
func BenchmarkStartFinish(b *testing.B) {
	for _, text := range []string{"round_robin", "power_of_two", "least_connections", "peak_ewma", "prequal", "ring_hash"} {
		for name, affinity := range map[string]*balancer.Affinity{"plain": nil, "affinity": cookieFor(time.Second)} {
			b.Run(text+"/"+name, func(b *testing.B) {
				x := newTraffic(b, affinity, text, 100)
				b.ReportAllocs()
				for b.Loop() {
					x.step()
				}
			})
		}
	}
}

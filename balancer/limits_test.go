package balancer_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/random"
	"lbsim/random/drawn"
)

// bookings follows a limited balancer from outside: what is in flight, and who waits.
type bookings struct {
	t        *rapid.T
	p        *punctual
	calls    int
	events   int
	inFlight [2]int
	waiting  map[uint64]balancer.PoolID
	settled  int
}

func (b *bookings) settle(handle uint64, how string) {
	if _, waits := b.waiting[handle]; !waits {
		b.t.Fatalf("request %d is %s, but does not wait", handle, how)
	}
	delete(b.waiting, handle)
	b.settled++
}

// look takes in what has happened since the last time.
func (b *bookings) look() {
	for ; b.calls < len(b.p.log); b.calls++ {
		c := &b.p.log[b.calls]
		if c.what == "finish" {
			b.inFlight[c.ticket.Pool]--
		}
		if c.what == "cancel" {
			if _, waits := b.waiting[c.request.Handle]; waits {
				b.settle(c.request.Handle, "cancelled")
			}
		}
		switch c.answer.Kind {
		case balancer.Send:
			b.inFlight[c.answer.Ticket.Pool]++
		case balancer.Queued:
			if _, waits := b.waiting[c.after.Handle]; waits {
				b.t.Fatalf("request %d waits twice", c.after.Handle)
			}
			b.waiting[c.after.Handle] = c.after.Pool
		}
	}
	for _, e := range b.p.events[b.events:] {
		switch e.Kind {
		case balancer.Granted:
			b.settle(e.Handle, "granted")
			b.inFlight[e.Pool]++
		case balancer.Rejected:
			b.settle(e.Handle, "rejected")
		}
	}
	b.events = len(b.p.events)
	for pool := range balancer.PoolID(2) {
		waiting := 0
		for _, of := range b.waiting {
			if of == pool {
				waiting++
			}
		}
		if b.inFlight[pool] > requestsAtOnce || waiting > waitPlaces {
			b.t.Fatalf("pool %d: %d in flight, %d waiting", pool, b.inFlight[pool], waiting)
		}
		for i := range numbered(6) {
			if slot, ok := b.p.lb.Slot(pool, numbered(6)[i].Name); ok && b.p.lb.InFlight(pool, slot) > perEndpoint {
				b.t.Fatalf("%d in flight at slot %d", b.p.lb.InFlight(pool, slot), slot)
			}
		}
	}
}

// Whatever is done to a balancer with limits: never more is in flight than the limits
// say, nor waits than there are places; and everything that waits is granted, rejected
// or taken back exactly once, at the latest when its time is over.
func TestLimitsHold(t *testing.T) {
	settled := 0
	drawn.Until(t, func(t *rapid.T) {
		p := &punctual{lb: newBounded(t, nil, "least_connections", "round_robin")}
		b := &bookings{t: t, p: p, waiting: map[uint64]balancer.PoolID{}}
		for pool := range balancer.PoolID(2) {
			p.call(call{what: "set endpoints", pool: pool, members: numbered(5)})
		}
		for range rapid.IntRange(1, 150).Draw(t, "steps") {
			p.wait(time.Duration(rapid.IntRange(0, 25).Draw(t, "ms")) * time.Millisecond)
			p.step(t)
			b.look()
		}
		p.wait(time.Second)
		b.look()
		if len(b.waiting) > 0 {
			t.Fatalf("%d wait for ever", len(b.waiting))
		}
		settled += b.settled
	}, func(t drawn.Missing) {
		if settled < 50 {
			t.Errorf("%d waited: the case was not exercised", settled)
		}
	})
}

// A token bucket's table of clients forgets who was not heard of for longest, who then
// has a full bucket again.
func TestForgottenClients(t *testing.T) {
	lb := newBalancerBy(t, nil, func(pool *balancer.PoolConfig) {
		pool.Limits = &balancer.Limits{Rates: []balancer.RateLimit{{Tokens: 1, Per: 1000 * time.Second, Burst: 1, PerClient: true, Clients: 3}}}
	}, "round_robin")
	lb.SetEndpoints(0, 0, numbered(1))
	var got []byte
	for i, client := range "abcabcadabcb" {
		r := balancer.Request{}
		r.Client = netip.AddrFrom4([4]byte{10, 0, 0, byte(client)})
		how := byte('-')
		if d := lb.Start(clock.Time(i), &r); d.Kind == balancer.Send {
			how = '+'
		} else if d.Reason != balancer.RateLimited || d.Reason.Status() != 429 {
			t.Fatalf("%+v", d)
		}
		got = append(got, how)
	}
	// d comes when a was heard of last and b is the oldest; b then costs c its place.
	if want := "+++----+-++-"; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// NGINX's rule with burst=2 and a rate of 10/s, a request every 20 ms: the excess grows
// by 0.8 with each that is let through and shrinks by 0.2 between two. The fourth would
// be 2.4 ahead; with the sixth it is 2 again, which is not above the burst.
func TestLeakyBucket(t *testing.T) {
	for _, x := range []struct {
		delay int
		want  string // of each request the delay in ms; -: rejected
	}{
		{0, "0 80 160 - - 200 - - - - 200"},
		{1, "0 0 60 - - 100 - - - - 100"},
		{balancer.NoDelay, "0 0 0 - - 0 - - - - 0"},
	} {
		lb := newBalancerBy(t, nil, func(pool *balancer.PoolConfig) {
			pool.Limits = &balancer.Limits{Rates: []balancer.RateLimit{{Tokens: 10, Per: time.Second, Burst: 2, Rule: balancer.LeakyBucket, Delay: x.delay}}}
		}, "round_robin")
		lb.SetEndpoints(0, 0, numbered(1))
		var got []string
		for i := range 11 {
			now := clock.Time(i) * clock.Time(20*time.Millisecond)
			r := balancer.Request{}
			switch d := lb.Start(now, &r); d.Kind {
			case balancer.Reject:
				got = append(got, "-")
			case balancer.Send:
				got = append(got, "0")
			case balancer.WaitUntil:
				got = append(got, fmt.Sprint(d.Ticket.At.Sub(now).Milliseconds()))
			}
		}
		if strings.Join(got, " ") != x.want {
			t.Errorf("delay %d: got %v, want %s", x.delay, got, x.want)
		}
	}
}

// With limits of every kind on nothing allocates once the buffers have grown.
func TestLimitsDoNotAllocate(t *testing.T) {
	every(t, func(t *testing.T, text string) {
		lb := newBalancerBy(t, nil, func(pool *balancer.PoolConfig) {
			pool.Limits = &balancer.Limits{
				Rates:    []balancer.RateLimit{{Tokens: 20, Per: time.Second, Burst: 5, PerClient: true, Clients: 50}},
				Requests: 30, PerEndpoint: 2, Queue: &balancer.WaitQueue{Size: 20, Timeout: 10 * time.Millisecond},
				Adaptive: &balancer.Gradient{Interval: 10 * time.Millisecond, MinInterval: time.Second, Samples: 10, Buffer: 0.25, Min: 3, Max: 40},
				Shedding: &balancer.Shedding{Default: 1, Sheddable: 0.5},
			}
		}, text)
		lb.SetEndpoints(0, 0, numbered(20))
		now, n, events := clock.Time(0), uint64(0), []balancer.Event(nil)
		open := make([]balancer.Ticket, 0, 100)
		draws := random.New(1, "clients", 0)
		var seen happenings
		var r balancer.Request
		step := func() {
			now = now.Add(300 * time.Microsecond)
			n++
			r = balancer.Request{ID: n, Handle: n, Priority: balancer.Priority(n % 3)}
			r.Key, r.HasKey = n*0x9e3779b97f4a7c15, true
			r.Client = netip.AddrFrom4([4]byte{10, 0, 0, byte(draws.IntN(100))})
			if d := lb.Start(now, &r); d.Kind == balancer.Send {
				open = append(open, d.Ticket)
			} else {
				seen.reasons[d.Reason]++
			}
			if i := draws.IntN(120); i < len(open) {
				lb.Finish(now, &r, open[i], balancer.OK)
				open[i] = open[len(open)-1]
				open = open[:len(open)-1]
			}
			events = lb.AppendEvents(events[:0])
			for _, e := range events {
				if e.Kind == balancer.Granted {
					open = append(open, e.Ticket)
				}
				if e.Kind == balancer.ProbeDue {
					lb.ProbeDone(now, e.Probe, balancer.ProbeResult{InFlight: 1, Latency: time.Millisecond})
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
		if seen.events[balancer.Granted] == 0 || seen.events[balancer.Rejected] == 0 || seen.reasons[balancer.RateLimited] == 0 || seen.reasons[balancer.QueueFull] == 0 {
			t.Errorf("events %v, rejected %v: the case was not exercised", seen.events, seen.reasons)
		}
	})
}

// The adaptive limit finds out how much an endpoint takes: one that answers in 10 ms as
// long as it has no more than 20 at once, and takes twice as long for twice as many.
// With a buffer of 25% the limit settles above 20 and well below what would double the
// latency; and while the least latency is measured it is the least limit.
func TestGradientSettles(t *testing.T) {
	lb := newBalancerBy(t, nil, func(pool *balancer.PoolConfig) {
		pool.Limits = &balancer.Limits{Adaptive: &balancer.Gradient{Interval: 100 * time.Millisecond, MinInterval: 10 * time.Second, Samples: 50, Buffer: 0.25, Min: 3, Max: 1000}}
	}, "round_robin")
	lb.SetEndpoints(0, 0, numbered(1))
	type attempt struct {
		ticket balancer.Ticket
		ends   clock.Time
	}
	var open []attempt
	most, least, now := 0, 1000, clock.Time(0)
	for now < seconds(9) {
		for { // as much as there is room for
			var r balancer.Request
			d := lb.Start(now, &r)
			if d.Kind != balancer.Send {
				break
			}
			takes := 10 * time.Millisecond * time.Duration(max(20, len(open)+1)) / 20
			open = append(open, attempt{d.Ticket, now.Add(takes)})
		}
		if now > seconds(3) {
			most, least = max(most, len(open)), min(least, len(open))
		}
		i := 0
		for j := range open {
			if open[j].ends < open[i].ends {
				i = j
			}
		}
		now = open[i].ends
		var r balancer.Request
		lb.Finish(now, &r, open[i].ticket, balancer.OK)
		open = append(open[:i], open[i+1:]...)
	}
	if least < 20 || most > 40 {
		t.Errorf("between %d and %d in flight after 3 s", least, most)
	}
	for now < seconds(13) { // a measurement has begun meanwhile
		now = now.Add(time.Millisecond)
		lb.Wake(now)
	}
	for _, x := range open {
		var r balancer.Request
		lb.Finish(now, &r, x.ticket, balancer.OK)
	}
	n := 0
	for {
		var r balancer.Request
		if lb.Start(now, &r).Kind != balancer.Send {
			break
		}
		n++
	}
	if n != 3 {
		t.Errorf("%d let in while the least latency is measured, want 3", n)
	}
}

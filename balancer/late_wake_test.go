package balancer_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/random/drawn"
)

// call is one call of a balancer's log, with what it returned.
type call struct {
	what    string
	now     clock.Time
	request balancer.Request // as it was before
	after   balancer.Request // as the balancer left it
	pool    balancer.PoolID
	ticket  balancer.Ticket
	probed  balancer.ProbeTicket
	probe   balancer.ProbeResult
	outcome balancer.Outcome
	idle    bool
	members []balancer.Endpoint
	answer  balancer.Decision
	weight  float64

	settings balancer.Config
	anew     bool

	of *balancer.Request // the caller's, which attempts of one request share
}

// make makes the call and notes what comes of it.
func (c *call) make(lb *balancer.Balancer) {
	c.after = c.request
	switch c.what {
	case "start":
		c.answer = lb.Start(c.now, &c.after)
	case "finish":
		c.answer = lb.Finish(c.now, &c.after, c.ticket, c.outcome)
	case "hedge":
		c.answer = lb.Hedge(c.now, &c.after)
	case "probe done":
		lb.ProbeDone(c.now, c.probed, c.probe)
	case "cancel":
		lb.Cancel(c.now, &c.after)
	case "report":
		lb.Report(c.now, c.pool, c.ticket.Slot, c.idle)
	case "set endpoints":
		lb.SetEndpoints(c.now, c.pool, c.members)
	case "drain":
		lb.Drain(c.now, c.pool, c.ticket.Slot)
	case "undrain":
		lb.Undrain(c.now, c.pool, c.ticket.Slot)
	case "weight":
		lb.Wake(c.now)
		c.weight = lb.Weight(c.pool, c.ticket.Slot)
	case "wake":
		lb.Wake(c.now)
	case "configure":
		if err := lb.Configure(c.now, c.settings, c.anew); err != nil {
			panic(err)
		}
	default:
		panic("no such call: " + c.what)
	}
}

// load takes the request as its caller has it, store gives it back.
func (c *call) load() {
	if c.of != nil {
		c.request = *c.of
	}
}

func (c *call) store() {
	if c.of != nil {
		*c.of = c.after
	}
}

// same says whether two calls came out alike.
func (c *call) same(o *call) bool {
	return c.answer == o.answer && c.after == o.after && c.weight == o.weight
}

// punctual drives a balancer as it wants to be driven: whenever a deadline comes
// it calls Wake, at that very instant.
type punctual struct {
	lb     *balancer.Balancer
	now    clock.Time
	log    []call
	events []balancer.Event
	wakes  int // that made events
	open   []pending
	waits  []pending // requests that back off
	queued []pending // requests in the wait queue
	hedges []uint64  // requests whose copies are due
	probes []balancer.ProbeTicket
	ids    uint64
}

// pending is an attempt that is under way, or a request that waits.
type pending struct {
	request *balancer.Request
	ticket  balancer.Ticket
}

// wait lets time pass.
func (p *punctual) wait(d time.Duration) {
	until := p.now.Add(d)
	for {
		at, ok := p.lb.NextWake()
		if !ok || at > until {
			break
		}
		p.lb.Wake(at)
		if p.drain() > 0 {
			p.wakes++
		}
	}
	p.now = until
}

func (p *punctual) call(c call) *call {
	c.now = p.now
	c.load()
	c.make(p.lb)
	c.store()
	p.log = append(p.log, c)
	switch c.answer.Kind {
	case balancer.Send:
		p.open = append(p.open, pending{c.of, c.answer.Ticket})
	case balancer.WaitUntil:
		p.waits = append(p.waits, pending{c.of, c.answer.Ticket})
	case balancer.Queued:
		p.queued = append(p.queued, pending{request: c.of})
	}
	p.drain()
	return &p.log[len(p.log)-1]
}

// finish ends an attempt and, where that ends its request, the others of it.
func (p *punctual) finish(x pending, o balancer.Outcome) {
	p.open = slices.DeleteFunc(p.open, func(y pending) bool { return y == x })
	p.call(call{what: "finish", of: x.request, ticket: x.ticket, outcome: o})
	if o != balancer.OK && o != balancer.TimedOut && o != balancer.Cancelled {
		return
	}
	if o == balancer.OK {
		o = balancer.Cancelled
	}
	for {
		i := slices.IndexFunc(p.open, func(y pending) bool { return y.request == x.request })
		if i < 0 {
			return
		}
		other := p.open[i]
		p.open = slices.Delete(p.open, i, i+1)
		p.call(call{what: "finish", of: other.request, ticket: other.ticket, outcome: o})
	}
}

// drain takes the balancer's events and returns how many there were.
func (p *punctual) drain() int {
	before := len(p.events)
	p.events = p.lb.AppendEvents(p.events)
	for _, e := range p.events[before:] {
		if e.Kind == balancer.ProbeDue {
			p.probes = append(p.probes, e.Probe)
		}
		if e.Kind == balancer.HedgeDue {
			p.hedges = append(p.hedges, e.Handle)
		}
		if e.Kind == balancer.Granted || e.Kind == balancer.Rejected {
			p.settle(e)
		}
	}
	return len(p.events) - before
}

// step makes one call, drawn at random.
func (p *punctual) step(t *rapid.T) {
	pool := balancer.PoolID(rapid.IntRange(0, 1).Draw(t, "pool"))
	switch what := rapid.IntRange(0, 14).Draw(t, "what"); {
	case what == 0:
		p.call(call{what: "set endpoints", pool: pool, members: numbered(rapid.IntRange(0, 6).Draw(t, "endpoints"))})
	case what == 1:
		p.call(call{what: "report", pool: pool, ticket: balancer.Ticket{Slot: int32(rapid.IntRange(0, 5).Draw(t, "slot"))}, idle: rapid.Bool().Draw(t, "idle")})
	case what >= 12:
		p.call(call{what: [...]string{"drain", "undrain", "weight"}[what-12], pool: pool, ticket: balancer.Ticket{Slot: int32(rapid.IntRange(0, 4).Draw(t, "slot"))}})
	case what <= 4 && len(p.open) > 0:
		x := p.open[rapid.IntRange(0, len(p.open)-1).Draw(t, "attempt")]
		p.finish(x, rapid.SampledFrom(outcomes).Draw(t, "outcome"))
	case what <= 10 && len(p.hedges) > 0:
		handle := p.hedges[0]
		p.hedges = p.hedges[1:]
		if i := slices.IndexFunc(p.open, func(x pending) bool { return x.request.Handle == handle }); i >= 0 {
			p.call(call{what: "hedge", of: p.open[i].request})
		}
	case what == 11 && len(p.queued) > 0:
		i := rapid.IntRange(0, len(p.queued)-1).Draw(t, "place")
		x := p.queued[i]
		p.queued = slices.Delete(p.queued, i, i+1)
		p.call(call{what: "cancel", of: x.request})
	case len(p.waits) > 0 && p.waits[0].ticket.At <= p.now:
		x := p.waits[0]
		p.waits = p.waits[1:]
		if what == 5 {
			p.call(call{what: "cancel", of: x.request})
		} else {
			p.call(call{what: "start", of: x.request})
		}
	case what <= 7 && len(p.probes) > 0:
		i := rapid.IntRange(0, len(p.probes)-1).Draw(t, "probe")
		p.call(call{what: "probe done", probed: p.probes[i], probe: balancer.ProbeResult{
			Failed: rapid.IntRange(0, 9).Draw(t, "failed") == 0, InFlight: int32(rapid.IntRange(0, 9).Draw(t, "in flight")),
			Latency: time.Duration(rapid.IntRange(0, 99).Draw(t, "latency")) * time.Millisecond}})
		p.probes = slices.Delete(p.probes, i, i+1)
	default:
		r := &balancer.Request{Pool: pool, About: abouts[pool]}
		r.Key, r.HasKey = rapid.Uint64().Draw(t, "key"), true
		p.ids++
		r.ID, r.Idempotent = p.ids, rapid.IntRange(0, 4).Draw(t, "method") > 0
		r.Handle, r.Priority = p.ids, balancer.Priority(rapid.IntRange(0, 2).Draw(t, "priority"))
		r.Client = netip.AddrFrom4([4]byte{10, 0, 0, byte(rapid.IntRange(0, 3).Draw(t, "client"))})
		p.call(call{what: "start", of: r})
	}
}

// settle takes a request out of those that wait.
func (p *punctual) settle(e balancer.Event) {
	i := slices.IndexFunc(p.queued, func(x pending) bool { return x.request.Handle == e.Handle })
	if i < 0 {
		panic(fmt.Sprintf("%v of request %d, which does not wait", e.Kind, e.Handle))
	}
	if e.Kind == balancer.Granted {
		e.Note(p.queued[i].request)
		p.open = append(p.open, pending{p.queued[i].request, e.Ticket})
	}
	p.queued = slices.Delete(p.queued, i, i+1)
}

// outcomes are the ways in which an attempt may end.
var outcomes = []balancer.Outcome{balancer.OK, balancer.OK, balancer.Error, balancer.Refused, balancer.TimedOut, balancer.Cancelled,
	balancer.Unreachable, balancer.Reset, balancer.TooSlow, balancer.Answered(503)}

// A late timer changes nothing. The calls of a punctual driver's log are made again
// to two balancers: one whose driver never calls Wake, and one whose driver calls
// it at moments that have nothing to do with deadlines. Both decide what the first
// one did, and their events bear the same instants: those of the deadlines, not of
// the calls that brought them to light.
//
// A second pool, of an algorithm with deadlines, keeps them coming whatever the
// first one's algorithm is. Once everything that a balancer has against failures is
// out, and once it is on.
func TestLateWake(t *testing.T) {
	var seen happenings
	every(t, func(t *testing.T, text string) {
		x := tardiness{seen: &seen, texts: []string{text, "prequal:idle_interval=100ms,probe_rate=0.5"}}
		drawn.Until(t, x.check, func(t drawn.Missing) {
			if x.wakes == 0 || x.belated == 0 {
				t.Errorf("%d deadlines fired and %d of a late driver's events were belated: the case was not exercised", x.wakes, x.belated)
			}
		})
	})
	x := tardiness{seen: &seen, texts: []string{"least_connections", "round_robin"}}
	drawn.Until(t, x.check, func(t drawn.Missing) {
		seen.mustBeHedged(t)
		seen.mustBeAll(t)
		seen.mustBeLimited(t)
	})
	for _, texts := range [][]string{{"least_connections", "round_robin"}, {"weighted_round_robin:max_fails=1", "least_connections:ties=smooth,max_fails=1"}} {
		y := tardiness{seen: &seen, with: newWindowed, texts: texts}
		drawn.Until(t, y.check, func(t drawn.Missing) {
			if y.restored == 0 {
				t.Errorf("nobody came back by NGINX's rule")
			}
		})
	}
}

// tardiness is punctual and late drivers of pools with these algorithms, and what came of them.
type tardiness struct {
	texts          []string
	seen           *happenings
	wakes, belated int
	restored       int
	with           func(failer, *balancer.Affinity, ...string) *balancer.Balancer // nil: any
}

func (x *tardiness) check(t *rapid.T) {
	newBalancer := rapid.SampledFrom([]func(failer, *balancer.Affinity, ...string) *balancer.Balancer{newBalancer, newResilient, newLimited, newRouteLimited, newBounded, newBounded, newHedged, newHedgedAndBounded, newLocalized, newWindowed}).Draw(t, "with")
	if x.with != nil {
		newBalancer = x.with
	}
	p := &punctual{lb: newBalancer(t, nil, x.texts...)}
	for pool := range x.texts {
		p.call(call{what: "set endpoints", pool: balancer.PoolID(pool), members: numbered(5)})
	}
	for range rapid.IntRange(1, 60).Draw(t, "steps") {
		p.wait(time.Duration(rapid.IntRange(0, 150).Draw(t, "ms")) * time.Millisecond)
		p.step(t)
	}
	p.call(call{what: "wake"})
	x.wakes += p.wakes
	x.seen.count(p.log, p.events)
	for _, e := range p.events {
		if e.Kind == balancer.Restored {
			x.restored++
		}
	}

	for _, never := range []bool{true, false} {
		lb := newBalancer(t, nil, x.texts...)
		var events []balancer.Event
		for i, want := range p.log {
			if i > 0 && !never && rapid.Bool().Draw(t, "wake") {
				gap := int64(want.now - p.log[i-1].now)
				lb.Wake(want.now - clock.Time(rapid.Int64Range(0, gap).Draw(t, "before")))
			}
			got := want
			got.answer, got.weight = balancer.Decision{}, 0
			got.make(lb)
			if !got.same(&want) {
				t.Fatalf("call %d, %s at %v: %+v, the punctual driver got %+v", i, want.what, want.now, got.answer, want.answer)
			}
			before := len(events)
			events = lb.AppendEvents(events)
			for _, e := range events[before:] {
				if e.At < want.now {
					x.belated++
				}
			}
		}
		if !slices.Equal(events, p.events) {
			t.Fatalf("events\n%v\nthe punctual driver got\n%v", events, p.events)
		}
	}
}

// What a driver sees of probes: a deadline at the start, so that the pool is filled
// before the first request; a probe with requests at the rate asked for; and one
// whenever none was sent for the idle interval.
func TestProbesComeAsEvents(t *testing.T) {
	lb := newBalancer(t, nil, "prequal:probe_rate=2,idle_interval=100ms")
	if at, ok := lb.NextWake(); ok {
		t.Fatalf("without endpoints a deadline at %v", at)
	}
	lb.SetEndpoints(0, 0, numbered(10))
	var got []string
	look := func() {
		at, _ := lb.NextWake()
		var events []balancer.Event
		if lb.Events() {
			events = lb.AppendEvents(nil)
		}
		if lb.Events() {
			t.Error("events stay after they were taken")
		}
		line := fmt.Sprintf("%d events, next wake at %v", len(events), at)
		for _, e := range events {
			if e.Kind != balancer.ProbeDue || e.Probe.At != e.At {
				t.Errorf("event %+v", e)
			}
			line += fmt.Sprint(", probe due at ", e.At)
		}
		got = append(got, line)
	}
	look()
	lb.Wake(0)
	look()
	send(t, lb, seconds(0.03), &balancer.Request{})
	look()
	lb.Wake(seconds(0.129))
	look()
	lb.Wake(seconds(0.35)) // two deadlines late
	look()
	want := []string{
		"0 events, next wake at 0s",
		"2 events, next wake at 100ms, probe due at 0s, probe due at 0s",
		"2 events, next wake at 130ms, probe due at 30ms, probe due at 30ms",
		"0 events, next wake at 130ms",
		"6 events, next wake at 430ms, probe due at 130ms, probe due at 130ms, probe due at 230ms, probe due at 230ms, probe due at 330ms, probe due at 330ms",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

// An answered probe turns requests to the endpoint that has the least to do, an
// answer for an endpoint that has left is dropped.
func TestProbeAnswersSteer(t *testing.T) {
	lb := newBalancer(t, nil, "prequal:probe_rate=3,remove_rate=0")
	lb.SetEndpoints(0, 0, numbered(3))
	lb.Wake(0)
	events := lb.AppendEvents(nil)
	if len(events) != 3 {
		t.Fatalf("%d probes to three endpoints", len(events))
	}
	for _, e := range events {
		lb.ProbeDone(1, e.Probe, balancer.ProbeResult{InFlight: 1, Latency: time.Duration(3-e.Probe.Slot) * time.Second})
	}
	if got := send(t, lb, 2, &balancer.Request{}).Slot; got != 2 {
		t.Errorf("sent to slot %d, though 2 is the quickest", got)
	}
	lb.SetEndpoints(3, 0, numbered(2))
	lb.SetEndpoints(3, 0, append(numbered(2), endpoints("new")...))
	for _, e := range events {
		lb.ProbeDone(3, e.Probe, balancer.ProbeResult{InFlight: 1, Latency: time.Duration(3-e.Probe.Slot) * time.Second})
	}
	if got := send(t, lb, 4, &balancer.Request{}).Slot; got != 1 {
		t.Errorf("sent to slot %d, though 1 is the quickest whose answer is of now", got)
	}
}

package balancer_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/random/drawn"
)

// witness follows a balancer from outside, by its events and decisions alone, and
// says which of them can't be.
type witness struct {
	t        *rapid.T
	p        *punctual
	events   int // looked at
	calls    int
	fit      [2]map[int32]bool // by pool: members and whether their checks pass
	ejected  [2]map[int32]bool
	drains   [2]map[int32]bool // by pool: who takes no new work
	panics   [2]bool
	retries  []clock.Time // decided
	copies   []clock.Time // sent
	requests []clock.Time
	outside  int // picks beside those of a panic
	drained  int
}

// look takes in what has happened since the last time.
func (w *witness) look() {
	for _, e := range w.p.events[w.events:] {
		switch e.Kind {
		case balancer.Up, balancer.Down:
			w.fit[e.Pool][e.Slot] = e.Kind == balancer.Up
		case balancer.Ejected:
			// Half of the members at most: of gRPC's rule the last one may be above.
			if n, all := len(w.ejected[e.Pool]), len(w.fit[e.Pool]); 2*n >= all {
				w.t.Fatalf("at %v one more ejected beside %d of %d", e.At, n, all)
			}
			w.ejected[e.Pool][e.Slot] = true
		case balancer.Restored:
			delete(w.ejected[e.Pool], e.Slot)
		case balancer.Draining:
			w.drains[e.Pool][e.Slot] = true
		case balancer.Drained, balancer.DrainOver:
			if left := w.p.lb.InFlight(e.Pool, e.Slot); !w.drains[e.Pool][e.Slot] || e.Kind == balancer.Drained && left != 0 {
				w.t.Fatalf("at %v %v, with %d in flight", e.At, e.Kind, left)
			}
			w.drained++
		case balancer.Undrained:
			delete(w.drains[e.Pool], e.Slot)
		case balancer.PanicBegan, balancer.PanicEnded:
			w.panics[e.Pool] = e.Kind == balancer.PanicBegan
		}
	}
	w.events = len(w.p.events)
	for ; w.calls < len(w.p.log); w.calls++ {
		w.check(&w.p.log[w.calls])
	}
}

func (w *witness) check(c *call) {
	switch c.what {
	case "set endpoints":
		w.meet(c.pool)
		return
	case "start":
		if c.request.Attempt == 0 {
			w.requests = append(w.requests, c.now)
		}
	case "finish":
		if c.after.Copies() > c.request.Copies() {
			w.copied(c)
		} else if c.answer.Kind != balancer.Finished && c.answer.Kind != balancer.Await {
			w.spend(c.now)
		}
	case "hedge":
		if c.answer.Kind == balancer.Send {
			w.copied(c)
		}
	default:
		return
	}
	if c.answer.Kind != balancer.Send {
		return
	}
	pool, slot := c.answer.Ticket.Pool, c.answer.Ticket.Slot
	if int(c.after.Attempt)-c.after.Copies() > 2 || c.after.Copies() > 2 {
		w.t.Fatalf("attempt %d, %d of them copies", c.after.Attempt+1, c.after.Copies())
	}
	if w.drains[pool][slot] {
		w.t.Fatalf("at %v sent to slot %d of pool %d, which drains", c.now, slot, pool)
	}
	if !w.panics[pool] {
		w.outside++
		if fit, known := w.fit[pool][slot]; !fit || w.ejected[pool][slot] {
			w.t.Fatalf("at %v sent to slot %d of pool %d: known %v, fit %v, ejected %v", c.now, slot, pool, known, fit, w.ejected[pool][slot])
		}
	}
}

// spend holds a retry against the budget, half a retry to a request and one a second:
// the bucket sees the last 0.9 to 1 s.
func (w *witness) spend(now clock.Time) {
	w.retries = append(w.retries, now)
	w.within(now, w.retries, 0.5)
}

func (w *witness) within(now clock.Time, spending []clock.Time, ratio float64) {
	count := func(all []clock.Time, since time.Duration) (n int) {
		for _, at := range all {
			if at > now.Add(-since) {
				n++
			}
		}
		return n
	}
	if spent, earned := count(spending, 900*time.Millisecond), count(w.requests, time.Second); float64(spent) > 2*(1+float64(ratio*float64(earned))) {
		w.t.Fatalf("at %v %d spent for %d requests of two pools, of each %v", now, spent, earned, ratio)
	}
}

// copied holds a copy against both budgets and the rules: only of what may be repeated,
// and to a server of its own.
func (w *witness) copied(c *call) {
	w.spend(c.now)
	w.copies = append(w.copies, c.now)
	w.within(c.now, w.copies, hedgeRatio)
	if slot := c.answer.Ticket.Slot; !c.request.Idempotent || c.request.Tried.Has(slot) {
		w.t.Fatalf("at %v a copy to slot %d of %+v", c.now, slot, c.request)
	}
}

// meet notes who is a member now; one that was before stays what it was.
func (w *witness) meet(pool balancer.PoolID) {
	fit, ejected, drains := map[int32]bool{}, map[int32]bool{}, map[int32]bool{}
	for _, m := range numbered(6) {
		slot, ok := w.p.lb.Slot(pool, m.Name)
		if !ok {
			continue
		}
		fit[slot] = w.fit[pool][slot]
		if w.ejected[pool][slot] {
			ejected[slot] = true
		}
		if w.drains[pool][slot] {
			drains[slot] = true
		}
	}
	w.fit[pool], w.ejected[pool], w.drains[pool] = fit, ejected, drains
}

// Whatever is done to a balancer with everything against failures on: outside a panic
// no endpoint is picked that is not fit, and never one that drains, no more than the cap is ejected, retries stay
// within attempts and budget, and at the end nothing is in flight.
func TestInvariants(t *testing.T) {
	outside, panicking, drained, copies := 0, 0, 0, 0
	drawn.Until(t, func(t *rapid.T) {
		p := &punctual{lb: newHedged(t, nil, "least_connections", "prequal")}
		w := &witness{t: t, p: p}
		for pool := range balancer.PoolID(2) {
			p.call(call{what: "set endpoints", pool: pool, members: numbered(5)})
			w.look()
		}
		for range rapid.IntRange(50, 250).Draw(t, "steps") {
			p.wait(time.Duration(rapid.IntRange(0, 40).Draw(t, "ms")) * time.Millisecond)
			w.look()
			p.step(t)
			w.look()
			for pool := range balancer.PoolID(2) {
				for slot := range w.fit[pool] {
					if n := p.lb.InFlight(pool, slot); n < 0 {
						t.Fatalf("%d in flight", n)
					}
				}
			}
		}
		for len(p.open) > 0 {
			p.finish(p.open[0], balancer.Cancelled)
		}
		for pool := range balancer.PoolID(2) {
			for slot := range w.fit[pool] {
				if n := p.lb.InFlight(pool, slot); n != 0 {
					t.Fatalf("%d in flight at the end", n)
				}
			}
		}
		outside += w.outside
		drained += w.drained
		copies += len(w.copies)
		for _, e := range p.events {
			panicking += map[bool]int{true: 1}[e.Kind == balancer.PanicBegan]
		}
	}, func(t drawn.Missing) {
		if outside < 100 || panicking == 0 || drained == 0 || copies == 0 {
			t.Errorf("%d picks, %d panics, %d drained, %d copies: the case was not exercised", outside, panicking, drained, copies)
		}
	})
}

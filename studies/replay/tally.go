package replay

import (
	"math"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/studies/compare"
)

// cast is the servers of a recording, in order of appearance, and where they are in a
// balancer's pools.
type cast struct {
	servers []member
	byName  map[[2]string]int32
	slots   [][]int32 // by pool and slot
}

type member struct {
	pool, name string
	weight     float64
}

func newCast(pools int) *cast {
	return &cast{byName: map[[2]string]int32{}, slots: make([][]int32, pools)}
}

// set notes the endpoints of a pool, which a balancer has been told.
func (c *cast) set(lb *balancer.Balancer, title string, pool balancer.PoolID, members []balancer.Endpoint) {
	for _, m := range members {
		slot, ok := lb.Slot(pool, m.Name)
		if !ok {
			continue
		}
		key := [2]string{title, m.Name}
		server, ok := c.byName[key]
		if !ok {
			server = int32(len(c.servers))
			c.byName[key] = server
			c.servers = append(c.servers, member{title, m.Name, m.Weight})
		}
		c.servers[server].weight = m.Weight
		for int(slot) >= len(c.slots[pool]) {
			c.slots[pool] = append(c.slots[pool], -1)
		}
		c.slots[pool][slot] = server
	}
}

func (c *cast) at(t balancer.Ticket) int32 { return c.slots[t.Pool][t.Slot] }

// tally counts what is sent where. Time never decreases.
type tally struct {
	requests, attempts, retries, failed, rejected, ejections int

	servers []load
	last    clock.Time
}

// load is a server's.
type load struct {
	attempts, inFlight, peak int
	area                     float64 // nanoseconds in flight
	since                    clock.Time
}

func (t *tally) server(i int32) *load {
	for int(i) >= len(t.servers) {
		t.servers = append(t.servers, load{since: t.last})
	}
	return &t.servers[i]
}

// now moves on.
func (t *tally) now(at clock.Time) {
	t.last = at
}

func (t *tally) sent(server int32, again bool) {
	t.attempts++
	if again {
		t.retries++
	}
	s := t.server(server)
	s.attempts++
	s.change(t.last, 1)
}

func (t *tally) ended(server int32) { t.server(server).change(t.last, -1) }

func (s *load) change(now clock.Time, by int) {
	s.area += float64(float64(now-s.since) * float64(s.inFlight))
	s.since, s.inFlight = now, s.inFlight+by
	s.peak = max(s.peak, s.inFlight)
}

// over counts how a request ended.
func (t *tally) over(o balancer.Outcome) {
	if o.Status() >= 500 {
		t.failed++
	}
}

// saw counts what happened.
func (t *tally) saw(e *balancer.Event) {
	if e.Kind == balancer.Ejected {
		t.ejections++
	}
}

// outcome is what it comes to, over the span of the recording: what one algorithm does
// ends a little sooner or later than what another does.
func (t *tally) outcome(variant string, c *cast, span clock.Time) Outcome {
	o := Outcome{Variant: variant, Requests: t.requests, Attempts: t.attempts, Retries: t.retries, Failed: t.failed, Rejected: t.rejected, Ejections: t.ejections}
	if t.requests > 0 {
		o.RetryRatio = float64(t.retries) / float64(t.requests)
		o.ErrorRatio = float64(t.failed+t.rejected) / float64(t.requests)
	}
	var loads []float64
	for i, m := range c.servers {
		s := t.server(int32(i))
		s.change(t.last, 0)
		x := Server{Pool: m.pool, Name: m.name, Attempts: s.attempts, PeakInFlight: s.peak, MeanInFlight: s.area / math.Max(1, float64(span))}
		if t.attempts > 0 {
			x.Share = float64(s.attempts) / float64(t.attempts)
		}
		o.Servers = append(o.Servers, x)
		loads = append(loads, float64(s.attempts)/m.weight)
	}
	if t.attempts > 0 {
		peak, cv, jain := compare.Evenness(loads)
		o.Imbalance = Imbalance{&peak, &cv, &jain}
	}
	return o
}

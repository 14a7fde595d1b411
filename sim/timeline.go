package sim

import (
	"lbsim/clock"
	"lbsim/sim/histogram"
)

// timeline is the run in intervals.
type timeline struct {
	interval clock.Time // 0: none
	bucket   bucket
	seen     []uint32 // attempts by server until the open interval; nil where servers are not kept apart
	began    uint64   // area at the start of the open interval
	before   uint64   // arrivals until then
	done     []Interval
	closed   uint64 // requests completed in the intervals done
}

type bucket struct {
	completed, failed uint64
	attempts, saved   uint64
	latency           histogram.Histogram
	lookups           Lookups
	status            [600]uint32 // of requests without an answer
	worst             int         // no status above it was counted
}

// Interval is what happened in a span of the timeline.
type Interval struct {
	Offered, Completed, Failed uint64           // Failed: everything that ended otherwise
	InSystem                   float64          // mean
	Latency                    []Count          // of those that completed in it, to 1.2%
	Lookups                    *Lookups         // in all caches; nil where no server has one
	Attempts                   uint64           // sent to servers, where requests may be tried again
	Saved                      uint64           // of the completed, those that took more than one attempt
	Status                     []StatusCount    // of Failed, ascending
	Servers                    []ServerInterval // empty where they are more than MaxServerSeries
	Fleet                      *Fleet           // nil where the servers are always the same
}

// ServerInterval is one server in a span of the timeline.
type ServerInterval struct {
	Attempts uint32 // that reached it
	InFlight int32  // at the end: in service and waiting
}

// MaxServerSeries is up to how many servers a timeline keeps apart.
const MaxServerSeries = 32

// Count is a filled bucket of a histogram.
type Count struct {
	Index uint16
	N     uint32
}

func (e *engine) buildTimeline() {
	if e.interval = clock.Time(e.m.Interval); e.interval > 0 {
		e.schedule(e.sources.at[fromTick], e.interval)
		if len(e.servers) <= MaxServerSeries {
			e.seen = make([]uint32, len(e.servers))
		}
	}
}

// tickDue closes an interval.
func (e *engine) tickDue() {
	e.closeInterval(e.interval)
	at := e.now + e.interval
	if e.windowClosed || at > e.m.Horizon {
		at = clock.Never
	}
	e.schedule(e.sources.at[fromTick], at)
}

func (e *engine) closeInterval(span clock.Time) {
	e.integrate()
	b := &e.bucket
	x := Interval{Offered: e.arrived - e.before, Completed: b.completed, Failed: b.failed,
		InSystem: float64(e.area-e.began) / float64(span), Attempts: b.attempts, Saved: b.saved, Servers: e.closeServers()}
	for status := 0; status <= b.worst; status++ {
		if n := b.status[status]; n > 0 {
			x.Status = append(x.Status, StatusCount{status, uint64(n)})
			b.status[status] = 0
		}
	}
	if n := b.latency.Filled(); n > 0 {
		x.Latency = make([]Count, 0, n)
		b.latency.Each(func(i int, n uint64) { x.Latency = append(x.Latency, Count{uint16(i), uint32(n)}) })
	}
	if e.cached {
		lookups := b.lookups
		x.Lookups, b.lookups = &lookups, Lookups{}
	}
	x.Fleet = e.closeFleet(span)
	b.latency.Reset()
	e.closed += b.completed
	b.completed, b.failed, b.attempts, b.saved, b.worst = 0, 0, 0, 0, 0
	e.began, e.before = e.area, e.arrived
	e.done = append(e.done, x)
}

// closeServers is what became of each server since the last interval.
func (e *engine) closeServers() []ServerInterval {
	if e.seen == nil {
		return nil
	}
	out := make([]ServerInterval, len(e.servers))
	for i := range e.servers {
		s := &e.servers[i]
		attempts := s.attempts - s.checksCame()
		out[i] = ServerInterval{Attempts: attempts - e.seen[i], InFlight: s.busy + s.waiting}
		e.seen[i] = attempts
	}
	return out
}

// completedSoFar returns how many requests have been completed, warm-up included.
func (e *engine) completedSoFar() uint64 { return e.closed + e.bucket.completed }

// closeTimeline closes an interval that ends with the window, whose tick an empty
// system does not wait for, and drops what happened after it: the draining.
func (e *engine) closeTimeline() {
	if at := e.agenda.pending(e.sources.at[fromTick]); at == e.windowEnd && at != clock.Never {
		e.closeInterval(e.interval)
	}
	e.bucket = bucket{}
}

package sim

import (
	"math"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/sim/histogram"
)

// Result is what one run found. Counts and distributions are of requests that
// arrived in the window.
type Result struct {
	Start, End clock.Time // the measured window
	Classes    []ClassResult
	Servers    []ServerResult
	Status     [600]uint64              // by HTTP status
	Reasons    [balancer.Reasons]uint64 // why requests were rejected, by balancer.Reason; NoReason: their server was full
	InSystem   float64                  // mean number in the window
	Answered   uint64                   // requests completed in the window, whenever they arrived
	Work       float64                  // seconds of demand that arrived in the window
	Arrived    uint64                   // requests simulated, warm-up included
	Events     uint64                   // events scheduled
	Ended      clock.Time               // of the last event
	Interval   clock.Time               // of the timeline; 0: none
	Timeline   []Interval
	Happened   []Happening    // in order of time
	Dropped    uint64         // happenings beyond those kept
	Lives      []Life         // by server; nil where all were there all the time
	Scalings   []Scaling      // in order of time
	Sessions   *SessionCounts // nil: none
	Hedged     *Hedged        // nil where balancers do not hedge
	Cut        uint64         // measured attempts that the end of a drain, or of a process in a deploy, cut
	Spans      []Span         // of the acts that take time, in order
	Marks      []Mark         // their steps, in order of time
	Pools      []GroupResult  // by pool; nil without routes
	Routes     []GroupResult  // by route: requests that none took are in none
	Copies     uint64         // sent by mirrors, of requests of the window
	Tiers      []TierResult   // of the model
}

// Outcomes are counts of requests: Offered is the sum of the others.
type Outcomes struct {
	Offered, Completed, Failed, Rejected, TimedOut, Unfinished uint64
}

// ClassResult is one request class.
type ClassResult struct {
	Outcomes
	Latency Stats
	Wait    Stats
	Waited  uint64 // of the completed, those whose service did not begin at once
	Resent  uint64 // attempts that clients made by themselves after the first
	Reasons [balancer.Reasons]uint64
}

// Stats are a sum, which is exact, and the distribution of durations, which is
// within the histogram's 0.4%.
type Stats struct {
	N         uint64
	Sum       float64 // seconds
	Histogram *histogram.Histogram
}

// Mean returns the mean in seconds, NaN when there is none.
func (s Stats) Mean() float64 {
	if s.N == 0 {
		return math.NaN()
	}
	return s.Sum / float64(s.N)
}

// Variance returns the variance in seconds squared (divided by n), every value
// taken as the middle of its bucket, which moves it by less than a hundred
// thousandth.
func (s Stats) Variance() float64 {
	mean, sum := s.Histogram.Mean(), 0.0
	s.Histogram.Each(func(i int, n uint64) {
		low, high := histogram.Bounds(i)
		d := (float64(low)+float64(high))/2e9 - mean
		sum += float64(float64(n) * float64(d*d))
	})
	return sum / float64(s.N)
}

// ServerResult is one server.
type ServerResult struct {
	Requests uint64  // attempts of measured requests that reached it
	Busy     float64 // worker-seconds in the window
	Active   float64 // request-seconds in the window
	// CheckTime is of Busy: the worker-seconds spent on health checks. Of those that shared
	// workers it is what they asked for.
	CheckTime float64
	// Mean is the mean latency of the measured requests that it completed, seconds;
	// NaN when none. Where servers are so many that their latencies are not kept
	// apart it is the mean time at the server, Active/Requests.
	Mean    float64
	Latency *histogram.Histogram // of those requests; nil where not kept apart
	Lookups *Lookups             // of measured requests in its cache; nil where it has none
	Status  []StatusCount        // of its attempts that ended, ascending
}

func (e *engine) result() *Result {
	r := &Result{
		Start: e.windowStart, End: e.windowEnd, Status: e.status, Work: e.work / 1e9,
		Arrived: e.arrived, Events: e.seq, Ended: e.now, Interval: e.interval, Timeline: e.done,
		Lives: e.livesOf(), Scalings: e.scalings,
		Sessions: e.sessionCounts(),
		Happened: e.happened, Dropped: e.dropped, Cut: e.cuts, Marks: e.marks, Spans: e.allSpans(),
		Answered: e.inWindow, InSystem: float64(e.areaEnd-e.areaStart) / float64(e.windowEnd-e.windowStart),
	}
	for c := range e.classes {
		r.Classes = append(r.Classes, e.classResult(c))
		r.Status[200] += r.Classes[c].Completed
		for why, n := range r.Classes[c].Reasons {
			r.Reasons[why] += n
		}
	}
	for s := range e.servers {
		r.Servers = append(r.Servers, e.serverResult(s))
	}
	e.countStatus(r.Servers)
	r.Tiers = e.tierResults(r.Servers)
	if e.parties != nil {
		e.hedged.Wasted = e.wasted / 1e9
		r.Hedged = &e.hedged
	}
	e.groupResults(r)
	return r
}

func (e *engine) classResult(c int) ClassResult {
	m := &e.classes[c]
	h := &histogram.Histogram{}
	for i := c; i < len(e.cells); i += len(e.classes) {
		h.Merge(&e.cells[i])
	}
	return m.result(h)
}

// result is what was measured, with the distribution of its latencies.
func (m *classMeasure) result(latencies *histogram.Histogram) ClassResult {
	return ClassResult{
		Outcomes: m.all(),
		Latency:  Stats{N: m.completed, Sum: m.latency / 1e9, Histogram: latencies},
		Wait:     Stats{N: m.completed, Sum: m.wait / 1e9, Histogram: &m.waits},
		Waited:   m.completed - m.waits.At(0),
		Resent:   m.resent,
		Reasons:  m.reasons,
	}
}

func (m *classMeasure) all() Outcomes {
	return Outcomes{m.offered, m.completed, m.outcomes[Failed],
		m.outcomes[Rejected], m.outcomes[TimedOut], m.outcomes[Unfinished]}
}

// StatusCount is how many attempts ended with an HTTP status.
type StatusCount struct {
	Status int
	N      uint64
}

// countStatus fills in how the servers' attempts ended. Those that were answered
// are all that reached a server but those that failed or are under way.
func (e *engine) countStatus(servers []ServerResult) {
	underWay := make([]uint64, len(servers))
	e.eachUnderWay(func(_ int32, r *request, _ bool) {
		if r.flags&(measured|there) == measured|there && r.state != atBalancer {
			underWay[r.server]++
		}
	})
	for i := range servers {
		x, answered := &servers[i], servers[i].Requests-underWay[i]
		var failed []StatusCount
		if counts := e.records[i].status; counts != nil {
			for code, n := range counts {
				if n > 0 {
					failed = append(failed, StatusCount{code, uint64(n)})
					answered -= uint64(n)
				}
			}
		}
		if answered > 0 {
			x.Status = append(x.Status, StatusCount{200, answered})
		}
		x.Status = append(x.Status, failed...)
	}
}

func (e *engine) serverResult(i int) ServerResult {
	s := &e.servers[i]
	r := ServerResult{Requests: uint64(s.attempts - e.records[i].unmeasured),
		Busy: float64(s.busyTime) / 1e9, Active: float64(s.activeTime) / 1e9}
	r.Mean = r.Active / float64(r.Requests)
	if e.byServer && e.edgeOf(int32(i)) < len(e.m.Balancer.Pools) {
		r.Latency = &histogram.Histogram{}
		for c := range e.classes {
			r.Latency.Merge(&e.cells[i*len(e.classes)+c])
		}
		r.Mean = r.Latency.Mean()
	}
	if s.extra != nil && s.extra.checking != nil {
		r.CheckTime = float64(s.extra.checking.busy) / 1e9
	}
	if s.extra != nil && s.extra.cache != nil {
		lookups := s.extra.cache.measured
		r.Lookups = &lookups
	}
	return r
}

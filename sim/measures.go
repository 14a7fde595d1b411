package sim

import (
	"slices"
	"time"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/sim/histogram"
)

// measures is what a run counts. Times are summed as integers, so that sums that
// must agree can be compared exactly; where a sum may pass 2^64 ns both sides
// wrap alike.
type measures struct {
	inSystem int64
	area     uint64     // integral of inSystem until areaAt, request-nanoseconds
	areaAt   clock.Time // the last change
	overlap  uint64     // sum over requests of the time in system within the window

	warmUp                 clock.Time // the model's
	windowStart, windowEnd clock.Time // windowEnd is Never until it is known
	areaStart, areaEnd     uint64     // area at those instants
	inWindow               uint64     // requests completed in the window, whenever they arrived
	windowOpen             bool
	windowClosed           bool
	insideFrom             clock.Time // windowStart while the window is open, else Never
	deadline               clock.Time // when the run ends at the latest

	classes  []classMeasure
	cells    []histogram.Histogram // latency by server and class, or by class
	byServer bool                  // cells are by server
	status   [600]uint64
	why      balancer.Reason // of the rejection that is being carried out; NoReason: their server was full
	work     float64         // nanoseconds of demand that arrived in the window

	timeline
	groups
	acted, added, sampled int
	told                  Record // what OnRequest was last told
	happened              []Happening
	scalings              []Scaling
	dropped               uint64 // happenings not kept
}

type classMeasure struct {
	offered   uint64
	resent    uint64 // by their clients
	completed uint64
	outcomes  [Unfinished + 1]uint64 // but for Completed
	reasons   [balancer.Reasons]uint64
	latency   float64 // sum, nanoseconds
	wait      float64
	waits     histogram.Histogram
}

// maxCells bounds the memory of latencies by server, and the cache lines that an
// event touches: beyond it, servers have means only.
const maxCells = 64

func (e *engine) buildMeasures() {
	e.classes = make([]classMeasure, len(e.m.Classes))
	cells := len(e.m.Classes)
	if n := cells * len(e.servers); n <= maxCells {
		e.byServer, cells = true, n
	}
	e.cells = make([]histogram.Histogram, cells)
	e.warmUp = e.m.WarmUp
	e.windowEnd, e.insideFrom = clock.Never, clock.Never
	e.deadline = clock.Never
	e.buildTimeline()
	e.buildGroups()
	if e.m.WarmUp == 0 {
		e.openWindow()
		e.schedule(e.sources.at[fromWindow], e.m.Horizon)
	} else {
		e.schedule(e.sources.at[fromWindow], e.m.WarmUp)
	}
}

func (e *engine) windowDue() {
	if !e.windowOpen {
		e.openWindow()
		e.schedule(e.sources.at[fromWindow], e.m.Horizon)
		return
	}
	e.closeWindow()
}

func (e *engine) openWindow() {
	e.windowOpen = true
	e.windowStart, e.insideFrom = e.m.WarmUp, e.m.WarmUp
	e.integrate()
	e.areaStart = e.area
	e.inWindow -= e.completedSoFar()
}

// noMoreArrivals is called when the last request has come or none will. With a
// limit on requests the window ends with the last one.
func (e *engine) noMoreArrivals() {
	if e.arrived >= e.most && !e.windowClosed {
		if !e.windowOpen {
			e.openWindow()
			e.windowStart = e.now
		}
		e.closeWindow()
	}
}

func (e *engine) closeWindow() {
	if e.windowClosed {
		return
	}
	e.windowClosed, e.insideFrom = true, clock.Never
	e.windowEnd = e.now
	e.schedule(e.sources.at[fromWindow], clock.Never)
	e.integrate()
	e.areaEnd = e.area
	e.inWindow += e.completedSoFar()
	switch {
	case e.m.Drain > 0:
		e.deadline = e.now.Add(e.m.Drain)
	case e.rules != nil && e.rules.Attempts == 0 && e.rules.Deadline == 0,
		e.timeoutLane < 0 && (e.m.ChecksTakeWork() || slices.ContainsFunc(e.m.Acts, func(a Act) bool { return a.Kind == Hang || a.Kind == Partition && a.Silent })):
		// Balancers go on checking for ever; a client whose server hangs for good, or has
		// time for nothing but checks, or who tries for ever, would be waited for as long.
		e.deadline = e.now.Add(endlessDrain)
	}
}

// endlessDrain is how long after its window a run waits for requests at servers that
// hang or have to work on health checks, where clients wait for ever, and for clients who
// try for ever.
const endlessDrain = time.Minute

// integrate brings the integral of the number in system up to now.
func (e *engine) integrate() {
	e.area += uint64(e.inSystem) * uint64(e.now-e.areaAt)
	e.areaAt = e.now
}

// enter counts a request in.
func (e *engine) enter(r *request) {
	e.integrate()
	e.inSystem++
	if r.flags&measured != 0 {
		e.classes[r.class].offered++
		e.work += r.demand
	}
}

// within returns how long of [from, now] lies in the measured window.
func (e *engine) within(from clock.Time) uint64 {
	if from >= e.insideFrom {
		return uint64(e.now - from)
	}
	return e.clipped(from)
}

func (e *engine) clipped(from clock.Time) uint64 {
	from, to := max(from, e.windowStart), min(e.now, e.windowEnd)
	if !e.windowOpen || to <= from {
		return 0
	}
	return uint64(to - from)
}

// count lets a request out of the system.
func (e *engine) count(r *request) {
	e.integrate()
	e.inSystem--
	e.overlap += e.within(r.arrived)
}

// missed counts a request that got no answer.
func (e *engine) missed(r *request, how Outcome, status int) {
	e.bucket.failed++
	e.bucket.status[status]++
	e.bucket.worst = max(e.bucket.worst, status)
	if r.flags&measured != 0 {
		c := &e.classes[r.class]
		c.outcomes[how]++
		e.status[status]++
		if how == Rejected {
			c.reasons[e.why]++
		}
	}
}

// sumUp adds a request with an answer, and returns its wait's place in waits: a method that
// looked it up there would not be inlined.
func (c *classMeasure) sumUp(latency, wait clock.Time) (i int) {
	c.completed++
	c.latency += float64(latency)
	c.wait += float64(wait)
	return histogram.Index(wait.Sub(0))
}

// completed records the latency and the wait of a request that was answered now.
func (e *engine) completed(arrived, begun clock.Time, class uint16, server int32, measured bool) {
	latency := e.now - arrived
	i := histogram.Index(latency.Sub(0))
	e.bucket.completed++
	if e.interval > 0 {
		// Four buckets as one: a timeline is to 1.2%, and takes a quarter of the memory.
		e.bucket.latency.Add(i&^3 | 2)
	}
	if !measured {
		return
	}
	// Waits of 0 are counted like any: a branch for them would be mispredicted.
	c := &e.classes[class]
	c.waits.Add(c.sumUp(latency, begun-arrived))
	cell := int(class)
	if e.byServer {
		cell += int(server) * len(e.classes)
	}
	e.cells[cell].Add(i)
}

// fellOut counts an attempt that its server did not finish.
func (e *engine) fellOut(r *request, o balancer.Outcome) {
	s := &e.servers[r.server]
	s.activeTime += e.within(r.reached)
	if x := s.extra; x != nil {
		x.left = e.now
		if x.meter != nil {
			x.meter.active += e.now - r.reached
		}
	}
	switch o {
	case balancer.Cancelled, balancer.Reset:
		e.records[r.server].withdrawn++
	default:
		e.records[r.server].refused++
	}
}

// failedAt counts an attempt that reached its server and failed, as the balancer
// sees it.
func (e *engine) failedAt(r *request, o balancer.Outcome) {
	if r.flags&(measured|there) != measured|there {
		return
	}
	x := &e.records[r.server]
	if x.status == nil {
		x.status = new([600]uint32)
	}
	x.status[o.Status()]++
}

// report tells whoever listens about a request that is over.
func (e *engine) report(ref int32, r *request, how Outcome, status int) {
	x, attempts := &e.stories[ref], e.attemptsOf(ref, r)
	e.told = Record{
		ID: x.id, Arrival: r.arrived, Wait: r.begun - r.arrived, Latency: e.now - r.arrived,
		Demand: r.demand / 1e9, Class: int(r.class), Server: int(r.server), Client: int(x.client),
		Key: x.key, HasKey: e.m.Keys != nil, Attempts: attempts + int(x.before), Outcome: how, Status: status, Measured: r.flags&measured != 0,
	}
	e.o.OnRequest(&e.told)
}

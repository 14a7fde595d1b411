package compare

import (
	"math"

	"lbsim/balancer"
	"lbsim/sim"
	"lbsim/sim/histogram"
	"lbsim/studies/statistics"
)

// replicate is what is kept of one run: its figures, counts and distributions.
// The run's own result, with a histogram for every server, is let go.
type replicate struct {
	all     figures
	classes []classReplicate
	servers []serverReplicate
	pools   []groupReplicate
	routes  []groupReplicate
	status  [600]uint64
	latency *histogram.Histogram
	growth  float64
	backlog []float64 // mean number in system by interval
	counts  []sim.Interval
	hash    uint64

	recovery recovery
	happened []sim.Happening // of its first balancer
	scalings []sim.Scaling
	during   []figures // by objective, of those about a part of the run
	marks    []sim.Mark
	bill     bill
	tiers    []float64 // attempts that reach a tier's servers for a request
}

type classReplicate struct {
	figures
	sim.Outcomes
	resent  uint64
	reasons [balancer.Reasons]uint64
	latency *histogram.Histogram
}

type serverReplicate struct {
	requests            uint64
	status              []sim.StatusCount
	utilization, active float64
	there               bool // in the window
	figures
}

// reduce keeps of a run what the study needs.
func reduce(v *Variant, r *sim.Result) *replicate {
	span := (r.End - r.Start).Seconds()
	x := &replicate{status: r.Status, latency: &histogram.Histogram{}, hash: fingerprint(r)}
	total, waits := sim.ClassResult{}, &histogram.Histogram{}
	for _, c := range r.Classes {
		x.latency.Merge(c.Latency.Histogram)
		waits.Merge(c.Wait.Histogram)
		addClass(&total, c)
		x.classes = append(x.classes, classReplicate{classFigures(c, span), c.Outcomes, c.Resent, c.Reasons, c.Latency.Histogram})
	}
	total.Latency.Histogram, total.Wait.Histogram = x.latency, waits
	x.all = classFigures(total, span)
	x.all.throughput = float64(r.Answered) / span
	x.all.inSystem = r.InSystem
	x.all.offeredLoad = r.Work / span / capacity(v.Model, r, span)
	if s := r.Sessions; s != nil {
		x.all.sessions, x.all.sessionsLost = float64(s.Began), float64(s.Lost)
	}
	x.reduceServers(v, r, span)
	x.pools, x.routes = reduceGroups(r.Pools, span), reduceGroups(r.Routes, span)
	for _, i := range r.Timeline {
		x.backlog = append(x.backlog, i.InSystem)
	}
	x.growth = statistics.Growth(measured(x.backlog, r))
	x.counts = r.Timeline
	x.recovery, x.happened = recoveryOf(v, r), ofFirst(r.Happened)
	x.bill, x.scalings = billOf(v.Model, r), r.Scalings
	x.marks = r.Marks
	x.during = make([]figures, len(v.Objectives))
	for i, o := range v.Objectives {
		if o.Acts != nil {
			x.during[i] = figuresDuring(v.Model, r, o.Acts)
		}
	}
	x.all.serverHours, x.all.price = sumOf(x.bill.hours), sumOf(x.bill.prices)
	return x
}

// measured cuts a timeline down to the intervals that lie in the window.
func measured(backlog []float64, r *sim.Result) []float64 {
	if r.Interval == 0 {
		return nil
	}
	n := len(backlog)
	from := min(int((r.Start+r.Interval-1)/r.Interval), n)
	to := min(int(r.End/r.Interval), n)
	return backlog[from:max(from, to)]
}

// capacity is the seconds of demand that the servers do in a second, each for as much
// of the window as it was there.
func capacity(m *sim.Model, r *sim.Result, span float64) float64 {
	sum := 0.0
	for i := range r.Servers {
		s := m.Server(i)
		if !m.InFront(s.Group) {
			continue
		}
		sum += float64(float64(s.Workers) * s.Speed * (lifeOf(r, i).Up / span))
	}
	return sum
}

func addClass(total *sim.ClassResult, c sim.ClassResult) {
	total.Offered += c.Offered
	total.Completed += c.Completed
	total.Failed += c.Failed
	total.Rejected += c.Rejected
	total.TimedOut += c.TimedOut
	total.Unfinished += c.Unfinished
	total.Latency.N += c.Latency.N
	total.Latency.Sum += c.Latency.Sum
	total.Wait.N += c.Wait.N
	total.Wait.Sum += c.Wait.Sum
}

// classFigures computes what a class's counts and distributions say.
func classFigures(c sim.ClassResult, span float64) figures {
	unknown := math.NaN()
	return figures{
		mean: c.Latency.Mean(), waitMean: c.Wait.Mean(),
		p50: quantile(c.Latency.Histogram, 0.5), p90: quantile(c.Latency.Histogram, 0.9),
		p95: quantile(c.Latency.Histogram, 0.95), p99: quantile(c.Latency.Histogram, 0.99),
		p999:    quantile(c.Latency.Histogram, 0.999),
		waitP50: quantile(c.Wait.Histogram, 0.5), waitP99: quantile(c.Wait.Histogram, 0.99),
		throughput:  float64(c.Completed) / span,
		errorRatio:  float64(c.Failed+c.Rejected+c.TimedOut) / float64(c.Offered),
		utilization: unknown, checking: unknown, offeredLoad: unknown, inSystem: unknown,
		peakToMean: unknown, cv: unknown, jain: unknown, retry: unknown, amplification: unknown, hedge: unknown,
		hitRatio: unknown, misses: unknown, serverHours: unknown, price: unknown, sessions: unknown, sessionsLost: unknown,
	}
}

// noFigures are those of a class that a variant does not have.
var noFigures = classFigures(sim.ClassResult{}, 0)

// quantile returns a quantile that enough samples support, and NaN otherwise.
func quantile(h *histogram.Histogram, q float64) float64 {
	if h == nil || !statistics.QuantileKnown(q, h.Count()) {
		return math.NaN()
	}
	return h.Quantile(q)
}

// reduceServers keeps each server's figures and how even the load was: of the
// servers' requests, each over the share that its capacity is of all. A server counts
// for the time that it was there. Those that others call are in
// none of these sums.
func (x *replicate) reduceServers(v *Variant, r *sim.Result, span float64) {
	var loads []float64
	busy, checking, workers, attempts := 0.0, 0.0, 0.0, uint64(0)
	var caches *sim.Lookups
	for i, s := range r.Servers {
		m := v.Model.Server(i)
		there := lifeOf(r, i).Up / span
		f := figures{mean: s.Mean}
		f.p50, f.p90 = quantile(s.Latency, 0.5), quantile(s.Latency, 0.9)
		f.p95, f.p99 = quantile(s.Latency, 0.95), quantile(s.Latency, 0.99)
		f.p999 = quantile(s.Latency, 0.999)
		f.hitRatio, f.misses = cacheFigures(s.Lookups, span)
		caches = addLookups(caches, s.Lookups)
		x.servers = append(x.servers, serverReplicate{
			requests: s.Requests, status: s.Status, utilization: s.Busy / span / float64(m.Workers) / there, active: s.Active / span, there: there > 0, figures: f})
		if !v.Model.InFront(m.Group) {
			continue
		}
		if there > 0 {
			loads = append(loads, float64(s.Requests)/(float64(m.Workers)*m.Speed*there))
		}
		busy += s.Busy
		checking += s.CheckTime
		workers += float64(float64(m.Workers) * there)
		attempts += s.Requests
	}
	x.all.utilization = busy / span / workers
	if v.Model.ChecksTakeWork() {
		x.all.checking = checking / span / workers
	}
	x.all.peakToMean, x.all.cv, x.all.jain = Evenness(loads)
	x.all.hitRatio, x.all.misses = cacheFigures(caches, span)
	offered := uint64(0)
	for _, c := range r.Classes {
		offered += c.Offered
	}
	for _, t := range r.Tiers {
		x.tiers = append(x.tiers, float64(t.Attempts)/float64(offered))
	}
	x.all.amplification = float64(attempts) / float64(offered)
	if r.Hedged != nil {
		x.all.hedge = float64(r.Hedged.Copies) / float64(offered)
		x.all.lost, x.all.wasted, x.all.wastedSeconds = float64(r.Hedged.Lost)/float64(offered), r.Hedged.Wasted/busy, r.Hedged.Wasted
	} else {
		x.all.lost, x.all.wasted, x.all.wastedSeconds = math.NaN(), math.NaN(), math.NaN()
	}
	// What mirrors send is load, and no try.
	x.all.retry = max(0, float64(attempts-min(attempts, r.Copies))/float64(offered)-1-x.all.hedge)
}

// cacheFigures returns the share of lookups that hit and the misses a second, of
// requests that arrived in the window; not known where there is no cache.
func cacheFigures(l *sim.Lookups, span float64) (hitRatio, misses float64) {
	if l == nil {
		return math.NaN(), math.NaN()
	}
	return l.HitRatio(), float64(l.Misses) / span
}

// addLookups returns a sum of its own; nil counts are those of no cache.
func addLookups(a, b *sim.Lookups) *sim.Lookups {
	if b == nil {
		return a
	}
	sum := *b
	if a != nil {
		sum.Hits += a.Hits
		sum.Misses += a.Misses
	}
	return &sum
}

// Evenness returns the greatest load over the mean, the coefficient of variation,
// and Jain's index (Σx)²/(n·Σx²), which is 1 when all are equal and 1/n when one
// has everything.
func Evenness(loads []float64) (peakToMean, cv, jain float64) {
	n, sum, sq, peak := float64(len(loads)), 0.0, 0.0, 0.0
	for _, x := range loads {
		sum += x
		sq += float64(x * x)
		peak = max(peak, x)
	}
	if sum == 0 {
		return math.NaN(), math.NaN(), math.NaN()
	}
	mean := sum / n
	return peak / mean, math.Sqrt(max(0, sq/n-float64(mean*mean))) / mean, sum * sum / (n * sq)
}

package balancer

import (
	"math"
	"math/bits"
	"time"

	"lbsim/clock"
	"lbsim/random"
)

// Gradient bounds the attempts in flight by what latency says: as long as it stays near
// the least that was seen the bound grows, and when it rises the bound shrinks.
//
// Every Interval, if there were answers, with their median latency d:
//
//	g     = clamp(MinLatency·(1+Buffer)/d, 0.5, 2)
//	limit = clamp(limit·g + sqrt(limit·g), Min, Max), rounded down
//
// MinLatency is the median of Samples answers under a limit of Min, measured at the
// start, every MinInterval with a jitter, and when the limit was Min five times in a
// row. What was sent before a measurement began does not count.
//
// Source: envoy gradient_controller.cc. There it is the time of a request in the
// filters that follow, here an attempt's at its endpoint; and a request too many is
// rejected there, while here it may wait.
type Gradient struct {
	Interval    time.Duration // > 0
	MinInterval time.Duration // > 0
	Jitter      float64       // share of MinInterval by which it is longer, at most; >= 0
	Samples     int           // >= 1
	Buffer      float64       // >= 0
	Min, Max    int           // 1 <= Min <= Max
}

// gradient is a Gradient's state.
type gradient struct {
	Gradient
	limit    int
	deferred int // the limit that a measurement of the least latency interrupts; 0: none does
	least    time.Duration
	epoch    clock.Time // begin of the last measurement
	anchor   clock.Time // intervals are counted from here
	again    clock.Time // of the next measurement; Never while one is under way
	interval clock.Time // end of the interval; Never while it has no samples or a measurement is under way
	atMin    int        // times in a row that the limit was Min
	count    uint64     // measurements: what the jitter's draws belong to
	draws    random.Index
	seen     latencies
}

func newGradient(cfg *Gradient, draws random.Index) *gradient {
	g := &gradient{Gradient: *cfg, limit: cfg.Min, interval: clock.Never, draws: draws}
	g.measure(0)
	return g
}

func (g *gradient) next() clock.Time { return min(g.again, g.interval) }

// due lets happen what is due at an instant.
func (g *gradient) due(at clock.Time) {
	if g.interval <= at {
		g.interval = clock.Never
		g.adjust(at)
	}
	if g.again <= at {
		g.measure(at)
	}
}

// measure begins to look for the least latency.
func (g *gradient) measure(at clock.Time) {
	g.deferred = g.limit
	g.atMin = 0
	g.limit = g.Min
	g.seen = latencies{}
	g.epoch, g.again, g.interval = at, clock.Never, clock.Never
}

// sample notes an answer at now to what was sent at an instant.
func (g *gradient) sample(now, sent clock.Time) {
	if sent < g.epoch {
		return
	}
	g.seen.add(now.Sub(sent))
	switch {
	case g.deferred == 0 && g.interval == clock.Never:
		step := clock.Time(g.Interval)
		g.interval = g.anchor + ((now-g.anchor)/step+1)*step
	case g.deferred > 0 && g.seen.n >= g.Samples:
		g.least = g.seen.median()
		g.seen = latencies{}
		g.limit, g.deferred, g.anchor = g.deferred, 0, now
		draws := g.draws.At(g.count, 0)
		g.count++
		g.again = now.Add(g.MinInterval + time.Duration(float64(draws.Float64()*float64(g.Jitter*float64(g.MinInterval)))))
	}
}

// adjust moves the limit at the end of an interval.
func (g *gradient) adjust(at clock.Time) {
	buffered := float64(g.least) + float64(float64(g.least)*g.Buffer)
	slope := max(0.5, min(2, buffered/float64(g.seen.median())))
	g.seen = latencies{}
	limit := float64(float64(g.limit) * slope)
	before := g.limit
	g.limit = max(g.Min, min(g.Max, int(limit+math.Sqrt(limit))))
	if before != g.Min || g.limit != g.Min {
		g.atMin = 0
	} else if g.atMin++; g.atMin >= 5 {
		g.measure(at)
	}
}

// latencies is a histogram of durations, to 0.8%.
type latencies struct {
	n      int
	counts [(64 - fine) << fine]uint32
}

const fine = 6 // bits of a duration that tell buckets apart below its first

func (x *latencies) add(d time.Duration) {
	v := uint64(max(d, 1))
	shift := max(bits.Len64(v)-1-fine, 0)
	x.counts[shift<<fine+int(v>>shift)]++
	x.n++
}

// median returns the middle of the bucket in which it is; there are samples.
func (x *latencies) median() time.Duration {
	below := 0
	for i, n := range x.counts {
		if below += int(n); 2*below >= x.n {
			shift := max(i>>fine-1, 0)
			low := uint64(i-shift<<fine) << shift
			return time.Duration(low + (uint64(1)<<shift)/2)
		}
	}
	panic("balancer: no samples")
}

package balancer

import (
	"math"
	"time"

	"lbsim/clock"
)

// OutlierDetection takes endpoints out whose answers are bad: passive health checks,
// after Envoy's outlier detection and gRPC's (gRFC A50).
//
// An ejection lasts EjectionTime times the endpoint's count, MaxEjectionTime at most.
// The count grows with each ejection and shrinks by one with each sweep that finds the
// endpoint in use. Sweeps come at the multiples of Interval; an ejection ends with the
// first sweep after its time, so it lasts up to an Interval longer, as in both products.
//
// With Rule FailWindows it is NGINX's rule, of which only the first two of these numbers are.
type OutlierDetection struct {
	Rule                OutlierRule
	ConsecutiveFailures int           // failures in a row that eject; 0: none do
	Interval            time.Duration // > 0
	EjectionTime        time.Duration // > 0
	MaxEjectionTime     time.Duration // below EjectionTime it is that
	MaxEjected          float64       // the greatest share of the members that may be out, [0, 1]
	Cap                 CapRule
	AlwaysOne           bool // one may be ejected whatever the share (Envoy's always_eject_one_host)
	// RestoreOnCheck ends an ejection early when a health check passes (Envoy's
	// successful_active_health_check_uneject_host).
	RestoreOnCheck bool
	SuccessRate    *SuccessRate  // nil: not looked at
	FailureRatio   *FailureRatio // nil: not looked at
}

// CapRule says how MaxEjected is counted, with n members of which e are ejected.
type CapRule uint8

const (
	CapBefore CapRule = iota // one more may be ejected while e/n < MaxEjected: always at least one (gRPC)
	CapAfter                 // one more may be if (e+1)/n <= MaxEjected: of fewer than ten none at 10% (Envoy)
)

// SuccessRate ejects, at each sweep, endpoints whose success rate of the last interval
// is less than mean - Factor·deviation, with the mean and the population's standard
// deviation over the endpoints that had enough requests.
type SuccessRate struct {
	Hosts    int     // how many must have had enough; >= 1
	Requests int     // how many are enough; >= 1
	Factor   float64 // >= 0
}

// FailureRatio ejects, at each sweep, endpoints of whose requests in the last interval
// at least a share Threshold failed.
type FailureRatio struct {
	Hosts, Requests int     // as of SuccessRate
	Threshold       float64 // (0, 1]
}

// outliers is the passive checks of a pool.
type outliers struct {
	OutlierDetection
	slots   []outlier
	ejected int
	next    clock.Time   // of the next sweep that may change something; clock.Never: none
	rates   bool         // requests are counted for the sweeps
	windows *failWindows // nil: another rule
}

// outlier is what is known of an endpoint's answers.
type outlier struct {
	until         clock.Time // of its ejection
	streak        int32      // failures in a row
	count         int32      // what its next ejection's time is multiplied by, less one
	total, failed uint32     // requests since the last sweep
}

func newOutliers(cfg *OutlierDetection) *outliers {
	o := &outliers{OutlierDetection: *cfg, next: clock.Never, rates: cfg.SuccessRate != nil || cfg.FailureRatio != nil}
	if cfg.Rule == FailWindows {
		o.windows = &failWindows{}
	}
	return o
}

// begin forgets what was known of a slot, which has got another endpoint, or none.
func (o *outliers) begin(slot int32, was standing) {
	for int(slot) >= len(o.slots) {
		o.slots = append(o.slots, outlier{})
	}
	o.slots[slot] = outlier{}
	if o.windows != nil {
		o.windows.begin(slot)
	} else if was&ejected != 0 {
		o.ejected--
	}
}

// sawAnswer counts an attempt that ended, and ejects its endpoint where it was one
// failure too many in a row. It does not allocate.
func (b *Balancer) sawAnswer(now clock.Time, p *pool, slot int32, outcome Outcome) {
	o := p.outliers
	if o.windows != nil {
		b.countFail(now, p, slot, outcome)
		return
	}
	x := &o.slots[slot]
	if outcome == Cancelled || outcome == TimedOut {
		return
	}
	if o.rates {
		x.total++
		b.expectSweep(now, o)
	}
	if !outcome.failed() {
		x.streak = 0
		return
	}
	x.failed++
	if x.streak++; o.ConsecutiveFailures > 0 && int(x.streak) >= o.ConsecutiveFailures {
		x.streak = 0
		b.eject(now, p, slot)
	}
}

// expectSweep makes the next multiple of the interval a deadline, if there is none.
func (b *Balancer) expectSweep(now clock.Time, o *outliers) {
	if o.next == clock.Never {
		o.next = (now/clock.Time(o.Interval) + 1) * clock.Time(o.Interval)
		b.wake = min(b.wake, o.next)
	}
}

// eject takes an endpoint out, if the cap allows it.
func (b *Balancer) eject(now clock.Time, p *pool, slot int32) {
	o := p.outliers
	if p.standing[slot]&ejected != 0 || !o.MayEject(o.ejected, len(p.byName)) {
		return
	}
	x := &o.slots[slot]
	longest := max(o.MaxEjectionTime, o.EjectionTime)
	if o.EjectionTime*time.Duration(x.count) < longest {
		x.count++
	}
	x.until = now.Add(min(o.EjectionTime*time.Duration(x.count), longest))
	o.ejected++
	b.events = append(b.events, Event{At: now, Kind: Ejected, Pool: p.id, Slot: slot, Until: x.until})
	b.mark(now, p, slot, ejected, true)
	b.expectSweep(now, o)
}

// MayEject reports whether one more of n members may be out when some are ejected.
func (o *OutlierDetection) MayEject(ejected, n int) bool {
	if o.AlwaysOne && ejected == 0 {
		return true
	}
	most := float64(o.MaxEjected * float64(n))
	if o.Cap == CapAfter {
		return float64(ejected+1) <= most
	}
	return float64(ejected) < most
}

func (b *Balancer) restore(now clock.Time, p *pool, slot int32) {
	p.outliers.ejected--
	p.outliers.slots[slot].streak = 0
	b.events = append(b.events, Event{At: now, Kind: Restored, Pool: p.id, Slot: slot})
	b.mark(now, p, slot, ejected, false)
	if p.ramps != nil && p.ramps.AfterEjection {
		b.came(now, p, slot)
	}
}

// sweep ends the ejections whose time has come and looks for outliers among the rest.
// It looks at every endpoint, as the products do: once an interval, and not at all
// while there is nothing to see.
func (b *Balancer) sweep(at clock.Time, p *pool) {
	o := p.outliers
	o.next = clock.Never
	for slot := range o.slots {
		x := &o.slots[slot]
		switch {
		case p.set.Members[slot].Key == "":
		case p.standing[slot]&ejected == 0:
			x.count = max(x.count-1, 0)
		case x.until <= at:
			b.restore(at, p, int32(slot))
		}
	}
	if o.rates {
		b.judgeRates(at, p)
	}
	for slot := range o.slots {
		x := &o.slots[slot]
		x.total, x.failed = 0, 0
		if x.count > 0 {
			o.next = at.Add(o.Interval)
		}
	}
}

// judgeRates ejects the endpoints whose rates stand out.
func (b *Balancer) judgeRates(at clock.Time, p *pool) {
	o := p.outliers
	if s := o.SuccessRate; s != nil {
		if limit, ok := o.successLimit(p); ok {
			b.ejectWhere(at, p, s.Requests, func(x *outlier) bool { return x.successRate() < limit })
		}
	}
	if f := o.FailureRatio; f != nil {
		enough := 0
		for slot := range o.slots {
			enough += weigh(o.counts(p, slot, f.Requests))
		}
		if enough >= f.Hosts {
			b.ejectWhere(at, p, f.Requests, func(x *outlier) bool {
				return float64(x.failed) >= float64(f.Threshold*float64(x.total))
			})
		}
	}
}

func (b *Balancer) ejectWhere(at clock.Time, p *pool, requests int, bad func(*outlier) bool) {
	for slot := range p.outliers.slots {
		if p.outliers.counts(p, slot, requests) && bad(&p.outliers.slots[slot]) {
			b.eject(at, p, int32(slot))
		}
	}
}

// counts reports whether a slot is in use and had enough requests.
func (o *outliers) counts(p *pool, slot, requests int) bool {
	return p.set.Members[slot].Key != "" && p.standing[slot]&ejected == 0 && int(o.slots[slot].total) >= max(requests, 1)
}

func (x *outlier) successRate() float64 { return float64(x.total-x.failed) / float64(x.total) }

// successLimit returns mean - Factor·deviation of the success rates; ok is false where
// too few endpoints had enough requests.
func (o *outliers) successLimit(p *pool) (limit float64, ok bool) {
	s := o.SuccessRate
	n, sum := 0.0, 0.0
	for slot := range o.slots {
		if o.counts(p, slot, s.Requests) {
			n++
			sum += o.slots[slot].successRate()
		}
	}
	if n < float64(s.Hosts) || n == 0 {
		return 0, false
	}
	mean, squares := sum/n, 0.0
	for slot := range o.slots {
		if o.counts(p, slot, s.Requests) {
			d := o.slots[slot].successRate() - mean
			squares += float64(d * d)
		}
	}
	return mean - float64(s.Factor*math.Sqrt(squares/n)), true
}

// Package balancer is what a load balancer decides: where a request goes, what
// happens when an attempt ends, which probes are due. It is a state machine
// without a clock, a lock or I/O of its own: time is an argument, whoever calls
// it does the locking and carries out what it decides, and what it wants later is
// a deadline (NextWake). So the simulator and the proxy run the very same one.
package balancer

import (
	"fmt"

	"github.com/cespare/xxhash/v2"

	"lbsim/algorithms"
	"lbsim/clock"
	"lbsim/random"
)

// Balancer decides. It is not safe for concurrent use, and the instants it is
// given never decrease: it panics when they do.
type Balancer struct {
	cfg    Config
	rnd    random.Index
	times  uint64 // configured
	pools  []*pool
	routes *routes // nil: none
	now    clock.Time
	wake   clock.Time // the earliest deadline; clock.Never without one
	events []Event
	probes []int32 // scratch

	granted Request // scratch
}

// New returns a balancer without endpoints. Every use of chance draws from a
// stream of rnd, so two balancers with the same rnd and the same calls decide
// the same.
func New(cfg Config, rnd random.Index) (*Balancer, error) {
	if len(cfg.Pools) == 0 {
		return nil, fmt.Errorf("balancer: no pool")
	}
	if err := cfg.checkRoutes(); err != nil {
		return nil, err
	}
	routes, err := newRoutes(cfg.Routes, cfg.InOrder, rnd)
	if err != nil {
		return nil, err
	}
	b := &Balancer{cfg: cfg, rnd: rnd, pools: make([]*pool, len(cfg.Pools)), wake: clock.Never, routes: routes}
	for i, pc := range cfg.Pools {
		p := &pool{id: PoolID(i), affinity: pc.Affinity}
		picker, err := b.newPicker(&cfg, p, rnd)
		if err != nil {
			return nil, fmt.Errorf("balancer: pool %s: %w", pc.Name, err)
		}
		own := rnd.At(uint64(i), 1)
		p.subset = subset{size: pc.Subset, scores: random.NewIndex(own.Uint64(), "subset", 0)}
		p.chooseBy(picker, pc.Algorithm.Spec)
		p.panicBelow = pc.PanicBelow
		if pc.Health != nil {
			p.checks = newChecks(pc.Health, rnd.Sub("health", uint64(i)))
		}
		if pc.Outliers != nil {
			p.outliers = newOutliers(pc.Outliers)
		}
		if pc.Retries != nil {
			p.retries = newRetries(pc.Retries, rnd.Sub("back-off", uint64(i)))
			p.timesRetried = 1
		}
		if pc.Hedges != nil && cfg.Layer == L7 {
			p.hedges = newHedges(pc.Hedges)
		}
		if pc.SlowStart != nil {
			if p.ramps, err = newRamps(pc.SlowStart, pc.Algorithm); err != nil {
				return nil, fmt.Errorf("balancer: pool %s: %w", pc.Name, err)
			}
		}
		if pc.Drain != nil {
			p.drains = &drains{Drain: *pc.Drain, sticky: pc.Drain.Keep && pc.Affinity != nil}
		}
		if pc.Limits != nil {
			if p.limits, err = newLimits(pc.Limits, rnd.Sub("gradient", uint64(i))); err != nil {
				return nil, fmt.Errorf("balancer: pool %s: %w", pc.Name, err)
			}
			if p.retries != nil {
				p.retries.most = pc.Limits.Retries
			}
		}
		p.routed = b.routes != nil
		p.judgePlain()
		picker.Rebuilt(&p.set)
		b.pools[i] = p
	}
	return b, nil
}

// Start decides about a request that came at now. It may set r.Cookie, and says
// so in r.SetCookie. It does not allocate.
func (b *Balancer) Start(now clock.Time, r *Request) Decision {
	if now < b.now || now >= b.wake {
		b.turnTo(now)
	}
	b.now = now
	p := b.pools[r.Pool]
	if p.plain && len(p.set.Ready) > 0 {
		return p.send(now, p.picker.Pick(now, &p.set, &r.Request))
	}
	return b.startWithCare(now, p, r)
}

// startWithCare is Start where there is more to it than the pick.
func (b *Balancer) startWithCare(now clock.Time, p *pool, r *Request) Decision {
	if b.routes != nil && r.Attempt == 0 && !r.Copied {
		if !b.route(now, r) {
			return Decision{Kind: Reject, Reason: NoRoute}
		}
		p = b.pools[r.Pool]
	}
	if r.Attempt == 0 && !r.Admitted {
		if d := b.pace(now, p, r); d.Kind != Send {
			r.Mirrored = false // what does not come through, or not yet, is not copied
			return d
		}
	}
	if p.limits != nil {
		if d := b.admit(now, p, r); d.Kind != Send {
			return d
		}
	}
	return b.place(now, p, r)
}

// place sends a request to an endpoint, if there is one.
func (b *Balancer) place(now clock.Time, p *pool, r *Request) Decision {
	if p.retries != nil {
		p.retries.starts(now, r)
	}
	slot, why := p.choose(now, r)
	if why != NoReason {
		if p.retries != nil {
			p.retries.rejected(r)
		}
		return Decision{Kind: Reject, Reason: why}
	}
	d := p.send(now, slot)
	if p.outliers != nil && p.outliers.windows != nil {
		b.picked(now, p, slot)
	}
	if p.limits != nil {
		b.taken(now, p, d.Ticket.Slot)
	}
	if p.hedges != nil {
		b.begins(now, p, r, d.Ticket.Slot)
	}
	if p.prober != nil {
		b.probe(now, p, false)
	}
	return d
}

// Finish tells that the attempt t of r ended, and decides what happens now. A
// ticket whose endpoint has left is harmless. It does not allocate.
func (b *Balancer) Finish(now clock.Time, r *Request, t Ticket, o Outcome) Decision {
	if now < b.now || now >= b.wake {
		b.turnTo(now)
	}
	b.now = now
	p := b.pools[t.Pool]
	known := p.gen[t.Slot] == t.Gen
	if known {
		p.finish(t.Slot)
		if p.observer != nil {
			p.learn(now, t, o)
		}
	} else {
		p.gone--
	}
	if p.plain {
		return Decision{Kind: Finished}
	}
	return b.finishWithCare(now, p, r, t, o, known)
}

// finishWithCare is Finish where an end may have consequences.
func (b *Balancer) finishWithCare(now clock.Time, p *pool, r *Request, t Ticket, o Outcome, known bool) Decision {
	if p.limits != nil {
		b.freed(now, p, t, o, known)
	}
	if known && p.outliers != nil {
		b.sawAnswer(now, p, t.Slot, o)
	}
	if known && p.drains != nil {
		b.drainIdle(now, p, t.Slot)
	}
	b.letGo(now, p)
	if p.hedges != nil && r.flight > 0 { // else it was sent before there were hedges
		if d, all := b.leaves(now, p, r, t, o); all {
			return d
		}
	}
	if p.retries != nil && p.retries.again(now, r, o, p.attempts(1)) {
		return b.retry(now, p, r, t, o)
	}
	return Decision{Kind: Finished}
}

// ProbeDone tells that a probe was answered, or was not.
func (b *Balancer) ProbeDone(now clock.Time, t ProbeTicket, r ProbeResult) {
	b.advance(now)
	p := b.pools[t.Pool]
	if p.gen[t.Slot] != t.Gen {
		return
	}
	if t.Health {
		if p.checks != nil {
			b.checkDone(now, p, t, !r.Failed)
			b.letGo(now, p)
		}
		return
	}
	if p.observer == nil {
		return
	}
	p.observer.Observe(now, &p.set, t.Slot, algorithms.Observation{
		Kind: algorithms.Probe, Failed: r.Failed, Latency: r.Latency, InFlight: r.InFlight})
}

// Report tells what a server says of itself unasked: that it has become idle, or
// that such a report no longer holds.
func (b *Balancer) Report(now clock.Time, pool PoolID, slot int32, idle bool) {
	b.advance(now)
	p := b.pools[pool]
	if p.observer == nil || int(slot) >= p.set.Len() || !p.set.IsReady(slot) {
		return
	}
	kind := algorithms.Busy
	if idle {
		kind = algorithms.Idle
	}
	p.observer.Observe(now, &p.set, slot, algorithms.Observation{Kind: kind})
}

// WantsReports says whether a pool's algorithm lives on what servers report.
func (b *Balancer) WantsReports(pool PoolID) bool {
	p, ok := b.pools[pool].picker.(algorithms.Reported)
	return ok && p.WantsReports()
}

// HashKey returns the hash of a routing key by which a pool's algorithm places it,
// for Request.Key: xxhash64 unless its product has a hash of its own. It does not
// allocate.
func (b *Balancer) HashKey(pool PoolID, key []byte) uint64 {
	if h := b.pools[pool].hasher; h != nil {
		return h.HashKey(key)
	}
	return xxhash.Sum64(key)
}

// HashesKeys says whether a pool's algorithm has a key hash of its own.
func (b *Balancer) HashesKeys(pool PoolID) bool { return b.pools[pool].hasher != nil }

// SetEndpoints makes eps the members of pool. An endpoint is known by its name:
// one that was there keeps its place, its in-flight count and what is known of
// it; one that leaves takes no new work, and its running attempts may finish.
func (b *Balancer) SetEndpoints(now clock.Time, pool PoolID, eps []Endpoint) {
	b.advance(now)
	p := b.pools[pool]
	p.replace(now, eps)
	b.judgePanic(now, p)
	b.letGo(now, p)
	b.arm()
}

// NextWake returns when Wake wants to be called if nothing else is before.
func (b *Balancer) NextWake() (at clock.Time, ok bool) { return b.wake, b.wake != clock.Never }

// Wake lets what is due by now happen. A late call changes nothing: whatever is
// due happens at its own instant.
func (b *Balancer) Wake(now clock.Time) { b.advance(now) }

// Events reports whether AppendEvents has something to give.
func (b *Balancer) Events() bool { return len(b.events) > 0 }

// AppendEvents appends what has happened since the last call, in order.
func (b *Balancer) AppendEvents(dst []Event) []Event {
	dst = append(dst, b.events...)
	b.events = b.events[:0]
	return dst
}

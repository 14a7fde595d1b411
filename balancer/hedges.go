package balancer

import (
	"time"

	"lbsim/clock"
)

// Hedges lets a request have several attempts in flight at once: a copy is sent to
// another server while the first is still under way, and the first answer wins. The
// driver cancels the others.
//
// A copy never goes to a server that the request was sent to before; where no other
// is ready there is none. An attempt that fails while another one is in flight ends
// nothing. Where retries would cover its failure the next copy goes at once (gRFC
// A6's non-fatal statuses), and a retry is made only when nothing is in flight. Under
// L4, where a request is a connection, there are no copies.
type Hedges struct {
	Attempts int // of a request that are copies of each other, the first included; >= 2
	// Delay is from one copy to the next, >= 0. With 0 all are sent at once
	// (redundancy-d of Gardner et al., Oper. Res. 65(4), 2017), and one that fails
	// brings the next whatever the failure.
	Delay time.Duration
	// Percentile, in (0, 1), replaces Delay: that quantile of the latencies of the
	// pool's answered attempts (see recentLatencies), looked at every 3 s and never less than
	// 1 ms; no copies before anything is known. Source: finagle
	// BackupRequestFilter.scala.
	Percentile float64
	// OnPerTry replaces both: a copy is sent when Retries.PerTry of an attempt has
	// passed, and the attempt goes on. It is Envoy's hedge_on_per_try_timeout but for
	// the back-off, which the time-out itself is here.
	OnPerTry  bool
	AnyMethod bool    // else only requests that say they are idempotent
	Budget    *Budget // of copies, beside that of the retries, which copies spend too; nil: unlimited
}

// shortestHedge is Finagle's: its timer counts milliseconds.
const shortestHedge = time.Millisecond

// hedged is what a balancer notes in a request about its copies.
type hedged struct {
	timer   int32  // its place among the timers; of use if the generation is right
	gen     uint32 // 0: none
	flight  uint8  // attempts in flight
	copies  uint8  // attempts that were copies, in flight or not
	stopped bool   // no more copies: it is over, or a budget said no
	won     bool   // it was answered
}

// Copies returns how many of a request's attempts were sent beside another one.
func (r *Request) Copies() int { return int(r.copies) }

// hedges is the hedges of a pool.
type hedges struct {
	Hedges
	delay    time.Duration    // the present one; < 0: not known
	latency  *recentLatencies // nil where the delay is fixed
	budget   *budget          // nil: unlimited
	attempts int              // in flight
	beside   int              // of them, those beside another one of their request

	due    deadlines // by timer
	timers []hedgeTimer
	spare  []int32
}

// hedgeTimer waits for the moment of a request's next copy.
type hedgeTimer struct {
	handle uint64
	gen    uint32 // > 0; moves when the timer is given back
}

func newHedges(cfg *Hedges) *hedges {
	h := &hedges{Hedges: *cfg, delay: cfg.Delay}
	if cfg.Percentile > 0 {
		h.delay, h.latency = -1, newRecentLatencies()
	}
	if cfg.OnPerTry {
		h.delay = -1
	}
	if cfg.Budget != nil {
		h.budget = newBudget(cfg.Budget)
	}
	return h
}

// begins notes that a request is sent, while no other attempt of it is in flight.
func (b *Balancer) begins(now clock.Time, p *pool, r *Request, slot int32) {
	h := p.hedges
	if r.Attempt == 0 && h.budget != nil {
		h.budget.requested(now)
	}
	r.stopped = false
	b.joins(now, p, r, slot)
}

// joins notes that an attempt of a request is sent, and sets the time of the next.
func (b *Balancer) joins(now clock.Time, p *pool, r *Request, slot int32) {
	h := p.hedges
	h.attempts++
	if r.flight++; r.flight > 1 {
		h.beside++
	}
	if !r.Tried.Has(slot) {
		r.Tried.Add(slot)
	}
	h.refresh(now)
	if h.delay < 0 || !h.mayCopy(r) {
		return
	}
	if h.delay == 0 {
		b.events = append(b.events, Event{At: now, Kind: HedgeDue, Pool: p.id, Slot: -1, Handle: r.Handle})
		return
	}
	at := now.Add(h.delay)
	h.set(r, at)
	b.wake = min(b.wake, at)
}

// mayCopy reports whether a request may have one more copy, budgets apart.
func (h *hedges) mayCopy(r *Request) bool {
	return !r.stopped && !r.Copied && !r.Final && int(r.copies)+1 < h.Attempts && (h.AnyMethod || r.Idempotent)
}

// set starts a request's timer.
func (h *hedges) set(r *Request, at clock.Time) {
	var i int32
	if n := len(h.spare); n > 0 {
		i = h.spare[n-1]
		h.spare = h.spare[:n-1]
	} else {
		i = int32(len(h.timers))
		h.timers = append(h.timers, hedgeTimer{gen: 1})
	}
	h.timers[i].handle = r.Handle
	r.timer, r.gen = i, h.timers[i].gen
	h.due.set(i, at)
}

// clear stops a request's timer, if it has one.
func (h *hedges) clear(r *Request) {
	if r.gen != 0 && h.timers[r.timer].gen == r.gen {
		h.free(r.timer)
	}
	r.gen = 0
}

func (h *hedges) free(i int32) {
	h.due.set(i, clock.Never)
	h.timers[i].gen++
	h.spare = append(h.spare, i)
}

// hedgesDue asks for the copies whose time has come.
func (b *Balancer) hedgesDue(at clock.Time, p *pool) {
	for {
		first, i := p.hedges.due.first()
		if first > at {
			return
		}
		b.events = append(b.events, Event{At: first, Kind: HedgeDue, Pool: p.id, Slot: -1, Handle: p.hedges.timers[i].handle})
		p.hedges.free(i)
	}
}

// refresh looks at the percentile anew, if it is time to.
func (h *hedges) refresh(now clock.Time) {
	if h.latency == nil || now < h.latency.next {
		return
	}
	h.delay = h.latency.look(now, h.Percentile)
	if h.delay >= 0 {
		h.delay = max(h.delay, shortestHedge)
	}
}

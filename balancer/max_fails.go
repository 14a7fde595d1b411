package balancer

import (
	"time"

	"lbsim/clock"
)

// OutlierRule says how an endpoint comes to be taken out for its answers.
type OutlierRule uint8

const (
	Outliers    OutlierRule = iota // OutlierDetection, after Envoy and gRPC
	FailWindows                    // max_fails and fail_timeout, after NGINX
)

// String returns the word of the configuration.
func (r OutlierRule) String() string { return [...]string{"envoy", "nginx"}[r] }

// failWindows is NGINX's passive checks, with ConsecutiveFailures as max_fails and
// EjectionTime as fail_timeout, both of whole seconds by a clock of whole seconds.
//
// An endpoint with max_fails failures is out until more than fail_timeout after the last.
// Then a single request may try it, and the next one again more than fail_timeout later. A
// success forgets all failures, but only of a request that was sent, or while one was sent,
// more than fail_timeout after the last failure. What counts as a failure is a broken
// connection, a time-out and any answer that retries try again after; the rest is a success.
// An endpoint that is alone is never out.
//
// Source: ngx_http_upstream_round_robin.c, get_peer and free_round_robin_peer.
type failWindows struct {
	slots []failWindow
	due   deadlines // when who is out may be tried
}

// failWindow is what is known of an endpoint's failures. Times are in seconds.
type failWindow struct {
	fails             int32
	accessed, checked int64 // of the last failure; of that, or of a later request sent after a pause
	out               bool  // it has failed too often, and no success has come since
}

// wholeSeconds is NGINX's clock.
func wholeSeconds(now clock.Time) int64 { return int64(now) / int64(time.Second) }

// timeout is fail_timeout in seconds.
func (o *outliers) timeout() int64 { return int64(o.EjectionTime / time.Second) }

// picked notes that a request is sent to a slot. If that tries one which is out, it is the
// only one for a while.
func (b *Balancer) picked(now clock.Time, p *pool, slot int32) {
	o := p.outliers
	x, at := &o.windows.slots[slot], wholeSeconds(now)
	if at-x.checked > o.timeout() {
		x.checked = at
	}
	if x.out {
		b.shut(now, p, slot)
	}
}

// shut lets nobody pick a slot until more than fail_timeout after it was checked.
func (b *Balancer) shut(now clock.Time, p *pool, slot int32) (until clock.Time) {
	o := p.outliers
	until = clock.Time((o.windows.slots[slot].checked + o.timeout() + 1) * int64(time.Second))
	o.windows.due.set(slot, until)
	b.wake = min(b.wake, until)
	b.mark(now, p, slot, ejected, true)
	return until
}

// countFail counts an attempt that ended.
func (b *Balancer) countFail(now clock.Time, p *pool, slot int32, outcome Outcome) {
	o := p.outliers
	if len(p.byName) < 2 || outcome == Cancelled || outcome == TimedOut {
		return
	}
	x := &o.windows.slots[slot]
	if !p.failsFor(outcome) {
		if x.accessed < x.checked {
			x.fails = 0
			b.forgive(now, p, slot)
		}
		return
	}
	x.fails++
	x.accessed = wholeSeconds(now)
	x.checked = x.accessed
	if o.ConsecutiveFailures == 0 || int(x.fails) < o.ConsecutiveFailures {
		return
	}
	until := b.shut(now, p, slot)
	if !x.out {
		x.out = true
		b.events = append(b.events, Event{At: now, Kind: Ejected, Pool: p.id, Slot: slot, Until: until})
	}
}

// failsFor reports whether an outcome is a failure to NGINX.
func (p *pool) failsFor(o Outcome) bool {
	if o >= firstStatus {
		return p.retries != nil && p.retries.statuses[o-firstStatus]
	}
	return o.failed()
}

// forgive ends that an endpoint is out.
func (b *Balancer) forgive(now clock.Time, p *pool, slot int32) {
	w := p.outliers.windows
	if !w.slots[slot].out {
		return
	}
	w.slots[slot].out = false
	w.due.set(slot, clock.Never)
	b.events = append(b.events, Event{At: now, Kind: Restored, Pool: p.id, Slot: slot})
	b.mark(now, p, slot, ejected, false)
	if p.ramps != nil && p.ramps.AfterEjection {
		b.came(now, p, slot)
	}
}

// mayTry lets one request try an endpoint that is out.
func (b *Balancer) mayTry(at clock.Time, p *pool, slot int32) {
	p.outliers.windows.due.set(slot, clock.Never)
	b.mark(at, p, slot, ejected, false)
	b.letGo(at, p)
}

// begin forgets what was known of a slot.
func (w *failWindows) begin(slot int32) {
	for int(slot) >= len(w.slots) {
		w.slots = append(w.slots, failWindow{})
	}
	w.slots[slot] = failWindow{}
	w.due.set(slot, clock.Never)
}

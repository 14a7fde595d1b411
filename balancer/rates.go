package balancer

import (
	"fmt"
	"math/bits"
	"net/netip"
	"time"

	"lbsim/clock"
)

// RateLimit bounds how many requests come through in a time. Retries are not counted.
type RateLimit struct {
	// Tokens a Per is the rate, with Per in (0, 1000 s]; whole numbers, so that no
	// rounding ever lets one more through.
	Tokens int64
	Per    time.Duration
	Burst  int // of Bucket the bucket's size, >= 1; of LeakyBucket how many may be ahead of the rate, >= 0; at most 1,000,000
	Rule   RateRule
	// Delay is how many of a LeakyBucket's burst are not delayed (NGINX's delay=n);
	// NoDelay: none is (nodelay).
	Delay int
	// PerClient gives every client, known by address, a bucket of its own. At most
	// Clients are remembered, >= 1: beyond it the one is forgotten that was heard of the
	// longest ago, as NGINX does when its zone is full.
	PerClient bool
	Clients   int
}

// NoDelay as a Delay lets all of a burst through at once.
const NoDelay = -1

// RateRule is how a rate is held.
type RateRule uint8

const (
	// Bucket starts full and is refilled continuously; a request takes one token,
	// or is rejected.
	Bucket RateRule = iota
	// LeakyBucket is NGINX's limit_req, in its milliseconds and thousandths of a
	// request: excess = max(0, excess - rate·ms/1000 + 1000), rejected above
	// 1000·burst, else delayed by excess·1000/rate ms. Source: nginx
	// ngx_http_limit_req_module.c.
	LeakyBucket
)

// String returns the word of the configuration.
func (k RateRule) String() string { return [...]string{"token_bucket", "nginx"}[k] }

// rates is the rate limits of a pool or a route; nil: none.
type rates struct{ all []rate }

type rate struct {
	RateLimit
	cost, gain int64 // of a Bucket: a token, and the refill a nanosecond, in parts
	full       int64 // parts of Burst tokens
	permille   int64 // of a LeakyBucket: thousandths of a request a second
	tallies    tallies
	at         int32 // the tally that is being asked
	next       tally // what it will be if the request goes through
}

func newRates(cfg []RateLimit) (*rates, error) {
	if len(cfg) == 0 {
		return nil, nil
	}
	x := &rates{}
	for _, c := range cfg {
		if c.Tokens < 1 || c.Per <= 0 || c.Per > 1000*time.Second || c.Burst < 0 || c.Burst > 1_000_000 || c.Rule == Bucket && c.Burst < 1 {
			return nil, fmt.Errorf("a rate limit of %d each %v with a burst of %d", c.Tokens, c.Per, c.Burst)
		}
		r := rate{RateLimit: c, cost: int64(c.Per), gain: c.Tokens}
		a, b := r.cost, r.gain
		for b > 0 {
			a, b = b, a%b
		}
		r.cost, r.gain = r.cost/a, r.gain/a
		r.full = int64(c.Burst) * r.cost // at most 1e18
		high, low := bits.Mul64(uint64(c.Tokens), 1e12)
		if high >= uint64(c.Per) {
			return nil, fmt.Errorf("a rate limit of %d each %v", c.Tokens, c.Per)
		}
		q, _ := bits.Div64(high, low, uint64(c.Per))
		r.permille = int64(max(q, 1))
		r.tallies.most = 1
		if c.PerClient {
			r.tallies.most = max(c.Clients, 1)
		}
		x.all = append(x.all, r)
	}
	return x, nil
}

// ask asks all limits whether a request may come through, at until at the earliest, and
// counts nothing.
func (x *rates) ask(now clock.Time, r *Request) (until clock.Time, ok bool) {
	until = now
	if x == nil {
		return until, true
	}
	for i := range x.all {
		m := &x.all[i]
		var client netip.Addr
		if m.PerClient {
			client = r.Client
		}
		slot, fresh := m.tallies.of(client)
		if fresh {
			m.tallies.entries[slot].tally = m.first(now)
		}
		m.at, m.next = slot, m.tallies.entries[slot].tally
		wait := time.Duration(0)
		if m.Rule == Bucket {
			ok = m.draw(now)
		} else {
			wait, ok = m.leak(now)
		}
		if !ok {
			return 0, false
		}
		until = max(until, now.Add(wait))
	}
	return until, true
}

// count counts in the request that was asked for last.
func (x *rates) count() {
	if x == nil {
		return
	}
	for i := range x.all {
		m := &x.all[i]
		m.tallies.entries[m.at].tally = m.next
	}
}

// pace asks the rate limits of a request's route and of its pool, and counts it only if
// all let it through: the answer is a Send without a ticket where it may go now.
func (b *Balancer) pace(now clock.Time, p *pool, r *Request) Decision {
	var own, pools *rates
	if b.routes != nil && !r.Copied {
		own = b.routes.rates[r.Route]
	}
	if p.limits != nil {
		pools = p.limits.rates
	}
	if own == nil && pools == nil {
		return Decision{Kind: Send}
	}
	until, ok := own.ask(now, r)
	if !ok {
		return Decision{Kind: Reject, Reason: RouteLimited}
	}
	later, ok := pools.ask(now, r)
	if !ok {
		return Decision{Kind: Reject, Reason: RateLimited}
	}
	own.count()
	pools.count()
	r.Admitted = true
	if until = max(until, later); until > now {
		return Decision{Kind: WaitUntil, Ticket: Ticket{Pool: p.id, At: until}}
	}
	return Decision{Kind: Send}
}

// first is the tally of a client who has not asked yet.
func (m *rate) first(now clock.Time) tally {
	if m.Rule == Bucket {
		return tally{level: m.full, at: now}
	}
	return tally{level: -1000, at: now / clock.Time(time.Millisecond)} // the first request is not ahead
}

// draw takes a token. The level is in parts, exact: a token is cost of them, and a
// nanosecond brings gain.
func (m *rate) draw(now clock.Time) bool {
	x := &m.next
	*x = m.filled(*x, now)
	x.level -= m.cost
	return x.level >= 0
}

// filled is a bucket's tally at a later instant.
func (m *rate) filled(x tally, now clock.Time) tally {
	if missing := m.full - x.level; int64(now-x.at) > missing/m.gain {
		x.level = m.full
	} else {
		x.level += int64(now-x.at) * m.gain
	}
	x.at = now
	return x
}

// leak counts a request in by NGINX's rule; the level is the excess, and the instant
// is in whole milliseconds.
func (m *rate) leak(now clock.Time) (time.Duration, bool) {
	x := &m.next
	ms := now / clock.Time(time.Millisecond)
	if passed := int64(ms - x.at); passed > (x.level+1000)*1000/m.permille {
		x.level = 0
	} else {
		x.level = max(0, x.level-m.permille*passed/1000+1000)
	}
	x.at = ms
	switch {
	case x.level > 1000*int64(m.Burst):
		return 0, false
	case m.Delay == NoDelay || x.level <= 1000*int64(m.Delay):
		return 0, true
	}
	return time.Duration((x.level-1000*int64(m.Delay))*1000/m.permille) * time.Millisecond, true
}

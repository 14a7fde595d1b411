package algorithms

import (
	"math"
	"time"

	"lbsim/clock"
	"lbsim/random"
)

func init() {
	Register(Spec{
		Name:    "prequal",
		Title:   "Prequal",
		Summary: "Probes go out beside the requests; of the recent replies, the lowest latency among those whose requests in flight are not in the upper tail, else the fewest requests in flight.",
		Use:     "Many balancers that share endpoints of unlike or changing speed, with requests dear enough that three tiny probes each cost nothing.",
		Avoid:   "Requests as cheap as a probe; pools of a handful; endpoints that cannot say what they have in flight.",
		Cost:    "O(pool)",
		Source:  "Wydrowski, Kleinberg, Rumble & Archer, NSDI 2024 (arXiv 2312.10172)",
		Params: []Param{
			{Name: "probe_rate", Type: Float, Default: "3", Min: 0, Max: 64, Doc: "probes sent for each request, r_probe; may be fractional"},
			{Name: "pool", Type: Int, Default: "16", Min: 2, Max: maxProbePool, Doc: "replies kept, m"},
			{Name: "max_age", Type: Duration, Default: "1s", Doc: "age at which a reply is dropped"},
			{Name: "remove_rate", Type: Float, Default: "1", Min: 0, Max: 64, Doc: "replies removed for each request, r_remove, the oldest and the worst by turns; may be fractional"},
			{Name: "delta", Type: Float, Default: "1", Min: 0, Max: 1000, Doc: "net growth of the pool aimed at, in replies for each request, in the formula for how often a reply is used"},
			{Name: "q_rif", Type: Float, Default: "0.84", Min: 0, Max: 1, Doc: "an endpoint is hot when its requests in flight exceed this quantile of the recent replies; 0 balances requests in flight alone, 1 latency alone"},
			{Name: "history", Type: Int, Default: "64", Min: 1, Max: 1024, Doc: "recent replies that the quantile is taken of; the paper gives no number"},
			{Name: "idle_interval", Type: Duration, Default: "500ms", Doc: "probes are sent when none were for this long; the paper gives no number. Half of max_age keeps the pool from running dry"},
		},
		New: newPrequal,
	})
}

// maxProbePool bounds the pool: a pick looks at all of it.
const maxProbePool = 256

// prequal is the load balancer of the NSDI 2024 paper in its asynchronous form.
//
// From the paper: probes go to members drawn uniformly without replacement, r_probe
// for each request, and serve later requests; a reply carries the server's
// requests in flight (RIF) and its latency estimate at that RIF; the pool keeps m
// replies, the oldest making room; a reply is dropped at max_age and after b uses,
//
//	b = max(1, (1 + delta) / ((1 - m/n) r_probe - r_remove))
//
// rounded at random so that its mean is kept, with n members; a reply's RIF grows
// by one when its server is sent a request; r_remove replies are removed for each
// request, the oldest and the worst by turns, the worst being the hot one of
// highest RIF or, when none is hot, the one of highest latency; hot is who exceeds
// the q_rif quantile of recent RIFs; a request goes to the cold reply of lowest
// latency or, when all are hot, to the one of lowest RIF; with fewer than two
// replies, to any member at random; an idle client probes from time to time. The
// defaults are those of its experiments (Q_RIF 2^-0.25).
//
// Not from the paper: where the denominator is not positive, no finite number of
// uses keeps the pool filled, and uses have no limit (a reply's age still has); a
// new reply of a server replaces its old one, which the factor 1 - m/n supposes; a
// failed probe removes what is known of its server; replies of servers that are not
// ready are dropped, and those of tried ones passed over; the oldest of equals wins.
type prequal struct {
	pool       probePool
	probeRate  float64
	removeRate float64
	delta      float64
	probes     float64 // owed, below 1
	removals   float64 // owed, below 1
	worstNext  bool
	interval   time.Duration
	next       clock.Time
	rnd        random.Source
}

func newPrequal(v Values, rnd random.Source) (Picker, error) {
	return &prequal{
		pool:       newProbePool(v.Int("pool"), v.Duration("max_age"), v.Int("history"), v.Float("q_rif")),
		probeRate:  v.Float("probe_rate"),
		removeRate: v.Float("remove_rate"),
		delta:      v.Float("delta"),
		interval:   v.Duration("idle_interval"),
		rnd:        rnd,
	}, nil
}

// Rebuilt forgets members that left: a reply names its member by key and slot.
func (p *prequal) Rebuilt(s *Set) { p.pool.keep(s) }

func (p *prequal) Changed(_ *Set, slot int32, what Change) {
	if what == Unreadied {
		p.pool.drop(slot)
	}
}

// Observe takes a probe's reply into the pool.
func (p *prequal) Observe(now clock.Time, s *Set, slot int32, o Observation) {
	if o.Kind != Probe {
		return
	}
	if o.Failed || !s.IsReady(slot) {
		p.pool.drop(slot)
		return
	}
	p.pool.add(reply{
		key: s.Members[slot].Key, slot: slot, at: now,
		inFlight: o.InFlight, latency: o.Latency, uses: p.uses(len(s.Ready)),
	})
}

// uses draws how many requests a reply may serve.
func (p *prequal) uses(n int) int32 {
	b := p.reuse(n)
	if b >= math.MaxInt32 {
		return math.MaxInt32
	}
	whole := math.Floor(b)
	if p.rnd.Float64() < b-whole {
		whole++
	}
	return int32(whole)
}

// reuse returns b for n members; +Inf where no finite number will do.
func (p *prequal) reuse(n int) float64 {
	known := min(1, float64(p.pool.size)/float64(n))
	growth := float64((1-known)*p.probeRate) - p.removeRate
	if growth <= 0 {
		return math.Inf(1)
	}
	return max(1, (1+p.delta)/growth)
}

func (p *prequal) Pick(now clock.Time, s *Set, r *Request) int32 {
	p.pool.expire(now)
	slot := p.choose(s, r)
	p.pool.used(slot)
	p.removals += p.removeRate
	for ; p.removals >= 1; p.removals-- {
		if p.worstNext {
			p.pool.removeWorst()
		} else {
			p.pool.removeOldest()
		}
		p.worstNext = !p.worstNext
	}
	return slot
}

func (p *prequal) choose(s *Set, r *Request) int32 {
	avoid := r.Tried.Len() > 0 && r.Tried.Untried(s)
	if best, usable := p.pool.best(r, avoid); usable >= 2 {
		return best
	}
	return drawReady(&p.rnd, s, r)
}

// AppendProbes appends probe_rate distinct ready members drawn at random, at least
// one when idle.
func (p *prequal) AppendProbes(now clock.Time, s *Set, idle bool, dst []int32) []int32 {
	p.probes += p.probeRate
	n := int(p.probes)
	p.probes -= float64(n)
	if idle {
		n = max(n, 1)
	}
	if n > 0 {
		p.next = now.Add(p.interval)
	}
	var drawn holes
	for range min(n, len(s.Ready), maxChoices) {
		place := drawn.nth(int32(p.rnd.IntN(len(s.Ready) - drawn.n)))
		drawn.add(place)
		dst = append(dst, s.Ready[place])
	}
	return dst
}

// NextProbe returns when the client has been idle for too long; at the start at
// once, so that the pool is filled before the first requests.
func (p *prequal) NextProbe() clock.Time { return p.next }

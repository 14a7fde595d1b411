package config

import (
	"math"
	"time"

	"lbsim/balancer"
	"lbsim/config/decode"
)

// Limits are bounds on what the balancer takes, as written. 0 is no bound.
type Limits struct {
	Rates       []Rate
	Requests    int
	PerEndpoint int
	Retries     int
	Adaptive    *balancer.Gradient
	Queue       *balancer.WaitQueue
	Shedding    *balancer.Shedding
}

// Rate is a rate limit.
type Rate struct {
	Rate      float64 // a second
	Rule      balancer.RateRule
	PerClient bool
	Burst     int
	Delay     int
	Clients   int // 0: usualClients
}

// usualClients is about how many NGINX remembers in a zone of 1 MB.
const usualClients = 16_000

// Policy returns what package balancer is told.
func (l *Limits) Policy() *balancer.Limits {
	p := &balancer.Limits{Requests: l.Requests, PerEndpoint: l.PerEndpoint, Retries: l.Retries,
		Adaptive: l.Adaptive, Queue: l.Queue, Shedding: l.Shedding}
	p.Rates = ratePolicy(l.Rates)
	return p
}

// ratePolicy returns what package balancer is told of rate limits.
func ratePolicy(rates []Rate) []balancer.RateLimit {
	var all []balancer.RateLimit
	for _, r := range rates {
		x := balancer.RateLimit{Tokens: int64(math.Round(r.Rate * 1000)), Per: 1000 * time.Second,
			Rule: r.Rule, PerClient: r.PerClient, Burst: r.Burst, Delay: r.Delay, Clients: r.Clients}
		if x.Clients == 0 {
			x.Clients = usualClients
		}
		all = append(all, x)
	}
	return all
}

var limits = decode.Object[Limits]{
	Name: "limits",
	Doc:  "Bounds on what the balancer takes, one balancer's own. What is one too many waits in the queue, or is rejected.",
	Fields: []decode.Field[Limits]{
		decode.Optional("rates", rateList, func(l *Limits) *[]Rate { return &l.Rates },
			"How many requests come through in a time; all of them must let one through. The others are rejected with 429."),
		decode.Optional("requests", some, func(l *Limits) *int { return &l.Requests },
			"How many attempts may be in flight; left out: any number. Envoy's is 1024."),
		decode.Optional("per_endpoint", some, func(l *Limits) *int { return &l.PerEndpoint },
			"How many attempts an endpoint may have in flight (HAProxy's maxconn); left out: any number."),
		decode.Optional("retries", some, func(l *Limits) *int { return &l.Retries },
			"How many retries may be under way; left out: any number. Envoy's is 3."),
		decode.Optional("adaptive", decode.Pointer[balancer.Gradient]{To: adaptive}, func(l *Limits) **balancer.Gradient { return &l.Adaptive },
			"A bound on the attempts in flight that follows latency."),
		decode.Optional("queue", decode.Pointer[balancer.WaitQueue]{To: waitQueue}, func(l *Limits) **balancer.WaitQueue { return &l.Queue },
			"Where requests wait that the bounds do not let through; left out: nowhere, they are rejected with 503."),
		decode.Optional("shedding", decode.Pointer[balancer.Shedding]{To: shedding}, func(l *Limits) **balancer.Shedding { return &l.Shedding },
			"Reject what matters less before the bounds are reached."),
	},
	Check: func(v decode.Value, l *Limits) {
		bounded := l.Requests > 0 || l.PerEndpoint > 0 || l.Adaptive != nil
		const bounds = "needs something that is bounded: give requests, per_endpoint or adaptive"
		if l.Queue != nil && !bounded {
			v.Get("queue").FailKey(bounds)
		}
		if l.Shedding != nil && !bounded {
			v.Get("shedding").FailKey(bounds)
		}
	},
}

var rateList = decode.List[Rate]{Of: rate, Min: 1, Max: 8}

var rate = decode.Object[Rate]{
	Name: "rate_limit",
	Doc:  "A rate limit.",
	Fields: []decode.Field[Rate]{
		decode.Required("rate", decode.Rate.That(decode.AtLeast(0.001, "0.001/s"), decode.AtMost(1e6, "1000000/s")), func(r *Rate) *float64 { return &r.Rate },
			"How many requests come through in the long run; to a thousandth a second."),
		decode.Required("per", whose, func(r *Rate) *bool { return &r.PerClient },
			"client: each client, known by its address, has a limit of its own; all: they have one together."),
		decode.Default("rule", rateRules, func(r *Rate) *balancer.RateRule { return &r.Rule }, balancer.Bucket,
			"token_bucket: a full bucket that is refilled continuously; nginx: its leaky bucket (limit_req)."),
		decode.Derived("burst", decode.Count.That(decode.AtLeast(0, "0"), decode.AtMost(1_000_000, "1000000")), func(r *Rate) *int { return &r.Burst },
			"token_bucket: how many the bucket holds, left out: 1; nginx: how many may be ahead of the rate, left out: 0."),
		decode.Optional("delay", decode.WordOr[int]{Word: "nodelay", Means: balancer.NoDelay, Else: decode.Count.That(decode.AtLeast(0, "0"), decode.AtMost(1_000_000, "1000000"))},
			func(r *Rate) *int { return &r.Delay },
			"nginx: how many ahead of the rate are not delayed until their turn; left out: none; nodelay: all."),
		decode.Optional("clients", some, func(r *Rate) *int { return &r.Clients },
			"per client: how many are remembered; left out: 16000. Beyond, the one is forgotten that was not heard of for longest."),
	},
	Check: func(v decode.Value, r *Rate) {
		bucket := r.Rule == balancer.Bucket
		switch burst := v.Get("burst"); {
		case !burst.Present() && bucket:
			r.Burst = 1
		case bucket && r.Burst == 0:
			burst.Fail("must be >= 1 with rule: token_bucket, whose requests each take a token")
		}
		if bucket && v.Get("delay").Present() {
			v.Get("delay").FailKey("has no meaning with rule: token_bucket, which rejects and never delays: give rule: nginx")
		}
		if !r.PerClient && v.Get("clients").Present() {
			v.Get("clients").FailKey("has no meaning with per: all")
		}
	},
}

var (
	whose     = decode.Words[bool]{Known: []decode.Word[bool]{{Name: "client", Value: true}, {Name: "all", Value: false}}}
	rateRules = decode.Words[balancer.RateRule]{Known: []decode.Word[balancer.RateRule]{
		{Name: balancer.Bucket.String(), Value: balancer.Bucket}, {Name: balancer.LeakyBucket.String(), Value: balancer.LeakyBucket}}}
)

// The time-out is NGINX Plus's (queue).
var waitQueue = decode.Object[balancer.WaitQueue]{
	Name: "wait_queue",
	Doc:  "First come, first served within a priority; the more important priority first.",
	Fields: []decode.Field[balancer.WaitQueue]{
		decode.Required("size", some, func(q *balancer.WaitQueue) *int { return &q.Size }, "How many may wait; one more is rejected with 503."),
		decode.Default("timeout", span, func(q *balancer.WaitQueue) *time.Duration { return &q.Timeout }, 60*time.Second,
			"After which one that still waits is rejected with 503."),
	},
}

// The numbers are Envoy's, the interval that of its documentation.
var adaptive = decode.Object[balancer.Gradient]{
	Name: "adaptive",
	Doc:  "Envoy's adaptive concurrency: the bound grows while latency stays near the least that was seen, and shrinks when it rises.",
	Fields: []decode.Field[balancer.Gradient]{
		decode.Default("interval", span, func(g *balancer.Gradient) *time.Duration { return &g.Interval }, 100*time.Millisecond, "How often the bound is adjusted."),
		decode.Default("min_interval", span, func(g *balancer.Gradient) *time.Duration { return &g.MinInterval }, 60*time.Second, "How often the least latency is measured anew."),
		decode.Default("jitter", share, func(g *balancer.Gradient) *float64 { return &g.Jitter }, 0.15, "By which share of itself min_interval is longer, at most, at random."),
		decode.Default("samples", some, func(g *balancer.Gradient) *int { return &g.Samples }, 50, "How many answers a measurement of the least latency takes."),
		decode.Default("buffer", share, func(g *balancer.Gradient) *float64 { return &g.Buffer }, 0.25, "By how much latency may be above the least before the bound shrinks."),
		decode.Default("min", some, func(g *balancer.Gradient) *int { return &g.Min }, 3, "The least bound, under which the least latency is measured."),
		decode.Default("max", some, func(g *balancer.Gradient) *int { return &g.Max }, 1000, "The greatest bound."),
	},
	Check: func(v decode.Value, g *balancer.Gradient) {
		if g.Min > g.Max {
			v.FailKey("min, %d, must be at most max, %d", g.Min, g.Max)
		}
	},
}

var (
	positive = decode.Share.That(decode.Above(0.0, "0"), decode.AtMost(1.0, "100%"))
	// The default's share leaves the reserve of 20% that Stripe gives as an example; the
	// sheddable's is as much again.
	shedding = decode.Object[balancer.Shedding]{
		Name: "shedding",
		Doc:  "Up to which share of what may be in flight a priority is let in; critical requests have all of it.",
		Fields: []decode.Field[balancer.Shedding]{
			decode.Default("default", positive, func(s *balancer.Shedding) *float64 { return &s.Default }, 0.8, "Requests of priority default."),
			decode.Default("sheddable", positive, func(s *balancer.Shedding) *float64 { return &s.Sheddable }, 0.6, "Requests of priority sheddable."),
		},
	}
)

// checkLimits looks at what limits need of the rest.
func checkLimits(v decode.Value, p *Pool) {
	if p.Limits != nil && p.Limits.Retries > 0 && p.Retries == nil && v.Sound("limits", "retries") {
		v.Get("limits").Get("retries").FailKey("has no meaning without retries: give balancer.retries")
	}
}

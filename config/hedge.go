package config

import (
	"time"

	"lbsim/balancer"
	"lbsim/config/decode"
)

// Hedge is when a request is sent once more while it is under way, as written.
type Hedge struct {
	Delay      *time.Duration // nil: by one of the others
	Percentile float64        // 0: by one of the others
	PerTry     bool
	Attempts   int
	AnyMethod  bool
	Budget     *Budget // nil: unlimited
}

// Policy returns what package balancer is told.
func (h *Hedge) Policy() *balancer.Hedges {
	p := &balancer.Hedges{Attempts: h.Attempts, Percentile: h.Percentile, OnPerTry: h.PerTry, AnyMethod: h.AnyMethod}
	if h.Delay != nil {
		p.Delay = *h.Delay
	}
	if h.Budget != nil {
		p.Budget = h.Budget.rule()
	}
	return p
}

// usualHedgeBudget is Finagle's but for the ratio, which is there what lies beyond the
// percentile.
var usualHedgeBudget = &Budget{Kind: balancer.TokenBucket.String(), Rule: balancer.Budget{Ratio: 0.1, MinRate: 10, TTL: 10 * time.Second}}

var hedge = decode.Object[Hedge]{
	Name: "hedge",
	Doc:  "Copies of requests that take long; the first answer wins.",
	Fields: []decode.Field[Hedge]{
		decode.Optional("delay", decode.Pointer[time.Duration]{To: instant}, func(h *Hedge) **time.Duration { return &h.Delay },
			"From one copy to the next; 0s: all at once."),
		decode.Optional("percentile", percentiles, func(h *Hedge) *float64 { return &h.Percentile },
			"A percentile of the latencies of the last half a minute, as the delay: p95."),
		decode.Optional("on_per_try_timeout", decode.Truth, func(h *Hedge) *bool { return &h.PerTry },
			"Whether a copy is sent when an attempt's per_try_timeout has passed, which then ends no attempt."),
		decode.Default("attempts", decode.Count.That(decode.AtLeast(2, "2"), decode.AtMost(8, "8")), func(h *Hedge) *int { return &h.Attempts }, 2,
			"How many copies of a request there are at most, the first included."),
		decode.Default("methods", methods, func(h *Hedge) *bool { return &h.AnyMethod }, false,
			"idempotent: a POST or PATCH is not copied; any."),
		decode.Default("budget", budgetOr, func(h *Hedge) **Budget { return &h.Budget }, usualHedgeBudget,
			"The bound on copies, beside that of retries, which copies spend too; unlimited."),
	},
	Groups: []decode.Group{decode.OneOf("delay", "percentile", "on_per_try_timeout")},
	Check: func(v decode.Value, h *Hedge) {
		if v.Get("on_per_try_timeout").Present() && !h.PerTry {
			v.Get("on_per_try_timeout").Fail("is false, and nothing else says when a copy is sent: give delay or percentile instead")
		}
		if h.Delay != nil && *h.Delay == 0 && !v.Get("budget").Present() {
			v.Get("delay").FailKey("sends every request several times: say within which budget, such as budget: unlimited")
		}
	},
}

// percentiles are as everywhere: p999 is the 0.999 quantile.
var percentiles = decode.Words[float64]{Known: []decode.Word[float64]{
	{Name: "p50", Value: 0.5}, {Name: "p75", Value: 0.75}, {Name: "p90", Value: 0.9}, {Name: "p95", Value: 0.95},
	{Name: "p98", Value: 0.98}, {Name: "p99", Value: 0.99}, {Name: "p999", Value: 0.999},
}}

// checkHedge refuses a hedge that contradicts the retries.
func checkHedge(v decode.Value, p *Pool) {
	if p.Hedge == nil || !v.Sound("hedge", "retries") {
		return
	}
	at := v.Get("hedge")
	switch x := p.Retries; {
	case p.Hedge.PerTry && (x == nil || x.PerTryTimeout == 0):
		at.Get("on_per_try_timeout").FailKey("needs retries.per_try_timeout, which says when a copy is sent")
	case x != nil && x.Redispatch != 0:
		v.At("retries.redispatch").FailKey("contradicts hedge, under which no request goes to a server twice while there are others")
	case x != nil && x.AnyServer:
		v.At("retries.same_server").FailKey("contradicts hedge, under which no request goes to a server twice while there are others")
	}
}

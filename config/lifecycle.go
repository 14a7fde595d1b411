package config

import (
	"time"

	"lbsim/algorithms"
	"lbsim/balancer"
	"lbsim/config/decode"
)

// The numbers are Envoy's defaults.
var slowStart = decode.Object[balancer.SlowStart]{
	Name: "slow_start",
	Doc:  "How the weight of an endpoint rises that has just joined, or is up again.",
	Fields: []decode.Field[balancer.SlowStart]{
		decode.Required("window", span, func(s *balancer.SlowStart) *time.Duration { return &s.Window },
			"How long it takes until an endpoint has its full weight."),
		decode.Default("profile", ramps, func(s *balancer.SlowStart) *balancer.RampProfile { return &s.Profile }, balancer.RampEnvoy,
			"envoy: weight·max(min_weight, (t/window)^(1/aggression)), of who joins and who is up again; haproxy: by sixteenths, of who is up again only."),
		decode.Optional("aggression", decode.Number.That(decode.Above(0.0, "0"), decode.AtMost(100.0, "100")), func(s *balancer.SlowStart) *float64 { return &s.Aggression },
			"How fast the weight rises at first; left out: 1, linearly. profile envoy only."),
		decode.Optional("min_weight", decode.Share.That(decode.Above(0.0, "0%"), decode.AtMost(1.0, "100%")), func(s *balancer.SlowStart) *float64 { return &s.MinWeight },
			"The least share of the weight; left out: 10%. profile envoy only."),
		decode.Default("after_ejection", decode.Truth, func(s *balancer.SlowStart) *bool { return &s.AfterEjection }, false,
			"Whether the end of an ejection begins it as well."),
	},
	Check: func(v decode.Value, s *balancer.SlowStart) {
		if s.Profile != balancer.RampHAProxy {
			return
		}
		for _, key := range []string{"aggression", "min_weight"} {
			if at := v.Get(key); at.Present() {
				at.FailKey("contradicts profile haproxy, whose weight rises linearly from 1/16: leave it out")
			}
		}
	},
}

var ramps = decode.Words[balancer.RampProfile]{Known: []decode.Word[balancer.RampProfile]{
	{Name: balancer.RampEnvoy.String(), Value: balancer.RampEnvoy}, {Name: balancer.RampHAProxy.String(), Value: balancer.RampHAProxy},
}}

var drain = decode.Object[balancer.Drain]{
	Name: "drain",
	Doc:  "How an endpoint that is about to leave finishes what it has.",
	Fields: []decode.Field[balancer.Drain]{
		decode.Default("timeout", instant, func(d *balancer.Drain) *time.Duration { return &d.Timeout }, 30*time.Second,
			"How long running requests may go on; what then still runs is cut (502)."),
		decode.Default("sticky", stickiness, func(d *balancer.Drain) *bool { return &d.Keep }, false,
			"move: for a client whose cookie names the endpoint it is as if it were down (affinity.cookie.on_down); keep: the client may go on to it until the timeout (ALB, NGINX Plus, HAProxy's drain), and then it is."),
	},
}

var stickiness = decode.Words[bool]{Known: []decode.Word[bool]{{Name: "move", Value: false}, {Name: "keep", Value: true}}}

// checkLifecycle looks at what slow start and draining need of the rest.
func checkLifecycle(v decode.Value, p *Pool) {
	if p.SlowStart != nil && v.Sound("algorithm", "slow_start") && !balancer.Ramps(p.Algorithm) {
		v.Get("slow_start").FailKey("needs an algorithm that follows weights as they change, which %v does not: %s", p.Algorithm, instead(p.Algorithm.Spec))
	}
	if p.SlowStart != nil && p.SlowStart.AfterEjection && v.Sound("slow_start", "health") && (p.Health == nil || p.Health.Passive == nil) {
		v.Get("slow_start").Get("after_ejection").Fail("needs health.passive, without which nothing is ejected")
	}
	if p.SlowStart != nil && p.SlowStart.Profile == balancer.RampHAProxy && v.Sound("slow_start", "health") &&
		(p.Health == nil || p.Health.Active == nil) && !p.SlowStart.AfterEjection {
		v.Get("slow_start").Get("profile").Fail("haproxy ramps who is up again, which needs health.active")
	}
	if p.Drain != nil && p.Drain.Keep && p.Affinity == nil && v.Sound("drain", "affinity") {
		v.Get("drain").Get("sticky").Fail("keep needs affinity: without it no client belongs to an endpoint")
	}
}

// instead is what to take in the place of an algorithm that can't start slowly.
func instead(s *algorithms.Spec) string {
	if s.NeedsKey || s.NeedsClient {
		return "it moves keys only when endpoints come or go"
	}
	if s.WatchesLoad || s.Name == "prequal" {
		return "take least_connections"
	}
	return "take weighted_round_robin, schedule smooth"
}

package config

import (
	"lbsim/balancer"
	"lbsim/config/decode"
)

// Zones is what zones have to do with where a request goes, as written.
type Zones struct {
	Mode         string // aware, only or weighted
	MinEndpoints int
	Enabled      float64
	Weights      []ZoneWeight
}

// ZoneWeight is a zone's weight.
type ZoneWeight struct {
	Zone   string
	Weight float64
}

// ZoneCallers is how many balancers there are in a zone.
type ZoneCallers struct {
	Zone string
	N    int
}

var zoneModes = []balancer.ZoneMode{balancer.ZoneAware, balancer.ZoneOnly, balancer.ZoneWeighted}

// Policy returns what package balancer is told.
func (z *Zones) Policy() *balancer.Zones {
	p := &balancer.Zones{MinEndpoints: z.MinEndpoints, Enabled: z.Enabled}
	for _, m := range zoneModes {
		if m.String() == z.Mode {
			p.Mode = m
		}
	}
	for _, w := range z.Weights {
		p.Weights = append(p.Weights, balancer.ZoneWeight{Zone: w.Zone, Weight: w.Weight})
	}
	return p
}

// zones is nil, a word or a mapping. The numbers are Envoy's defaults.
var zones = decode.WordOr[*Zones]{Word: "ignore", Else: decode.Pointer[Zones]{To: decode.Short[Zones, string]{
	As: decode.Words[string]{Known: []decode.Word[string]{
		{Name: "aware", Value: "aware"}, {Name: "only", Value: "only"}, {Name: "weighted", Value: "weighted"}}},
	Make: func(mode string) Zones {
		z := Zones{Mode: mode}
		if mode == "aware" {
			z.MinEndpoints, z.Enabled = 6, 1
		}
		return z
	},
	Full: decode.Union[Zones]{
		Name: "zones", Doc: "What zones have to do with where a request goes.", Tag: "mode", TagDoc: "How a zone is chosen.",
		Word: func(z *Zones) *string { return &z.Mode },
		Cases: []decode.Case[Zones]{
			{Word: "aware", Object: decode.Object[Zones]{
				Doc: "Requests stay in the balancer's zone as far as it has endpoints for them; the rest goes where there are some to spare (Envoy).",
				Fields: []decode.Field[Zones]{
					decode.Default("min_endpoints", decode.Count.That(decode.AtLeast(0, "0"), decode.AtMost(1_000_000, "1000000")), func(z *Zones) *int { return &z.MinEndpoints }, 6,
						"With fewer ready endpoints zones do not matter."),
					decode.Default("enabled", share, func(z *Zones) *float64 { return &z.Enabled }, 1, "For which share of the requests zones matter."),
				}}},
			{Word: "only", Object: decode.Object[Zones]{
				Doc: "Requests stay in the balancer's zone while anybody is ready there."}},
			{Word: "weighted", Object: decode.Object[Zones]{
				Doc: "Each zone gets requests by its weight times its health (Envoy's locality weights).",
				Fields: []decode.Field[Zones]{
					decode.Optional("weights", decode.Map[ZoneWeight]{Of: zoneWeight, Min: 1, Name: func(w *ZoneWeight) *string { return &w.Zone }},
						func(z *Zones) *[]ZoneWeight { return &z.Weights }, "The zones' weights; a zone that is not named has 1: {a: 2, b: 1}."),
				}}},
		},
	},
}}}

var zoneWeight = decode.Short[ZoneWeight, float64]{
	As:   decode.Number.That(decode.AtLeast(0.0, "0"), decode.AtMost(1e6, "1000000")),
	Make: func(x float64) ZoneWeight { return ZoneWeight{Weight: x} },
	Back: func(w ZoneWeight) (float64, bool) { return w.Weight, true },
	Full: decode.Object[ZoneWeight]{Doc: "A zone's weight.", Fields: []decode.Field[ZoneWeight]{
		decode.Required("weight", decode.Number.That(decode.AtLeast(0.0, "0"), decode.AtMost(1e6, "1000000")), func(w *ZoneWeight) *float64 { return &w.Weight }, "The weight.")}},
}

var callers = decode.Map[ZoneCallers]{Min: 1, Name: func(c *ZoneCallers) *string { return &c.Zone }, Of: decode.Short[ZoneCallers, int]{
	As:   some,
	Make: func(n int) ZoneCallers { return ZoneCallers{N: n} },
	Back: func(c ZoneCallers) (int, bool) { return c.N, true },
	Full: decode.Object[ZoneCallers]{Doc: "Balancers in a zone.", Fields: []decode.Field[ZoneCallers]{
		decode.Required("count", some, func(c *ZoneCallers) *int { return &c.N }, "How many.")}},
}}

// hasLevels reports whether an endpoint has a level of its own.
func (p *Pool) hasLevels() bool {
	for _, e := range p.Endpoints {
		if e.Priority > 0 {
			return true
		}
	}
	return false
}

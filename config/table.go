package config

import (
	"regexp"
	"time"

	"lbsim/balancer"
	"lbsim/config/decode"
)

// Table describes the balancer part of the language.
func Table() decode.Object[Balancer] {
	var fields []decode.Field[Balancer]
	for _, f := range poolFields() {
		fields = append(fields, decode.Within(f, func(b *Balancer) *Pool { return &b.Pool }))
	}
	for _, f := range proxyFields() {
		fields = append(fields, decode.Within(f, func(b *Balancer) *Proxy { return &b.Proxy }))
	}
	fields = append(fields,
		decode.Default("frontends", decode.Count.That(decode.AtLeast(1, "1"), decode.AtMost(10_000, "10000")),
			func(b *Balancer) *int { return &b.Frontends }, 1,
			"How many balancer instances there are, each of which sees only its own requests."),
		decode.Default("layer", layers, func(b *Balancer) *balancer.Layer { return &b.Layer }, balancer.L7,
			"l7 balances requests; l4 balances connections, with all requests on them."),
		decode.Optional("pools", decode.Map[Pool]{Of: ownPool(), Min: 1, Name: func(p *Pool) *string { return &p.Name }},
			func(b *Balancer) *[]Pool { return &b.Pools },
			"Several pools by name. What one leaves out is as it is written beside pools."),
		decode.Optional("routes", decode.List[Route]{Of: route(), Min: 1, Max: 10_000}, func(b *Balancer) *[]Route { return &b.Routes },
			"Which requests go to which pool; the rest is rejected (404). Left out: the only pool gets everything."),
		decode.Optional("route_order", routeOrders, func(b *Balancer) *bool { return &b.InOrder },
			"Which of several routes counts that match a request: precise, the most precise one; listed, the first in the file (HAProxy, Envoy); left out: precise."),
		decode.Optional("zone", decode.Name, func(b *Balancer) *string { return &b.Zone },
			"The zone of this instance, for zones. A scenario has network.frontends."),
		decode.Optional("callers", callers, func(b *Balancer) *[]ZoneCallers { return &b.Callers },
			"How many instances there are in each zone, this one included, for zones: aware: {a: 3, b: 3}. A scenario has network.frontends."),
	)
	return decode.Object[Balancer]{
		Name:   "balancer",
		Doc:    "What lbsim proxy runs; a scenario may name a file here instead: balancer: ./lb.yaml.",
		Fields: fields,
		Check:  checkPools,
		Survey: func(v decode.Value, b *Balancer) {
			checkLifecycle(v, &b.Pool)
			checkHedge(v, &b.Pool)
			checkLimits(v, &b.Pool)
			checkNames(v, b)
		},
	}
}

// poolFields is what a pool may be told, in a balancer with one pool beside the rest.
func poolFields() []decode.Field[Pool] {
	return []decode.Field[Pool]{
		decode.Required("algorithm", Algorithm{}, func(p *Pool) *choice { return &p.Algorithm },
			"How an endpoint is chosen: a name (round_robin, rr), name:parameter=value, or {name: …, parameter: value}."),
		decode.Optional("affinity", decode.WordOr[*Affinity]{Word: "none", Else: decode.Pointer[Affinity]{To: affinity}}, func(p *Pool) **Affinity { return &p.Affinity },
			"Send a client back to the endpoint it had before, whatever the algorithm says; none is as if it were left out."),
		decode.Default("subset", decode.WordOr[int]{Word: "all", Means: 0, Else: decode.Count.That(decode.AtLeast(1, "1"))},
			func(p *Pool) *int { return &p.Subset }, 0,
			"How many of the endpoints each of the frontends uses, chosen at random by each for itself; all, also where there are not so many."),
		decode.Optional("health", decode.Pointer[Health]{To: health}, func(p *Pool) **Health { return &p.Health },
			"Which endpoints are well: active and passive health checks."),
		decode.Optional("retries", decode.Pointer[Retries]{To: retries}, func(p *Pool) **Retries { return &p.Retries },
			"Further attempts of requests that failed, and their budget."),
		decode.Optional("limits", decode.Pointer[Limits]{To: limits}, func(p *Pool) **Limits { return &p.Limits },
			"Bounds on rates and on what is in flight, and the queue behind them."),
		decode.Optional("slow_start", decode.Pointer[balancer.SlowStart]{To: slowStart}, func(p *Pool) **balancer.SlowStart { return &p.SlowStart },
			"How fast a new endpoint gets its full share."),
		decode.Optional("drain", decode.Pointer[balancer.Drain]{To: drain}, func(p *Pool) **balancer.Drain { return &p.Drain },
			"How long running requests may go on when an endpoint leaves."),
		decode.Optional("hedge", decode.Pointer[Hedge]{To: hedge}, func(p *Pool) **Hedge { return &p.Hedge },
			"A second attempt beside the first, before that has failed, and its budget."),
		decode.Optional("panic_threshold", share, func(p *Pool) *float64 { return &p.Panic },
			"Below which share of fit endpoints all are used, fit or not; left out: never. Envoy's is 50%."),
		decode.Optional("zones", zones, func(p *Pool) **Zones { return &p.Zones },
			"What zones have to do with where a request goes: aware, only, weighted; left out, or ignore: nothing."),
		decode.Optional("overprovisioning", decode.Share.That(decode.AtLeast(1.0, "100%"), decode.AtMost(10_000.0, "1000000%")), func(p *Pool) *float64 { return &p.Overprovisioning },
			"By how much the fit share of a priority level, or of a weighted zone, is multiplied to say what it can take; left out: 140%, Envoy's."),
		decode.Optional("endpoints", decode.List[Endpoint]{Of: endpoint, Min: 1, Name: func(e *Endpoint) string { return e.Name }},
			func(p *Pool) *[]Endpoint { return &p.Endpoints },
			"The servers to choose from. A scenario takes its servers when there are none."),
	}
}

var routeOrders = decode.Words[bool]{Known: []decode.Word[bool]{{Name: "precise", Value: false}, {Name: "listed", Value: true}}}

var layers = decode.Words[balancer.Layer]{Known: []decode.Word[balancer.Layer]{
	{Name: "l7", Value: balancer.L7}, {Name: "l4", Value: balancer.L4},
}}

var affinity = decode.Object[Affinity]{
	Name: "affinity",
	Doc:  "How a client is known again.",
	Fields: []decode.Field[Affinity]{
		decode.Required("cookie", cookie, func(a *Affinity) *Cookie { return &a.Cookie },
			"By a cookie that names the endpoint."),
	},
}

var cookie = decode.Object[Cookie]{
	Doc: "The cookie that names the endpoint.",
	Fields: []decode.Field[Cookie]{
		decode.Default("name", decode.Name, func(c *Cookie) *string { return &c.Name }, "LB", "The cookie's name."),
		decode.Default("ttl", decode.Duration.That(decode.AtLeast(time.Duration(0), "0")), func(c *Cookie) *time.Duration { return &c.TTL }, 0,
			"How long it holds, from when it was set; 0s: for the client's session."),
		decode.Default("on_down", decode.Words[OnDown]{Known: []decode.Word[OnDown]{{Name: "repick", Value: Repick}, {Name: "fail", Value: Fail}}},
			func(c *Cookie) *OnDown { return &c.OnDown }, Repick,
			"When its endpoint is gone, down, ejected or draining (drain.sticky: move): repick chooses another and sets a new cookie, which stays when the endpoint returns (ALB, NGINX, HAProxy with redispatch); fail rejects with 503 until it returns or the cookie ends (Envoy's strict)."),
		decode.Optional("secure", decode.Truth, func(c *Cookie) *bool { return &c.Secure }, "lbsim proxy: whether clients send it over TLS only; left out: false. It is always HttpOnly."),
		decode.Optional("same_site", decode.Words[string]{Known: []decode.Word[string]{{Name: "lax", Value: "lax"}, {Name: "strict", Value: "strict"}, {Name: "none", Value: "none"}}},
			func(c *Cookie) *string { return &c.SameSite }, "lbsim proxy: the cookie's SameSite; left out: what clients take for it."),
		decode.Optional("secret_file", plainText, func(c *Cookie) *string { return &c.SecretFile },
			"lbsim proxy: a file with the secret that signs it, the same for all proxies of a site; left out: one of the process, and a restart forgets everybody."),
	},
	Check: func(v decode.Value, c *Cookie) {
		if c.SameSite == "none" && !c.Secure {
			v.Get("same_site").Fail("browsers take none only with secure: true")
		}
	},
}

// EndpointName is a name that may be an address, of which products make the points of
// their rings.
var EndpointName = decode.Text.That(decode.Rule[string]{
	Text: "made of letters, digits, -, _, ., : and brackets, not beginning with a mark", Holds: regexp.MustCompile(`^[A-Za-z0-9\[][A-Za-z0-9_.:\[\]-]{0,99}$`).MatchString})

var endpoint = decode.Object[Endpoint]{
	Name: "endpoint",
	Doc:  "A server that the balancer may choose.",
	Fields: []decode.Field[Endpoint]{
		decode.Required("name", EndpointName, func(e *Endpoint) *string { return &e.Name }, "Its name, which no other endpoint has: a word, or an address and port such as 10.0.0.1:80."),
		decode.Optional("address", decode.Text.That(decode.Rule[string]{
			Text: "an address and a port, such as 10.0.0.1:80", Holds: isAddress}), func(e *Endpoint) *string { return &e.Address },
			"Address and port, for the proxy."),
		decode.Default("weight", decode.Number.That(decode.Above(0.0, "0"), decode.AtMost(1e6, "1000000")), func(e *Endpoint) *float64 { return &e.Weight }, 1,
			"Its share relative to the others', for algorithms that honour weights."),
		decode.Optional("zone", decode.Name, func(e *Endpoint) *string { return &e.Zone }, "Where it is."),
		decode.Optional("priority", decode.Count.That(decode.AtLeast(0, "0"), decode.AtMost(100, "100")), func(e *Endpoint) *int { return &e.Priority },
			"Its level: those of 1 get requests where those of 0 are not well enough, and so on."),
		decode.Optional("down", decode.Truth, func(e *Endpoint) *bool { return &e.Down },
			"Whether it gets nothing, though algorithms that hash count it (NGINX's down, HAProxy's disabled); left out: false."),
	},
}

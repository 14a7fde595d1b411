package validate

import (
	"fmt"

	"lbsim/balancer"
	"lbsim/config"
)

// uneven is from how many fair shares on a server is said to have too much.
const uneven = 1.25

var stickyLints = []*Lint{{
	ID: "LB018", Name: "sticky-without-end", Severity: Warning,
	Title:   "clients stick to their endpoints for as long as they like",
	When:    "affinity.cookie has no ttl, and there are several endpoints",
	Why:     "endpoints that are added get none of the clients there are, however busy the old ones; and a client that never closes its browser never moves",
	Instead: "cookie: {ttl: 10m}, or a shared store for sessions and no cookie",
	Products: map[string]string{
		"haproxy": "cookie … insert maxidle 10m maxlife 1h",
		"envoy":   "cookie: {ttl: 600s} of the session state, or of the hash policy",
	},
	Scenario: "sticky-forever", Command: "lbsim run sticky-forever",
	pool: func(p *pool) []flaw {
		if p.Affinity == nil || p.Affinity.Cookie.TTL > 0 || p.alone() {
			return nil
		}
		message := "the cookie holds for a client's whole session: endpoints that are added get new clients alone"
		if p.Affinity.Cookie.OnDown == config.Fail {
			message += ", and whoever was at one that is down is rejected until it is back"
		}
		return []flaw{{path: "affinity.cookie.ttl", message: message}}
	},
}, {
	ID: "LB019", Name: "shared-address", Severity: Warning, Situated: true,
	Title:   "many clients come from one address, and all go to one endpoint",
	When:    fmt.Sprintf("in a world, under an algorithm that places by the client's address, so many come from one (clients.nat.share) that its endpoint has %s of its fair share or more", percent(uneven)),
	Why:     "an office, a mobile carrier or a proxy in front is one address; a hash of addresses sends all that is behind it to one endpoint, which may not be able to do that much",
	Instead: "a cookie (affinity), or a hash of a header or a cookie that tells clients apart",
	Products: map[string]string{
		"nginx":   "least_conn, or hash $cookie_session consistent",
		"haproxy": "cookie … insert, or balance hdr(…)",
		"envoy":   "hash_policy: [{cookie: …}]",
	},
	Scenario: "nat-clients", Command: "lbsim compare nat-clients --algorithms ip_hash,least_connections",
	pool: sharedAddress,
}, {
	ID: "LB020", Name: "pinned-connections", Severity: Warning, Situated: true,
	Title:   "long-lived connections, each placed once and without a look at the load",
	When:    fmt.Sprintf("under layer: l4 with an algorithm that looks at no load, key or client, connections live long: checks are gRPC's, timeouts.idle is above %s, or a world has clients", seconds(longIdle)),
	Why:     "a balancer of connections chooses when one opens: who restarts loses its connections to the others and gets none back, and new endpoints stay idle. Who does not count connections does not see it",
	Instead: "layer: l7, which balances each request; or least_connections, and connections that end after a while",
	Products: map[string]string{
		"nginx":   "least_conn in the stream block, and keepalive_requests at the servers",
		"haproxy": "mode http, or balance leastconn",
		"envoy":   "the HTTP connection manager instead of the TCP proxy, or LEAST_REQUEST and max_downstream_connection_duration",
	},
	Scenario: "l4-long-lived", Command: "lbsim compare l4-long-lived --variant l7:balancer.layer=l7",
	pool: pinned,
}}

// sharedAddress holds the requests that come from one address against an endpoint's share.
func sharedAddress(p *pool) []flaw {
	if !p.Algorithm.Spec.NeedsClient || p.subject.World == nil || p.size() < 2 {
		return nil
	}
	c := p.subject.World.Workload.Clients
	if c == nil || c.NAT == nil || c.NAT.Share == nil {
		return nil
	}
	fair := 1 / float64(p.size())
	share := *c.NAT.Share + (1-*c.NAT.Share)*fair
	if share < uneven*fair {
		return nil
	}
	message := fmt.Sprintf("%s of the requests come from one address, so one of %s gets %s of all, %s times its share", percent(*c.NAT.Share), endpoints(p.size()), percent(share), number(share/fair))
	if rho, ok := p.load(0); ok {
		message += fmt.Sprintf(": %s of what it can do", percent(rho*share/fair))
	}
	return []flaw{{path: "algorithm", message: message}}
}

// longIdle is from which idle time on connections are meant to live long, in seconds.
const longIdle = 600

// pinned finds connections that live long, by what is said of them, under an algorithm that
// does not look at how many there are.
func pinned(p *pool) []flaw {
	b := p.subject.Balancer
	if b.Layer != balancer.L4 || b.IsUDP() || p.Algorithm.Spec.WatchesLoad || p.Algorithm.Spec.NeedsKey || p.Algorithm.Spec.NeedsClient || p.alone() {
		return nil
	}
	why := ""
	if w := p.subject.World; w != nil {
		if c := w.Workload.Clients; c != nil {
			why = "and clients keep theirs for ever"
			if c.RequestsPerConnection != nil {
				why = fmt.Sprintf("and clients send %s requests on each", number(*c.RequestsPerConnection))
			}
		}
	}
	switch t := b.Proxy.Timeouts; {
	case why != "":
	case p.Health != nil && p.Health.Active != nil && p.Health.Active.GRPC:
		why = "and gRPC keeps one for all its calls"
	case t != nil && t.Idle.Seconds() > longIdle:
		why = "and one may be idle for " + span(t.Idle)
	default:
		return nil
	}
	return []flaw{{path: "algorithm", message: fmt.Sprintf("%s places each connection once, without a look at how many there are, %s: whoever restarts, or is new, gets none of those there are", p.Algorithm.Spec.Name, why)}}
}

package config

import (
	"net/netip"
	"time"

	"lbsim/balancer"
	"lbsim/config/decode"
)

// Transport is what layer 4 balances.
type Transport string

const (
	TCP Transport = "tcp"
	UDP Transport = "udp" // a flow, from one address and port, is what a connection is of TCP
)

var transports = decode.Words[Transport]{Known: []decode.Word[Transport]{{Name: string(TCP), Value: TCP}, {Name: string(UDP), Value: UDP}}}

// ProxyProtocol says who told whom, in front of a connection, where it came from.
type ProxyProtocol struct {
	From []netip.Prefix // who must say it; of others it is not asked
	Send string         // v1 or v2: endpoints are told; "": they are not
}

// Announces reports whether endpoints are told.
func (p *ProxyProtocol) Announces() bool { return p != nil && p.Send != "" }

var proxyProtocol = decode.Object[ProxyProtocol]{
	Name: "proxy_protocol",
	Doc:  "HAProxy's PROXY protocol, which says in front of a connection where it came from.",
	Fields: []decode.Field[ProxyProtocol]{
		decode.Optional("from", decode.List[netip.Prefix]{Of: prefixType{}, Min: 1}, func(p *ProxyProtocol) *[]netip.Prefix { return &p.From },
			"Networks whose connections begin with such a header, version 1 or 2; one without is closed. What others send is never taken for one."),
		decode.Optional("send", decode.Words[string]{Known: []decode.Word[string]{{Name: "v1", Value: "v1"}, {Name: "v2", Value: "v2"}}}, func(p *ProxyProtocol) *string { return &p.Send },
			"The version in which endpoints are told, health checks included (as coming from the proxy itself). With layer l7 each request then has a connection of its own."),
	},
	Groups: []decode.Group{{Sets: [][]string{{"from"}, {"send"}, {"from", "send"}}}},
}

// The idle times of layer 4 are those of AWS's network load balancer.
const (
	usualTCPIdle = 350 * time.Second
	usualUDPIdle = 120 * time.Second
)

// usualFlows is how many flows there may be where the file does not say.
const usualFlows = 10_000

// IsUDP reports whether flows of datagrams are balanced.
func (b *Balancer) IsUDP() bool { return b.Layer == balancer.L4 && b.Proxy.Transport == UDP }

// MaxFlows returns how many flows of UDP there may be at once.
func (b *Balancer) MaxFlows() int {
	if b.Proxy.Flows == 0 {
		return usualFlows
	}
	return b.Proxy.Flows
}

// Times returns the timeouts, with defaults.
func (b *Balancer) Times() Timeouts {
	t := usualTimeouts
	if b.Proxy.Timeouts != nil {
		t = *b.Proxy.Timeouts
	}
	switch {
	case t.Idle != 0:
	case b.IsUDP():
		t.Idle = usualUDPIdle
	case b.Layer == balancer.L4:
		t.Idle = usualTCPIdle
	default:
		t.Idle = usualIdle
	}
	return t
}

const (
	ofConnections = "contradicts layer: l4, which sees connections and no requests"
	passesTLS     = "contradicts layer: l4, which passes TLS on as it comes: leave it out"
)

// checkLayer4 looks at what a proxy that balances connections, or flows, can't do.
func checkLayer4(v decode.Value, b *Balancer) {
	if b.Layer != balancer.L4 {
		for _, key := range []string{"transport", "max_flows"} {
			if at := v.Get(key); at.Present() {
				at.FailKey("has no meaning for layer l7: say layer: l4")
			}
		}
		if b.Proxy.ProxyProtocol.Announces() && b.Proxy.Protocol().Upstream != "http1" {
			v.At("proxy_protocol.send").FailKey("contradicts http.upstream: %s, whose connections carry requests of many clients", b.Proxy.Protocol().Upstream)
		}
		return
	}
	for _, x := range []struct{ key, why string }{
		{"http", ofConnections}, {"tls", passesTLS}, {"upstream_tls", passesTLS}, {"slo", ofConnections}, {"waf", ofConnections},
	} {
		if at := v.Get(x.key); at.Present() {
			at.FailKey("%s", x.why)
		}
	}
	if at := v.At("timeouts.request"); at.Present() {
		at.FailKey("%s: what has an end is what is idle (timeouts.idle)", ofConnections)
	}
	if k := b.Proxy.Key.Kind; k != "" && k != "client" && v.Sound("key") {
		v.Get("key").Fail("%s: take client", ofConnections)
	}
	for i := range b.Routes {
		if b.Routes[i].Mirror != nil {
			v.Get("routes").Index(i).Get("mirror").FailKey("%s: a connection has no copy", ofConnections)
		}
		at := v.Get("routes").Index(i).Get("match")
		for _, key := range []string{"path", "path_prefix", "path_begins", "method", "headers"} {
			if at.Get(key).Present() {
				at.Get(key).FailKey("%s: a route may want a host, which is what a client of TLS asks for (SNI)", ofConnections)
			}
		}
		if at.Get("host").Present() && b.IsUDP() {
			at.Get("host").FailKey("contradicts transport: udp, which asks for no host")
		}
	}
	if b.IsUDP() {
		if at := v.Get("proxy_protocol"); at.Present() {
			at.FailKey("contradicts transport: udp: it is for connections")
		}
	} else if at := v.Get("max_flows"); at.Present() {
		at.FailKey("is for transport: udp")
	}
}

// checkLayer4Pool looks at what a pool of connections, or flows, can't have. at finds where
// something of it is written.
func checkLayer4Pool(at func(path ...string) decode.Value, b *Balancer, p *Pool) {
	if p.Affinity != nil {
		at("affinity").FailKey("%s: take ip_hash, or maglev with key: client", ofConnections)
	}
	if p.Hedge != nil {
		at("hedge").FailKey("%s: a connection has no copy", ofConnections)
	}
	if p.Retries != nil && b.IsUDP() {
		at("retries").FailKey("contradicts transport: udp: nobody knows of a datagram whether it has arrived")
	}
	if p.Retries != nil && p.Retries.PerTryTimeout != 0 {
		at("retries", "per_try_timeout").FailKey("%s: the time for a connection is timeouts.connect", ofConnections)
	}
	if p.Retries != nil {
		for i, c := range p.Retries.Conditions {
			if where := at("retries", "conditions").Index(i); c != "connect_failure" && where.Present() {
				where.Fail("layer l4 tries again what could not connect (connect_failure): of all else some has been sent")
			}
		}
	}
	if p.Health != nil && p.Health.Active != nil {
		asked := at("health", "active")
		if !asked.Get("path").Present() && !asked.Get("connect").Present() && !asked.Get("grpc").Present() {
			asked.FailKey("says nothing of what is asked, and layer l4 does not know: connect: true (TCP), path: /healthz (HTTP) or grpc: true")
		}
	}
}

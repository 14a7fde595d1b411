package config

import (
	"net/netip"
	"strings"

	"lbsim/algorithms"
	"lbsim/balancer"
	"lbsim/config/decode"
	"lbsim/random"
)

// Key is what of a request hashing algorithms place it by.
type Key struct {
	Kind string // client, path, header or cookie; "": nothing
	Name string // of the header or the cookie
}

// String returns the key as it is written.
func (k Key) String() string {
	if k.Name == "" {
		return k.Kind
	}
	return k.Kind + ":" + k.Name
}

// keyType reads client, path, header:NAME and cookie:NAME.
type keyType struct{}

func (keyType) Read(v decode.Value) (Key, bool) {
	text, ok := v.Literal()
	kind, name, named := strings.Cut(text, ":")
	switch {
	case ok && !named && (kind == "client" || kind == "path"), ok && name != "" && (kind == "header" || kind == "cookie"):
		return Key{Kind: kind, Name: name}, true
	}
	v.Fail("must be client, path, header:NAME or cookie:NAME")
	return Key{}, false
}

func (keyType) Write(k Key) any { return k.String() }

func (keyType) Schema(*decode.Defs) decode.Schema {
	return decode.Schema{"type": "string", "pattern": "^(client|path|header:.+|cookie:.+)$"}
}

// prefixType reads a network, or an address.
type prefixType struct{}

func (prefixType) Read(v decode.Value) (netip.Prefix, bool) {
	text, _ := v.Literal()
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.Masked(), true
	}
	if a, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	v.Fail("must be a network such as 10.0.0.0/8, or an address")
	return netip.Prefix{}, false
}

func (prefixType) Write(p netip.Prefix) any { return p.String() }

func (prefixType) Schema(*decode.Defs) decode.Schema { return decode.Schema{"type": "string"} }

// tlsVersion reads 1.2 or 1.3, in quotes or not.
type tlsVersion struct{}

func (tlsVersion) Read(v decode.Value) (string, bool) {
	text, _ := v.Literal()
	if text == "1.2" || text == "1.3" {
		return text, true
	}
	v.Fail("must be 1.2 or 1.3")
	return "", false
}

func (tlsVersion) Write(version string) any { return version }

func (tlsVersion) Schema(*decode.Defs) decode.Schema {
	return decode.Schema{"enum": []any{"1.2", "1.3", 1.2, 1.3}}
}

const notCarriedOut = "is not carried out by lbsim proxy yet: leave it out"

// checkProxy looks at what a proxy must know and at what it can't do.
func checkProxy(v decode.Value, b *Balancer) {
	if at := v.Get("listen"); !at.Present() {
		at.FailKey("is missing: the address on which the proxy listens, such as 127.0.0.1:8080")
	}
	checkLayer4(v, b)
	checkUpstream(v, &b.Proxy)
	checkMeasured(v.Get("slo"), b.Proxy.SLO)
	if b.Frontends > 1 {
		v.Get("frontends").FailKey("has no meaning for lbsim proxy, which is one: start it several times")
	}
	if !v.Sound("pools", "algorithm") {
		return
	}
	places := []decode.Value{v}
	if len(b.Pools) > 0 {
		places = nil
		for i := range b.Pools {
			places = append(places, v.Get("pools").Get(b.Pools[i].Name))
		}
	}
	for i, pool := range b.All() {
		checkProxyPool(v, places[i], b, &pool)
	}
	checkKey(v, b)
}

// checkProxyPool looks at a pool that is written at own, or in the file itself.
func checkProxyPool(file, own decode.Value, b *Balancer, p *Pool) {
	at := func(path ...string) decode.Value {
		x := own
		if !own.Get(path[0]).Present() {
			x = file
		}
		for _, key := range path {
			x = x.Get(key)
		}
		return x
	}
	if b.Layer == balancer.L4 {
		checkLayer4Pool(at, b, p)
	}
	if p.Servers != nil {
		own.Get("servers").FailKey("is a scenario's: give endpoints")
	}
	if p.Limits != nil && p.Limits.Shedding != nil {
		at("limits", "shedding").FailKey(notCarriedOut)
	}
	if p.Health != nil && p.Health.Active != nil && p.Health.Active.Deep {
		at("health", "active", "depth").Fail("deep has no meaning for lbsim proxy: let path name what asks for more")
	}
	if p.Health != nil && p.Health.Active != nil && p.Health.Active.GRPC && b.Proxy.UpstreamTLS != nil && b.Proxy.Protocol().Upstream != H2 {
		at("health", "active", "grpc").FailKey("speaks HTTP/2, with TLS where there is upstream_tls: say http: {upstream: h2}")
	}
	if len(p.Endpoints) == 0 && !own.Get("endpoints").Present() { // what is wrong with those that are written is told
		own.Get("endpoints").FailKey("is missing: the servers to choose from, such as [{name: a, address: 127.0.0.1:9001}]")
	}
	for i := range p.Endpoints {
		if where := own.Get("endpoints").Index(i); p.Endpoints[i].Address == "" && where.Sound("address") {
			where.Get("address").FailKey("is missing: where lbsim proxy finds it, such as 127.0.0.1:9001")
		}
	}
	if p.Algorithm.Spec == nil { // what pools share has not come to them, because of another mistake
		return
	}
	if AsksServers(p.Algorithm) {
		at("algorithm").Fail("%s lives on what servers say of themselves, which lbsim proxy does not ask them yet", p.Algorithm.Spec.Name)
	}
}

// AsksServers reports whether an algorithm needs the servers' cooperation.
func AsksServers(choice algorithms.Choice) bool {
	picker, err := choice.New(random.New(0, "check", 0))
	if err != nil {
		return false
	}
	_, probes := picker.(algorithms.Prober)
	reported, ok := picker.(algorithms.Reported)
	return probes || ok && reported.WantsReports()
}

// checkKey looks at whether it is known what algorithms hash.
func checkKey(v decode.Value, b *Balancer) {
	if !v.Sound("key") {
		return
	}
	hashers, own := 0, false
	for _, pool := range b.All() {
		if pool.Algorithm.Spec == nil || !pool.Algorithm.Spec.NeedsKey {
			continue
		}
		if b.Proxy.Key.Kind == "" {
			v.Get("key").FailKey("is missing: what %s hashes: client, path, header:NAME or cookie:NAME", pool.Algorithm.Spec.Name)
			return
		}
		picker, err := pool.Algorithm.New(random.New(0, "check", 0))
		_, special := picker.(algorithms.KeyHasher)
		own = own || err == nil && special
		hashers++
	}
	if own && hashers > 1 {
		v.Get("key").Fail("several pools hash it, one of them as its product does: lbsim proxy hashes a key once")
	}
	if hashers == 0 && v.Get("key").Present() {
		v.Get("key").FailKey("has no meaning: no algorithm here hashes a key")
	}
}

package config

import (
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"lbsim/config/decode"
)

// Proxy is what lbsim proxy is told beside what a balancer is, as written. A scenario
// has no use for it: one file serves both.
type Proxy struct {
	Listen        string
	Transport     Transport      // of layer 4; "": TCP
	Flows         int            // of UDP that there may be at once; 0: the usual
	ProxyProtocol *ProxyProtocol // nil: nobody says it
	TLS           *TLS           // nil: HTTP without TLS
	UpstreamTLS   *UpstreamTLS   // nil: endpoints are spoken to without
	WAF           *WAF           // nil: none
	Admin         *Admin         // nil: none
	Timeouts      *Timeouts      // nil: the usual ones
	HTTP          *HTTP          // nil: the usual
	Key           Key            // what hashing algorithms place a request by
	AccessLog     string         // a file, stdout or stderr; "": none
	SLO           []Objective
}

// Admin is where the proxy is looked at and told things.
type Admin struct {
	Listen    string // a loopback address, or unix: and a path
	TokenFile string // holds what a caller must know; "": of a socket, whose file has permissions
}

// Timeouts bound how long things may take; 0: as long as they like.
type Timeouts struct {
	Header  time.Duration // from the first byte of a request to the end of its header; of a connection, for what routes and PROXY protocol need
	Idle    time.Duration // between two requests of a connection, on either side; of layer 4, without a byte either way; 0: the usual
	Connect time.Duration // until an endpoint has taken a connection
	Request time.Duration // for a request with all that belongs to it
}

// HTTP is how the protocol is handled.
type HTTP struct {
	MaxHeader      float64 // bytes of a request's header
	MaxBody        float64 // bytes of a request's body; 0: any number
	Buffer         float64 // bytes of a body that are kept for a further attempt
	Upstream       string  // one of upstreams
	TrustedProxies []netip.Prefix
	Forwarded      Forwarded
}

// The words for HTTP/2 to endpoints, without TLS and with it.
const (
	H2C = "h2c"
	H2  = "h2"
)

// Forwarded says in which headers the proxy tells endpoints who the client was, and
// believes trusted proxies.
type Forwarded string

const (
	XForwarded Forwarded = "x_forwarded" // X-Forwarded-For, -Host and -Proto
	RFC7239    Forwarded = "rfc7239"     // Forwarded
)

// usualTimeouts are the 10 s of HAProxy's guide for timeout http-request, and Envoy's
// connect_timeout.
var usualTimeouts = Timeouts{Header: 10 * time.Second, Connect: 5 * time.Second}

// usualIdle is NGINX's keepalive_timeout (in its shipped configuration 65 s).
const usualIdle = 60 * time.Second

// usualHTTP has Envoy's limit of a header, 60 KiB, rounded up.
var usualHTTP = HTTP{MaxHeader: 64 << 10, Buffer: 64 << 10, Upstream: "http1", Forwarded: XForwarded}

// Protocol returns how HTTP is handled, with defaults.
func (p *Proxy) Protocol() HTTP {
	if p.HTTP == nil {
		return usualHTTP
	}
	return *p.HTTP
}

// proxyFields are the keys of a balancer's file that are the proxy's alone.
func proxyFields() []decode.Field[Proxy] {
	return []decode.Field[Proxy]{
		decode.Optional("listen", listenAddress, func(p *Proxy) *string { return &p.Listen },
			"The address on which lbsim proxy listens, such as 127.0.0.1:8080; a scenario needs none."),
		decode.Optional("transport", transports, func(p *Proxy) *Transport { return &p.Transport },
			"lbsim proxy, layer l4: what is balanced: tcp, or udp by flow, which is all that comes from one address and port; left out: tcp."),
		decode.Optional("max_flows", decode.Count.That(decode.AtLeast(1, "1"), decode.AtMost(1_000_000, "1000000")), func(p *Proxy) *int { return &p.Flows },
			"lbsim proxy, transport udp: how many flows there may be at once; the datagrams of more are dropped. Left out: 10000."),
		decode.Optional("proxy_protocol", decode.Pointer[ProxyProtocol]{To: proxyProtocol}, func(p *Proxy) **ProxyProtocol { return &p.ProxyProtocol },
			"lbsim proxy: HAProxy's PROXY protocol, from other proxies and to endpoints; left out: nobody speaks it."),
		decode.Optional("tls", decode.Pointer[TLS]{To: tlsTable}, func(p *Proxy) **TLS { return &p.TLS },
			"lbsim proxy: serve TLS; left out: plain HTTP/1.1 and HTTP/2 (h2c)."),
		decode.Optional("upstream_tls", decode.Pointer[UpstreamTLS]{To: upstreamTLS}, func(p *Proxy) **UpstreamTLS { return &p.UpstreamTLS },
			"lbsim proxy: speak TLS to endpoints, health checks too; {} is enough. Left out: without."),
		decode.Optional("waf", decode.Pointer[WAF]{To: waf}, func(p *Proxy) **WAF { return &p.WAF },
			"lbsim proxy: a web application firewall; left out: none."),
		decode.Optional("admin", decode.Pointer[Admin]{To: adminTable}, func(p *Proxy) **Admin { return &p.Admin },
			"lbsim proxy: where it is looked at and told things; left out: nowhere."),
		decode.Optional("timeouts", decode.Pointer[Timeouts]{To: timeouts}, func(p *Proxy) **Timeouts { return &p.Timeouts },
			"lbsim proxy: how long things may take. The time of an attempt is retries.per_try_timeout."),
		decode.Optional("http", decode.Pointer[HTTP]{To: httpTable}, func(p *Proxy) **HTTP { return &p.HTTP },
			"lbsim proxy: how HTTP is handled."),
		decode.Optional("key", keyType{}, func(p *Proxy) *Key { return &p.Key },
			"lbsim proxy: what hashing algorithms place a request by: client, path, or header: or cookie: with a name. A scenario has workload.keys."),
		decode.Optional("access_log", decode.Text.That(decode.Rule[string]{Text: "a file, stdout or stderr", Holds: func(s string) bool { return s != "" }}),
			func(p *Proxy) *string { return &p.AccessLog },
			"lbsim proxy: where a line of JSON for each request, or connection, goes: a file, stdout or stderr; left out: nowhere."),
		decode.Optional("slo", decode.List[Objective]{Of: objectiveType{}, Min: 1}, func(p *Proxy) *[]Objective { return &p.SLO },
			"lbsim proxy: objectives, such as p99 < 250ms and error_ratio < 0.1%, of which lbsim alerts makes alert rules. Those of a scenario are its own."),
	}
}

var adminTable = decode.Object[Admin]{
	Name: "admin",
	Doc:  "Where the proxy is looked at and told things.",
	Fields: []decode.Field[Admin]{
		decode.Required("listen", text("a loopback address and a port such as 127.0.0.1:9000, or unix: and the path of a socket", isLocal), func(a *Admin) *string { return &a.Listen },
			"A loopback address and a port, or unix: and the path of a socket."),
		decode.Optional("token_file", plainText, func(a *Admin) *string { return &a.TokenFile },
			"A file with the token that a caller must send (Authorization: Bearer …). Needed where it is no socket."),
	},
	Check: func(v decode.Value, a *Admin) {
		if !strings.HasPrefix(a.Listen, "unix:") && a.TokenFile == "" {
			v.Get("token_file").FailKey("is missing: everybody on this machine can reach %s", a.Listen)
		}
	},
}

var timeouts = decode.Object[Timeouts]{
	Name: "timeouts",
	Doc:  "How long things may take.",
	Fields: []decode.Field[Timeouts]{
		decode.Default("header", span, func(t *Timeouts) *time.Duration { return &t.Header }, usualTimeouts.Header, "From the first byte of a request to the end of its header; layer l4: for a ClientHello, where routes want a host, and a header of PROXY protocol."),
		decode.Optional("idle", span, func(t *Timeouts) *time.Duration { return &t.Idle },
			"Between two requests on a connection, of a client or to an endpoint; layer l4: without a byte either way. Left out: 60s; layer l4 350s, and 120s of a flow of UDP, as AWS's."),
		decode.Default("connect", span, func(t *Timeouts) *time.Duration { return &t.Connect }, usualTimeouts.Connect, "Until an endpoint has taken a connection; then it is a connect_failure."),
		decode.Default("request", decode.WordOr[time.Duration]{Word: "unlimited", Means: 0, Else: span}, func(t *Timeouts) *time.Duration { return &t.Request }, 0,
			"For a request with all its attempts, to the last byte of the answer (504), but not for what a connection that was upgraded carries; unlimited."),
	},
}

var (
	upstreams   = decode.Words[string]{Known: []decode.Word[string]{{Name: "http1", Value: "http1"}, {Name: H2C, Value: H2C}, {Name: H2, Value: H2}}}
	forwardings = decode.Words[Forwarded]{Known: []decode.Word[Forwarded]{{Name: string(XForwarded), Value: XForwarded}, {Name: string(RFC7239), Value: RFC7239}}}
	size        = decode.Size.That(decode.AtLeast(0.0, "0"), decode.AtMost(float64(1<<40), "1024GiB"))
	httpTable   = decode.Object[HTTP]{
		Name: "http",
		Doc:  "How HTTP is handled.",
		Fields: []decode.Field[HTTP]{
			decode.Default("max_header", decode.Size.That(decode.AtLeast(1024.0, "1KiB"), decode.AtMost(float64(16<<20), "16MiB")), func(h *HTTP) *float64 { return &h.MaxHeader }, usualHTTP.MaxHeader,
				"The longest header of a request (431)."),
			decode.Default("max_body", decode.WordOr[float64]{Word: "unlimited", Means: 0, Else: size.That(decode.Above(0.0, "0"))}, func(h *HTTP) *float64 { return &h.MaxBody }, 0,
				"The longest body of a request (413); unlimited."),
			decode.Default("buffer", size.That(decode.AtMost(float64(64<<20), "64MiB")), func(h *HTTP) *float64 { return &h.Buffer }, usualHTTP.Buffer,
				"How much of a request's body is kept for a further attempt; of a longer one there is none once it is sent."),
			decode.Default("upstream", upstreams, func(h *HTTP) *string { return &h.Upstream }, usualHTTP.Upstream,
				"What is spoken to endpoints: http1, or HTTP/2, which gRPC servers want: h2c without TLS, h2 with upstream_tls (and HTTP/1.1 to one that has no HTTP/2)."),
			decode.Optional("trusted_proxies", decode.List[netip.Prefix]{Of: prefixType{}, Min: 1}, func(h *HTTP) *[]netip.Prefix { return &h.TrustedProxies },
				"Networks whose word on the client (see forwarded) is believed and passed on; from others it is dropped."),
			decode.Default("forwarded", forwardings, func(h *HTTP) *Forwarded { return &h.Forwarded }, usualHTTP.Forwarded,
				"The headers that say who the client was: x_forwarded (X-Forwarded-For, -Host and -Proto) or rfc7239 (Forwarded). The others are dropped."),
		},
	}
)

var listenAddress = text("an address and a port, such as 127.0.0.1:8080 or :8080", isListen)

// isListen reports whether somebody can listen there.
func isListen(s string) bool {
	_, port, err := net.SplitHostPort(s)
	n, bad := strconv.Atoi(port)
	return err == nil && bad == nil && n >= 0 && n <= 65535
}

// isLocal reports whether nobody from elsewhere can reach it.
func isLocal(s string) bool {
	if path, ok := strings.CutPrefix(s, "unix:"); ok {
		return path != ""
	}
	host, _, _ := net.SplitHostPort(s)
	addr, err := netip.ParseAddr(host)
	return isListen(s) && (host == "localhost" || err == nil && addr.IsLoopback())
}

// isAddress reports whether an endpoint can be there.
func isAddress(s string) bool {
	host, port, err := net.SplitHostPort(s)
	return err == nil && host != "" && !strings.ContainsAny(host, " /") && port != "0" && isListen(s)
}

// ReadProxy parses the file of a proxy: that of a balancer, which must say all that a
// proxy has to know and nothing that it can't do.
func ReadProxy(name string, r io.Reader) (*Balancer, error) {
	doc, err := decode.Parse(name, r)
	if err != nil {
		return nil, err
	}
	b, _ := Table().Read(doc.Root())
	checkProxy(doc.Root(), &b)
	if err := doc.Err(); err != nil {
		return nil, err
	}
	return &b, nil
}

package haproxy

import (
	"net"
	"strconv"
	"strings"
	"time"
)

// front reads what holds for all pools together: the layer, where clients come in, times
// and the key that is hashed.
func (r *reading) front(proxies []*proxy, doc document) {
	r.setLayer(proxies, doc)
	r.listen(proxies, doc)
	if times := r.times(proxies); len(times) > 0 {
		doc["timeouts"] = times
	}
	if r.key != "" {
		doc["key"] = r.key
		r.put("key", r.keyLine.at)
	}
}

// routeKey notes what a pool hashes. lbsim's balancer hashes one thing.
func (r *reading) routeKey(p *proxy, key string) {
	l := p.last["balance"]
	switch {
	case key == "" || key == r.key:
	case r.key == "":
		r.key, r.keyLine = key, l
	default:
		r.remarkWord(l, 1, len(l.words), "all pools hash one key, "+r.key)
	}
}

// listen takes the address of the first frontend that leads to a pool.
func (r *reading) listen(proxies []*proxy, doc document) {
	for _, p := range proxies {
		if !p.isFront() {
			continue
		}
		for _, l := range p.many["bind"] {
			l.used = true
			address, known := bindAddress(l.arg(1))
			switch {
			case len(l.words) < 2:
				r.fail(l.at, "must be bind ADDRESS:PORT")
			case known && doc["listen"] == nil && (p.last["default_backend"] != nil || len(p.many["use_backend"]) > 0 || p.id != ""):
				doc["listen"] = address
				r.put("listen", l.at)
			default:
				r.remarkWord(l, 0, 1, "lbsim proxy listens at one address")
			}
			r.bindWords(l)
		}
	}
}

func (r *reading) bindWords(l *line) {
	for i := 2; i < len(l.words); {
		n, known := bindWords[l.arg(i)]
		if !known {
			r.fail(l.place(i), "%s is no word of bind: %s", quoted(l.arg(i)), near(l.arg(i), keys(bindWords)))
			return
		}
		why := ofSockets
		if w := l.arg(i); strings.HasPrefix(w, "ssl") || contains([]string{"crt", "crt-list", "alpn", "ca-file", "verify", "ciphers", "ciphersuites", "curves", "strict-sni", "npn"}, w) || strings.Contains(w, "tls") {
			why = ofTLS
		} else if w == "accept-proxy" {
			why = "the PROXY protocol is not spoken"
		}
		r.remarkWord(l, i, n, why)
		i += 1 + n
	}
}

// bindAddress makes an address of Go's of HAProxy's: *:80, :80, 10.0.0.1:80.
func bindAddress(text string) (string, bool) {
	for _, prefix := range []string{"ipv4@", "ipv6@"} {
		text = strings.TrimPrefix(text, prefix)
	}
	colon := strings.LastIndexByte(text, ':')
	if colon < 0 || strings.ContainsAny(text, "@,/$") {
		return "", false
	}
	host, port := strings.Trim(text[:colon], "[]"), text[colon+1:]
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return "", false
	}
	if host == "*" || host == "::" {
		host = ""
	}
	return net.JoinHostPort(host, port), true
}

// times are those of the proxy as a whole: the first that is given for each.
func (r *reading) times(proxies []*proxy) document {
	doc := document{}
	for _, p := range proxies {
		for _, x := range []struct {
			of          bool
			name, field string
		}{
			{p.isFront() && !p.tcp(), "http-request", "header"},
			{p.isFront() && !p.tcp(), "http-keep-alive", "idle"},
			{p.isFront() && !p.tcp(), "client", "idle"},
			{p.isBack() && p.tcp(), "tunnel", "idle"},
			{p.isBack() && p.tcp(), "server", "idle"},
			{p.isBack(), "connect", "connect"},
		} {
			if x.of {
				r.oneTime(p, x.name, x.field, doc)
			}
		}
	}
	return doc
}

func (r *reading) oneTime(p *proxy, name, field string, doc document) {
	d, l := r.timeout(p, name)
	if l == nil || d == 0 {
		return
	}
	d = min(d, 100*365*24*time.Hour)
	if given, has := doc[field]; has && given != span(d) {
		if r.cfg.Places["timeouts."+field].Line != l.at.Line {
			r.remarkWord(l, 0, len(l.words), "lbsim proxy has one time of that kind: "+field+" is "+given.(string))
		}
		return
	}
	doc[field] = span(d)
	r.put("timeouts."+field, l.at)
}

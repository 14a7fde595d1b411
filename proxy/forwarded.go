package proxy

import (
	"net/http"
	"net/http/httputil"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"lbsim/config"
)

// client returns the address of the client, and whether the one who sent the request may
// say who that is.
func (s *settings) client(r *http.Request) (client netip.Addr, trusted bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, false
	}
	client = peer.Addr().Unmap()
	if len(s.http.TrustedProxies) == 0 || !s.trusts(client) {
		return client, false
	}
	// From the right, as everybody adds what it sees: the first that is not trusted.
	for _, hop := range slices.Backward(s.hops(r.Header)) {
		addr, ok := address(hop)
		if !ok {
			break
		}
		if client = addr; !s.trusts(client) {
			break
		}
	}
	return client, true
}

func (s *settings) trusts(a netip.Addr) bool {
	return slices.ContainsFunc(s.http.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(a) })
}

// hops are those that a request has come by, as its header tells.
func (s *settings) hops(h http.Header) []string {
	if s.http.Forwarded == config.XForwarded {
		return strings.Split(strings.Join(h["X-Forwarded-For"], ","), ",")
	}
	var hops []string
	text := strings.Join(h["Forwarded"], ",")
	if !wellQuoted.MatchString(text) { // else a quote left open might hide what a trusted proxy added
		return nil
	}
	for _, element := range split(text, ',') {
		hop := "" // an element may say nothing of it
		for _, pair := range split(element, ';') {
			if name, value, _ := strings.Cut(strings.TrimSpace(pair), "="); strings.EqualFold(name, "for") {
				hop = strings.Trim(value, `"`)
			}
		}
		hops = append(hops, hop)
	}
	return hops
}

// wellQuoted is a text whose quotes enclose whole values.
var wellQuoted = regexp.MustCompile(`^(?:[^"]*="(?:[^"\\]|\\.)*"\s*(?:[,;]|$))*[^"]*$`)

// split cuts a text at a character, but not within quotes.
func split(text string, at byte) (parts []string) {
	quoted, from := false, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == at && !quoted:
			parts = append(parts, text[from:i])
			from = i + 1
		}
	}
	return append(parts, text[from:])
}

// address reads a hop: an address, in brackets or not, with a port or not.
func address(hop string) (netip.Addr, bool) {
	hop = strings.TrimSpace(hop)
	if with, err := netip.ParseAddrPort(hop); err == nil {
		return with.Addr().Unmap(), true
	}
	if inner, ok := strings.CutPrefix(hop, "["); ok {
		hop = strings.TrimSuffix(inner, "]")
	}
	addr, err := netip.ParseAddr(hop)
	return addr.Unmap(), err == nil
}

// rewrite says who the client was. What others said is passed on only from those who are
// trusted; the host stays the client's.
func rewrite(pr *httputil.ProxyRequest) {
	x := exchangeOf(pr.In)
	if x.settings.http.Forwarded == config.RFC7239 {
		said := forwardedElement(pr.In)
		if x.trusted {
			said = strings.Join(append(slices.Clone(pr.In.Header["Forwarded"]), said), ", ")
		}
		pr.Out.Header["Forwarded"] = []string{said}
		return
	}
	if !x.trusted {
		pr.SetXForwarded()
		return
	}
	pr.Out.Header["X-Forwarded-For"] = pr.In.Header["X-Forwarded-For"]
	pr.SetXForwarded()
	for _, name := range []string{"X-Forwarded-Host", "X-Forwarded-Proto"} {
		if said, ok := pr.In.Header[name]; ok {
			pr.Out.Header[name] = said
		}
	}
}

var quotedPair = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// forwardedElement is what the proxy itself saw of a request, as RFC 7239 writes it.
func forwardedElement(r *http.Request) string {
	who := "unknown"
	if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		who = peer.Addr().Unmap().String()
		if peer.Addr().Unmap().Is6() {
			who = `"[` + who + `]"`
		}
	}
	proto := "http"
	if r.TLS != nil {
		proto = "https"
	}
	return "for=" + who + `;host="` + quotedPair.Replace(r.Host) + `";proto=` + proto
}

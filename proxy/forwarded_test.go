package proxy

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"lbsim/config"
)

// The client is the first from the right that is not trusted; what can't be read ends the
// way there, and so does a quote that somebody left open to hide what others added.
func TestClientAddress(t *testing.T) {
	networks := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for _, c := range []struct {
		name, peer, header, value, want string
	}{
		{"a stranger", "1.1.1.1:1", "X-Forwarded-For", "2.2.2.2", "1.1.1.1"},
		{"behind one proxy", "10.0.0.1:1", "X-Forwarded-For", "3.3.3.3, 2.2.2.2", "2.2.2.2"},
		{"behind two", "10.0.0.1:1", "X-Forwarded-For", "2.2.2.2, 10.0.0.2", "2.2.2.2"},
		{"with a port", "10.0.0.1:1", "X-Forwarded-For", "2.2.2.2:80", "2.2.2.2"},
		{"IPv6", "10.0.0.1:1", "X-Forwarded-For", "[2001:db8::1]", "2001:db8::1"},
		{"IPv4 in IPv6", "[::ffff:10.0.0.1]:1", "X-Forwarded-For", "::ffff:2.2.2.2", "2.2.2.2"},
		{"no address", "10.0.0.1:1", "X-Forwarded-For", "2.2.2.2, unknown", "10.0.0.1"},
		{"nothing", "10.0.0.1:1", "X-Forwarded-For", "", "10.0.0.1"},
		{"RFC 7239", "10.0.0.1:1", "Forwarded", `for=3.3.3.3, for="2.2.2.2:9";by=x`, "2.2.2.2"},
		{"RFC 7239, not said", "10.0.0.1:1", "Forwarded", `for=3.3.3.3, proto=https`, "10.0.0.1"},
		{"RFC 7239, IPv6", "10.0.0.1:1", "Forwarded", `For="[2001:db8::1]"`, "2001:db8::1"},
		{"a comma in quotes", "10.0.0.1:1", "Forwarded", `for=2.2.2.2;by="a, for=3.3.3.3"`, "2.2.2.2"},
		{"a quote left open", "10.0.0.1:1", "Forwarded", `for=3.3.3.3;by=", for=2.2.2.2`, "10.0.0.1"},
		{"and closed by what was added", "10.0.0.1:1", "Forwarded", `for=3.3.3.3;by=", for=2.2.2.2;host="a\"b"`, "10.0.0.1"},
	} {
		s := &settings{http: config.HTTP{TrustedProxies: networks, Forwarded: config.XForwarded}}
		if c.header == "Forwarded" {
			s.http.Forwarded = config.RFC7239
		}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.peer
		r.Header.Set(c.header, c.value)
		if got, _ := s.client(r); got.String() != c.want {
			t.Errorf("%s: %v, want %s", c.name, got, c.want)
		}
	}
}

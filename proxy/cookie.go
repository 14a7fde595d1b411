package proxy

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/config"
)

// signed is an affinity cookie whose content a client can keep but not make: the name of
// the endpoint, when it expires, and an HMAC-SHA256 of both and of the pool.
type signed struct {
	config.Cookie
	pool   string
	secret []byte
}

// value returns the text of a cookie.
func (s *signed) value(c balancer.Cookie) string {
	content := strconv.FormatInt(int64(c.Expires), 36) + "." + c.Endpoint
	return base64.RawURLEncoding.EncodeToString(s.sign(content)) + "." + content
}

func (s *signed) sign(content string) []byte {
	mac := hmac.New(sha256.New, s.secret)
	mac.Write([]byte(s.pool + "\x00" + content))
	return mac.Sum(nil)
}

// read returns what a text says; the zero Cookie where nobody here has signed it.
func (s *signed) read(text string) balancer.Cookie {
	mark, content, _ := strings.Cut(text, ".")
	expires, endpoint, found := strings.Cut(content, ".")
	given, err := base64.RawURLEncoding.DecodeString(mark)
	at, bad := strconv.ParseInt(expires, 36, 64)
	if !found || err != nil || bad != nil || !hmac.Equal(given, s.sign(content)) {
		return balancer.Cookie{}
	}
	return balancer.Cookie{Endpoint: endpoint, Expires: clock.Time(at)}
}

// cookie returns the header that gives a client its cookie.
func (s *settings) cookie(x *exchange) string {
	own := s.cookies[x.ticket.Pool]
	c := http.Cookie{Name: own.Name, Value: own.value(x.request.Cookie), Path: "/", HttpOnly: true, Secure: own.Secure}
	if own.TTL > 0 {
		c.MaxAge = max(1, int(own.TTL/time.Second))
	}
	switch own.SameSite {
	case "lax":
		c.SameSite = http.SameSiteLaxMode
	case "strict":
		c.SameSite = http.SameSiteStrictMode
	case "none":
		c.SameSite = http.SameSiteNoneMode
	}
	return c.String()
}

// recall returns the cookie that a request came with, of the pools to which it may go.
func (s *settings) recall(x *exchange, r *http.Request) balancer.Cookie {
	if len(s.balancer.Routes) == 0 {
		return s.cookies[0].from(r)
	}
	for _, b := range x.proxy.guard.branches(s, &x.about) {
		if own := s.cookies[b.Pool]; own != nil {
			if c := own.from(r); c.Endpoint != "" {
				return c
			}
		}
	}
	return balancer.Cookie{}
}

// branches returns to which pools a request may go.
func (g *Guard) branches(s *settings, about *balancer.Attributes) []balancer.Branch {
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := g.lb.RouteOf(about); i >= 0 && int(i) < len(s.balancer.Routes) {
		return s.balancer.Routes[i].Branches
	}
	return nil
}

func (s *signed) from(r *http.Request) balancer.Cookie {
	for _, c := range r.CookiesNamed(s.Name) {
		if own := s.read(c.Value); own.Endpoint != "" {
			return own
		}
	}
	return balancer.Cookie{}
}

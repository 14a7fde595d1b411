package proxy

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"os"
	"reflect"
	"time"

	"lbsim/balancer"
	"lbsim/config"
	"lbsim/proxy/firewall"
)

// settings are what a configuration comes to. They do not change: a reload makes others,
// and a request keeps those with which it began.
type settings struct {
	file     *config.Balancer
	balancer balancer.Config
	members  [][]balancer.Endpoint
	times    config.Timeouts
	http     config.HTTP
	tls      *tls.Config        // for clients; nil: none
	upstream *tls.Config        // for endpoints; nil: none
	firewall *firewall.Firewall // nil: none
	rules    string             // of the firewall's file
	files    contents           // of those that were read
	cookies  []*signed          // by pool; nil: no affinity
	sticky   bool               // some pool has affinity
	hedges   bool               // some pool hedges
	copies   bool               // some request may be copied, by hedges or mirrors
	headers  []string           // that routes look at
	byHost   bool               // routes look at hosts
	perTries []time.Duration
	retryIn  []string // by pool: what Retry-After says; then by route
}

// usualDrain is how long an endpoint that is drained by hand has where the file does not
// say: nginx-ingress's and Kubernetes' grace period.
const usualDrain = 30 * time.Second

// Told is what a proxy of a configuration tells its balancer.
func Told(cfg *config.Balancer) balancer.Config {
	told := cfg.Config()
	for i := range told.Pools {
		if told.Pools[i].Drain == nil {
			told.Pools[i].Drain = &balancer.Drain{Timeout: usualDrain}
		}
	}
	return told
}

// newSettings reads what files a configuration names. Secrets of the process are taken
// over from old, if there is one.
func newSettings(cfg *config.Balancer, old *settings) (*settings, error) {
	s := &settings{file: cfg, files: contents{}, balancer: Told(cfg), times: cfg.Times(), http: cfg.Proxy.Protocol()}
	pools := cfg.All()
	for i := range pools {
		pool := &s.balancer.Pools[i]
		s.members = append(s.members, pools[i].Members())
		var limit time.Duration
		if pool.Retries != nil {
			limit = pool.Retries.PerTry
		}
		s.perTries = append(s.perTries, limit)
		var rates []balancer.RateLimit
		if pool.Limits != nil {
			rates = pool.Limits.Rates
		}
		s.retryIn = append(s.retryIn, secondsBetween(rates))
		cookie, err := s.newSigned(pools[i].Affinity, pools[i].Name, old)
		if err != nil {
			return nil, err
		}
		s.cookies = append(s.cookies, cookie)
		s.sticky = s.sticky || cookie != nil
		s.hedges = s.hedges || pool.Hedges != nil
	}
	s.copies = s.hedges
	for _, r := range s.balancer.Routes {
		s.copies = s.copies || r.Mirror != nil
		s.retryIn = append(s.retryIn, secondsBetween(r.Rates))
		s.byHost = s.byHost || r.Match.Host != ""
		for _, h := range r.Match.Headers {
			s.headers = append(s.headers, http.CanonicalHeaderKey(h.Name))
		}
	}
	if err := s.loadTLS(&cfg.Proxy); err != nil {
		return nil, err
	}
	return s, nil
}

// arm makes the firewall of the settings, or takes that of old where nothing of it has
// changed: it takes a while, and memory.
func (s *settings) arm(old *settings, log *slog.Logger) error {
	c := s.file.Proxy.WAF
	if c == nil {
		return nil
	}
	if c.Rules != "" {
		text, err := s.readFile(c.Rules)
		if err != nil {
			return fmt.Errorf("waf.rules: %w", err)
		}
		s.rules = string(text)
	}
	if old != nil && s.rules == old.rules && reflect.DeepEqual(c, old.file.Proxy.WAF) {
		s.firewall = old.firewall
		return nil
	}
	var err error
	if s.firewall, err = firewall.New(c, s.rules, s.http.Upstream != "http1", log); err != nil {
		return fmt.Errorf("waf: %w", err)
	}
	return nil
}

// mayReplace says what can't be changed without a restart.
func (s *settings) mayReplace(old *settings) error {
	a, b := &s.file.Proxy, &old.file.Proxy
	for _, x := range []struct {
		what  string
		fixed bool
	}{
		{"listen", a.Listen == b.Listen},
		{"layer", s.balancer.Layer == old.balancer.Layer},
		{"transport", a.Transport == b.Transport},
		{"proxy_protocol", reflect.DeepEqual(a.ProxyProtocol, b.ProxyProtocol)},
		{"admin", reflect.DeepEqual(a.Admin, b.Admin)},
		{"access_log", a.AccessLog == b.AccessLog},
		{"tls can't be put in or taken out", (a.TLS == nil) == (b.TLS == nil)},
		{"upstream_tls can't be put in or taken out", (a.UpstreamTLS == nil) == (b.UpstreamTLS == nil)},
		{"timeouts.header", s.times.Header == old.times.Header},
		{"timeouts.idle", s.times.Idle == old.times.Idle},
		{"timeouts.connect", s.times.Connect == old.times.Connect},
		{"http.max_header", s.http.MaxHeader == old.http.MaxHeader},
		{"http.upstream", s.http.Upstream == old.http.Upstream},
	} {
		if !x.fixed {
			return fmt.Errorf("%s: can't be changed while the proxy works: start it anew", x.what)
		}
	}
	for i := range old.balancer.Pools {
		if i >= len(s.balancer.Pools) || s.balancer.Pools[i].Name != old.balancer.Pools[i].Name {
			return fmt.Errorf("pools: which there are can't be changed while the proxy works: start it anew")
		}
	}
	return nil
}

// scheme is how endpoints are spoken to.
func (s *settings) scheme() string {
	if s.upstream != nil {
		return "https"
	}
	return "http"
}

// drain is the longest time that a pool has to drain.
func (s *settings) drain() (longest time.Duration) {
	for _, p := range s.balancer.Pools {
		longest = max(longest, p.Drain.Timeout)
	}
	return longest
}

func (s *settings) perTry(pool balancer.PoolID) time.Duration { return s.perTries[pool] }

// keeps is how much of its body is kept for a further attempt of an exchange.
func (s *settings) keeps(x *exchange) int {
	r := s.balancer.Pools[x.ticket.Pool].Retries
	if r == nil || r.Attempts < 2 || !r.AnyMethod && !x.request.Idempotent {
		return 0
	}
	return int(s.http.Buffer)
}

// secondsBetween is in how many whole seconds the slowest of the rate limits lets one more
// request through.
func secondsBetween(rates []balancer.RateLimit) string {
	seconds := 1.0
	for _, r := range rates {
		seconds = max(seconds, r.Per.Seconds()/float64(r.Tokens))
	}
	return fmt.Sprint(int64(math.Ceil(seconds)))
}

// retryAfter is what Retry-After says to a request that a rate limit rejected; "" for one
// that was rejected otherwise, or by a route that a reload has just brought.
func (s *settings) retryAfter(why balancer.Reason, r *balancer.Request) string {
	i := -1
	switch why {
	case balancer.RateLimited:
		i = int(r.Pool)
	case balancer.RouteLimited:
		i = len(s.balancer.Pools) + int(r.Route)
	}
	if i < 0 || i >= len(s.retryIn) {
		return ""
	}
	return s.retryIn[i]
}

// readFile reads a file that the configuration names, and notes that it did: a change of
// it is a reason to reload.
func (s *settings) readFile(name string) ([]byte, error) {
	text, err := os.ReadFile(name)
	s.files[name] = sha256.Sum256(text)
	return text, err
}

// newSigned returns the affinity cookie of a pool; nil without affinity.
func (s *settings) newSigned(a *config.Affinity, pool string, old *settings) (*signed, error) {
	if a == nil {
		return nil, nil
	}
	c := &signed{Cookie: a.Cookie, pool: pool}
	if a.Cookie.SecretFile != "" {
		secret, err := s.readFile(a.Cookie.SecretFile)
		if err != nil {
			return nil, fmt.Errorf("affinity.cookie.secret_file: %w", err)
		}
		if len(secret) < 16 {
			return nil, fmt.Errorf("affinity.cookie.secret_file: %s holds %d bytes: it must be 16 at least", a.Cookie.SecretFile, len(secret))
		}
		c.secret = secret
		return c, nil
	}
	if old != nil {
		for _, o := range old.cookies {
			if o != nil && o.pool == pool && o.SecretFile == "" {
				c.secret = o.secret
				return c, nil
			}
		}
	}
	c.secret = make([]byte, 32)
	_, _ = rand.Read(c.secret) // it never fails
	return c, nil
}

package balancer

import (
	"fmt"
	"slices"
	"strings"

	"lbsim/clock"
	"lbsim/random"
)

// Route says where requests go that it matches. Of several routes that match the most
// precise counts, as in the Kubernetes Gateway API (HTTPRoute, HTTPRouteMatch): an
// exact host, the longest wildcard, any; an exact path, the longest prefix or beginning;
// with a method; with the most headers; the first. With Config.InOrder it is the first.
type Route struct {
	Name     string
	Match    Match
	Branches []Branch // at least one; shares sum to 1
	Mirror   *Mirror  // nil: none
	// Rates bound how many of its requests come through; all must let one through, and
	// those of its pool. As NGINX's limit_req in a location, Envoy's local rate limit of a
	// route.
	Rates []RateLimit
}

// Match is what a route wants of a request; "" and nil: it may be anything.
type Match struct {
	Host       string // exactly, or *.example.com for all below it; in any case
	Path       string // the whole path
	PathPrefix string // its beginning, in whole segments
	PathBegins string // its beginning, as text: /api is that of /apix, too
	Method     string
	Headers    []Header // all of them
}

// Header is a header of a request; names are compared in any case, values exactly.
type Header struct{ Name, Value string }

// Branch is a pool's share of what a route matches. Which requests it gets is drawn for
// each by itself, as by Envoy's weighted clusters.
type Branch struct {
	Pool  PoolID
	Share float64 // [0, 1]
}

// Mirror is a pool that gets copies of requests. Nobody waits for what becomes of
// them; but they are load for its endpoints, and its balancer's picker sees them.
type Mirror struct {
	Pool  PoolID
	Ratio float64 // of the requests, (0, 1]
}

// Attributes is what routes look at. It belongs to the driver and does not change.
type Attributes struct {
	Host, Path, Method string
	Headers            []Header
}

// routes is the routes of a balancer, in the order in which they are asked.
type routes struct {
	all            []Route
	rates          []*rates // of each; nil: none
	order          []int32
	splits, copies random.Index
}

// newRoutes makes the routes, of which the most precise comes first or, inOrder, the
// first.
func newRoutes(all []Route, inOrder bool, rnd random.Index) (*routes, error) {
	if len(all) == 0 {
		return nil, nil
	}
	x := &routes{all: all, splits: rnd.Sub("split", 0), copies: rnd.Sub("mirror", 0)}
	for i := range all {
		limits, err := newRates(all[i].Rates)
		if err != nil {
			return nil, fmt.Errorf("balancer: route %s: %w", all[i].Name, err)
		}
		x.rates = append(x.rates, limits)
	}
	x.order = RouteOrder(all)
	if inOrder {
		slices.Sort(x.order)
	}
	return x, nil
}

// RouteOrder returns the routes' places, the most precise first.
func RouteOrder(all []Route) []int32 {
	order := make([]int32, len(all))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return -slices.Compare(all[a].Match.rank(), all[b].Match.rank()) })
	return order
}

// rank is how precise a match is: the greater of two, word by word, is the more
// precise.
func (m *Match) rank() []int {
	r := make([]int, 5)
	switch {
	case strings.HasPrefix(m.Host, "*."):
		r[0] = len(m.Host)
	case m.Host != "":
		r[0] = 1 << 20
	}
	if m.Path != "" {
		r[1] = 1
	}
	r[2] = len(strings.TrimSuffix(m.PathPrefix, "/"))
	if m.PathPrefix != "" {
		r[2]++
	}
	r[2] = max(r[2], len(m.PathBegins))
	if m.Method != "" {
		r[3] = 1
	}
	r[4] = len(m.Headers)
	return r
}

// covers reports whether a request has what the match wants. It does not allocate.
func (m *Match) covers(a *Attributes) bool {
	if m.Host != "" && !m.coversHost(a.Host) {
		return false
	}
	if m.Path != "" && m.Path != a.Path || m.Method != "" && m.Method != a.Method {
		return false
	}
	if m.PathPrefix != "" && !m.coversPath(a.Path) || !strings.HasPrefix(a.Path, m.PathBegins) {
		return false
	}
	for i := range m.Headers {
		if !a.has(&m.Headers[i]) {
			return false
		}
	}
	return true
}

// coversPath reports whether a path begins with the prefix's segments.
func (m *Match) coversPath(path string) bool {
	rest, ok := strings.CutPrefix(path, strings.TrimSuffix(m.PathPrefix, "/"))
	return ok && path != "" && (rest == "" || rest[0] == '/')
}

func (m *Match) coversHost(host string) bool {
	tail, wildcard := strings.CutPrefix(m.Host, "*")
	if !wildcard {
		return strings.EqualFold(m.Host, host)
	}
	return len(host) > len(tail) && strings.EqualFold(host[len(host)-len(tail):], tail)
}

func (a *Attributes) has(h *Header) bool {
	for i := range a.Headers {
		if strings.EqualFold(a.Headers[i].Name, h.Name) && a.Headers[i].Value == h.Value {
			return true
		}
	}
	return false
}

// nothing is the attributes of a request of which nobody says more.
var nothing = &Attributes{}

// find returns the place of the route of a request; -1 when none matches. It looks at
// the routes one by one.
func (x *routes) find(a *Attributes) int32 {
	if a == nil {
		a = nothing
	}
	for _, i := range x.order {
		if x.all[i].Match.covers(a) {
			return i
		}
	}
	return -1
}

// RouteOf returns the place in Config.Routes of the route that a request with such
// attributes takes; -1 when none matches, or there are none. It changes nothing.
func (b *Balancer) RouteOf(a *Attributes) int32 {
	if b.routes == nil {
		return -1
	}
	return b.routes.find(a)
}

// route decides to which pool a request goes, and whether a copy goes to another one.
// It reports false where no route matches.
func (b *Balancer) route(now clock.Time, r *Request) bool {
	x := b.routes
	r.Route, r.Mirrored = x.find(r.About), false
	if r.Route < 0 {
		return false
	}
	route := &x.all[r.Route]
	r.Pool = route.Branches[0].Pool
	if len(route.Branches) > 1 {
		r.Pool = b.branch(now, route, r)
	}
	if m := route.Mirror; m != nil {
		draws := x.copies.At(r.ID, uint64(r.Route))
		r.Mirrored, r.MirrorTo = m.Ratio >= 1 || draws.Float64() < m.Ratio, m.Pool
	}
	return true
}

// branch returns the pool that a split gives a request: the one whose endpoint its
// cookie names, if there is one, else by a draw that belongs to the request.
func (b *Balancer) branch(now clock.Time, route *Route, r *Request) PoolID {
	for i := range route.Branches {
		p := b.pools[route.Branches[i].Pool]
		if p.affinity == nil || r.Cookie.Endpoint == "" || now >= r.Cookie.Expires {
			continue
		}
		if _, ok := p.sticky(r); ok {
			return p.id
		}
	}
	draws := b.routes.splits.At(r.ID, uint64(r.Route))
	u, last := draws.Float64(), 0
	for i := range route.Branches {
		if route.Branches[i].Share == 0 {
			continue
		}
		last = i
		if u -= route.Branches[i].Share; u < 0 {
			break
		}
	}
	return route.Branches[last].Pool
}

// checkRoutes returns what makes routes impossible.
func (c *Config) checkRoutes() error {
	for i := range c.Routes {
		r := &c.Routes[i]
		if len(r.Branches) == 0 {
			return fmt.Errorf("balancer: route %s leads nowhere", r.Name)
		}
		sum := 0.0
		for _, x := range r.Branches {
			if int(x.Pool) >= len(c.Pools) || x.Share < 0 {
				return fmt.Errorf("balancer: route %s leads to a pool that is not there", r.Name)
			}
			sum += x.Share
		}
		if !(sum > 0) {
			return fmt.Errorf("balancer: route %s leads nowhere", r.Name)
		}
		if r.Mirror != nil && int(r.Mirror.Pool) >= len(c.Pools) {
			return fmt.Errorf("balancer: route %s mirrors to a pool that is not there", r.Name)
		}
	}
	return nil
}

package config

import (
	"math"
	"strings"

	"lbsim/balancer"
	"lbsim/config/decode"
)

// Route says where requests go that it matches, as written.
type Route struct {
	Name   string
	Match  Match
	Pool   string   // the one pool
	Split  []Branch // or several
	Mirror *Mirror  // nil: none
	Limits RouteLimits
}

// RouteLimits are bounds on a route's requests, as written, before those of its pool.
type RouteLimits struct{ Rates []Rate }

// Match is what a route wants of a request; what is left out may be anything.
type Match struct {
	Host       string
	Path       string
	PathPrefix string
	PathBegins string
	Method     string
	Headers    []Header
}

// Header is a header that a request must have, with that value.
type Header struct{ Name, Value string }

// Branch is a pool's share of what a route matches.
type Branch struct {
	Pool  string
	Share float64
}

// Mirror is where copies of requests go.
type Mirror struct {
	Pool  string
	Ratio float64
}

// Title is what a route is called: its name, or what it matches and where that goes.
func (r *Route) Title() string {
	if r.Name != "" {
		return r.Name
	}
	m := &r.Match
	var words []string
	if m.Method != "" {
		words = append(words, m.Method)
	}
	where := m.Host + m.Path
	if m.PathPrefix != "" {
		where += strings.TrimSuffix(m.PathPrefix, "/") + "/*"
	}
	if m.PathBegins != "" {
		where += m.PathBegins + "*"
	}
	if where != "" {
		words = append(words, where)
	}
	for _, h := range m.Headers {
		words = append(words, h.Name+"="+h.Value)
	}
	if len(words) == 0 {
		return "all"
	}
	return strings.Join(words, " ")
}

// Document returns the route in its canonical form.
func (r *Route) Document() map[string]any { return route().Write(*r).(map[string]any) }

// text is a string that holds no blank, so that it can be what a request has.
func text(what string, holds func(string) bool) decode.Scalar[string] {
	return decode.Text.That(decode.Rule[string]{Text: what, Holds: holds})
}

var (
	hostText = text("a host such as api.example.com, or *.example.com", func(s string) bool {
		return s != "" && !strings.ContainsAny(s, " /:") && !strings.Contains(strings.TrimPrefix(s, "*."), "*")
	})
	pathText   = text("a path that begins with /", func(s string) bool { return strings.HasPrefix(s, "/") })
	plainText  = text("not empty", func(s string) bool { return s != "" })
	methodText = text("an HTTP method in capitals", func(s string) bool { return s != "" && strings.ToUpper(s) == s && !strings.Contains(s, " ") })
)

// Headers is the Type of headers by name.
func Headers() decode.Type[[]Header] {
	return decode.Map[Header]{Name: func(h *Header) *string { return &h.Name }, Min: 1,
		Of: decode.Short[Header, string]{As: plainText, Full: headerFull, Make: func(s string) Header { return Header{Value: s} },
			Back: func(h Header) (string, bool) { return h.Value, true }}}
}

var headerFull = decode.Object[Header]{
	Doc:    "A header's value.",
	Fields: []decode.Field[Header]{decode.Required("value", plainText, func(h *Header) *string { return &h.Value }, "The value.")},
}

func route() decode.Object[Route] {
	branch := decode.Short[Branch, float64]{
		As: decode.Share.That(decode.AtLeast(0.0, "0%"), decode.AtMost(1.0, "100%")), Make: func(x float64) Branch { return Branch{Share: x} },
		Back: func(b Branch) (float64, bool) { return b.Share, true },
		Full: decode.Object[Branch]{Doc: "A share.", Fields: []decode.Field[Branch]{
			decode.Required("share", share, func(b *Branch) *float64 { return &b.Share }, "Which share of the requests.")}},
	}
	return decode.Object[Route]{
		Name: "route",
		Doc:  "Where requests go that it matches. Of several that match the most precise counts: an exact host before the longest wildcard before any, an exact path before the longest prefix, then a method, then the most headers, then the first in the file (Gateway API); route_order: listed says otherwise.",
		Fields: []decode.Field[Route]{
			decode.Optional("name", decode.Name, func(r *Route) *string { return &r.Name }, "What results call it."),
			decode.Optional("match", match, func(r *Route) *Match { return &r.Match }, "What requests must have; left out: nothing."),
			decode.Optional("pool", decode.Name, func(r *Route) *string { return &r.Pool }, "The pool to which they go."),
			decode.Optional("split", decode.Map[Branch]{Of: branch, Min: 2, Name: func(b *Branch) *string { return &b.Pool }},
				func(r *Route) *[]Branch { return &r.Split }, "The pools to which they go, each with its share: {stable: 95%, canary: 5%}. Where a pool has affinity, who has its cookie goes there again."),
			decode.Optional("mirror", decode.Pointer[Mirror]{To: mirror}, func(r *Route) **Mirror { return &r.Mirror },
				"A pool that gets copies, whose answers nobody waits for."),
			decode.Optional("limits", routeLimits, func(r *Route) *RouteLimits { return &r.Limits },
				"Bounds on its requests, beside those of the pool: a class of the workload has its own where a route matches that class."),
		},
		Groups: []decode.Group{decode.OneOf("pool", "split")},
	}
}

var match = decode.Object[Match]{
	Name: "match",
	Doc:  "What a request must have.",
	Fields: []decode.Field[Match]{
		decode.Optional("host", hostText, func(m *Match) *string { return &m.Host }, "The host: exactly, or *.example.com for all below it."),
		decode.Optional("path", pathText, func(m *Match) *string { return &m.Path }, "The whole path."),
		decode.Optional("path_prefix", pathText, func(m *Match) *string { return &m.PathPrefix }, "The path's beginning, in whole segments: /api matches /api/x and not /apix."),
		decode.Optional("path_begins", pathText, func(m *Match) *string { return &m.PathBegins }, "The path's beginning, as text: /api matches /api/x and /apix (HAProxy's path_beg, NGINX's location, Envoy's prefix)."),
		decode.Optional("method", methodText, func(m *Match) *string { return &m.Method }, "The HTTP method."),
		decode.Optional("headers", Headers(), func(m *Match) *[]Header { return &m.Headers }, "Headers with their values: {x-canary: always}. Names in any case."),
	},
	Groups: []decode.Group{{Sets: [][]string{{}, {"path"}, {"path_prefix"}, {"path_begins"}}}},
}

var routeLimits = decode.Object[RouteLimits]{
	Name: "route_limits",
	Doc:  "Bounds on a route's requests, one balancer's own.",
	Fields: []decode.Field[RouteLimits]{
		decode.Required("rates", rateList, func(l *RouteLimits) *[]Rate { return &l.Rates },
			"How many of them come through in a time; all of these must let one through, and those of its pool. The others are rejected with 429."),
	},
}

var mirror = decode.Object[Mirror]{
	Name: "mirror",
	Doc:  "Copies of requests.",
	Fields: []decode.Field[Mirror]{
		decode.Required("pool", decode.Name, func(m *Mirror) *string { return &m.Pool }, "The pool that gets them."),
		decode.Default("ratio", decode.Share.That(decode.Above(0.0, "0"), decode.AtMost(1.0, "100%")), func(m *Mirror) *float64 { return &m.Ratio }, 1, "Of which share of the requests."),
	},
}

// shareSlack is how far from 1 the shares of a split may sum: thirds are written with
// four digits.
const shareSlack = 1e-3

func (b *Balancer) checkRoutes(v decode.Value) {
	titles := map[string]int{}
	for i := range b.Routes {
		r, at := &b.Routes[i], v.Index(i)
		if !at.Sound("") {
			continue
		}
		known := func(at decode.Value, name string) {
			if b.Index(name) < 0 {
				at.FailKey("there is no pool %s: %s", name, decode.Suggest(name, b.poolNames()))
			}
		}
		if r.Pool != "" {
			known(at.Get("pool"), r.Pool)
		}
		sum := 0.0
		for _, x := range r.Split {
			known(at.Get("split").Get(x.Pool), x.Pool)
			sum += x.Share
		}
		if len(r.Split) > 0 && math.Abs(sum-1) > shareSlack {
			at.Get("split").Fail("the shares must sum to 100%%, not %.6g%%", sum*100)
		}
		if r.Mirror != nil {
			known(at.Get("mirror").Get("pool"), r.Mirror.Pool)
		}
		if j, taken := titles[r.Title()]; taken {
			at.Fail("matches what routes[%d] matches: give one of them a name or another match", j)
		}
		titles[r.Title()] = i
	}
}

// routes returns what package balancer is told of the routes.
func (b *Balancer) routes() []balancer.Route {
	var all []balancer.Route
	for i := range b.Routes {
		r := &b.Routes[i]
		x := balancer.Route{Name: r.Title(), Match: balancer.Match{Host: r.Match.Host, Path: r.Match.Path, PathPrefix: r.Match.PathPrefix, PathBegins: r.Match.PathBegins, Method: r.Match.Method}}
		for _, h := range r.Match.Headers {
			x.Match.Headers = append(x.Match.Headers, balancer.Header{Name: h.Name, Value: h.Value})
		}
		if r.Pool != "" {
			x.Branches = []balancer.Branch{{Pool: balancer.PoolID(b.Index(r.Pool)), Share: 1}}
		}
		for _, s := range r.Split {
			x.Branches = append(x.Branches, balancer.Branch{Pool: balancer.PoolID(b.Index(s.Pool)), Share: s.Share})
		}
		if r.Mirror != nil {
			x.Mirror = &balancer.Mirror{Pool: balancer.PoolID(b.Index(r.Mirror.Pool)), Ratio: r.Mirror.Ratio}
		}
		x.Rates = ratePolicy(r.Limits.Rates)
		all = append(all, x)
	}
	return all
}

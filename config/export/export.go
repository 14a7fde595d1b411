// Package export writes lbsim's configuration as that of another product, as far as that
// can say it.
package export

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"lbsim/balancer"
	"lbsim/config"
	"lbsim/config/decode"
)

// Loss is something that the product's configuration does not say.
type Loss struct {
	Path string `json:"path"` // of the setting: pools.api.hedge
	Why  string `json:"why"`
}

// Products are those for which there is a writer.
func Products() []string { return []string{"envoy", "haproxy", "nginx"} }

// Write returns the product's file and what it does not say, which is in its comments, too.
func Write(product string, b *config.Balancer) (text string, lost []Loss, err error) {
	w := &writer{b: b}
	switch product {
	case "haproxy":
		w.haproxy()
	case "nginx":
		w.nginx()
	case "envoy":
		w.envoy()
	default:
		return "", nil, fmt.Errorf("there is no writer for %s: %s", product, decode.Suggest(product, Products()))
	}
	slices.SortStableFunc(w.lost, func(a, b Loss) int { return cmp.Compare(a.Path, b.Path) })
	w.lost = slices.Compact(w.lost)
	var out strings.Builder
	out.WriteString("# Written by lbsim export.\n")
	if len(w.lost) > 0 {
		out.WriteString("# Not said here, or not as lbsim does it:\n")
	}
	for _, l := range w.lost {
		fmt.Fprintf(&out, "#   %s: %s\n", l.Path, l.Why)
	}
	return out.String() + w.out.String(), w.lost, nil
}

// writer makes a file.
type writer struct {
	b    *config.Balancer
	out  strings.Builder
	lost []Loss
}

func (w *writer) line(format string, args ...any) { fmt.Fprintf(&w.out, format+"\n", args...) }

func (w *writer) lose(path, why string, args ...any) {
	if len(args) > 0 {
		why = fmt.Sprintf(why, args...)
	}
	w.lost = append(w.lost, Loss{path, why})
}

// path is where a setting of a pool is.
func (w *writer) path(p *config.Pool, key string) string {
	if len(w.b.Pools) == 0 {
		return key
	}
	return "pools." + p.Name + "." + key
}

// setting is something that is given or not, and why a product does not say it.
type setting struct {
	key   string
	given bool
	why   string
}

func (w *writer) loseGiven(p *config.Pool, all []setting) {
	for _, s := range all {
		switch {
		case s.given && p != nil:
			w.lose(w.path(p, s.key), s.why)
		case s.given:
			w.lose(s.key, s.why)
		}
	}
}

// losePool lists what of a pool none of the products says.
func (w *writer) losePool(p *config.Pool, product string) {
	zones := slices.ContainsFunc(p.Endpoints, func(e config.Endpoint) bool { return e.Zone != "" })
	w.loseGiven(p, []setting{
		{"subset", p.Subset > 0, product + " uses all endpoints"},
		{"hedge", p.Hedge != nil, product + " sends no copies that race"},
		{"drain", p.Drain != nil, "how long running requests may go on is told to " + product + " when an endpoint leaves"},
	})
	if product != "envoy" {
		fails := p.Affinity != nil && p.Affinity.Cookie.OnDown == config.Fail
		w.loseGiven(p, []setting{
			{"affinity.cookie.on_down", fails, product + " chooses another endpoint"},
			{"panic_threshold", p.Panic > 0, product + " never uses endpoints that are down"},
			{"zones", p.Zones != nil, product + " knows no zones"},
			{"endpoints.zone", zones, product + " knows no zones"},
		})
	}
	if l := p.Limits; l != nil {
		w.loseGiven(p, []setting{
			{"limits.adaptive", l.Adaptive != nil, "the filter adaptive_concurrency of Envoy does this"},
			{"limits.shedding", l.Shedding != nil, product + " knows no priorities of requests"},
			{"limits.requests", l.Requests > 0 && product != "envoy", product + " bounds what each endpoint has, not all together"},
			{"limits.retries", l.Retries > 0 && product != "envoy", product + " does not count retries"},
		})
	}
	if r := p.Retries; r != nil {
		w.loseGiven(p, []setting{
			{"retries.budget", r.Budget != nil && product != "envoy", product + " has no budget of retries"},
			{"retries.backoff", r.Backoff.Base > 0 && product != "envoy", product + " tries again at once"},
			{"retries.same_server", r.AnyServer, product + " has rules of its own for that"},
		})
	}
}

// loseFile lists what of the file as a whole none of the products is told.
func (w *writer) loseFile(product string) {
	x := &w.b.Proxy
	w.loseGiven(nil, []setting{
		{"frontends", w.b.Frontends > 1, "the file is for one: start it several times"},
		{"tls", x.TLS != nil, "certificates are left to you"},
		{"upstream_tls", x.UpstreamTLS != nil, "TLS to endpoints is left to you"},
		{"waf", x.WAF != nil, "it is no balancer's"},
		{"admin", x.Admin != nil, "it is lbsim's own"},
		{"access_log", x.AccessLog != "", "logs are left to you"},
		{"slo", len(x.SLO) > 0, "objectives are for lbsim alerts"},
		{"http", x.HTTP != nil, "how HTTP is handled is left as the product does it"},
		{"proxy_protocol", x.ProxyProtocol != nil, "the PROXY protocol is left to you"},
		{"timeouts.request", x.Timeouts != nil && x.Timeouts.Request > 0 && product != "envoy", "the product bounds attempts, and not requests with all their attempts"},
		{"transport", w.b.IsUDP(), "flows of UDP: the file is for TCP"},
	})
}

// listenAt is where clients come in.
func (w *writer) listenAt() string {
	if at := w.b.Proxy.Listen; at != "" {
		return at
	}
	w.lose("listen", "is not given: 127.0.0.1:8080 is taken")
	return "127.0.0.1:8080"
}

// address is where an endpoint is; where that is unknown one of RFC 5737, for examples.
func (w *writer) address(p *config.Pool, i int) string {
	if a := p.Endpoints[i].Address; a != "" {
		return a
	}
	w.lose(w.path(p, fmt.Sprintf("endpoints[%d].address", i)), "is not given: an address for examples is taken")
	return fmt.Sprintf("192.0.2.%d:80", 1+i%250)
}

// weights are the endpoints' weights in whole numbers up to most.
func (w *writer) weights(p *config.Pool, most int) []int {
	all := make([]int, len(p.Endpoints))
	greatest, scale := 0.0, 1.0
	for _, e := range p.Endpoints {
		greatest = max(greatest, e.Weight)
	}
	exact := func(scale float64) bool {
		return !slices.ContainsFunc(p.Endpoints, func(e config.Endpoint) bool { return math.Abs(e.Weight*scale-math.Round(e.Weight*scale)) > 1e-9 })
	}
	for scale < 1000 && !exact(scale) {
		scale++
	}
	if greatest*scale > float64(most) || !exact(scale) {
		scale = float64(most) / greatest
		w.lose(w.path(p, "endpoints.weight"), "weights are whole numbers up to %d: they are rounded", most)
	}
	for i, e := range p.Endpoints {
		all[i] = max(1, int(math.Round(e.Weight*scale)))
	}
	return all
}

// levels says which endpoints are backups: those of a priority above the first.
func (w *writer) levels(p *config.Pool) (least, greatest int) {
	least, greatest = math.MaxInt, 0
	for _, e := range p.Endpoints {
		least, greatest = min(least, e.Priority), max(greatest, e.Priority)
	}
	return min(least, greatest), greatest
}

// routes are the routes in the order in which they are asked.
func (w *writer) routes() []config.Route {
	if w.b.InOrder {
		return w.b.Routes
	}
	cfg := w.b.Config()
	var all []config.Route
	for _, i := range balancer.RouteOrder(cfg.Routes) {
		all = append(all, w.b.Routes[i])
	}
	return all
}

// loseOthers lists what of the pools that share a route's requests is said by one of them.
func (w *writer) loseOthers(r *config.Route, one *config.Pool) {
	for _, s := range r.Split {
		p := &w.b.All()[max(w.b.Index(s.Pool), 0)]
		if p.Name == one.Name {
			continue
		}
		w.loseGiven(p, []setting{
			{"retries", !reflect.DeepEqual(p.Retries, one.Retries), "requests that are shared out are tried again as those of " + one.Name},
			{"affinity", !reflect.DeepEqual(p.Affinity, one.Affinity), "requests that are shared out have the sessions of " + one.Name},
		})
	}
}

// perTry is how long an attempt may take: where nothing says so, as long as the request, and
// otherwise if that is as long as it likes, too.
func (w *writer) perTry(p *config.Pool, otherwise time.Duration) time.Duration {
	switch request := w.b.Times().Request; {
	case p.Retries != nil && p.Retries.PerTryTimeout > 0:
		return p.Retries.PerTryTimeout
	case request > 0:
		w.lose(w.path(p, "retries.per_try_timeout"), "each attempt may take as long as a request: %v", request)
		return request
	}
	return otherwise
}

// sendsAgain reports whether what may have been carried out is sent again.
func sendsAgain(r *config.Retries) bool {
	return r.Attempts > 1 && slices.ContainsFunc(r.Conditions, func(c string) bool { return c != "connect_failure" })
}

// loseRoute lists what of a route none of the products but Envoy says.
func (w *writer) loseRoute(r *config.Route) {
	w.loseGiven(nil, []setting{
		{"routes." + r.Title() + ".mirror", r.Mirror != nil, "copies of requests are left to you"},
		{"routes." + r.Title() + ".limits", len(r.Limits.Rates) > 0, "bounds on rates are left to you"},
	})
}

// millis prints a time in whole milliseconds, up to the next one.
func millis(d time.Duration) string {
	return fmt.Sprintf("%dms", int64(math.Ceil(float64(d)/float64(time.Millisecond))))
}

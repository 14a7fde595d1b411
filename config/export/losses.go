package export

import (
	"reflect"
	"slices"
	"strings"

	"lbsim/balancer"
	"lbsim/config"
)

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
		{"listen", w.b.Layer != balancer.L4 && x.TLS == nil && strings.HasSuffix(x.Listen, ":443"),
			"is where clients speak TLS as a rule, and nothing says with which certificates: the file listens there without TLS"},
		{"tls", x.TLS != nil, "certificates are left to you: the file listens without TLS"},
		{"upstream_tls", x.UpstreamTLS != nil, "TLS to endpoints is left to you: the file speaks to them without"},
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

// loseRoute lists what of a route none of the products but Envoy says.
func (w *writer) loseRoute(r *config.Route) {
	w.loseGiven(nil, []setting{
		{"routes." + r.Title() + ".mirror", r.Mirror != nil, "copies of requests are left to you"},
		{"routes." + r.Title() + ".limits", len(r.Limits.Rates) > 0, "bounds on rates are left to you"},
	})
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

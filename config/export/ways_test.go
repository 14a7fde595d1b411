package export_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lbsim/balancer"
	"lbsim/config"
	"lbsim/config/export"
	"lbsim/random"
)

// ways are where requests go by a configuration.
type ways struct {
	*config.Balancer
	router *balancer.Balancer
}

func newWays(t *testing.T, b *config.Balancer) *ways {
	t.Helper()
	cfg := b.Config()
	if len(cfg.Routes) == 0 {
		return &ways{b, nil}
	}
	router, err := balancer.New(cfg, random.Index{})
	if err != nil {
		t.Fatal(err)
	}
	return &ways{b, router}
}

// requests are some that each route matches, and some that it just does not.
func (w *ways) requests() (all []balancer.Attributes) {
	hosts, paths, methods := []string{"other.example.net"}, []string{"/other"}, []string{"GET", "PATCH"}
	headers := [][]balancer.Header{nil}
	for _, r := range w.Routes {
		m := &r.Match
		if m.Host != "" {
			hosts = append(hosts, strings.Replace(m.Host, "*", "www", 1))
		}
		for _, path := range []string{m.Path, m.PathPrefix, m.PathBegins} {
			if path != "" {
				paths = append(paths, path, path+"x", path+"/x")
			}
		}
		if m.Method != "" {
			methods = append(methods, m.Method)
		}
		for _, h := range m.Headers {
			headers = append(headers, []balancer.Header{{Name: h.Name, Value: h.Value}}, []balancer.Header{{Name: h.Name, Value: "other"}})
		}
	}
	if w.Layer == balancer.L4 {
		paths, methods = []string{""}, []string{""}
	}
	for _, host := range hosts {
		for _, path := range paths {
			for _, method := range methods {
				for _, h := range headers {
					all = append(all, balancer.Attributes{Host: host, Path: path, Method: method, Headers: h})
				}
			}
		}
	}
	return all
}

// routeOf is the route of a request, nil where none is.
func (w *ways) routeOf(a *balancer.Attributes) *config.Route {
	if w.router == nil {
		return &config.Route{Pool: w.All()[0].Name}
	}
	i := w.router.RouteOf(a)
	if i < 0 {
		return nil
	}
	return &w.Routes[i]
}

// of says where a request goes, and which bounds on rates there are on its way.
func (w *ways) of(a *balancer.Attributes) string {
	r := w.routeOf(a)
	if r == nil {
		return "nowhere"
	}
	text := "to " + r.Pool
	for _, s := range r.Split {
		text += fmt.Sprintf("%.3f to %s ", s.Share, s.Pool)
	}
	if r.Mirror != nil {
		text += fmt.Sprintf(", copies %.3f to %s", r.Mirror.Ratio, r.Mirror.Pool)
	}
	return text + rates(r.Limits.Rates) + w.poolRates(r)
}

// poolRates are the bounds of the first pool that a route leads to.
func (w *ways) poolRates(r *config.Route) string {
	name := r.Pool
	if name == "" {
		name = r.Split[0].Pool
	}
	p := w.All()[max(w.Index(name), 0)]
	if p.Limits == nil {
		return ""
	}
	return rates(p.Limits.Rates)
}

func rates(all []config.Rate) (text string) {
	for _, x := range all {
		text += fmt.Sprintf(", at most %g/s, burst %d", x.Rate, x.Burst)
	}
	return text
}

// toldOf reports whether it is told that requests of a route go elsewhere.
func (w *ways) toldOf(r *config.Route, was, is string, lost []export.Loss) bool {
	if r == nil {
		return false
	}
	mirrored, _, _ := strings.Cut(was, ",")
	kept, _, _ := strings.Cut(is, ",")
	return slices.ContainsFunc(lost, func(l export.Loss) bool {
		route := "routes." + r.Title()
		switch {
		case l.Path == "routes" || l.Path == route || l.Path == route+".split":
			return true
		}
		return mirrored == kept && (strings.HasPrefix(l.Path, route+".") || strings.Contains(l.Path, "limits.rates") && !strings.HasSuffix(l.Path, ".rule"))
	})
}

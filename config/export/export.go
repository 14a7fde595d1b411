// Package export writes lbsim's configuration as that of another product, as far as that
// can say it.
package export

import (
	"cmp"
	"fmt"
	"math"
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

// millis prints a time in whole milliseconds, up to the next one.
func millis(d time.Duration) string {
	return fmt.Sprintf("%dms", int64(math.Ceil(float64(d)/float64(time.Millisecond))))
}

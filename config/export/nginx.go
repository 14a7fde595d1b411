package export

import (
	"fmt"
	"slices"
	"strings"

	"lbsim/balancer"
	"lbsim/config"
)

// nginx writes nginx.conf, in the words of NGINX 1.22.
func (w *writer) nginx() {
	w.loseFile("nginx")
	w.line("events {}")
	if w.b.Layer == balancer.L4 {
		w.line("stream {")
		w.nginxPools()
		w.nginxStream()
		w.line("}")
		return
	}
	times := w.b.Times()
	w.line("http {")
	w.line("    client_header_timeout %s;", millis(times.Header))
	w.line("    keepalive_timeout %s;", millis(times.Idle))
	w.line("    proxy_connect_timeout %s;", millis(times.Connect))
	w.line("    client_max_body_size %d;", int64(w.b.Proxy.Protocol().MaxBody)) // 0: any
	w.line("    proxy_http_version 1.1;")
	w.line("    proxy_set_header Connection \"\";")
	w.line("    proxy_set_header Host $host;")
	w.nginxPools()
	w.nginxSplits()
	for _, host := range w.hosts() {
		w.nginxServer(host)
	}
	w.line("}")
}

// hosts are those that routes want, any ("") last.
func (w *writer) hosts() []string {
	var all []string
	for _, r := range w.b.Routes {
		if r.Match.Host != "" && !slices.Contains(all, r.Match.Host) {
			all = append(all, r.Match.Host)
		}
	}
	return append(all, "")
}

// routesOf are the routes that a request for a host may take, in their order. A route for
// all hosts is for each.
func (w *writer) routesOf(host string) (all []config.Route) {
	if len(w.b.Routes) == 0 {
		return []config.Route{{Pool: w.b.All()[0].Name}}
	}
	for _, r := range w.routes() {
		tail, below := strings.CutPrefix(r.Match.Host, "*")
		if r.Match.Host == "" || r.Match.Host == host || below && host != "" && strings.HasSuffix(host, tail) {
			all = append(all, r)
			if m := r.Match; m.Path+m.PathBegins+m.PathPrefix+m.Method == "" && len(m.Headers) == 0 {
				break // what follows gets nothing
			}
		}
	}
	return all
}

// nginxSplits writes what shares requests out.
func (w *writer) nginxSplits() {
	for i := range w.b.Routes {
		r := &w.b.Routes[i]
		if len(r.Split) == 0 {
			continue
		}
		w.line("    split_clients $request_id $%s {", w.splitName(r))
		for k, s := range r.Split {
			if k == len(r.Split)-1 {
				w.line("        * %s;", s.Pool)
			} else if s.Share > 0 {
				w.line("        %.2f%% %s;", s.Share*100, s.Pool)
			}
		}
		w.line("    }")
	}
	if order := balancer.RouteOrder(w.b.Config().Routes); w.b.InOrder && !slices.IsSorted(order) {
		w.lose("route_order", "NGINX takes the most precise location, wherever it stands")
	}
}

// splitName is the variable that holds a route's pool.
func (w *writer) splitName(r *config.Route) string {
	for i := range w.b.Routes {
		if w.b.Routes[i].Title() == r.Title() {
			return fmt.Sprintf("pool_of_route_%d", i)
		}
	}
	return "pool"
}

// nginxStream writes the server of connections.
func (w *writer) nginxStream() {
	times := w.b.Times()
	to := w.b.All()[0].Name
	if len(w.b.Routes) > 0 {
		to = "$pool"
		w.line("    map $ssl_preread_server_name $pool {")
		w.line("        hostnames;")
		for _, r := range w.routes() {
			w.loseRoute(&r)
			pool := r.Pool
			if pool == "" {
				pool = r.Split[0].Pool
				w.lose("routes."+r.Title()+".split", "connections go to the first of its pools")
			}
			w.line("        %s %s;", orDefault(r.Match.Host), pool)
		}
		w.line("    }")
	}
	w.line("    server {")
	w.line("        listen %s;", strings.TrimPrefix(w.listenAt(), ":"))
	if to == "$pool" {
		w.line("        ssl_preread on;")
	}
	w.line("        proxy_connect_timeout %s;", millis(times.Connect))
	w.line("        proxy_timeout %s;", millis(times.Idle))
	w.nginxReconnects()
	w.line("        proxy_pass %s;", to)
	w.line("    }")
}

// nginxReconnects writes the retries of connections, which all pools share.
func (w *writer) nginxReconnects() {
	attempts := 1
	for _, p := range w.b.All() {
		if p.Retries != nil {
			attempts = max(attempts, p.Retries.Attempts)
		}
	}
	if attempts == 1 {
		w.line("        proxy_next_upstream off;")
		return
	}
	w.line("        proxy_next_upstream_tries %d;", attempts)
}

func orDefault(host string) string {
	if host == "" {
		return "default"
	}
	return host
}

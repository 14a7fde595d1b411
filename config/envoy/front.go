package envoy

import (
	"net"
	"strings"
	"time"
)

// front reads the first listener that balances, and where its requests go.
func (r *reading) front(doc map[string]any, p parts, pools map[string]any) {
	found, keys := false, &keyed{r: r, used: map[string]bool{}}
	for _, l := range p.listeners {
		for _, f := range r.filters(l) {
			kind := f.get("@type").text()
			http, tcp := kind == anyPrefix+"envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager", kind == anyPrefix+"envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy"
			switch {
			case !http && !tcp:
				r.remark(f.n, "filter "+kind, "filters are not simulated but for HTTP's and TCP's")
				r.forget(f)
			case found:
				r.remark(f.n, "listener "+l.get("name").text(), "lbsim has one listener: the first one's requests are simulated")
				r.forget(f)
			case http:
				found = true
				r.listen(doc, l)
				r.requests(doc, f, p, pools, keys)
			default:
				found = true
				r.listen(doc, l)
				r.connections(doc, f, pools, keys)
			}
		}
	}
	if !found {
		r.anywhere(doc, pools)
	}
	keys.settle(doc, doc["pools"].(map[string]any))
	for _, c := range p.clusters {
		if _, used := doc["pools"].(map[string]any)[r.pools[c.get("name").text()]]; used {
			r.time(doc, "connect", c.get("connect_timeout"))
		}
	}
	for _, x := range pools {
		bindRetries(x.(map[string]any))
	}
}

// bindRetries gives a pool's retries their budget. What bounds them means nothing where
// there are none.
func bindRetries(pool map[string]any) {
	budget := pool["retry_budget"]
	delete(pool, "retry_budget")
	retries, ok := pool["retries"].(map[string]any)
	if limits, bounded := pool["limits"].(map[string]any); bounded && !ok {
		if delete(limits, "retries"); len(limits) == 0 {
			delete(pool, "limits")
		}
	}
	if ok && budget != nil {
		retries["budget"] = budget
	}
}

// filters are those of a listener's chains.
func (r *reading) filters(l node) (all []node) {
	l.get("name")
	chains := l.get("filter_chains").list()
	if x := l.get("default_filter_chain"); x.here() {
		chains = append(chains, x)
	}
	for _, chain := range chains {
		for _, f := range chain.get("filters").list() {
			f.get("name")
			if config := f.get("typed_config"); config.here() {
				all = append(all, config)
			}
		}
	}
	return all
}

func (r *reading) listen(doc map[string]any, l node) {
	socket := l.at("address", "socket_address")
	if host, port := socket.get("address").text(), socket.get("port_value").text(); port != "" {
		r.put(doc, "", "listen", net.JoinHostPort(host, port), socket)
	}
}

// requests reads a connection manager of HTTP.
func (r *reading) requests(doc map[string]any, f node, p parts, pools map[string]any, keys *keyed) {
	sessions := node{r: r}
	for _, x := range f.get("http_filters").list() {
		switch name := x.get("name").text(); {
		case strings.HasSuffix(x.at("typed_config", "@type").text(), ".StatefulSession"):
			sessions = x.get("typed_config")
		case name != "envoy.filters.http.router":
			r.remark(x.n, "http filter "+name, "filters are not simulated but for the router and sessions by a cookie")
		}
		r.forget(x)
	}
	r.time(doc, "header", f.get("request_headers_timeout"))
	r.time(doc, "idle", f.at("common_http_protocol_options", "idle_timeout"))
	config := f.get("route_config")
	if rds := f.at("rds", "route_config_name"); rds.here() {
		config = p.routes[rds.text()]
		if config.n == nil {
			r.remark(rds.n, "rds: "+rds.text(), "the routes come from elsewhere, which a file cannot tell; a /config_dump can")
			r.anywhere(doc, pools)
			return
		}
	}
	config.get("name")
	b := routing{r: r, pools: pools, timeouts: map[time.Duration]node{}, titles: map[string]bool{}, keys: keys, sessions: sessions}
	b.hosts(config)
	b.settle()
	if len(b.routes) == 0 {
		r.anywhere(doc, pools)
		return
	}
	doc["routes"] = b.routes
	if len(b.routes) > 1 {
		doc["route_order"] = "listed"
	}
	longest := time.Duration(0)
	for d := range b.timeouts {
		longest = max(longest, d)
	}
	if _, unbounded := b.timeouts[0]; longest > 0 && !unbounded {
		r.put(r.timeouts(doc), "timeouts", "request", seconds(longest), b.timeouts[longest])
	}
	if len(b.timeouts) > 1 {
		r.remark(config.n, "timeout", "routes have several: the longest is everybody's here")
	}
}

// connections reads a proxy of TCP.
func (r *reading) connections(doc map[string]any, f node, pools map[string]any, keys *keyed) {
	r.time(doc, "idle", f.get("idle_timeout"))
	cluster := f.get("cluster")
	name, ok := r.pools[cluster.text()]
	if !ok {
		r.fail(f.place(), "leads to no cluster that has endpoints of its own")
		return
	}
	keys.policy(f, pools, []string{name})
	pool := pools[name].(map[string]any)
	for _, key := range []string{"limits", "retries", "retry_budget"} {
		if at, written := r.cfg.Places["pools."+name+"."+key]; written && pool[key] != nil {
			r.remarkAt(at, key, "layer l4 balances connections, of which lbsim bounds and repeats none")
		}
		delete(pool, key)
	}
	if n := f.get("max_connect_attempts"); n.number(1) > 1 {
		r.put(pool, "pools."+name, "retries", map[string]any{"attempts": min(n.number(1), 100), "conditions": []any{"connect_failure"}, "budget": "unlimited", "backoff": map[string]any{"base": "0s"}}, n)
	}
	doc["layer"], doc["pools"] = "l4", map[string]any{name: pool}
	for other := range pools {
		if other != name {
			r.remarkAt(r.cfg.Places["pools."+other], "cluster", "the first listener leads to "+name+" alone")
		}
	}
}

// anywhere lets the first cluster's pool have everything, where no route is known.
func (r *reading) anywhere(doc map[string]any, pools map[string]any) {
	if len(pools) == 1 {
		return
	}
	first := ""
	for name := range pools {
		if at := r.cfg.Places["pools."+name]; first == "" || at.Line < r.cfg.Places["pools."+first].Line {
			first = name
		}
	}
	doc["routes"] = []any{map[string]any{"pool": first}}
	r.remarkAt(r.cfg.Places["pools."+first], "no routes", "the file has none: "+first+" gets everything, the other pools nothing")
}

// timeouts are those of the proxy.
func (r *reading) timeouts(doc map[string]any) map[string]any {
	times, ok := doc["timeouts"].(map[string]any)
	if !ok {
		times = map[string]any{}
		doc["timeouts"] = times
	}
	return times
}

// time reads a timeout of the proxy, of which it has one of each kind: the first.
func (r *reading) time(doc map[string]any, key string, at node) {
	d := at.duration(0)
	if d <= 0 {
		return
	}
	switch was, given := r.timeouts(doc)[key]; {
	case !given:
		r.put(r.timeouts(doc), "timeouts", key, seconds(d), at)
	case was != seconds(d):
		r.remark(at.n, "a timeout of "+at.text(), "lbsim proxy has one time of that kind: "+key+" is "+was.(string))
	}
}

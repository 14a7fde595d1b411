package envoy

import (
	"net"
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
	for _, x := range f.get("http_filters").list() {
		if name := x.get("name").text(); name != "envoy.filters.http.router" {
			r.remark(x.n, "http filter "+name, "filters are not simulated but for the router")
		}
		r.forget(x)
	}
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
	b := routing{r: r, pools: pools, timeouts: map[time.Duration]bool{}, titles: map[string]bool{}, keys: keys}
	b.hosts(config)
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
	if longest > 0 && !b.timeouts[0] {
		doc["timeouts"] = map[string]any{"request": seconds(longest)}
	}
	if len(b.timeouts) > 1 {
		r.remark(config.n, "timeout", "routes have several: the longest is everybody's here")
	}
}

// connections reads a proxy of TCP.
func (r *reading) connections(doc map[string]any, f node, pools map[string]any, keys *keyed) {
	if idle := f.get("idle_timeout"); idle.here() {
		r.put(doc, "", "timeouts", map[string]any{"idle": seconds(idle.duration(time.Hour))}, idle)
	}
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

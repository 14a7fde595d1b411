package export

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"gopkg.in/yaml.v3"

	"lbsim/balancer"
	"lbsim/config"
)

type object = map[string]any

// envoy writes a bootstrap with static resources.
func (w *writer) envoy() {
	w.loseFile("envoy")
	var clusters []any
	for _, p := range w.b.All() {
		w.losePool(&p, "envoy")
		clusters = append(clusters, w.envoyCluster(&p))
	}
	host, port, _ := net.SplitHostPort(w.listenAt())
	filter := w.envoyHTTP()
	if w.b.Layer == balancer.L4 {
		filter = w.envoyTCP()
	}
	doc := object{"static_resources": object{
		"listeners": []any{object{"name": "clients", "address": socket(orAny(host), port), "filter_chains": []any{object{"filters": []any{filter}}}}},
		"clusters":  clusters,
	}}
	text, err := yaml.Marshal(doc)
	if err != nil {
		panic("export: " + err.Error()) // maps, lists, words and numbers
	}
	w.out.Write(text)
}

func orAny(host string) string {
	if host == "" {
		return "0.0.0.0"
	}
	return host
}

func socket(host, port string) object {
	n, _ := strconv.Atoi(port) // config holds addresses to their form
	return object{"socket_address": object{"address": host, "port_value": n}}
}

func seconds(d time.Duration) string {
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + "s"
}

func typed(name string, x object) object {
	x["@type"] = "type.googleapis.com/" + name
	return x
}

// envoyHTTP is the connection manager with the routes.
func (w *writer) envoyHTTP() object {
	times := w.b.Times()
	var hosts []any
	for i, host := range w.hosts() {
		domain := host
		if host == "" {
			domain = "*"
		}
		var routes []any
		for _, r := range w.routesOf(host) {
			routes = append(routes, w.envoyRoute(&r)...)
		}
		if len(routes) > 0 {
			hosts = append(hosts, object{"name": "host-" + strconv.Itoa(i), "domains": []any{domain}, "routes": routes})
		}
	}
	filters := []any{object{"name": "envoy.filters.http.router", "typed_config": typed("envoy.extensions.filters.http.router.v3.Router", object{})}}
	if slices.ContainsFunc(w.b.All(), func(p config.Pool) bool { return p.Affinity != nil }) { // each route says whose sessions
		filters = append([]any{object{"name": statefulSession, "typed_config": typed("envoy.extensions.filters.http.stateful_session.v3.StatefulSession", object{})}}, filters...)
	}
	return object{"name": "envoy.filters.network.http_connection_manager", "typed_config": typed("envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager", object{
		"stat_prefix": "clients", "http_filters": filters, "request_headers_timeout": seconds(times.Header),
		"common_http_protocol_options": object{"idle_timeout": seconds(times.Idle)},
		"route_config":                 object{"name": "routes", "virtual_hosts": hosts},
	})}
}

func (w *writer) envoyTCP() object {
	first := w.b.All()[0]
	pool := first.Name
	if len(w.b.Routes) > 1 || len(w.b.Routes) == 1 && w.b.Routes[0].Match.Host != "" {
		w.lose("routes", "routes by the name of TLS are filter chains, which are left to you: all go to %s", pool)
		for _, p := range w.b.All()[1:] {
			w.lose("pools."+p.Name, "no filter chain leads there")
		}
	}
	x := object{"stat_prefix": "clients", "cluster": pool, "idle_timeout": seconds(w.b.Times().Idle)}
	if first.Retries != nil {
		x["max_connect_attempts"] = first.Retries.Attempts
		w.loseGiven(&first, []setting{
			{"retries.backoff", first.Retries.Backoff.Base > 0, "Envoy connects again at once"},
			{"retries.budget", first.Retries.Budget != nil, "Envoy bounds the attempts of a connection alone"},
		})
	}
	return object{"name": "envoy.filters.network.tcp_proxy", "typed_config": typed("envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
		x)}
}

// envoyCluster writes a pool.
func (w *writer) envoyCluster(p *config.Pool) object {
	cluster := object{"name": p.Name, "connect_timeout": seconds(w.b.Times().Connect), "type": "STATIC"}
	common := object{"healthy_panic_threshold": object{"value": p.Panic * 100}}
	w.envoyAlgorithm(p, cluster, common)
	w.envoyZones(p, common)
	cluster["common_lb_config"] = common
	assignment := object{"cluster_name": p.Name, "endpoints": w.envoyEndpoints(p, cluster)}
	if p.Overprovisioning > 0 {
		assignment["policy"] = object{"overprovisioning_factor": int(p.Overprovisioning*100 + 0.5)}
	}
	cluster["load_assignment"] = assignment
	if a := p.Affinity; a != nil {
		w.loseGiven(p, []setting{
			{"affinity.cookie.secure", a.Cookie.Secure, "the attributes of Envoy's cookies are left to you (attributes)"},
			{"affinity.cookie.same_site", a.Cookie.SameSite != "", "the attributes of Envoy's cookies are left to you (attributes)"},
		})
	}
	w.envoyHealth(p, cluster)
	w.envoyLimits(p, cluster)
	return cluster
}

// envoyEndpoints are the endpoints by priority and zone.
func (w *writer) envoyEndpoints(p *config.Pool, cluster object) (all []any) {
	type locality struct {
		priority int
		zone     string
	}
	weights := w.weights(p, 128)
	groups := map[locality][]any{}
	var order []locality
	for i, e := range p.Endpoints {
		host, port, _ := net.SplitHostPort(w.address(p, i))
		if _, err := netip.ParseAddr(host); err != nil {
			cluster["type"] = "STRICT_DNS"
		}
		l := locality{e.Priority, e.Zone}
		if groups[l] == nil {
			order = append(order, l)
		}
		one := object{"endpoint": object{"address": socket(host, port), "hostname": e.Name}, "load_balancing_weight": weights[i]}
		if e.Down {
			one["health_status"] = "UNHEALTHY"
		}
		groups[l] = append(groups[l], one)
	}
	for _, l := range order {
		x := object{"lb_endpoints": groups[l], "priority": l.priority}
		if l.zone != "" {
			x["locality"] = object{"zone": l.zone}
		}
		if p.Zones != nil && p.Zones.Mode == "weighted" {
			x["load_balancing_weight"] = 1
			for _, z := range p.Zones.Weights {
				if z.Zone == l.zone {
					x["load_balancing_weight"] = max(1, int(z.Weight+0.5))
				}
			}
		}
		all = append(all, x)
	}
	return all
}

func (w *writer) envoyZones(p *config.Pool, common object) {
	if p.Zones == nil {
		return
	}
	switch p.Zones.Mode {
	case "aware":
		common["zone_aware_lb_config"] = object{"routing_enabled": object{"value": p.Zones.Enabled * 100}, "min_cluster_size": p.Zones.MinEndpoints}
		w.lose(w.path(p, "zones"), "Envoy must be told of its own cluster, too (node.locality, cluster_manager.local_cluster_name)")
	case "weighted":
		common["locality_weighted_lb_config"] = object{}
	default:
		w.lose(w.path(p, "zones"), fmt.Sprintf("%s is no rule of Envoy's", p.Zones.Mode))
	}
}

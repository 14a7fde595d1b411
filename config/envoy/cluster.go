package envoy

import (
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
)

// put gives a key of the document a value, and notes where it was written.
func (r *reading) put(doc map[string]any, path, key string, value any, at node) {
	doc[key] = value
	if at.here() {
		r.cfg.Places[join(path, key)] = at.place()
	}
}

// note notes where keys were written that have become settings under a path.
func (r *reading) note(path string, of node, settings map[string]string) {
	for key, ours := range settings {
		if x := of.get(key); x.here() {
			r.cfg.Places[join(path, ours)] = x.place()
		}
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

var strange = regexp.MustCompile(`[^A-Za-z0-9_-]+`)

// poolName is a name that a pool may have, of nobody else.
func (r *reading) poolName(cluster string) string {
	name := strange.ReplaceAllString(cluster, "-")
	if name == "" || !regexp.MustCompile(`^[A-Za-z]`).MatchString(name) {
		name = "c" + name
	}
	for base, i := name, 2; r.taken[name]; i++ {
		name = fmt.Sprint(base, "-", i)
	}
	r.taken[name] = true
	return name
}

// cluster makes a pool of a cluster; nil where nobody knows its endpoints.
func (r *reading) cluster(c node, assigned map[string]node) (name string, pool map[string]any) {
	cluster := c.get("name").text()
	kind := c.get("type").text()
	c.get("alt_stat_name")
	if !r.leads(c, cluster) {
		return "", nil
	}
	load := c.get("load_assignment")
	if !load.here() {
		service := c.at("eds_cluster_config", "service_name").text()
		if service == "" {
			service = cluster
		}
		load = assigned[service]
	}
	if load.r == nil {
		load.r = r
	}
	load.get("cluster_name")
	endpoints := r.endpoints(load)
	if len(endpoints) == 0 && kind == "EDS" {
		r.unseen(c.place(), "cluster "+cluster, "nothing could be checked of cluster "+cluster+", whose endpoints come by EDS: "+askAll)
		r.forget(c)
		return "", nil
	}
	if len(endpoints) == 0 {
		r.remark(c.n, "cluster "+cluster, "it has no endpoints of its own: they come from elsewhere, such as the original destination, which a file cannot tell")
		r.forget(c)
		return "", nil
	}
	name = r.poolName(cluster)
	r.pools[cluster] = name
	path := "pools." + name
	pool = map[string]any{}
	r.cfg.Places[path] = c.place()
	r.put(pool, path, "endpoints", endpoints.document(r, path), load)
	r.algorithm(c, endpoints, pool, path)
	r.localities(c, load, pool, path)
	r.health(c, pool, path)
	r.outliers(c, pool, path)
	r.limits(c, pool, path)
	return name, pool
}

// members are a cluster's endpoints.
type members []member

type member struct {
	name, address, zone string
	weight              float64
	priority            int
	down                bool // it gets nothing
	at                  node
}

// even reports whether all weigh the same.
func (m members) even() bool {
	for _, x := range m {
		if x.weight != m[0].weight {
			return false
		}
	}
	return true
}

func (m members) document(r *reading, path string) (list []any) {
	for i, x := range m {
		e := map[string]any{"name": x.name, "address": x.address, "weight": x.weight}
		if x.zone != "" {
			e["zone"] = x.zone
		}
		if x.down {
			e["down"] = true
		}
		if x.priority > 0 {
			e["priority"] = x.priority
		}
		r.cfg.Places[fmt.Sprintf("%s.endpoints[%d]", path, i)] = x.at.place()
		list = append(list, e)
	}
	return list
}

// endpoints reads an assignment.
func (r *reading) endpoints(load node) (all members) {
	names := map[string]bool{}
	for _, group := range load.get("endpoints").list() {
		where := group.get("locality")
		zone := where.get("zone").text()
		for _, key := range []string{"region", "sub_zone"} {
			if x := where.get(key); x.here() && zone == "" {
				zone = x.text()
			}
		}
		for _, x := range group.get("lb_endpoints").list() {
			e := x.get("endpoint")
			socket := e.at("address", "socket_address")
			host, port := socket.get("address").text(), socket.get("port_value").text()
			if host == "" {
				r.remark(x.n, "endpoint", "it has no address and port (a Unix socket, or an internal listener)")
				r.forget(x)
				continue
			}
			m := member{address: net.JoinHostPort(host, port), zone: strange.ReplaceAllString(zone, "-"), at: x,
				weight: x.get("load_balancing_weight").number(1), priority: int(group.get("priority").number(0))}
			m.down = slices.Contains([]string{"UNHEALTHY", "DRAINING", "TIMEOUT"}, x.get("health_status").text())
			if net.ParseIP(host) == nil {
				r.remark(socket.get("address").n, "address: "+host, "names are not looked up: it counts as one endpoint, however many it stands for")
			}
			m.name = memberName(e.get("hostname").text(), host, port, names)
			all = append(all, m)
		}
	}
	return all
}

// memberName is a name that an endpoint may have, of nobody else.
func memberName(hostname, host, port string, taken map[string]bool) string {
	name := hostname
	if name == "" || taken[name] {
		name = host + "-" + port
	}
	name = regexp.MustCompile(`[^A-Za-z0-9_.-]+`).ReplaceAllString(name, "-")
	if !regexp.MustCompile(`^[A-Za-z]`).MatchString(name) {
		name = "e" + name
	}
	for base, i := name, 2; taken[name]; i++ {
		name = base + "-" + strconv.Itoa(i)
	}
	taken[name] = true
	return name
}

// localities reads what zones and priorities have to do with where requests go.
func (r *reading) localities(c, load node, pool map[string]any, path string) {
	shared := c.get("common_lb_config")
	panics := shared.at("healthy_panic_threshold", "value")
	r.put(pool, path, "panic_threshold", panics.number(50)/100, panics)
	if x := load.at("policy", "overprovisioning_factor"); x.here() {
		r.put(pool, path, "overprovisioning", x.number(140)/100, x)
	}
	weighted := shared.get("locality_weighted_lb_config")
	zones := map[string]any{}
	for _, group := range load.get("endpoints").list() {
		if zone := group.at("locality", "zone").text(); zone != "" {
			zones[strange.ReplaceAllString(zone, "-")] = group.get("load_balancing_weight").number(1)
		}
	}
	switch aware := shared.get("zone_aware_lb_config"); {
	case weighted.here() && len(zones) > 0:
		r.put(pool, path, "zones", map[string]any{"mode": "weighted", "weights": zones}, weighted)
	case aware.here() && len(zones) > 0:
		r.put(pool, path, "zones", map[string]any{"mode": "aware", "min_endpoints": aware.get("min_cluster_size").number(6),
			"enabled": aware.at("routing_enabled", "value").number(100) / 100}, aware)
	}
}

package export

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"lbsim/balancer"
	"lbsim/config"
)

// nginxPools writes the upstreams and what bounds rates.
func (w *writer) nginxPools() {
	for _, p := range w.b.All() {
		w.losePool(&p, "NGINX")
		if w.b.Layer != balancer.L4 {
			w.nginxZones(&p)
		}
		w.line("    upstream %s {", p.Name)
		single := w.nginxAlgorithm(&p)
		w.nginxHealth(&p)
		weights := w.weights(&p, 65535)
		least, greatest := w.levels(&p)
		if greatest > least+1 {
			w.lose(w.path(&p, "endpoints.priority"), "NGINX has two levels: servers and backup servers")
		}
		if greatest > least && single {
			w.lose(w.path(&p, "endpoints.priority"), "an algorithm that hashes or draws has no backup servers: they are used as the others")
		}
		if greatest > least && p.Overprovisioning < 100 {
			w.lose(w.path(&p, "overprovisioning"), "backup servers are used when no other one is up, and not before")
		}
		if slices.ContainsFunc(p.Endpoints, func(e config.Endpoint) bool { return e.Name != e.Address }) {
			w.lose(w.path(&p, "endpoints.name"), "NGINX calls servers by their addresses")
		}
		for i, e := range p.Endpoints {
			text := "        server " + w.address(&p, i)
			if weights[i] != 1 {
				text += fmt.Sprintf(" weight=%d", weights[i])
			}
			if p.Limits != nil && p.Limits.PerEndpoint > 0 {
				text += fmt.Sprintf(" max_conns=%d", p.Limits.PerEndpoint)
			}
			text += nginxFails(&p)
			if e.Priority > least && !single {
				text += " backup"
			}
			if e.Down {
				text += " down"
			}
			w.line("%s;", text)
		}
		w.line("    }")
	}
}

// nginxFails are the words of passive checks. Where there are active ones alone, NGINX's own
// (max_fails=1 fail_timeout=10s) are the nearest that it has.
func nginxFails(p *config.Pool) string {
	switch {
	case onlyActive(p):
		return ""
	case p.Health == nil || p.Health.Passive == nil || p.Health.Passive.ConsecutiveFailures == 0:
		return " max_fails=0"
	}
	o := p.Health.Passive
	return fmt.Sprintf(" max_fails=%d fail_timeout=%ds", o.ConsecutiveFailures, int64(math.Ceil(o.EjectionTime.Seconds())))
}

// onlyActive reports whether a pool has active checks and no passive ones that NGINX has.
func onlyActive(p *config.Pool) bool {
	return p.Health != nil && p.Health.Active != nil && (p.Health.Passive == nil || p.Health.Passive.ConsecutiveFailures == 0)
}

func (w *writer) nginxHealth(p *config.Pool) {
	path := w.path(p, "health")
	if p.Health != nil && p.Health.Active != nil {
		w.lose(path+".active", "active checks are NGINX Plus's (health_check)")
	}
	if onlyActive(p) {
		w.lose(path+".passive", "NGINX's own stand in for the active checks that it has not: max_fails=1 fail_timeout=10s, by which a failed attempt takes a server out for 10s")
	}
	if p.Health != nil && p.Health.Passive != nil && p.Health.Passive.Rule != balancer.FailWindows {
		w.lose(path+".passive", "NGINX has max_fails and fail_timeout, which is a rule of its own")
	}
	if p.SlowStart != nil {
		w.lose(w.path(p, "slow_start"), "it is NGINX Plus's (slow_start)")
	}
	if p.Affinity != nil {
		w.lose(w.path(p, "affinity"), "cookies are of NGINX 1.29.6 and later, and of NGINX Plus (sticky cookie)")
	}
	if p.Limits != nil && p.Limits.Queue != nil {
		w.lose(w.path(p, "limits.queue"), "a queue is NGINX Plus's (queue)")
	}
}

// nginxAlgorithm writes the algorithm of an upstream and reports whether it is one that
// takes no backup servers.
func (w *writer) nginxAlgorithm(p *config.Pool) (single bool) {
	c := p.Algorithm
	value := func(name string) string { return c.Values.Map()[name] }
	own := false
	switch c.Spec.Name {
	case "weighted_round_robin":
		own = value("schedule") == "smooth"
		w.nginxLowering(p, value("max_fails"))
	case "round_robin":
	case "least_connections":
		own = value("ties") == "smooth"
		w.nginxLowering(p, value("max_fails"))
		w.line("        least_conn;")
	case "random":
		own, single = value("profile") == "lbsim", true
		w.line("        random;")
	case "power_of_two":
		own, single = value("ties") == "last" && value("choices") == "2", true
		w.line("        random two least_conn;")
	case "ip_hash":
		own, single = value("profile") == "nginx" && value("bits") == "24" && w.b.Layer != balancer.L4, true
		w.nginxSource()
	case "modulo", "ring_hash":
		own, single = value("profile") == "nginx", true
		consistent := ""
		if c.Spec.Name == "ring_hash" {
			consistent = " consistent"
		}
		w.line("        hash %s%s;", w.nginxKey(), consistent)
	default:
		switch {
		case c.Spec.NeedsKey:
			single = true
			w.line("        hash %s consistent;", w.nginxKey())
		case c.Spec.NeedsClient:
			single = true
			w.nginxSource()
		default:
			w.line("        least_conn;")
		}
	}
	if !own {
		w.lose(w.path(p, "algorithm"), "%s is done by NGINX's own rule, which may pick other endpoints", c)
	}
	return single
}

// nginxLowering reports where what failures do to weights is not what NGINX makes of max_fails.
func (w *writer) nginxLowering(p *config.Pool, has string) {
	fails := 0
	if p.Health != nil && p.Health.Passive != nil && p.Health.Passive.Rule == balancer.FailWindows {
		fails = p.Health.Passive.ConsecutiveFailures
	}
	if onlyActive(p) {
		fails = 1
	}
	if !slices.ContainsFunc(p.Endpoints, func(e config.Endpoint) bool { return e.Weight >= float64(fails) }) {
		fails = 0 // a part of a weight that is less than one is none
	}
	if has != strconv.Itoa(fails) {
		w.lose(w.path(p, "algorithm.max_fails"), "NGINX takes weight / max_fails of a server's weight for a while after a failure: %d is what it comes to, not %s", fails, has)
	}
}

// nginxSource writes a hash of the client's address. The module for connections has none of
// its own.
func (w *writer) nginxSource() {
	if w.b.Layer == balancer.L4 {
		w.lose("key", "what is hashed is said, $remote_addr, as of every hash")
		w.line("        hash $remote_addr;")
	} else {
		w.line("        ip_hash;")
	}
}

// nginxKey is the variable that is hashed.
func (w *writer) nginxKey() string {
	switch k := w.b.Proxy.Key; k.Kind {
	case "client":
		return "$remote_addr"
	case "header":
		return "$http_" + strings.ToLower(strings.ReplaceAll(k.Name, "-", "_"))
	case "cookie":
		return "$cookie_" + k.Name
	case "":
		w.lose("key", "nothing says what is hashed: the path is taken")
	}
	if w.b.Layer == balancer.L4 {
		return "$remote_addr"
	}
	return "$uri"
}

// nginxZones writes where rates are counted: NGINX's own rule, of others the nearest.
func (w *writer) nginxZones(p *config.Pool) {
	if p.Limits == nil {
		return
	}
	for i, r := range p.Limits.Rates {
		key := "$binary_remote_addr"
		if !r.PerClient {
			key = "$nginx_version" // the same for all
		}
		rate, unit := r.Rate, "s"
		if rate != math.Trunc(rate) {
			rate, unit = rate*60, "m"
		}
		path := w.path(p, fmt.Sprintf("limits.rates[%d]", i))
		if rate = math.Round(rate); rate < 1 {
			rate = 1
		}
		if math.Abs(rate/map[string]float64{"s": 1, "m": 60}[unit]-r.Rate) > 1e-9 {
			w.lose(path+".rate", "rates are whole numbers a second or a minute")
		}
		if r.Rule != balancer.LeakyBucket {
			w.lose(path+".rule", "NGINX has a leaky bucket")
		}
		size := "32k" // the least that NGINX takes
		if r.PerClient {
			size = w.nginxZoneSize(&r, path)
		}
		w.line("    limit_req_zone %s zone=%s_%d:%s rate=%gr/%s;", key, p.Name, i, size, rate, unit)
	}
}

// nginxZoneSize is how large a zone is that remembers as many clients, of 128 octets each.
func (w *writer) nginxZoneSize(r *config.Rate, path string) string {
	const usual, each, least = 16_000, 128, 32 << 10
	clients := r.Clients
	if clients == 0 {
		clients = usual
	}
	octets := max(least, clients*each)
	if octets%1024 != 0 || octets > clients*each {
		w.lose(path+".clients", "zones have whole kilobytes, 32 at least, in each of which there is room for 8 clients")
	}
	return fmt.Sprintf("%dk", (octets+1023)/1024)
}

package nginx

import (
	"strconv"
	"strings"
	"time"
)

// pool is an upstream that something leads to, or the address of a server.
type pool struct {
	name    string
	d       *directive
	up      *upstream // nil: an address
	servers []server
	port    int        // of servers that name none
	from    *scope     // of what leads to it, whose settings it has; nil: nothing does
	pass    *directive // what that is
	module  string     // proxy, fastcgi, uwsgi, scgi, grpc or memcached; stream
}

// write writes all of a pool.
func (p *pool) write(r *reader, at part) {
	if len(p.servers) == 0 {
		r.wrong(p.d, "no server of it is known")
		return
	}
	p.algorithm(r, at)
	p.fill(r, at)
	p.passive(r, at)
	if p.from != nil {
		if p.module == layer4 {
			p.reconnects(r, at)
		} else {
			p.retries(r, at)
		}
		p.active(r, at)
	}
	if p.up != nil {
		p.limits(r, at)
		p.slowStart(r, at)
		p.sticky(r, at)
	}
}

// passive writes max_fails and fail_timeout. A server that is alone is never out.
func (p *pool) passive(r *reader, at part) {
	if len(p.servers) < 2 {
		return
	}
	fails := common(r, p, "max_fails", func(s *server) int { return s.maxFails })
	if fails == 0 {
		return
	}
	timeout := common(r, p, "fail_timeout", func(s *server) time.Duration { return s.failTimeout })
	from := p.d
	for i := range p.servers {
		if text := strings.Join(p.servers[i].d.args, " "); strings.Contains(text, "fail") {
			from = p.servers[i].d
			break
		}
	}
	if r.rules.before(release{1, 11, 5}) {
		r.also(p.d, "nginx before 1.11.5 forgets all failures once no server is left: here each is out for its time")
	}
	x := at.part("health", from).part("passive", from)
	x.set("rule", "nginx", nil)
	x.set("consecutive_failures", min(fails, 1_000_000), from)
	x.set("ejection_time", seconds(max(timeout, time.Second)), from)
	p.lower(at, fails)
}

// lower makes servers count for less after failures where the rule has turns, unless none has
// the weight for it.
func (p *pool) lower(at part, fails int) {
	chosen, _ := at.values["algorithm"].(map[string]any)
	if name := chosen["name"]; name != "weighted_round_robin" && name != "least_connections" {
		return
	}
	for i := range p.servers {
		if p.servers[i].weight >= fails {
			chosen["max_fails"] = min(fails, 1_000_000)
			at.doc.places[at.at("algorithm.max_fails")] = at.doc.places[at.at("algorithm")] // so that it is said
			return
		}
	}
}

// connecting writes how long connecting may take, which lbsim has one for all pools of: that of
// the first.
func (p *pool) connecting(r *reader) {
	times, d := r.doc.root.part("timeouts", nil), p.setting("_connect_timeout")
	if _, done := times.values["connect"]; !done {
		r.connect = d
		r.time(times, "connect", "60s", d)
		return
	}
	switch {
	case d != nil && d.fate != simulated:
		r.remark(d, "lbsim has one time-out for connecting, and takes that of the first location that leads to servers")
	case d == nil && r.connect != nil:
		r.also(r.connect, "lbsim has one time-out for connecting: this one holds for pool %s too, where NGINX's is 60s", p.name)
	}
}

// limits writes max_conns and queue.
func (p *pool) limits(r *reader, at part) {
	conns := common(r, p, "max_conns", func(s *server) int { return s.maxConns })
	if conns > 0 {
		at.part("limits", p.d).set("per_endpoint", min(conns, 1_000_000), p.servers[0].d)
	}
	for _, d := range p.up.d.all("queue") {
		if conns == 0 {
			r.remark(d, "requests wait where no server may take one, which without max_conns is when all are out: here they are rejected")
			continue
		}
		n, err := strconv.Atoi(d.arg(0))
		timeout := 60 * time.Second
		good := err == nil && n > 0
		if text, ok := strings.CutPrefix(d.arg(1), "timeout="); ok {
			var fits bool
			timeout, fits = parseTime(text)
			good = good && fits && timeout > 0
		}
		if !good {
			r.wrong(d, "must be a number and timeout=TIME")
			continue
		}
		d.fate = simulated
		q := at.part("limits", p.d).part("queue", d)
		q.set("size", min(n, 1_000_000), d)
		q.set("timeout", seconds(timeout), d)
	}
}

// slowStart writes NGINX Plus's slow start. Its weight rises from nothing, here from a
// hundredth.
func (p *pool) slowStart(r *reader, at part) {
	window := common(r, p, "slow_start", func(s *server) time.Duration { return s.slowStart })
	if window == 0 || len(p.servers) < 2 {
		return
	}
	from := p.servers[0].d
	x := at.part("slow_start", from)
	x.set("window", seconds(window), from)
	x.set("min_weight", "1%", nil)
	if health, ok := at.values["health"].(map[string]any); ok && health["passive"] != nil {
		x.set("after_ejection", true, nil)
	}
}

// sticky writes a cookie that names the server.
func (p *pool) sticky(r *reader, at part) {
	for _, d := range p.up.d.all("sticky") {
		if d.arg(0) != "cookie" || d.arg(1) == "" {
			r.remark(d, "lbsim keeps clients on their server by a cookie of its own alone (sticky cookie NAME)")
			continue
		}
		d.fate = simulated
		c := at.part("affinity", d).part("cookie", d)
		c.set("name", cookieName(d.arg(1)), d)
		for _, word := range d.args[2:] {
			key, value, _ := strings.Cut(word, "=")
			switch key {
			case "expires":
				if ttl, ok := parseTime(value); ok {
					c.set("ttl", seconds(ttl), d)
				} else if value != "max" {
					r.wrong(d, "expires must be a time such as 1h, or max")
				}
			case "secure":
				c.set("secure", true, d)
			case "samesite":
				if s := strings.ToLower(value); s == "lax" || s == "strict" || s == "none" && strings.Contains(d.text(), "secure") {
					c.set("same_site", s, d)
				}
			case "httponly":
			default:
				r.also(d, "%s: the cookie is for all of the host", clip(word))
			}
		}
	}
}

// cookieName makes a name that the language takes of a cookie's.
func cookieName(text string) string {
	return strings.Trim(endpointName(strings.NewReplacer(":", "-", "[", "-", "]", "-").Replace(text), nil), "0123456789.-_")
}

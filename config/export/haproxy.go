package export

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"lbsim/balancer"
	"lbsim/config"
)

// haproxy writes haproxy.cfg, in the words of HAProxy 2.6.
func (w *writer) haproxy() {
	w.loseFile("haproxy")
	l4 := w.b.Layer == balancer.L4
	times := w.b.Times()
	mode := "http"
	if l4 {
		mode = "tcp"
	}
	w.line("defaults")
	w.line("    mode %s", mode)
	w.line("    timeout connect %s", millis(times.Connect))
	w.line("    timeout client %s", millis(times.Idle))
	if l4 {
		w.line("    timeout server %s", millis(times.Idle))
	} else {
		w.line("    timeout http-request %s", millis(times.Header))
	}
	w.line("\nfrontend clients")
	at := w.listenAt()
	if strings.HasPrefix(at, ":") {
		at = "*" + at
	}
	w.line("    bind %s", at)
	w.haproxyRoutes()
	for _, p := range w.b.All() {
		w.line("\nbackend %s", p.Name)
		w.losePool(&p, "HAProxy")
		w.haproxyPool(&p)
	}
}

func (w *writer) haproxyPool(p *config.Pool) {
	w.haproxyAlgorithm(p)
	w.haproxyRetries(p)
	server := w.haproxyHealth(p)
	if l := p.Limits; l != nil {
		if l.PerEndpoint > 0 {
			server += fmt.Sprintf(" maxconn %d", l.PerEndpoint)
		}
		w.haproxyQueue(p, l)
	}
	server += w.haproxySlowStart(p)
	if p.Affinity != nil {
		c := &p.Affinity.Cookie
		text := "    cookie " + c.Name + " insert indirect"
		if c.Secure {
			text += " secure"
		}
		if c.TTL > 0 {
			text += fmt.Sprintf(" maxlife %ds", int64((c.TTL+time.Second-1)/time.Second))
		}
		w.line("%s", text)
	}
	if server != "" {
		w.line("    default-server%s", server)
	}
	w.haproxyServers(p)
}

func (w *writer) haproxyQueue(p *config.Pool, l *config.Limits) {
	const anyNumber = 1_000_000
	path := w.path(p, "limits")
	switch q := l.Queue; {
	case q != nil && l.PerEndpoint == 0:
		w.lose(path+".queue", "HAProxy lets requests wait for endpoints that have a bound (per_endpoint)")
	case q == nil && l.PerEndpoint > 0:
		w.lose(path+".queue", "HAProxy lets requests wait: for 1 ms at least")
		w.line("    timeout queue 1ms")
	case q != nil && l.PerEndpoint > 0:
		w.line("    timeout queue %s", millis(q.Timeout))
		if q.Size < anyNumber {
			w.lose(path+".queue.size", "any number of requests may wait")
		}
	}
	w.haproxyRates(l, path)
}

// haproxyRates writes the first bound on the rate of each client: more requests than the
// bucket holds, in the time in which it is filled, are denied.
func (w *writer) haproxyRates(l *config.Limits, path string) {
	const clients, longest = 16_000, 24 * time.Hour
	written := false
	for i, r := range l.Rates {
		own := fmt.Sprintf("%s.rates[%d]", path, i)
		period := time.Duration(float64(r.Burst) / r.Rate * float64(time.Second)).Round(time.Millisecond)
		if written || !r.PerClient || r.Rule != balancer.Bucket || period < time.Millisecond || period > longest || w.b.Layer == balancer.L4 {
			w.lose(own, "of bounds on rates the first for each client is written, by a stick table")
			continue
		}
		written = true
		w.lose(own+".rule", "HAProxy estimates the rate of the last %v, and counts what it denies, too", period)
		w.line("    stick-table type ip size %d expire %s store http_req_rate(%s)", cmp.Or(r.Clients, clients), millis(period), millis(period))
		w.line("    http-request track-sc0 src")
		w.line("    http-request deny deny_status 429 if { sc_http_req_rate(0) gt %d }", r.Burst)
	}
}

func (w *writer) haproxySlowStart(p *config.Pool) string {
	if p.SlowStart == nil {
		return ""
	}
	if p.SlowStart.Profile != balancer.RampHAProxy {
		w.lose(w.path(p, "slow_start"), "weights rise by HAProxy's rule, and only of servers that come back")
	}
	return fmt.Sprintf(" slowstart %s", millis(p.SlowStart.Window))
}

// haproxyServers writes the servers. Priorities become the order of backups.
func (w *writer) haproxyServers(p *config.Pool) {
	weights := w.weights(p, 256)
	least, greatest := w.levels(p)
	levels := map[int]int{}
	for _, e := range p.Endpoints {
		levels[e.Priority]++
	}
	if greatest > least {
		delete(levels, least)
		together := len(levels) == 1 && levels[greatest] > 1
		if together {
			w.line("    option allbackups")
		}
		one := !slices.ContainsFunc(p.Endpoints, func(e config.Endpoint) bool { return e.Priority > least && levels[e.Priority] > 1 })
		if !one && !together {
			w.lose(w.path(p, "endpoints.priority"), "backup servers are used one by one, or all together")
		}
		if p.Overprovisioning < 100 {
			w.lose(w.path(p, "overprovisioning"), "backup servers are used when no other one is up, and not before")
		}
	}
	order := make([]int, len(p.Endpoints))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return p.Endpoints[a].Priority - p.Endpoints[b].Priority })
	for _, i := range order {
		e := &p.Endpoints[i]
		text := fmt.Sprintf("    server %s %s", e.Name, w.address(p, i))
		if weights[i] != 1 {
			text += fmt.Sprintf(" weight %d", weights[i])
		}
		if e.Priority > least {
			text += " backup"
		}
		if e.Down {
			text += " disabled"
		}
		if p.Affinity != nil {
			text += " cookie " + e.Name
		}
		w.line("%s", text)
	}
}

// haproxyHealth writes what checks ask, and returns the words of servers.
func (w *writer) haproxyHealth(p *config.Pool) string {
	if p.Health == nil {
		return ""
	}
	path := w.path(p, "health")
	watched := w.haproxyWatches(p.Health, path)
	h := p.Health.Active
	if h == nil {
		return ""
	}
	w.loseGiven(nil, []setting{
		{path + ".active", h.GRPC, "HAProxy asks for a connection and no more"},
		{path + ".active.depth", h.Deep, "HAProxy asks what path names"},
		{path + ".active.jitter", h.Jitter > 0, "HAProxy has one for all backends, spread-checks, to both sides"},
		{path + ".active.trusted", !h.Trusted, "HAProxy takes a server to be up until its first check"},
	})
	if !h.Connect && !h.GRPC {
		w.line("    option httpchk GET %s", quote(max(h.Path, "/")))
		if s := h.Expect; s != (balancer.Statuses{}) {
			if s.First == s.Last {
				w.line("    http-check expect status %d", s.First)
			} else {
				w.line("    http-check expect status %d-%d", s.First, s.Last)
			}
		}
	}
	text := fmt.Sprintf(" check inter %s rise %d fall %d", millis(h.Interval), h.Healthy, h.Unhealthy)
	for _, x := range []struct {
		word string
		time time.Duration
	}{{"fastinter", h.TransitionInterval}, {"downinter", h.DownInterval}} {
		if x.time > 0 {
			text += fmt.Sprintf(" %s %s", x.word, millis(x.time))
		}
	}
	if h.Port > 0 {
		text += fmt.Sprintf(" port %d", h.Port)
	}
	if h.Timeout > 0 {
		w.line("    timeout check %s", millis(h.Timeout))
	}
	return text + watched
}

// haproxyWatches returns the words by which errors of requests take a server down until
// checks bring it up, where that is what passive checks say.
func (w *writer) haproxyWatches(h *config.Health, path string) string {
	o, checks := h.Passive, h.Active
	if o == nil {
		return ""
	}
	if checks != nil && o.Rule == balancer.Outliers && o.ConsecutiveFailures > 0 && o.MaxEjected == 1 && !o.RestoreOnCheck && o.SuccessRate == nil && o.FailureRatio == nil {
		down := cmp.Or(checks.DownInterval, checks.Interval)
		if up := time.Duration(checks.Healthy) * down; o.Interval == down && o.EjectionTime == up && o.MaxEjectionTime == up {
			return fmt.Sprintf(" observe layer7 error-limit %d on-error mark-down", o.ConsecutiveFailures)
		}
	}
	w.lose(path+".passive", "HAProxy takes down until checks pass, and by errors in a row alone (observe layer7, error-limit, on-error mark-down)")
	return ""
}

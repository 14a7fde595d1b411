package export

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"lbsim/algorithms"
	"lbsim/balancer"
	"lbsim/config"
)

// haproxyAlgorithm writes balance and hash-type.
func (w *writer) haproxyAlgorithm(p *config.Pool) {
	c := p.Algorithm
	value := func(name string) string { return c.Values.Map()[name] }
	path := w.path(p, "algorithm")
	own := false // it is HAProxy's rule
	switch c.Spec.Name {
	case "weighted_round_robin":
		schedule := value("schedule")
		own = strings.HasPrefix(schedule, "haproxy")
		if schedule == "haproxy_static" {
			w.line("    balance static-rr")
		} else {
			w.line("    balance roundrobin")
		}
	case "round_robin":
		w.line("    balance roundrobin")
	case "least_connections", "shortest_expected_delay":
		own = value("key") == "haproxy"
		w.line("    balance leastconn")
	case "first":
		own = true
		w.line("    balance first")
	case "random":
		own = value("profile") == "haproxy"
		w.line("    balance random(1)")
	case "power_of_two":
		own = value("profile") == "haproxy"
		w.line("    balance random(%s)", value("choices"))
	case "ip_hash":
		own = value("profile") == "haproxy"
		w.line("    balance source")
		w.haproxyHashType(c, value("table") == "ring")
	case "modulo":
		own = value("profile") == "haproxy"
		w.haproxyKey(p)
		w.haproxyHashType(c, false)
	case "ring_hash":
		own = value("profile") == "haproxy"
		w.haproxyKey(p)
		w.haproxyHashType(c, true)
	case "bounded_load":
		own = value("over") == "haproxy" && value("rule") == "haproxy"
		w.haproxyKey(p)
		w.line("    hash-type consistent")
		w.line("    hash-balance-factor %d", max(101, int(math.Round(c.Values.Float("factor")*100))))
	default:
		w.haproxyNearest(p)
	}
	if !own {
		w.lose(path, "%s is done by HAProxy's own rule, which may pick other endpoints", c)
	}
}

// haproxyNearest writes what is nearest to an algorithm that HAProxy does not have.
func (w *writer) haproxyNearest(p *config.Pool) {
	switch s := p.Algorithm.Spec; {
	case s.NeedsKey:
		w.haproxyKey(p)
		w.line("    hash-type consistent")
	case s.NeedsClient:
		w.line("    balance source")
	default:
		w.line("    balance leastconn")
	}
}

// haproxyKey writes balance for what is hashed.
func (w *writer) haproxyKey(p *config.Pool) {
	switch k := w.b.Proxy.Key; k.Kind {
	case "path":
		w.line("    balance uri")
	case "header":
		w.line("    balance hdr(%s)", k.Name)
	case "cookie":
		w.line("    balance hash req.cook(%s)", k.Name)
	case "client":
		w.line("    balance source")
		w.lose(w.path(p, "algorithm"), "HAProxy hashes the octets of the client's address")
	default:
		w.line("    balance uri")
		w.lose("key", "nothing says what is hashed: the path is taken")
	}
}

// haproxyHashType writes hash-type for a picker of HAProxy's profile, or the usual one.
func (w *writer) haproxyHashType(c algorithms.Choice, consistent bool) {
	table := "map-based"
	if consistent {
		table = "consistent"
	}
	given := c.Values.Map()
	function, avalanche := given["function"], given["avalanche"]
	if given["profile"] != "haproxy" || avalanche == "usual" && (function == "sdbm" || function == "") {
		if consistent {
			w.line("    hash-type consistent")
		}
		return
	}
	if function == "" {
		function = "sdbm"
	}
	if avalanche == "true" || avalanche == "usual" && consistent {
		function += " avalanche"
	}
	w.line("    hash-type %s %s", table, function)
}

// haproxyRetries writes retries, retry-on and option redispatch.
func (w *writer) haproxyRetries(p *config.Pool) {
	r := p.Retries
	if w.b.Layer != balancer.L4 {
		const forEver = 24 * 24 * time.Hour // HAProxy warns where it is told no time, and knows little more
		w.line("    timeout server %s", millis(w.perTry(p, forEver)))
	}
	if r == nil {
		w.line("    retries 0")
		return
	}
	path := w.path(p, "retries")
	w.line("    retries %d", r.Attempts-1)
	var words []string
	layer7 := false
	for _, c := range r.Conditions {
		switch {
		case c == "connect_failure":
			words = append(words, "conn-failure")
			continue
		case c == "reset":
			words = append(words, "empty-response")
		case c == "timeout":
			words = append(words, "response-timeout")
		case c == "5xx":
			words = append(words, "500", "501", "502", "503", "504")
			w.lose(path+".conditions", "of 5xx HAProxy knows 500 to 504")
		case slices.Contains([]string{"500", "501", "502", "503", "504"}, c):
			words = append(words, c)
		default:
			w.lose(path+".conditions", "HAProxy does not try again after %s", c)
		}
		layer7 = true
	}
	if layer7 {
		w.line("    retry-on %s", strings.Join(words, " "))
		if !r.AnyMethod {
			w.line("    http-request disable-l7-retry if { method POST PATCH }")
		}
	}
	w.haproxyRedispatch(p, path)
}

// haproxyRedispatch writes where retries go: elsewhere at once, which HAProxy does where
// neither a hash nor a cookie binds the client, or with a wait where the last one was.
func (w *writer) haproxyRedispatch(p *config.Pool, path string) {
	r := p.Retries
	if r.Attempts < 2 {
		return
	}
	hashed := p.Algorithm.Spec.NeedsKey || p.Algorithm.Spec.NeedsClient
	switch {
	case r.Redispatch == 0 && !hashed && p.Affinity == nil && len(p.Endpoints) > 1:
		w.line("    option redispatch")
		return
	case r.Redispatch == 0:
		w.line("    option redispatch 1")
		if hashed && !w.haproxyRing(p) {
			w.lose(path+".redispatch", "a hash by a table leads to the same server for as long as that is up (hash-type consistent does not)")
		}
	case r.Redispatch > 0 && r.Redispatch == r.Attempts-1:
		w.line("    option redispatch")
	case r.Redispatch > 0:
		w.line("    option redispatch %s", strconv.Itoa(r.Redispatch))
	}
	if wait := min(time.Second, w.b.Times().Connect); r.Backoff.Connect != wait {
		w.lose(path+".backoff.connect", fmt.Sprintf("a retry waits for %v after a failure to connect", wait))
	}
}

// haproxyRing reports whether what is written for an algorithm that hashes is a ring.
func (w *writer) haproxyRing(p *config.Pool) bool {
	switch c := p.Algorithm; {
	case c.Spec.Name == "ip_hash":
		return c.Values.Map()["table"] == "ring"
	case c.Spec.Name == "modulo":
		return false
	default:
		return c.Spec.NeedsKey
	}
}

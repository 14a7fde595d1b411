package haproxy

import (
	"fmt"
	"strconv"
	"strings"

	"lbsim/algorithms"
)

// hashing is what hash-type says.
type hashing struct {
	consistent bool
	function   string // "": the usual one
	avalanche  bool
}

// hashType reads hash-type; without one it is map-based.
func (r *reading) hashType(p *proxy) (h hashing) {
	l := p.last["hash-type"]
	if l == nil {
		return h
	}
	switch l.arg(1) {
	case "consistent":
		h.consistent = true
	case "map-based":
	default:
		r.fail(l.place(1), "hash-type %s: must be map-based or consistent", quoted(l.arg(1)))
	}
	h.function = l.arg(2)
	if known := []string{"", "sdbm", "djb2", "wt6", "crc32", "none"}; !contains(known, h.function) {
		r.fail(l.place(2), "hash-type %s: must be %s", quoted(h.function), near(h.function, known[1:]))
	}
	if h.function == "none" {
		r.remarkWord(l, 2, 0, "keys are hashed by sdbm instead")
		h.function = "sdbm"
	}
	h.avalanche = l.arg(3) == "avalanche"
	if l.arg(3) != "" && !h.avalanche {
		r.fail(l.place(3), "hash-type %s: must be avalanche", quoted(l.arg(3)))
	}
	return h
}

// params are what of hash-type a picker of HAProxy's is told.
func (h hashing) params(c map[string]any) map[string]any {
	c["profile"] = "haproxy"
	if h.function != "" {
		c["function"], c["avalanche"] = h.function, strconv.FormatBool(h.avalanche)
	}
	return c
}

// algorithm reads balance: the algorithm, and what keys are, where it hashes some.
func (r *reading) algorithm(p *proxy) (choice map[string]any, key string) {
	l := p.get("balance")
	words := []string{"roundrobin"}
	if r.since(3, 3) { // commit 93cc18ac4: "switch the default balancing algo to random"
		words = []string{"random"}
	}
	if l != nil {
		words = nil
		for _, w := range l.words[1:] {
			words = append(words, w.text)
		}
		if len(words) == 0 {
			r.fail(l.at, "balance must be followed by an algorithm: %s", strings.Join(balances, ", "))
			return roundRobin(), ""
		}
	}
	name, inner, bracket := strings.Cut(strings.TrimSuffix(words[0], ")"), "(")
	if !contains(balances, name) {
		r.fail(l.place(1), "balance %s: %s", quoted(name), near(name, balances))
		return roundRobin(), ""
	}
	if bracket && name == "hdr" || name == "rdp-cookie" || contains([]string{"uri", "url_param", "source", "hash"}, name) {
		return r.hashed(p, l, name, inner)
	}
	if f := p.get("hash-balance-factor"); f != nil {
		r.remark(f, "lbsim bounds the load of hashed keys only")
	}
	switch name {
	case "static-rr":
		return map[string]any{"name": "weighted_round_robin", "schedule": "haproxy_static"}, ""
	case "leastconn":
		return map[string]any{"name": "least_connections", "key": "haproxy"}, ""
	case "first":
		return map[string]any{"name": "first"}, ""
	case "random":
		return r.random(l, inner), ""
	}
	return roundRobin(), ""
}

// balances are the algorithms of HAProxy.
var balances = []string{"roundrobin", "static-rr", "leastconn", "first", "source", "uri", "url_param", "hdr", "random", "hash", "rdp-cookie"}

func roundRobin() map[string]any {
	return map[string]any{"name": "weighted_round_robin", "schedule": "haproxy"}
}

// random reads random(n); n is 2 where it is left out.
func (r *reading) random(l *line, inner string) map[string]any {
	draws := 2
	if inner != "" {
		n, err := strconv.Atoi(inner)
		if err != nil || n < 1 {
			r.fail(l.place(1), "balance random(%s): must be a whole number of draws", quoted(inner))
			return roundRobin()
		}
		draws = n
	}
	if draws == 1 {
		return map[string]any{"name": "random", "profile": "haproxy"}
	}
	if most := mostDraws(); draws > most {
		r.remarkWord(l, 1, 0, fmt.Sprintf("%d draws are made: lbsim knows no more", most))
		draws = most
	}
	return map[string]any{"name": "power_of_two", "profile": "haproxy", "choices": draws}
}

// mostDraws is how many choices power_of_two can have.
func mostDraws() int {
	for _, p := range algorithms.Lookup("power_of_two").Params {
		if p.Name == "choices" {
			return int(p.Max)
		}
	}
	return 2
}

// hashed reads an algorithm that places requests by a key.
func (r *reading) hashed(p *proxy, l *line, name, inner string) (choice map[string]any, key string) {
	h := r.hashType(p)
	p.get("hash-type")
	key = r.keyOf(l, name, inner)
	factor := p.get("hash-balance-factor")
	percent := 0
	if factor != nil {
		n, err := strconv.Atoi(factor.arg(1))
		switch {
		case err != nil || n != 0 && n <= 100 || n > 9999:
			r.fail(factor.place(1), "hash-balance-factor %s: must be 0 or a number above 100 (%%)", quoted(factor.arg(1)))
		case n > 0 && !h.consistent:
			r.remark(factor, "it is for hash-type consistent")
		default:
			percent = n
		}
	}
	if percent > 0 {
		if h.function != "" && (h.function != "sdbm" || !h.avalanche) {
			r.remark(p.last["hash-type"], "with a balance factor keys are hashed by sdbm and avalanche")
		}
		if name == "source" {
			key = "client"
		}
		return map[string]any{"name": "bounded_load", "over": "haproxy", "rule": "haproxy", "factor": float64(percent) / 100}, key
	}
	if name == "source" {
		c := map[string]any{"name": "ip_hash", "profile": "haproxy", "table": "map"}
		if h.consistent {
			c["table"] = "ring"
		}
		if h.function != "" {
			c["avalanche"] = strconv.FormatBool(h.avalanche)
		}
		return c, ""
	}
	if h.consistent {
		return h.params(map[string]any{"name": "ring_hash"}), key
	}
	return h.params(map[string]any{"name": "modulo"}), key
}

// keyOf says what of a request is hashed, as lbsim's key; "" where it can't say that.
func (r *reading) keyOf(l *line, name, inner string) string {
	switch name {
	case "source":
		return ""
	case "uri":
		for i := 2; i < len(l.words); i++ {
			n := 0
			if w := l.arg(i); w == "len" || w == "depth" {
				n = 1
			}
			r.remarkWord(l, i, n, "the key is the path (key: path)")
			i += n
		}
		return "path"
	case "hdr":
		if l.arg(2) != "" {
			r.remarkWord(l, 2, 0, "the key is the whole header")
		}
		return "header:" + inner
	case "hash":
		return r.keyOfSample(l)
	}
	r.remarkWord(l, 1, 1, "lbsim proxy has no such key: in a scenario keys are workload.keys")
	return ""
}

// keyOfSample reads balance hash EXPRESSION.
func (r *reading) keyOfSample(l *line) string {
	text := l.arg(2)
	switch name, inner, _ := strings.Cut(strings.TrimSuffix(text, ")"), "("); {
	case text == "path" || text == "pathq" || text == "url":
		return "path"
	case (name == "req.hdr" || name == "hdr" || name == "req.fhdr") && inner != "" && !strings.Contains(inner, ","):
		return "header:" + inner
	case (name == "req.cook" || name == "cook" || name == "cookie") && inner != "" && !strings.Contains(inner, ","):
		return "cookie:" + inner
	case text == "src":
		r.remarkWord(l, 2, 0, "the key is the client's address as text, not as octets")
		return "client"
	}
	r.remarkWord(l, 2, len(l.words), "lbsim proxy has no such key: in a scenario keys are workload.keys")
	return ""
}

// usualVersion is the one whose rules hold where none is named: of the versions with long
// support that distributions have (2.6 to 3.2) the latest.
const usualVersion = "3.2"

// since reports whether the version whose rules hold is a.b or later.
func (r *reading) since(a, b int) bool {
	var major, minor int
	_, _ = fmt.Sscanf(r.cfg.Version, "%d.%d", &major, &minor) // digits and points, as products.Profile holds
	return major > a || major == a && minor >= b
}

package haproxy

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"lbsim/config/decode"
	"lbsim/config/foreign"
)

// document is a mapping of lbsim's language.
type document = map[string]any

// put notes where a setting of the document was written.
func (r *reading) put(path string, at decode.Place) {
	if _, known := r.cfg.Places[path]; !known {
		r.cfg.Places[path] = at
	}
}

// span prints a time.
func span(d time.Duration) string { return decode.FormatSeconds(d.Seconds()) }

// pool makes the pool of a backend.
func (r *reading) pool(p *proxy) document {
	path := "pools." + p.id
	r.put(path, p.head.at)
	doc := document{}
	choice, key := r.algorithm(p)
	doc["algorithm"] = choice
	if l := p.last["balance"]; l != nil {
		r.put(path+".algorithm", l.at)
	}
	r.routeKey(p, key)
	if endpoints := r.endpoints(p, path); len(endpoints) > 0 {
		doc["endpoints"] = endpoints
	}
	r.backups(p, doc, path)
	checks := r.checks(p, path)
	health := document{}
	if checks != nil {
		health["active"] = checks
	}
	if passive := r.observed(p, checks, path+".health.passive"); passive != nil {
		health["passive"] = passive
	}
	if len(health) > 0 {
		doc["health"] = health
	}
	if retries := r.retries(p, path); retries != nil {
		doc["retries"] = retries
	}
	limits := r.limits(p, path)
	if rates, at := r.rates(p); len(rates) > 0 {
		limits["rates"] = rates
		r.put(path+".limits.rates", at[0].at)
	}
	if len(limits) > 0 {
		doc["limits"] = limits
	}
	if a := r.affinity(p, path); a != nil {
		doc["affinity"] = a
	}
	if s := r.slowStart(p, path, choice, checks != nil); s != nil {
		doc["slow_start"] = s
	}
	return doc
}

// endpoints makes the endpoints of a backend; none where none of them gets requests.
func (r *reading) endpoints(p *proxy, path string) (all []any) {
	names, well := map[string]int{}, 0
	for _, s := range p.servers {
		weight := 1
		a, given := s.last["weight"]
		if given {
			weight, given = r.number(a, 0, 256)
		}
		down := s.on("disabled") || given && weight == 0
		if weight == 0 { // counts for nothing, nor for the greatest common divisor
			weight = r.anyWeight(p)
		}
		s.id = foreign.Unique(endpointName(s.name), names)
		at := path + ".endpoints[" + strconv.Itoa(len(all)) + "]"
		r.put(at, s.line.at)
		e := document{"name": s.id, "weight": weight}
		if down { // it has its place on the ring, and gets nothing
			e["down"] = true
		} else {
			well++
		}
		if s.address != "" {
			e["address"] = s.address
			r.put(at+".address", s.line.place(2))
		}
		if given {
			r.put(at+".weight", a.line.place(a.at))
		}
		all = append(all, e)
		r.checkID(s, len(all))
	}
	if well == 0 {
		return nil
	}
	return all
}

// anyWeight is a weight that a server of a backend has.
func (r *reading) anyWeight(p *proxy) int {
	for _, s := range p.servers {
		if a, given := s.last["weight"]; !given {
			break
		} else if n, ok := r.number(a, 0, 256); ok && n > 0 {
			return n
		}
	}
	return 1
}

// checkID lists the id of a server where it is not its place, which is what lbsim's
// consistent hash knows it by.
func (r *reading) checkID(s *server, place int) {
	a, given := s.last["id"]
	if given && a.text != strconv.Itoa(place) {
		r.remarkWord(a.line, a.at, 1, "the nodes of a consistent hash follow the order of the servers")
	}
}

// endpointName makes a name of lbsim's of a server's.
func endpointName(name string) string {
	clean := strings.Map(func(c rune) rune {
		if c == '-' || c == '_' || c == '.' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' {
			return c
		}
		return '-'
	}, name)
	if clean == "" || !(clean[0]|0x20 >= 'a' && clean[0]|0x20 <= 'z') {
		clean = "s-" + clean
	}
	return clean[:min(len(clean), 90)]
}

// poolName makes a name of lbsim's of a backend's.
func poolName(name string) string {
	return strings.ReplaceAll(endpointName(name), ".", "_")
}

// backups gives backup servers priorities of their own: HAProxy uses the first one that is
// up, or with option allbackups all, once no other server is.
func (r *reading) backups(p *proxy, doc document, path string) {
	all, level := p.has("allbackups"), 0
	endpoints, _ := doc["endpoints"].([]any)
	for i, s := range p.servers {
		if !s.on("backup") {
			continue
		}
		if level == 0 || !all {
			level++
		}
		endpoints[i].(document)["priority"] = min(level, 100)
		r.put(path+".endpoints["+strconv.Itoa(i)+"].priority", s.last["backup"].line.place(s.last["backup"].at))
	}
	if level > 100 {
		r.remarkWord(p.head, 0, 1, "has more than 100 backup servers: those beyond are used together")
	}
	if level > 0 && level < len(p.servers) {
		// No level is relieved while one of its endpoints is up.
		doc["overprovisioning"] = "1000000%"
	}
}

// common returns what all servers that have a word say, that of the first; others are
// listed.
func (r *reading) common(p *proxy, word, why string) (argument, bool) {
	var first argument
	found := false
	for _, s := range p.servers {
		a, has := s.last[word]
		switch {
		case !has:
		case !found:
			first, found = a, true
		case a.text != first.text:
			r.remarkWord(a.line, a.at, 1, fmt.Sprintf("%s: as %s of line %d", why, first.line.arg(first.at)+" "+first.text, first.line.at.Line))
		}
	}
	return first, found
}

// limits reads maxconn of servers and the queue before them.
func (r *reading) limits(p *proxy, path string) document {
	a, bounded := r.common(p, "maxconn", "all endpoints of a pool have one limit")
	most := 0
	if bounded {
		most, bounded = r.number(a, 0, math.MaxInt32)
	}
	if l := p.last["fullconn"]; l != nil {
		r.list(l, "a bound that grows with the load")
	}
	if !bounded || most == 0 {
		return document{}
	}
	r.put(path+".limits.per_endpoint", a.line.place(a.at))
	wait, l := r.timeout(p, "queue")
	if l == nil {
		wait, l = r.timeout(p, "connect")
	}
	// Without a time-out HAProxy lets them wait for ever, and any number of them.
	queue := document{"size": 1_000_000, "timeout": "24h"}
	if l != nil && wait > 0 {
		queue["timeout"] = span(wait)
		r.put(path+".limits.queue", l.at)
	}
	return document{"per_endpoint": min(most, 1_000_000), "queue": queue}
}

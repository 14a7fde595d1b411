package haproxy

import (
	"slices"
	"time"
)

// affinity reads cookie, with which a server's answer marks its client, and stick on src.
func (r *reading) affinity(p *proxy, path string) document {
	table, on := p.many["stick-table"], p.many["stick"]
	l := p.last["cookie"]
	if l != nil {
		return r.cookie(p, l, path)
	}
	if len(on) != 1 || on[0].arg(2) != "src" || on[0].arg(1) != "on" || len(table) == 0 || len(on[0].words) > 3 {
		return nil // what there is of them is listed in the end
	}
	if p.tcp() {
		r.list(on[0], "connections are not sent where their client was before: take ip_hash")
		return nil
	}
	r.remark(on[0], "simulated by a cookie: clients behind one address count apart")
	cookie := document{"name": "src"}
	for i := 1; i+1 < len(table[0].words); i++ {
		if table[0].arg(i) == "expire" {
			if d, err := duration(table[0].arg(i+1), time.Millisecond); err == nil && d > 0 {
				cookie["ttl"] = span(d)
			}
		}
	}
	r.remark(table[0], "simulated by a cookie, which holds from when it was set; the table's entries from when they were last used, and only so many")
	r.put(path+".affinity", on[0].at)
	return document{"cookie": cookie}
}

func (r *reading) cookie(p *proxy, l *line, path string) document {
	l.used = true
	marked := 0
	for _, s := range p.servers {
		if s.on("cookie") {
			marked++
		}
	}
	dynamic := slices.ContainsFunc(l.words, func(w word) bool { return w.text == "dynamic" })
	if marked == 0 && !dynamic {
		r.remark(l, "no server has a cookie")
		return nil
	}
	for _, s := range p.servers {
		if !s.on("cookie") && !dynamic {
			r.remarkWord(s.line, 1, 0, "has no cookie; here all endpoints of a pool have one")
		}
	}
	c := document{"name": endpointName(l.arg(1))}
	if c["name"] != l.arg(1) {
		r.remarkWord(l, 1, 0, "the cookie is called "+endpointName(l.arg(1)))
	}
	r.put(path+".affinity", l.at)
	for i := 2; i < len(l.words); i++ {
		switch w := l.arg(i); w {
		case "insert", "indirect", "nocache", "httponly", "postonly", "preserve", "rewrite", "prefix", "dynamic":
			if w != "insert" && w != "indirect" {
				r.remarkWord(l, i, 0, "the cookie is inserted and meant for lbsim alone")
			}
		case "secure":
			c["secure"] = true
		case "maxlife":
			if d, err := duration(l.arg(i+1), time.Second); err != nil {
				r.fail(l.place(i+1), "maxlife %s: %v", quoted(l.arg(i+1)), err)
			} else if d > 0 {
				c["ttl"] = span(d)
			}
			i++
		case "maxidle", "domain", "attr":
			r.remarkWord(l, i, 1, "cookies of lbsim have a time from when they were set and no domain")
			i++
		default:
			r.fail(l.place(i), "%s is no word of cookie: %s", quoted(w), near(w, []string{"rewrite", "insert", "prefix", "indirect", "nocache", "postonly", "preserve", "httponly", "secure", "domain", "maxidle", "maxlife", "dynamic", "attr"}))
		}
	}
	if p.last["option persist"] != nil {
		r.list(p.get("option persist"), "clients of an endpoint that is down get another one")
	}
	return document{"cookie": c}
}

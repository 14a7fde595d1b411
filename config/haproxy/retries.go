package haproxy

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"lbsim/config/decode"
)

// forEver is a time that nobody waits for: a little less than the longest that HAProxy has.
const forEver = 24 * 24 * time.Hour

// retries reads how often a request is tried. HAProxy's default is three times more, after
// failures to connect.
func (r *reading) retries(p *proxy, path string) document {
	more := 3
	path += ".retries"
	if l := p.get("retries"); l != nil {
		r.put(path+".attempts", l.at)
		n, err := strconv.Atoi(l.arg(1))
		if err != nil || n < 0 {
			r.fail(l.place(1), "retries %s: must be a whole number", quoted(l.arg(1)))
		} else {
			more = min(n, 99)
		}
	}
	conditions := []string{"connect_failure"}
	if l := p.last["retry-on"]; l != nil && p.tcp() {
		if slices.Contains(p.lines, l) {
			r.list(l, "in mode tcp only connections are tried again that were not made")
		}
	} else if l := p.get("retry-on"); l != nil {
		r.put(path+".conditions", l.at)
		r.put(path, l.at)
		conditions = r.retryOn(l)
	}
	if l := p.last["retries"]; l != nil {
		r.put(path, l.at)
	}
	methods := "any"
	if !p.tcp() {
		methods, conditions = r.repeats(p, conditions, path)
	}
	if len(conditions) == 0 {
		conditions, more = []string{"connect_failure"}, 0
	}
	doc := document{"attempts": 1 + more, "methods": methods, "budget": "unlimited", "backoff": document{"base": "0s"}}
	if d, l := r.timeout(p, "server"); l != nil && !p.tcp() {
		if d > 0 && d < forEver {
			doc["per_try_timeout"] = span(d)
		}
		r.put(path+".per_try_timeout", l.at)
	}
	doc["conditions"] = r.withTimeout(conditions, doc)
	if doc["attempts"] == 1 && doc["per_try_timeout"] == nil {
		return nil
	}
	r.redispatch(p, more, doc, path)
	return doc
}

// redispatch reads where retries go and how long they wait. Without the option they all go
// to the same server; with it the last one, or every n-th, goes to another and so does, where
// no cookie and no hash binds the client, each. One that stays waits a second, or the time
// to connect where that is less (stream_choose_redispatch and back_handle_st_cer, as
// HAProxy 2.6.12 has them).
func (r *reading) redispatch(p *proxy, more int, doc document, path string) {
	l := p.get("option redispatch")
	hashed := false
	if b := p.last["balance"]; b != nil {
		name, _, _ := strings.Cut(b.arg(1), "(")
		hashed = !contains([]string{"roundrobin", "static-rr", "random", "leastconn", "first"}, name)
	}
	if l != nil {
		r.put(path+".redispatch", l.at)
	}
	if l != nil && !hashed && len(p.servers) > 1 && p.last["cookie"] == nil || more == 0 {
		return
	}
	wait := time.Second
	if d, given := r.timeout(p, "connect"); given != nil && d > 0 {
		wait = min(wait, d)
	}
	doc["backoff"].(document)["connect"] = span(wait)
	doc["redispatch"] = "never"
	if l == nil || len(p.servers) < 2 {
		return
	}
	every := more
	if text := l.arg(2); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n > 100 || n < -100 {
			r.fail(l.place(2), "option redispatch %s: must be a whole number, from -100 to 100", quoted(text))
			return
		}
		switch {
		case n > 0:
			every = n
		case n < 0:
			every = more + 1 + n
		}
	}
	if h := p.last["hash-type"]; hashed && (h == nil || h.arg(1) != "consistent") {
		every = 100 // the table leads to the same server for as long as that is up
	}
	switch {
	case every == 1: // each goes to another one
		delete(doc, "redispatch")
	case every > 0:
		doc["redispatch"] = min(every, 100)
	}
}

// withTimeout leaves the condition timeout out where nothing says when one has come.
func (r *reading) withTimeout(conditions []string, doc document) (kept []string) {
	for _, c := range conditions {
		if c != "timeout" || doc["per_try_timeout"] != nil {
			kept = append(kept, c)
		}
	}
	if len(kept) == 0 {
		kept = []string{"connect_failure"}
		doc["attempts"] = 1
	}
	return kept
}

// conditions are the words of retry-on.
var conditions = map[string][]string{
	"conn-failure": {"connect_failure"}, "empty-response": {"reset"}, "response-timeout": {"timeout"}, "none": {}, "junk-response": nil, "0rtt-rejected": nil,
	"all-retryable-errors": {"connect_failure", "reset", "timeout", "500", "502", "503", "504"},
}

func (r *reading) retryOn(l *line) (all []string) {
	for i := 1; i < len(l.words); i++ {
		w := l.arg(i)
		words, known := conditions[w]
		status, err := strconv.Atoi(w)
		switch {
		case known && words == nil, err == nil && status >= 400 && status < 500:
			r.remarkWord(l, i, 0, "is no condition of lbsim's: a status of 5xx, or a failure of the connection")
		case known:
			all = append(all, words...)
		case err == nil && status >= 500 && status <= 599:
			all = append(all, w)
		default:
			r.fail(l.place(i), "retry-on %s: must be a status or %s", quoted(w), decode.Suggest(w, keys(conditions)))
		}
	}
	return all
}

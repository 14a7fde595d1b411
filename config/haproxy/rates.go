package haproxy

import (
	"strconv"
	"strings"
	"time"
)

// ofRates are the lines of a proxy that count requests of clients and deny some.
const ofRates = "http-request track-sc and deny"

// ofOtherRates is why such a line is not simulated.
const ofOtherRates = ofTables + " but for requests of a client in a time: track-sc0 src, and deny if { sc_http_req_rate(0) gt 100 }"

// rates makes bounds on rates of the rules by which a client that has sent more than so many
// requests in a time is denied. HAProxy estimates the number in the last period from two
// counters, and counts what it denies, too; a bucket of that many that is filled in that
// time is the nearest here. at are the lines that say so.
func (r *reading) rates(p *proxy) (all []any, at []*line) {
	periods := map[byte]time.Duration{} // by what counts, sc0 or sc1
	for _, l := range p.many[ofRates] {
		if by, is := strings.CutPrefix(l.arg(1), "track-sc"); is {
			if d := r.tracked(p, l); d > 0 && len(by) == 1 {
				l.used, periods[by[0]] = true, d
				continue
			}
			r.list(l, ofOtherRates)
		}
	}
	for _, l := range p.many[ofRates] {
		if strings.HasPrefix(l.arg(1), "track-sc") {
			continue
		}
		limit, by, ok := rateLimit(l)
		rate := float64(limit) / periods[by].Seconds()
		if !ok || periods[by] == 0 || rate < 0.001 || len(all) == mostRates {
			r.list(l, ofOtherRates)
			continue
		}
		l.used = true
		r.remarkWord(l, 1, len(l.words), "it is a bucket of "+strconv.Itoa(limit)+", from which what is denied takes nothing")
		all = append(all, document{"rate": strconv.FormatFloat(rate, 'f', -1, 64) + "/s", "per": "client", "burst": limit})
		at = append(at, l)
	}
	return all, at
}

// mostRates is how many bounds on rates there may be in one place.
const mostRates = 8

// tracked is the time in which a table counts requests of the clients that a line of
// track-sc is about; 0: it does not.
func (r *reading) tracked(p *proxy, l *line) time.Duration {
	tables := p.many["stick-table"]
	switch {
	case l.arg(2) != "src":
		return 0
	case len(l.words) == 5 && l.arg(3) == "table":
		tables = nil
		for _, s := range r.sections {
			for _, t := range s.lines {
				if s.name == l.arg(4) && t.arg(0) == "stick-table" {
					tables = append(tables, t)
				}
			}
		}
	case len(l.words) != 3:
		return 0
	}
	for _, t := range tables {
		for _, w := range t.words {
			for kept := range strings.SplitSeq(w.text, ",") {
				inner, is := strings.CutPrefix(kept, "http_req_rate(")
				if d, err := duration(strings.TrimSuffix(inner, ")"), time.Millisecond); is && err == nil && d > 0 {
					r.list(t, "of a table the rate of clients' requests is simulated")
					return d
				}
			}
		}
	}
	return 0
}

// rateLimit reads deny [deny_status 429] if { sc_http_req_rate(0) gt 100 }: from how many on,
// and what counts.
func rateLimit(l *line) (limit int, by byte, ok bool) {
	var words []string
	for _, w := range l.words[1:] {
		words = append(words, w.text)
	}
	if len(words) > 2 && words[1] == "deny_status" {
		words = append(words[:1:1], words[3:]...)
	}
	if len(words) != 7 || words[0] != "deny" || words[1] != "if" || words[2] != "{" || words[6] != "}" {
		return 0, 0, false
	}
	inner, is := strings.CutPrefix(words[3], "sc_http_req_rate(")
	if inner = strings.TrimSuffix(inner, ")"); !is {
		inner, is = strings.CutPrefix(strings.TrimSuffix(words[3], "_http_req_rate"), "sc")
	}
	n, err := strconv.Atoi(words[5])
	if words[4] == "ge" {
		n--
	}
	if !is || len(inner) != 1 || err != nil || n < 1 || n > 1_000_000 || words[4] != "gt" && words[4] != "ge" {
		return 0, 0, false
	}
	return n, inner[0], true
}

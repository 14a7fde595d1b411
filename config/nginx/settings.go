package nginx

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"lbsim/config/decode"
)

// setting is the directive of a pool's module that holds where it is led to.
func (p *pool) setting(name string) *directive {
	if p.module == layer4 {
		return p.from.find("proxy" + name)
	}
	return p.from.find(p.module + name)
}

// attempts is how many a request has: as many as there are servers, but no more than
// proxy_next_upstream_tries.
func (p *pool) attempts(r *reader) int {
	most := p.tries()
	d := p.setting("_next_upstream_tries")
	if d == nil {
		return min(most, 100)
	}
	n, ok := wholeNumber(d.arg(0))
	if !ok {
		r.wrong(d, "must be a whole number; 0: any number")
	}
	d.fate = simulated
	if n > 0 {
		most = min(most, n)
	}
	return min(most, 100)
}

// retries writes what NGINX does where an attempt has failed: the next server, without a
// wait and without a budget, as long as there is one.
//
// Source: ngx_http_upstream.c, ngx_http_upstream_next.
func (p *pool) retries(r *reader, at part) {
	next := p.setting("_next_upstream")
	words := []string{"error", "timeout"}
	if next != nil {
		words = next.args
		next.fate = simulated
	}
	attempts := p.attempts(r)
	conditions, anyMethod := p.conditions(r, next, words)
	if len(conditions) == 0 {
		attempts = 1
	}
	read := 60 * time.Second
	slow := p.setting("_read_timeout")
	if slow != nil {
		t, ok := parseTime(slow.arg(0))
		if !ok {
			r.wrong(slow, "must be a time such as 30s")
			return
		}
		if slow.fate, read = simulated, t; t == 0 {
			r.also(slow, "with 0 nginx gives up at once on whatever has not answered yet (504): here after %v", leastSpan)
			read = leastSpan
		}
	}
	x := at.part("retries", cmp.Or(next, p.pass))
	x.set("attempts", attempts, next)
	if len(conditions) > 0 {
		x.set("conditions", conditions, next)
	}
	if anyMethod || r.rules.before(release{1, 9, 13}) { // which brought non_idempotent
		x.set("methods", "any", next)
	}
	x.set("per_try_timeout", seconds(read), slow)
	x.part("backoff", nil).set("base", "0s", nil)
	x.set("budget", "unlimited", nil)
	p.connecting(r)
}

// leastSpan is the shortest time that NGINX can say but none.
const leastSpan = time.Millisecond

var conditionWords = []string{"error", "timeout", "denied", "invalid_header", "http_500", "http_502", "http_503", "http_504",
	"http_403", "http_404", "http_429", "non_idempotent", "updating", "off"}

// conditions returns after what the next server is tried, in the language's words, and
// whether any method is sent again.
func (p *pool) conditions(r *reader, next *directive, words []string) (all []any, anyMethod bool) {
	for _, w := range words {
		switch {
		case w == "off":
			return nil, anyMethod
		case w == "error":
			all = append(all, "connect_failure", "reset")
		case w == "timeout":
			all = append(all, "timeout")
		case w == "non_idempotent":
			anyMethod = true
		case w == "http_403" || w == "http_404" || w == "http_429":
			r.also(next, "%s: an answer below 500 is no failure here", w)
		case w == "invalid_header" || w == "updating" || w == "denied":
			r.also(next, "%s: servers of the simulation give no such answer", w)
		case slices.Contains(conditionWords, w):
			all = append(all, strings.TrimPrefix(w, "http_"))
		default:
			r.wrong(next, "unknown condition %s: %s", clip(w), decode.Suggest(w, conditionWords))
		}
	}
	return all, anyMethod
}

// time writes a time-out of the language.
func (r *reader) time(at part, key, usual string, d *directive) {
	if d == nil {
		at.set(key, usual, nil)
		return
	}
	t, ok := parseTime(d.arg(0))
	if !ok {
		r.wrong(d, "must be a time such as 30s")
		return
	}
	d.fate = simulated
	if t == 0 && key == "connect" {
		r.also(d, "with 0 nginx gives up at once on a connection that is not there yet: here after %v", leastSpan)
		t = leastSpan
	}
	if t == 0 {
		r.also(d, "0 has no meaning for lbsim proxy: it takes %s", usual)
		at.set(key, usual, d)
		return
	}
	at.set(key, seconds(t), d)
}

// sizeText is a size in the language.
func sizeText(n int64) string {
	switch {
	case n%(1<<20) == 0:
		return strconv.FormatInt(n>>20, 10) + "MiB"
	case n%(1<<10) == 0:
		return strconv.FormatInt(n>>10, 10) + "KiB"
	}
	return strconv.FormatInt(n, 10) + "B"
}

// stateOctets is what NGINX keeps of a client in the zone of a limit_req on a machine of 64
// bits, its own table included.
//
// Source: nginx.org, limit_req_zone: about 8 thousand 128-byte states a megabyte.
const stateOctets = 128

// writeRates writes the limit_req that hold for a location.
func (x *route) writeRates(r *reader, at part) {
	if x.from == nil {
		return
	}
	for _, d := range x.from.in.findAll("limit_req") {
		zone, burst, delay := "", 0, any(nil)
		for _, word := range d.args {
			key, value, _ := strings.Cut(word, "=")
			n, err := strconv.Atoi(value)
			switch {
			case key == "zone":
				zone = value
			case key == "burst" && err == nil && n >= 0:
				burst = min(n, 1_000_000)
			case key == "delay" && err == nil && n >= 0:
				delay = min(n, 1_000_000)
			case key == "nodelay":
				delay = "nodelay"
			default:
				r.wrong(d, "unknown parameter %s: %s", clip(word), decode.Suggest(word, []string{"zone=", "burst=", "delay=", "nodelay"}))
				return
			}
		}
		z := r.zones["limit_req_zone "+zone]
		if z == nil {
			r.wrong(d, "there is no limit_req_zone %s", clip(zone))
			return
		}
		shared := z.fate == simulated
		rate, client, clients, ok := r.zone(z)
		if !ok {
			continue
		}
		if shared && d.fate != simulated || shared && len(r.routes) > 1 {
			r.also(d, "NGINX counts all requests for zone %s together: here each route counts its own", zone)
		}
		d.fate = simulated
		one := at.part("limits", nil).append("rates", d)
		one.set("rate", rate, z)
		one.set("per", map[bool]string{true: "client", false: "all"}[client], z)
		one.set("rule", "nginx", nil)
		one.set("burst", burst, d)
		if delay != nil && delay != 0 {
			one.set("delay", delay, d)
		}
		if client {
			one.set("clients", clients, z)
		}
	}
}

// zone returns what a limit_req_zone says: how many a second, whether for each client, and
// of how many clients it remembers.
func (r *reader) zone(z *directive) (rate string, client bool, clients int, ok bool) {
	key, whole := keyOf(z.arg(0))
	names := variablesIn(z.arg(0))
	switch {
	case len(names) == 0 || slices.Contains([]string{"server_name", "host", "http_host", "nginx_version"}, names[0]):
	case key == "client" && whole, names[0] == "http_x_forwarded_for", names[0] == "http_x_real_ip", names[0] == "http_cf_connecting_ip":
		client = true
	default:
		r.remark(z, "lbsim bounds the rate of each client or of all requests, not of each %s", clip(z.arg(0)))
		return "", false, 0, false
	}
	clients = 16_000
	for _, word := range z.args {
		if text, found := strings.CutPrefix(word, "rate="); found {
			number, per, _ := strings.Cut(text, "r/")
			n, err := strconv.ParseFloat(number, 64)
			if err != nil || n <= 0 || per != "s" && per != "m" {
				r.wrong(z, "%s must be a rate such as 10r/s or 30r/m", clip(text))
				return "", false, 0, false
			}
			if per == "m" {
				n /= 60
			}
			rate = strconv.FormatFloat(math.Max(math.Round(n*1000)/1000, 0.001), 'f', -1, 64) + "/s"
		}
		if text, found := strings.CutPrefix(word, "zone="); found {
			_, size, _ := strings.Cut(text, ":")
			if n, fits := parseSize(size); fits {
				clients = int(min(max(n/stateOctets, 1), 1_000_000))
			}
		}
	}
	if rate == "" {
		r.wrong(z, "has no rate")
		return "", false, 0, false
	}
	z.fate = simulated
	return rate, client, clients, true
}

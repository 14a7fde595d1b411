package nginx

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"lbsim/config/decode"
)

// active writes health checks: NGINX Plus's health_check of a location, or the check of
// nginx_upstream_check_module in an upstream.
func (p *pool) active(r *reader, at part) {
	for _, d := range p.from.findAll("health_check") {
		if d.fate == unseen {
			p.plus(r, at, d)
			return
		}
	}
	if p.up == nil {
		return
	}
	for _, d := range p.up.d.all("check") {
		p.tengine(r, at, d)
	}
}

var plusWords = []string{"interval=", "jitter=", "fails=", "passes=", "uri=", "mandatory", "persistent", "match=", "port=", "type=", "keepalive_time=", "udp"}

// plus writes a health_check. Its defaults are 5 s, one failure, one success; a check has
// the time-outs of a request.
//
// Source: nginx.org, ngx_http_upstream_hc_module.
func (p *pool) plus(r *reader, at part, d *directive) {
	d.fate = simulated
	x := at.part("health", d).part("active", d)
	interval, jitter, port := 5*time.Second, time.Duration(0), 0
	fails, passes, mandatory := 1, 1, false
	for _, word := range d.args {
		key, value, _ := strings.Cut(word, "=")
		good := true
		var err error
		switch key {
		case "interval":
			interval, good = parseTime(value)
			good = good && interval > 0
		case "jitter":
			jitter, good = parseTime(value)
		case "fails":
			fails, err = strconv.Atoi(value)
		case "passes":
			passes, err = strconv.Atoi(value)
		case "port":
			port, err = strconv.Atoi(value)
		case "uri":
			x.set("path", value, d)
		case "mandatory":
			mandatory = true
		case "type":
			p.checkType(r, x, d, value)
		case "match":
			r.expectation(x, d, value)
		case "persistent", "keepalive_time", "udp", "grpc_service", "grpc_status":
			r.also(d, "%s: checks of the simulation have nothing of it", key)
		default:
			r.wrong(d, "unknown parameter %s: %s", clip(word), decode.Suggest(word, plusWords))
		}
		if !good || err != nil {
			r.wrong(d, "%s is no value of %s", clip(value), key)
			return
		}
	}
	x.set("interval", seconds(interval), d)
	x.set("unhealthy", fails, d)
	x.set("healthy", passes, d)
	x.set("trusted", !mandatory, d)
	if p.module == layer4 && x.values["path"] == nil && x.values["connect"] == nil {
		x.set("connect", true, d)
	}
	if port > 0 {
		x.set("port", port, d)
	}
	if jitter > 0 {
		x.set("jitter", math.Min(jitter.Seconds()/interval.Seconds(), 1), d)
	}
	timeout := 60 * time.Second
	slow := p.setting("_read_timeout")
	if slow != nil {
		if t, ok := parseTime(slow.arg(0)); ok && t > 0 {
			timeout = t
		}
	}
	x.set("timeout", seconds(timeout), slow)
}

func (p *pool) checkType(r *reader, x part, d *directive, value string) {
	switch value {
	case "http":
	case "tcp":
		x.set("connect", true, d)
	case "grpc":
		x.set("grpc", true, d)
	default:
		r.wrong(d, "type must be http, tcp or grpc")
	}
}

// expectation writes which answers a match takes.
func (r *reader) expectation(x part, d *directive, name string) {
	m := r.zones["match "+name]
	if m == nil {
		r.wrong(d, "there is no match %s", clip(name))
		return
	}
	m.fate = simulated
	for _, c := range m.block {
		if c.name == "status" && len(c.args) == 1 && !strings.HasPrefix(c.arg(0), "!") {
			x.set("expect", c.arg(0), c)
			c.fate = simulated
			continue
		}
		r.remark(c, "a check here looks at the status alone, which is one range of them")
	}
}

// tengine writes the check of Tengine's module, whose times are in milliseconds.
//
// Source: yaoweibin/nginx_upstream_check_module, README.
func (p *pool) tengine(r *reader, at part, d *directive) {
	d.fate = simulated
	numbers := map[string]int{"interval": 30000, "fall": 5, "rise": 2, "timeout": 1000, "port": 0}
	kind, down := "tcp", true
	for _, word := range d.args {
		key, value, _ := strings.Cut(word, "=")
		_, counts := numbers[key]
		switch {
		case counts:
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 {
				r.wrong(d, "%s must be a whole number from 1", clip(word))
				return
			}
			numbers[key] = n
		case key == "type":
			kind = value
		case key == "default_down":
			down = value != "false"
		default:
			r.wrong(d, "unknown parameter %s: %s", clip(word), decode.Suggest(word, []string{"interval=", "fall=", "rise=", "timeout=", "port=", "type=", "default_down="}))
			return
		}
	}
	x := at.part("health", d).part("active", d)
	if kind == "http" {
		for _, send := range p.up.d.all("check_http_send") {
			if words := strings.Fields(send.arg(0)); len(words) > 1 && strings.HasPrefix(words[1], "/") {
				x.set("path", words[1], send)
				send.fate = simulated
			}
		}
	} else {
		x.set("connect", true, d)
		if !slices.Contains([]string{"tcp", "ssl_hello"}, kind) {
			r.also(d, "type=%s: a connection is all that is asked for", clip(kind))
		}
	}
	ms := func(n int) string { return seconds(time.Duration(n) * time.Millisecond) }
	x.set("interval", ms(numbers["interval"]), d)
	x.set("timeout", ms(numbers["timeout"]), d)
	x.set("healthy", numbers["rise"], d)
	x.set("unhealthy", numbers["fall"], d)
	x.set("trusted", !down, d)
	if numbers["port"] > 0 {
		x.set("port", numbers["port"], d)
	}
}

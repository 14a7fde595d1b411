package nginx

import (
	"strings"

	"lbsim/config/decode"
)

// algorithms are NGINX's rules. Round robin is always the smooth weighted one.
func (p *pool) algorithm(r *reader, at part) {
	at.set("algorithm", map[string]any{"name": "weighted_round_robin"}, p.d)
	if p.up == nil {
		return
	}
	for _, d := range p.up.d.block {
		name := map[string]any{}
		switch d.name {
		case "least_conn":
			name["name"] = "least_connections"
			name["ties"] = "smooth"
			at.mark("algorithm.ties", d)
		case "ip_hash":
			name["name"] = "ip_hash"
		case "hash":
			p.hash(r, d, name)
		case "random":
			p.random(r, d, name)
		case "least_time":
			p.leastTime(r, d, name)
		default:
			continue
		}
		d.fate = simulated
		at.set("algorithm", name, d)
		if d.name == "ip_hash" || d.name == "hash" || d.name == "random" {
			p.unsupported(r, d)
		}
	}
}

// unsupported reports what NGINX refuses beside a rule that hashes or draws.
func (p *pool) unsupported(r *reader, d *directive) {
	for i := range p.servers {
		if p.servers[i].backup {
			r.wrong(p.servers[i].d, "%s does not support backup", d.name)
		}
		if p.servers[i].slowStart > 0 {
			r.wrong(p.servers[i].d, "%s does not support slow_start", d.name)
		}
	}
}

func (p *pool) hash(r *reader, d *directive, name map[string]any) {
	name["name"], name["profile"] = "modulo", "nginx"
	switch d.arg(1) {
	case "":
	case "consistent":
		name["name"] = "ring_hash"
	default:
		r.wrong(d, "hash takes a key and consistent: %s", decode.Suggest(d.arg(1), []string{"consistent"}))
	}
	key, whole := keyOf(d.arg(0))
	if !whole {
		r.also(d, "lbsim proxy hashes one of client, path, header and cookie: it takes %s", key)
	}
	if was, ok := r.doc.root.values["key"]; ok && was != key {
		r.also(d, "lbsim proxy hashes one key for all pools: it takes %s", was)
		return
	}
	r.doc.root.set("key", key, d)
}

// keyOf returns what of a request a key is made of, and whether it is that alone.
func keyOf(text string) (key string, whole bool) {
	names := variablesIn(text)
	best, rank := "client", 0
	for _, v := range names {
		k, n := "", 0
		switch {
		case v == "request_uri" || v == "uri" || v == "document_uri":
			k, n = "path", 2
		case v == "remote_addr" || v == "binary_remote_addr":
			k, n = "client", 1
		case strings.HasPrefix(v, "cookie_"):
			k, n = "cookie:"+strings.TrimPrefix(v, "cookie_"), 4
		case v == "host" || v == "http_host":
			k, n = "header:host", 1
		case strings.HasPrefix(v, "http_"):
			k, n = "header:"+strings.ReplaceAll(strings.TrimPrefix(v, "http_"), "_", "-"), 3
		case strings.HasPrefix(v, "arg_") || v == "args" || v == "query_string":
			k, n = "path", 1
		}
		if n > rank {
			best, rank = k, n
		}
	}
	bare := strings.NewReplacer("$", "", "{", "", "}", "").Replace(text)
	whole = len(names) == 1 && rank > 0 && bare == names[0] && !strings.HasPrefix(names[0], "arg") && names[0] != "query_string"
	return best, whole
}

func (p *pool) random(r *reader, d *directive, name map[string]any) {
	name["name"] = "random"
	switch {
	case d.arg(0) == "":
	case d.arg(0) != "two":
		r.wrong(d, "random takes two: %s", decode.Suggest(d.arg(0), []string{"two"}))
	case d.arg(1) == "" || d.arg(1) == "least_conn":
		name["name"] = "power_of_two"
		name["ties"] = "last"
	case d.arg(1) == "least_time=header" || d.arg(1) == "least_time=last_byte":
		name["name"], name["metric"] = "power_of_two", "peak_ewma"
		r.also(d, "%s: the better of two is told by a peak EWMA of latency, not by NGINX Plus's average", d.arg(1))
	default:
		r.wrong(d, "must be least_conn, least_time=header or least_time=last_byte")
	}
}

func (p *pool) leastTime(r *reader, d *directive, name map[string]any) {
	name["name"] = "least_response_time"
	switch d.arg(0) {
	case "header", "last_byte":
		name["metric"] = d.arg(0)
	default:
		r.wrong(d, "must be header or last_byte")
	}
	if d.arg(1) == "inflight" {
		r.also(d, "inflight: the time of requests that still run is not counted")
	}
}

package nginx

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
)

// release is a version of NGINX: 1.22.1.
type release [3]int

// before reports whether a release came before another. Branches of even numbers are made of
// the one before them and get mends alone, so what a release knows grows with its number.
func (v release) before(o release) bool {
	for i := range v {
		if v[i] != o[i] {
			return v[i] < o[i]
		}
	}
	return false
}

func (v release) String() string { return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2]) }

// oldest is the first branch whose round robin is the smooth one from its first release on.
var oldest = release{1, 4, 0}

// newest is that whose sources were read.
var newest = release{1, 31, lastOf[len(lastOf)-1]}

// lastOf is the last release of each branch, from 1.4 on.
var lastOf = [...]int{7, 13, 3, 12, 1, 15, 3, 13, 2, 12, 2, 12, 1, 10, 0, 10, 2, 6, 1, 4, 0, 5, 3, 5, 3, 8, 4, 5}

// parseVersion reads a version; of a branch, 1.22, it is the last release. "" is the newest.
func parseVersion(text string) (release, error) {
	if text == "" {
		return newest, nil
	}
	v, parts := release{}, strings.Split(text, ".")
	good := len(parts) == 2 || len(parts) == 3
	for i := 0; good && i < len(parts); i++ {
		n, err := strconv.Atoi(parts[i])
		v[i], good = n, err == nil && n >= 0
	}
	if good = good && v[0] == oldest[0]; good {
		branch := v[1] - oldest[1]
		good = branch >= 0 && branch < len(lastOf)
		if good && len(parts) == 2 {
			v[2] = lastOf[branch]
		} else if good && v[2] > lastOf[branch] {
			return v, fmt.Errorf("nginx %s: no such version is known: the last of its branch is %v", text, release{v[0], v[1], lastOf[branch]})
		}
	}
	if !good {
		return v, fmt.Errorf("nginx %s: no such version is known: they go from %v to %v, and 1.22 is the last of its branch", text, oldest, newest)
	}
	return v, nil
}

// since and gone say which release was the first with a directive of a part, and the first
// without.
var since, gone = readVersions(versions)

//go:embed versions.txt
var versions string

// inPart is a directive of a part of a configuration: http, stream or main.
type inPart struct{ part, name string }

func readVersions(text string) (since map[inPart]release, gone map[string]release) {
	since, gone = map[inPart]release{}, map[string]release{}
	part, at := "", release{}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		if inner, ok := strings.CutPrefix(strings.TrimSpace(line), "["); ok {
			part = strings.TrimSuffix(inner, "]")
			continue
		}
		words := strings.Fields(line)
		if !strings.HasPrefix(line, " ") { // else it goes on
			at, _ = parseVersion(words[0])
			words = words[1:]
		}
		for _, name := range words {
			if part == "gone" {
				gone[name] = at
			} else {
				since[inPart{part, name}] = at
			}
		}
	}
	return since, gone
}

// bought is what NGINX Plus knew before NGINX did: no mistake, where it is the product.
var bought = map[string]bool{"sticky": true, "least_time": true}

// addition is what a directive that had been there before came to take with a release.
type addition struct {
	since  release
	plus   bool   // NGINX Plus knew it before
	within string // the block that it is in; "": any
	name   string // of the directive, or its end: _next_upstream
	word   string // the argument, or its beginning: max_conns=; $: a variable in one; "": the directive itself
}

// additions are those that have to do with balancing.
//
// Source: nginx.org, changes, and the pages of ngx_http_upstream_module, ngx_http_proxy_module,
// ngx_http_limit_req_module, ngx_http_core_module and ngx_stream_core_module.
var additions = []addition{
	{release{1, 11, 5}, true, "upstream", "server", "max_conns="},
	{release{1, 27, 3}, true, "upstream", "server", "resolve"},
	{release{1, 27, 3}, true, "upstream", "server", "service="},
	{release{1, 29, 6}, true, "upstream", "server", "route="},
	{release{1, 29, 6}, true, "upstream", "server", "drain"},
	{release{1, 27, 3}, true, "upstream", "resolver", ""},
	{release{1, 27, 3}, true, "upstream", "resolver_timeout", ""},
	{release{1, 15, 3}, false, "upstream", "keepalive_requests", ""},
	{release{1, 15, 3}, false, "upstream", "keepalive_timeout", ""},
	{release{1, 29, 7}, false, "upstream", "keepalive", "local"},
	{release{1, 9, 8}, false, "upstream", "include", ""},
	{release{1, 5, 1}, false, "", "_next_upstream", "http_403"},
	{release{1, 9, 13}, false, "", "_next_upstream", "non_idempotent"},
	{release{1, 11, 13}, false, "", "_next_upstream", "http_429"},
	{release{1, 15, 7}, false, "", "limit_req", "delay="},
	{release{1, 17, 8}, false, "", "grpc_pass", "$"},
	{release{1, 29, 4}, false, "", "proxy_http_version", "2"},
	{release{1, 5, 12}, false, "server", "listen", "proxy_protocol"},
	{release{1, 9, 1}, false, "server", "listen", "reuseport"},
	{release{1, 9, 5}, false, "server", "listen", "http2"},
	{release{1, 9, 13}, false, "server", "listen", "udp"},
	{release{1, 25, 0}, false, "server", "listen", "quic"},
	{release{1, 29, 7}, false, "server", "listen", "multipath"},
}

// says reports whether a directive within a block has what was added.
func (a *addition) says(d *directive, within string) bool {
	if a.within != "" && a.within != within || d.name != a.name && (a.name[0] != '_' || !strings.HasSuffix(d.name, a.name)) {
		return false
	}
	for _, word := range d.args {
		if word == a.word || strings.HasSuffix(a.word, "=") && strings.HasPrefix(word, a.word) || a.word == "$" && strings.Contains(word, "$") {
			return true
		}
	}
	return a.word == ""
}

// ages reports what the version whose rules hold does not know yet, or no longer, as its
// nginx -t would.
func (r *reader) ages(all []*directive, part, within string) {
	for _, d := range all {
		if at, ok := since[inPart{part, d.name}]; ok && r.rules.before(at) {
			r.tooNew(d, d.name, at, bought[d.name])
			continue
		}
		if at, ok := gone[d.name]; ok && !r.rules.before(at) && part != "stream" {
			r.tooOld(d, at)
		}
		for i := range additions {
			if a := &additions[i]; a.says(d, within) && r.rules.before(a.since) {
				r.tooNew(d, strings.TrimSpace(d.name+" "+a.shown()), a.since, a.plus)
			}
		}
		if opaque(d) {
			continue
		}
		inner := part
		if within == "" && (d.name == "http" || d.name == "stream") {
			inner = d.name
		}
		r.ages(d.block, inner, d.name)
	}
}

// shown is what was added, as messages show it.
func (a *addition) shown() string {
	if a.word == "$" {
		return "with a variable"
	}
	return a.word
}

// tooOld reports what is no more, which is no mistake where nobody said which version it is.
func (r *reader) tooOld(d *directive, at release) {
	if r.src.Version == "" {
		r.also(d, "nginx has no %s any more: %v was the first without", d.name, at)
		return
	}
	r.wrong(d, "nginx %s has no %s any more: %v was the first without", r.version, d.name, at)
}

// tooNew reports what came later.
func (r *reader) tooNew(d *directive, what string, at release, plus bool) {
	if plus {
		r.also(d, "%s: before %v NGINX Plus alone had it, and this is nginx %s", what, at, r.version)
		return
	}
	r.wrong(d, "nginx %s does not know %s: it came with %v", r.version, what, at)
}

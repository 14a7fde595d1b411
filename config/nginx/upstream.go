package nginx

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"lbsim/config/decode"
)

// upstream is a block of servers.
type upstream struct {
	name    string
	d       *directive
	servers []server
}

// server is a line of an upstream. The defaults are NGINX's.
//
// Source: ngx_http_upstream.c, ngx_http_upstream_server.
type server struct {
	d           *directive
	name        string // as written
	weight      int
	maxFails    int
	failTimeout time.Duration
	maxConns    int // 0: any number
	slowStart   time.Duration
	backup      bool
	down        bool
}

// upstreams reads the upstreams of http or stream.
func (r *reader) readUpstreams(block *directive) {
	r.upstreams = map[string]*upstream{}
	for _, d := range block.all("upstream") {
		name := d.arg(0)
		switch {
		case name == "" || !d.braces:
			r.wrong(d, "an upstream has a name and a block")
			continue
		case r.upstreams[name] != nil:
			r.wrong(d, "a second upstream of this name: the first is at %v", r.upstreams[name].d.at)
			continue
		}
		u := &upstream{name: name, d: d}
		for _, s := range d.all("server") {
			if x, ok := r.readServer(s); ok {
				u.servers = append(u.servers, x)
			}
		}
		if len(d.all("server")) == 0 && len(d.all("state"))+len(d.all("jdomain"))+len(d.all("consul"))+len(d.all("upsync")) == 0 {
			r.wrong(d, "no servers are inside the upstream")
		}
		r.upstreams[name] = u
	}
}

var serverWords = []string{"weight=", "max_conns=", "max_fails=", "fail_timeout=", "slow_start=", "backup", "down", "resolve", "route=", "service=", "drain"}

// readServer reads a line of an upstream.
func (r *reader) readServer(d *directive) (server, bool) {
	s := server{d: d, name: d.arg(0), weight: 1, maxFails: 1, failTimeout: 10 * time.Second}
	d.fate = simulated
	if s.name == "" {
		r.wrong(d, "a server has an address")
		return s, false
	}
	good := true
	whole := func(text string, least int) int {
		n, err := strconv.Atoi(text)
		if err != nil || n < least {
			r.wrong(d, "%s must be a whole number from %d", text, least)
			good = false
		}
		return n
	}
	span := func(text string) time.Duration {
		t, ok := parseTime(text)
		if !ok {
			r.wrong(d, "%s must be a time such as 10s", text)
			good = false
		}
		return t
	}
	for _, word := range d.args[1:] {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "weight":
			s.weight = whole(value, 1)
		case "max_fails":
			s.maxFails = whole(value, 0)
		case "max_conns":
			s.maxConns = whole(value, 0)
		case "fail_timeout":
			s.failTimeout = span(value)
		case "slow_start":
			s.slowStart = span(value)
		case "backup":
			s.backup = true
		case "down":
			s.down = true
		case "resolve", "service", "route":
			r.also(d, "%s: names are not resolved here, and there is one server for a line", key)
		case "drain":
			r.also(d, "drain: who is bound to the server is not known here, so it is taken for one without")
		default:
			r.wrong(d, "unknown parameter %s: %s", clip(word), decode.Suggest(word, serverWords))
			good = false
		}
	}
	return s, good
}

// address returns where a server is, with a port; "" where lbsim can't reach it.
func address(name string, port int) string {
	if strings.HasPrefix(name, "unix:") {
		return ""
	}
	if host, p, err := net.SplitHostPort(name); err == nil && host != "" {
		if n, err := strconv.Atoi(p); err == nil && n > 0 && n < 65536 {
			return name
		}
		return ""
	}
	host := strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	if ip, err := netip.ParseAddr(host); err != nil && strings.ContainsAny(host, ":$ /") || err == nil && ip.Zone() != "" {
		return ""
	}
	return net.JoinHostPort(host, strconv.Itoa(port))
}

// endpointName makes a name that an endpoint can have of a server's: itself wherever that
// is possible, since the points of a consistent hash are made of it.
func endpointName(text string, taken map[string]bool) string {
	name := strings.Trim(strings.Map(func(c rune) rune {
		if strings.ContainsRune("-_.:[]", c) || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			return c
		}
		return '-'
	}, text), "-")
	if name == "" {
		name = "server"
	}
	name = name[:min(len(name), 90)]
	for base, n := name, 2; taken[name]; n++ {
		name = base + "-" + strconv.Itoa(n)
	}
	return name
}

// lastResort makes a level that is not the first get requests only where no endpoint of
// the first is fit, as NGINX's backup: the multiple is the greatest that there is.
const lastResort = "1000000%"

// fill writes the endpoints of a pool, and what belongs to them.
func (p *pool) fill(r *reader, at part) {
	taken := map[string]bool{}
	port := p.port
	backups, primaries := false, 0
	for i := range p.servers {
		s := &p.servers[i]
		name := endpointName(s.name, taken)
		taken[name] = true
		e := at.append("endpoints", s.d)
		e.set("name", name, nil)
		if where := address(s.name, port); where != "" {
			e.set("address", where, nil)
		} else {
			r.also(s.d, "lbsim proxy reaches servers by address and port, so the endpoint has no address")
		}
		if s.weight != 1 {
			e.set("weight", float64(s.weight), s.d)
		}
		if s.backup {
			e.set("priority", 1, s.d)
			backups = true
		} else {
			primaries++
		}
		if s.down {
			e.set("down", true, s.d)
		}
	}
	if backups && primaries > 0 {
		at.set("overprovisioning", lastResort, nil)
	}
	if backups && primaries == 0 {
		r.wrong(p.d, "no server of the upstream is not a backup")
	}
}

// common returns what most lines say of something that lbsim has one for a pool of, and
// lists those that say otherwise.
func common[T comparable](r *reader, p *pool, what string, of func(*server) T) T {
	counts := map[T]int{}
	best := of(&p.servers[0])
	for i := range p.servers {
		v := of(&p.servers[i])
		if counts[v]++; counts[v] > counts[best] {
			best = v
		}
	}
	for i := range p.servers {
		if of(&p.servers[i]) != best {
			r.also(p.servers[i].d, "%s: lbsim has one for all servers of an upstream, and takes that of the most, %v: not %v", what, best, of(&p.servers[i]))
		}
	}
	return best
}

// tries is how many attempts there are at most: every server once, those that are down
// left out.
//
// Source: ngx_http_upstream_round_robin.c, ngx_http_upstream_tries.
func (p *pool) tries() int {
	n := 0
	for _, s := range p.servers {
		if !s.down {
			n++
		}
	}
	return max(n, 1)
}

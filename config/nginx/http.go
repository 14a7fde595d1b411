package nginx

import (
	"cmp"
	"net"
	"slices"
	"strings"
)

// host is a server block.
type host struct {
	d       *directive
	in      *scope
	wild    bool     // it has a name with an asterisk
	names   []string // exact, or *.example.com; "": all that no other has
	places  []*place
	routes  []*route
	regular []*place // locations by expressions that lead somewhere
}

// http reads the part for requests.
func (r *reader) http(block *directive) {
	r.readUpstreams(block)
	r.collect(block)
	in := (*scope)(nil).inside(block)
	var hosts []*host
	for _, d := range block.all("server") {
		if !d.braces {
			r.wrong(d, "a server outside of an upstream has a block")
			continue
		}
		d.fate = simulated
		hosts = append(hosts, &host{d: d, in: in.inside(d), wild: slices.ContainsFunc(arguments(d.block, "server_name"), func(name string) bool {
			return strings.HasPrefix(name, "*.") || strings.HasPrefix(name, ".")
		})})
	}
	first := defaults(hosts)
	wild := 0
	for _, h := range hosts {
		if h.wild {
			wild++
		}
	}
	for _, h := range hosts {
		if len(r.routes) >= maxRoutes {
			return // it is refused
		}
		r.hostNames(h, first[h], wild > 1 || wild > 0 && !h.wild)
		r.locations(h, h.d, h.in)
		for _, p := range h.places {
			r.lead(h, p)
		}
		r.byExpression(h)
		r.add(h)
		if len(h.routes) == 0 {
			r.remark(h.d, "leads to no upstream: nginx answers what comes here itself")
		}
	}
	r.fromWithin(hosts)
	r.protocol(in, hosts)
}

// arguments returns the arguments of all directives of a name.
func arguments(block []*directive, name string) []string {
	var all []string
	for _, d := range block {
		if d.name == name {
			all = append(all, d.args...)
		}
	}
	return all
}

// collect notes zones and variables by their names.
func (r *reader) collect(block *directive) {
	r.zones, r.variables = map[string]*directive{}, map[string]*directive{}
	for _, d := range block.block {
		switch d.name {
		case "map", "split_clients":
			r.variables[strings.Trim(d.arg(1), "${}")] = d
		case "limit_req_zone", "limit_conn_zone":
			for _, word := range d.args {
				if zone, ok := strings.CutPrefix(word, "zone="); ok {
					zone, _, _ = strings.Cut(zone, ":")
					r.zones[d.name+" "+zone] = d
				}
			}
		case "match":
			r.zones["match "+d.arg(0)] = d
		}
	}
}

// defaults returns the servers that have the requests at an address which no other there
// has: of each address the one that says default_server, else the first.
func defaults(hosts []*host) map[*host]bool {
	at := map[string]*host{}
	for _, sure := range []bool{false, true} {
		for _, h := range hosts {
			listens := h.d.all("listen")
			if len(listens) == 0 {
				listens = []*directive{{args: []string{"80"}}}
			}
			for _, l := range listens {
				l.fate = simulated
				where := listenAddress(l.arg(0))
				says := slices.Contains(l.args, "default_server") || slices.Contains(l.args, "default")
				if sure && says || !sure && at[where] == nil {
					at[where] = h
				}
			}
		}
	}
	first := map[*host]bool{}
	for _, h := range at {
		first[h] = true
	}
	return first
}

// listenAddress is an address to listen at in lbsim's words; "" for a socket of a path.
func listenAddress(text string) string {
	if strings.HasPrefix(text, "unix:") {
		return ""
	}
	where, port, err := net.SplitHostPort(text)
	if err != nil {
		if where = text; strings.Trim(text, "0123456789") == "" {
			where, port = "", text
		} else {
			port = "80"
		}
	}
	where = strings.Trim(where, "[]")
	if where == "*" || where == "0.0.0.0" || where == "::" {
		where = ""
	}
	return net.JoinHostPort(where, port)
}

// hostNames finds out whose requests a server has. The names of one that has all which no other
// has matter only where another has names with an asterisk.
func (r *reader) hostNames(h *host, isDefault, wild bool) {
	if isDefault {
		h.names = append(h.names, "")
	}
	for _, d := range h.d.all("server_name") {
		d.fate = simulated
		for _, name := range d.args {
			var hosts []string
			switch {
			case name == "_" || name == "":
				continue
			case strings.HasPrefix(name, "~") || strings.HasSuffix(name, ".*") || strings.Contains(name, "$"):
				r.also(d, "%s: routes know a host as a whole and *.example.com", clip(name))
				continue
			case strings.HasPrefix(name, "."):
				hosts = []string{name[1:], "*" + name}
			default:
				hosts = []string{name}
			}
			if isDefault && !wild {
				continue // it has all that no other has, its own names among them
			}
			for _, x := range hosts {
				if strings.ContainsAny(x, " /:") || strings.Contains(strings.TrimPrefix(x, "*."), "*") {
					r.wrong(d, "%s is no name of a host", clip(x))
				} else if !slices.Contains(h.names, strings.ToLower(x)) {
					h.names = append(h.names, strings.ToLower(x))
				}
			}
		}
	}
}

// protocol writes where lbsim proxy listens and how long things may take: what the first
// server says that leads to an upstream, and NGINX's defaults.
func (r *reader) protocol(in *scope, hosts []*host) {
	var best *directive
	var from *host
	for _, h := range hosts {
		if len(h.routes) == 0 {
			continue
		}
		if from == nil {
			from = h
		}
		for _, l := range h.d.all("listen") {
			if listenAddress(l.arg(0)) != "" && (best == nil || slices.Contains(best.args, "ssl") && !slices.Contains(l.args, "ssl")) {
				best = l
			}
		}
	}
	if from == nil {
		return
	}
	root := r.doc.root
	if best != nil {
		root.set("listen", listenAddress(best.arg(0)), best)
	} else {
		root.set("listen", ":80", nil)
	}
	for _, h := range hosts {
		for _, l := range h.d.all("listen") {
			if l != best && listenAddress(l.arg(0)) != listenAddress(best.orEmpty().arg(0)) {
				r.also(l, "lbsim listens at one address, and takes %s", root.values["listen"])
			} else if slices.Contains(l.args, "ssl") || slices.Contains(l.args, "http2") || slices.Contains(l.args, "quic") {
				r.also(l, "TLS and HTTP/2 take no time here; lbsim proxy has tls")
			}
		}
	}
	times := root.part("timeouts", from.d)
	r.time(times, "header", "60s", from.in.find("client_header_timeout"))
	r.time(times, "idle", "75s", from.in.find("keepalive_timeout"))
	body := from.in.find("client_max_body_size")
	limit := int64(1 << 20)
	if body != nil {
		n, ok := parseSize(body.arg(0))
		if !ok {
			r.wrong(body, "must be a size such as 10m")
			return
		}
		body.fate, limit = simulated, n
	}
	if limit == 0 {
		root.part("http", cmp.Or(body, from.d)).set("max_body", "unlimited", body)
	} else {
		root.part("http", cmp.Or(body, from.d)).set("max_body", sizeText(limit), body)
	}
}

// orEmpty is a directive without arguments where there is none.
func (d *directive) orEmpty() *directive {
	if d == nil {
		return &directive{}
	}
	return d
}

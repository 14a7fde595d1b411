package nginx

import (
	"slices"
	"strings"
)

// route is what a location becomes for a host.
type route struct {
	d             *directive
	host          string
	path          string // the whole path
	start         string // its beginning, in octets
	prefix        string // its beginning, in segments
	method        string
	header, value string
	to            []branch
	mirror        *pool
	from          *place // nil: none, of stream
}

// branch is a share of a route's requests.
type branch struct {
	pool  *pool
	share float64
}

// plain reports whether a route takes every request to one pool.
func (x *route) plain() bool {
	return x.host == "" && x.path == "" && x.start == "" && x.prefix == "" && x.method == "" && x.header == "" && len(x.to) == 1 && x.mirror == nil
}

// lead adds a pool, or to what it has.
func (x *route) lead(to *pool, share float64) {
	for i := range x.to {
		if x.to[i].pool == to {
			x.to[i].share += share
			return
		}
	}
	x.to = append(x.to, branch{to, share})
}

// narrow adds a condition; false: no request has both.
func (x *route) narrow(c condition) bool {
	join := func(has *string, more string) bool {
		if more != "" && *has != "" && *has != more {
			return false
		}
		if more != "" {
			*has = more
		}
		return true
	}
	if c.path != "" && !strings.HasPrefix(c.path, x.start+x.prefix) { // one of them is empty
		return false
	}
	if c.path != "" {
		x.start, x.prefix = "", ""
	}
	if c.header != "" && x.header != "" && x.header != c.header {
		return false // one header is enough for what people write
	}
	return join(&x.host, c.host) && join(&x.path, c.path) && join(&x.method, c.method) && join(&x.header, c.header) && join(&x.value, c.value)
}

func (x *route) key() string {
	return strings.Join([]string{x.host, x.path, x.start, x.prefix, x.method, x.header, x.value}, "\n")
}

// maxRoutes is what the language has.
const maxRoutes = 10_000

// add takes a server's routes up, each for all of the server's names. A name that only the
// value of a variable has stands in some of them. As a route with a host comes before one
// without, however long their paths are, the others are for that name too.
func (r *reader) add(h *host) {
	var valued []string
	for _, x := range h.routes {
		if x.host != "" {
			r.addOne(*x, false)
			if !slices.Contains(valued, x.host) && !slices.Contains(h.names, x.host) {
				valued = append(valued, x.host)
			}
		}
	}
	for _, x := range h.routes {
		if x.host != "" {
			continue
		}
		for i, name := range append(h.names[:len(h.names):len(h.names)], valued...) {
			y := *x
			y.host = name
			r.addOne(y, i >= len(h.names))
		}
	}
}

// addOne takes a route up, unless there is one that matches the same; quietly where that is
// as it should be.
func (r *reader) addOne(x route, quiet bool) {
	if len(r.routes) == maxRoutes {
		return
	}
	if first := r.taken[x.key()]; first != nil {
		if quiet || first.d == x.d { // what a map says otherwise, for a host of which it says this
			return
		}
		r.also(x.d, "the same host and path as at %v, at another address: lbsim listens at one, and takes the first", first.d.at)
		return
	}
	r.taken[x.key()] = &x
	r.routes = append(r.routes, &x)
	if len(r.routes) == maxRoutes {
		r.wrong(x.d, "there are more than %d routes", maxRoutes-1)
	}
}

// write writes a route without its limits, and returns it.
func (x *route) write(r *reader) part {
	at := r.doc.root.append("routes", x.d)
	match := func() part { return at.part("match", nil) }
	if x.host != "" {
		match().set("host", x.host, nil)
	}
	if x.path != "" {
		match().set("path", x.path, nil)
	}
	if x.start != "" {
		match().set("path_begins", x.start, nil)
	}
	if x.prefix != "" {
		match().set("path_prefix", x.prefix, nil)
	}
	if x.method != "" {
		match().set("method", x.method, nil)
	}
	if x.header != "" {
		match().set("headers", map[string]any{x.header: x.value}, nil)
	}
	if len(x.to) == 1 {
		at.set("pool", x.to[0].pool.name, nil)
	} else {
		split := at.part("split", nil)
		for _, b := range x.to {
			split.set(b.pool.name, b.share, nil)
		}
	}
	if x.mirror != nil {
		at.part("mirror", nil).set("pool", x.mirror.name, nil)
	}
	return at
}

// Package envoy reads the configuration of Envoy as lbsim's: a bootstrap in YAML or JSON,
// or what its /config_dump tells. What the protocol buffers of Envoy's API do not allow is
// an error at its line; what has no meaning here is listed.
package envoy

import (
	"bytes"
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"lbsim/config/decode"
	"lbsim/config/foreign"
)

// reading is a file as it is being read.
type reading struct {
	cfg      *foreign.Config
	file     string
	used     map[*yaml.Node]bool // keys that were looked at
	problems decode.Problems
	pools    map[string]string // pool by cluster
	taken    map[string]bool   // names of pools
	reach    reach
}

// Read reads a bootstrap or a dump. The error, if any, is a decode.Problems with everything
// that is wrong, in the places of that file.
func Read(src foreign.Source) (*foreign.Config, error) {
	r := &reading{
		cfg: &foreign.Config{Product: "envoy", Version: src.Version, Places: map[string]decode.Place{"": {File: src.Name, Line: 1, Column: 1}},
			Within: map[string]time.Duration{}},
		file: src.Name, used: map[*yaml.Node]bool{}, pools: map[string]string{}, taken: map[string]bool{},
	}
	root, err := r.parse(src.Text)
	if err != nil {
		return nil, err
	}
	top := node{root, r}
	parts := r.parts(top)
	if len(r.problems) == 0 {
		r.translate(parts)
	}
	if len(r.problems) > 0 {
		return nil, sorted(r.problems)
	}
	r.listRest(root)
	slices.SortStableFunc(r.cfg.NotSimulated, func(a, b foreign.Remark) int {
		return cmp.Or(cmp.Compare(a.Place.Line, b.Place.Line), cmp.Compare(a.Place.Column, b.Place.Column))
	})
	r.cfg.NotSimulated = slices.Compact(r.cfg.NotSimulated)
	return r.cfg, nil
}

// Is reports whether a file looks like Envoy's: a bootstrap or a dump of one.
func Is(_ string, text []byte) bool {
	text = text[:min(len(text), 1<<20)]
	return ownKey.Match(text) || bytes.Contains(text, []byte("type.googleapis.com/envoy.admin."))
}

// ownKey is a key that every bootstrap has, in YAML or JSON.
var ownKey = regexp.MustCompile(`(?m)(^|[{,])[ \t]*["']?(static_resources|staticResources)["']?[ \t]*:`)

// parts are the clusters, route configurations and listeners of a file.
type parts struct {
	clusters, listeners []node
	elsewhere           bool            // clusters or listeners come from a control plane
	clustersElsewhere   bool            // clusters do
	running             bool            // an Envoy that runs tells of itself
	endpoints           map[string]node // assignments by cluster
	routes              map[string]node // route configurations by name
}

// parts finds them, and holds each against Envoy's API.
func (r *reading) parts(top node) parts {
	p := parts{endpoints: map[string]node{}, routes: map[string]node{}}
	if dump := top.get("configs"); dump.here() {
		p.running = true
		for _, x := range dump.list() {
			r.dumped(&p, x)
		}
		return p
	}
	r.check(top, bootstrap)
	r.dynamic(&p, top)
	static := top.get("static_resources")
	p.clusters, p.listeners = static.get("clusters").list(), static.get("listeners").list()
	return p
}

// dumped takes over one section of a dump.
func (r *reading) dumped(p *parts, x node) {
	kind := x.get("@type").text()
	r.check(x, strings.TrimPrefix(kind, anyPrefix))
	each := func(key, inner string, f func(node)) {
		for _, entry := range x.get(key).list() {
			entry.get("last_updated")
			entry.get("version_info")
			if inner != "" {
				entry = entry.get(inner)
			}
			if entry.here() {
				entry.get("@type")
				f(entry)
			}
		}
	}
	add := func(all *[]node) func(node) { return func(v node) { *all = append(*all, v) } }
	x.get("version_info")
	switch kind[strings.LastIndexByte(kind, '.')+1:] {
	case "ClustersConfigDump":
		each("static_clusters", "cluster", add(&p.clusters))
		each("dynamic_active_clusters", "cluster", add(&p.clusters))
	case "ListenersConfigDump":
		each("static_listeners", "listener", add(&p.listeners))
		each("dynamic_listeners", "active_state", func(v node) { add(&p.listeners)(v.get("listener")) })
	case "EndpointsConfigDump":
		assigned := func(v node) { p.endpoints[v.get("cluster_name").text()] = v }
		each("static_endpoint_configs", "endpoint_config", assigned)
		each("dynamic_endpoint_configs", "endpoint_config", assigned)
	case "RoutesConfigDump":
		named := func(v node) { p.routes[v.get("name").text()] = v }
		each("static_route_configs", "route_config", named)
		each("dynamic_route_configs", "route_config", named)
	}
}

// translate makes lbsim's configuration.
func (r *reading) translate(p parts) {
	pools := map[string]any{}
	r.reach = p.reach()
	r.targets(&p)
	for _, c := range p.clusters {
		if name, pool := r.cluster(c, p.endpoints); pool != nil {
			pools[name] = pool
		}
	}
	if len(r.problems) > 0 {
		return
	}
	if len(pools) == 0 {
		rule := "has no cluster with endpoints of its own"
		if len(r.cfg.Unseen) > 0 {
			rule += ": " + askAll
		}
		r.fail(r.cfg.Places[""], "%s", rule)
		return
	}
	doc := map[string]any{"pools": pools, "algorithm": "round_robin"} // each pool has its own
	r.front(doc, p, pools)
	if len(r.problems) == 0 {
		r.accept(doc)
	}
}

// accept holds the document against the rules of lbsim's language.
func (r *reading) accept(doc map[string]any) {
	if problems := (decode.Problems)(nil); errors.As(r.cfg.Accept(doc), &problems) {
		r.problems = append(r.problems, problems...)
	}
}

func sorted(all decode.Problems) decode.Problems {
	slices.SortStableFunc(all, func(a, b decode.Problem) int {
		return cmp.Or(cmp.Compare(a.Place.Line, b.Place.Line), cmp.Compare(a.Place.Column, b.Place.Column))
	})
	return slices.Compact(all)
}

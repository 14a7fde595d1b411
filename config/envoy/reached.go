package envoy

import (
	"gopkg.in/yaml.v3"

	"lbsim/config/decode"
	"lbsim/config/foreign"
)

// askAll is what a running Envoy tells of itself, its control plane's part among it.
const askAll = "give what curl localhost:9901/config_dump?include_eds says"

// reach is which clusters the listeners and routes of a file lead to.
type reach struct {
	all      bool // a route leads to what a request says, or routes come from elsewhere
	clusters map[string]bool
}

// reach looks through everything that may lead to a cluster, simulated or not.
func (p *parts) reach() reach {
	x := reach{all: p.elsewhere || len(p.listeners) == 0, clusters: map[string]bool{}}
	for _, l := range p.listeners {
		x.look(l.n, p)
	}
	for _, c := range p.routes {
		x.look(c.n, p)
	}
	x.all = x.all || len(x.clusters) == 0
	return x
}

func (x *reach) look(n *yaml.Node, p *parts) {
	if n.Kind != yaml.MappingNode {
		for _, e := range n.Content {
			x.look(e, p)
		}
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		switch key, value := snakeKey(n.Content[i].Value), n.Content[i+1]; key {
		case "cluster":
			x.clusters[value.Value] = true
		case "cluster_header", "cluster_specifier_plugin", "inline_cluster_specifier_plugin":
			x.all = true
		case "route_config_name":
			_, known := p.routes[value.Value]
			x.all = x.all || !known
		case "clusters": // of weighted ones
			for _, c := range (node{n: value}).list() {
				x.clusters[c.peek("name")] = true
			}
		default:
			x.look(value, p)
		}
	}
}

// peek is the text of a key at which nobody is noted to have looked.
func (v node) peek(key string) string {
	for i := 0; v.n.Kind == yaml.MappingNode && i+1 < len(v.n.Content); i += 2 {
		if v.n.Content[i].Value == key {
			return v.n.Content[i+1].Value
		}
	}
	return ""
}

// leads reports whether something leads to a cluster; a cluster to which nothing does is
// listed, once.
func (r *reading) leads(c node, cluster string) bool {
	if r.reach.all || r.reach.clusters[cluster] {
		return true
	}
	r.remark(c.n, "cluster "+cluster, "no route leads here: it is not looked at")
	r.forget(c)
	return false
}

// unseen tells that nothing could be checked of something that a control plane knows.
func (r *reading) unseen(at decode.Place, text, why string) {
	r.cfg.Unseen = append(r.cfg.Unseen, foreign.Remark{Place: at, Text: text, Why: why})
}

// dynamic tells what a bootstrap leaves to its control plane.
func (r *reading) dynamic(p *parts, top node) {
	resources := top.get("dynamic_resources")
	for _, x := range []struct{ key, what, api string }{{"cds_config", "clusters", "CDS"}, {"lds_config", "listeners", "LDS"}} {
		if at := resources.get(x.key); at.here() {
			p.elsewhere = true
			p.clustersElsewhere = p.clustersElsewhere || x.key == "cds_config"
			r.unseen(at.place(), x.key, "nothing could be checked of "+x.what+" that come by "+x.api+": "+askAll)
			r.forget(at)
		}
	}
}

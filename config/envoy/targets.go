package envoy

import (
	"slices"

	"gopkg.in/yaml.v3"

	"lbsim/config/decode"
)

// targets holds the clusters that routes lead to against those of the file. Envoy takes no
// route configuration that stands in a listener and leads to a cluster that it does not have,
// unless validate_clusters is false; one that comes by RDS it takes, and answers with 404
// (route.proto, RouteConfiguration.validate_clusters). Clusters that come by CDS are not known
// here, which is told.
func (r *reading) targets(p *parts) {
	x := targets{r: r, refused: !p.running}
	for _, c := range p.clusters {
		x.known = append(x.known, c.peek("name"))
	}
	if p.clustersElsewhere || len(x.known) == 0 {
		return
	}
	for _, l := range p.listeners {
		x.find(l.n)
	}
	for _, c := range p.routes {
		x.routes(c, false)
	}
}

// targets looks for what leads to no cluster.
type targets struct {
	r       *reading
	known   []string // clusters
	refused bool     // Envoy has not taken the file yet
}

// find looks for route configurations.
func (x *targets) find(n *yaml.Node) {
	for i, e := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 1 && snakeKey(n.Content[i-1].Value) == "route_config" {
			config := node{e, x.r}
			x.routes(config, x.refused && config.peek("validate_clusters") != "false")
			continue
		}
		x.find(e)
	}
}

// routes looks at the virtual hosts of a route configuration.
func (x *targets) routes(config node, refused bool) {
	for i := 0; config.n.Kind == yaml.MappingNode && i+1 < len(config.n.Content); i += 2 {
		if snakeKey(config.n.Content[i].Value) == "virtual_hosts" {
			x.look(config.n.Content[i+1], refused)
		}
	}
}

// look goes down to what names clusters.
func (x *targets) look(n *yaml.Node, refused bool) {
	if n.Kind != yaml.MappingNode {
		for _, e := range n.Content {
			x.look(e, refused)
		}
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		switch key, value := snakeKey(n.Content[i].Value), n.Content[i+1]; key {
		case "cluster":
			x.hold(value, refused)
		case "clusters": // of weighted ones
			for _, c := range value.Content {
				for k := 0; c.Kind == yaml.MappingNode && k+1 < len(c.Content); k += 2 {
					if c.Content[k].Value == "name" {
						x.hold(c.Content[k+1], refused)
					}
				}
			}
		case "typed_per_filter_config": // other filters' own
		default:
			x.look(value, refused)
		}
	}
}

// hold tells a cluster that is not there.
func (x *targets) hold(name *yaml.Node, refused bool) {
	if name.Kind != yaml.ScalarNode || name.Value == "" || slices.Contains(x.known, name.Value) {
		return
	}
	if refused {
		x.r.fail(x.r.place(name), "Envoy refuses it: there is no cluster %s: %s", name.Value, decode.Suggest(name.Value, x.known))
		return
	}
	x.r.unseen(x.r.place(name), "cluster: "+name.Value, "a route leads to cluster "+name.Value+", which is not there, so Envoy answers 404 until it is: "+decode.Suggest(name.Value, x.known))
}

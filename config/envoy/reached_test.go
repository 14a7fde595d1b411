package envoy_test

import (
	"slices"
	"strings"
	"testing"

	"lbsim/config/envoy"
	"lbsim/config/foreign"
)

// A cluster to which no route leads is listed once and is no pool; one that is reached by
// ways that are not simulated is.
func TestReached(t *testing.T) {
	const toA = "- {match: {prefix: /}, route: {cluster: a}}\n"
	for _, c := range []struct{ name, routes, pools string }{
		{"not reached", toA, "a"},
		{"by another route", "- {match: {prefix: /x}, route: {cluster: b}}\n" + toA, "a b"},
		{"by a share", "- {match: {prefix: /}, route: {weighted_clusters: {clusters: [{name: a, weight: 1}, {name: b, weight: 1}]}}}\n", "a b"},
		{"by a regular expression", "- {match: {safe_regex: {regex: x}}, route: {cluster: b}}\n" + toA, "a b"},
		{"by copies", "- {match: {prefix: /}, route: {cluster: a, request_mirror_policies: [{cluster: b}]}}\n", "a b"},
		{"by what a request says", "- {match: {prefix: /x}, route: {cluster_header: x}}\n" + toA, "a b"},
	} {
		got, err := envoy.Read(foreign.Source{Name: "e.yaml", Text: []byte(bootstrap(c.routes))})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var pools []string
		for _, p := range got.Balancer.Pools {
			pools = append(pools, p.Name)
		}
		if s := strings.Join(pools, " "); s != c.pools {
			t.Errorf("%s: %s, want %s", c.name, s, c.pools)
		}
		var listed []string
		for _, x := range got.NotSimulated {
			if x.Place.Line == strings.Count(strings.SplitAfter(bootstrap(c.routes), "{name: b,")[0], "\n")+1 {
				listed = append(listed, x.Text+": "+x.Why)
			}
		}
		if once := []string{"cluster b: no route leads here: it is not looked at"}; c.pools == "a" && !slices.Equal(listed, once) {
			t.Errorf("%s: %q", c.name, listed)
		}
	}
}

// Of what only a control plane knows nothing can be checked, which is told.
func TestUnseen(t *testing.T) {
	const toBoth = "- {match: {prefix: /x}, route: {cluster: b}}\n- {match: {prefix: /}, route: {cluster: a}}\n"
	eds := bootstrap(toBoth) + "  - {name: c, type: EDS, connect_timeout: 1s, eds_cluster_config: {eds_config: {ads: {}}}}\n"
	for _, c := range []struct{ name, text, want string }{
		{"a cluster", strings.Replace(eds, "cluster: b", "cluster: c", 1), "nothing could be checked of cluster c, whose endpoints come by EDS: give what curl localhost:9901/config_dump?include_eds says"},
		{"one that nothing leads to", eds, ""},
		{"all clusters", bootstrap(toBoth) + "dynamic_resources: {cds_config: {ads: {}}}\n", "nothing could be checked of clusters that come by CDS: give what curl localhost:9901/config_dump?include_eds says"},
	} {
		got, err := envoy.Read(foreign.Source{Name: "e.yaml", Text: []byte(c.text)})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		told := ""
		for _, x := range got.Unseen {
			told += x.Why
		}
		if told != c.want {
			t.Errorf("%s: %q, want %q", c.name, told, c.want)
		}
	}
	_, err := envoy.Read(foreign.Source{Name: "e.yaml", Text: []byte("static_resources: {clusters: [{name: c, type: EDS, connect_timeout: 1s, eds_cluster_config: {eds_config: {ads: {}}}}]}\n")})
	if err == nil || !strings.Contains(err.Error(), "has no cluster with endpoints of its own: give what curl localhost:9901/config_dump?include_eds says") {
		t.Error(err)
	}
}

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

// A route to a cluster that is not there is refused as Envoy does, or told where Envoy takes
// it.
func TestTargets(t *testing.T) {
	const good = "- {match: {prefix: /}, route: {cluster: a}}\n"
	const lax = "            validate_clusters: false\n            virtual_hosts:\n"
	refused := func(where, name, near string) string {
		return where + ": Envoy refuses it: there is no cluster " + name + ": " + near
	}
	for _, c := range []struct{ name, text, problem, told string }{
		{"all there", bootstrap(good), "", ""},
		{"a typo", bootstrap("- {match: {prefix: /x}, route: {cluster: bb}}\n" + good), refused("e.yaml:18:56", "bb", "did you mean b? (known: a, b)"), ""},
		{"of a share", bootstrap("- {match: {prefix: /}, route: {weighted_clusters: {clusters: [{name: a, weight: 1}, {name: bb, weight: 1}]}}}\n"), refused("e.yaml:18:106", "bb", "did you mean b?"), ""},
		{"of copies", bootstrap("- {match: {prefix: /}, route: {cluster: a, request_mirror_policies: [{cluster: zzz}]}}\n"), refused("e.yaml:18:94", "zzz", "known: a, b"), ""},
		{"of a route that is left out", bootstrap("- {match: {safe_regex: {regex: x}}, route: {cluster: bb}}\n" + good), refused("e.yaml:18:68", "bb", "did you mean b?"), ""},
		{"not validated", strings.Replace(bootstrap("- {match: {prefix: /x}, route: {cluster: bb}}\n"+good), "            virtual_hosts:\n", lax, 1), "",
			"a route leads to cluster bb, which is not there, so Envoy answers 404 until it is: did you mean b? (known: a, b)"},
		{"perhaps by CDS", bootstrap("- {match: {prefix: /x}, route: {cluster: bb}}\n"+good) + "dynamic_resources: {cds_config: {ads: {}}}\n", "",
			"nothing could be checked of clusters that come by CDS: give what curl localhost:9901/config_dump?include_eds says"},
	} {
		got, err := envoy.Read(foreign.Source{Name: "e.yaml", Text: []byte(c.text)})
		told := ""
		switch {
		case err != nil && (c.problem == "" || !strings.Contains(err.Error(), c.problem)):
			t.Errorf("%s: %v, want %q", c.name, err, c.problem)
		case err == nil:
			for _, x := range got.Unseen {
				told += x.Why
			}
			if c.problem != "" || told != c.told {
				t.Errorf("%s: told %q, want %q and the problem %q", c.name, told, c.told, c.problem)
			}
		}
	}
}

// A bootstrap is known by its keys, whatever the file is called.
func TestIs(t *testing.T) {
	for text, want := range map[string]bool{
		bootstrap(""):                               true,
		`{"static_resources": {}}`:                  true,
		`{"node":{},"staticResources":{}}`:          true,
		"# no static_resources: here\nalgorithm: x": false,
		"": false,
	} {
		for _, name := range []string{"x.envoy", "e.yaml", "-"} {
			if envoy.Is(name, []byte(text)) != want {
				t.Errorf("%s: %t of %q", name, !want, text)
			}
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

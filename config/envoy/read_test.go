package envoy_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lbsim/config/decode"
	"lbsim/config/envoy"
	"lbsim/config/foreign"
)

var update = flag.Bool("update", false, "rewrite the files in testdata; read what changed before committing it")

// What files that people write come to: the balancer's configuration, and what is listed.
func TestRead(t *testing.T) {
	for _, file := range inputs(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			got := show(t, read(t, file))
			golden := strings.TrimSuffix(file, filepath.Ext(file)) + ".golden"
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("it comes to\n%s", got)
			}
		})
	}
}

var words = []string{"name", "start", "schedule", "prepicks", "choices", "replacement", "min_ring_size", "max_ring_size", "hash", "table_size"}

func inputs(t testing.TB) (files []string) {
	for _, pattern := range []string{"testdata/*.yaml", "testdata/*.json"} {
		some, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, some...)
	}
	if len(files) == 0 {
		t.Fatal("no files")
	}
	return files
}

func read(t *testing.T, file string) *foreign.Config {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !envoy.Is(file, text) {
		t.Errorf("%s does not look like Envoy's", file)
	}
	c, err := envoy.Read(foreign.Source{Name: filepath.Base(file), Text: text})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// show writes down what was read. Of an algorithm it shows what Envoy has a word for, so that
// a parameter of other products changes nothing here.
func show(t *testing.T, c *foreign.Config) []byte {
	document := c.Balancer.Document()
	for _, pool := range document["pools"].(map[string]any) {
		if a, ok := pool.(map[string]any)["algorithm"].(map[string]any); ok {
			maps.DeleteFunc(a, func(key string, _ any) bool { return !slices.Contains(words, key) })
		}
	}
	delete(document, "algorithm") // each pool has its own
	text, err := json.MarshalIndent(document, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	b := bytes.NewBuffer(append(text, '\n'))
	for _, x := range c.NotSimulated {
		fmt.Fprintf(b, "%s: %s: %s\n", x.Place, x.Text, x.Why)
	}
	return b.Bytes()
}

// A setting keeps its place, so that what is found of it names its line.
func TestPlaces(t *testing.T) {
	c := read(t, "testdata/edge.yaml")
	for path, want := range map[string]string{
		"pools.api":                                     "edge.yaml:50:7",
		"pools.api.endpoints[2]":                        "edge.yaml:63:17",
		"pools.api.health.active.path":                  "edge.yaml:75:37",
		"pools.api.health.passive.consecutive_failures": "edge.yaml:76:44",
		"pools.api.limits.retries":                      "edge.yaml:79:75",
		"pools.api-canary.retries.attempts":             "edge.yaml:25:74", // its route's host's
		"pools.cache.algorithm.min_ring_size":           "edge.yaml:97:18",
		"routes[0].split.api":                           "edge.yaml:27:27",
	} {
		if got := c.Place(path).String(); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

// What Envoy would refuse is an error in the file's own place.
func TestErrors(t *testing.T) {
	text, err := os.ReadFile("testdata/edge.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"lb_policy: LEAST_REQUEST", "lb_policy: LEAST_REQUESTS", `e.yaml:53:18: Envoy refuses it: invalid value for enum field lbPolicy: "LEAST_REQUESTS"`},
		{"      type: STRICT_DNS", "      typ: STRICT_DNS", "e.yaml:51:7: Envoy refuses it: unknown field typ of Cluster: did you mean type?"},
		{"unhealthy_threshold: 3", "unhealthy_threshold: x", `e.yaml:73:32: Envoy refuses it: invalid value for uint32 field value: "x"`},
		{"          unhealthy_threshold: 3\n", "", "e.yaml:70:11: Envoy refuses it: unhealthy_threshold: value is required"},
		{"domains: [\"*\"]", "domains: []", "e.yaml:37:32: Envoy refuses it: domains: value must contain at least 1 item(s)"},
		{"max_ejection_percent: 30", "max_ejection_percent: 130", "e.yaml:76:69: Envoy refuses it: max_ejection_percent: value must be less than or equal to 100"},
		{"interval: 5s\n          interval_jitter_percent", "intervall: 5s\n          interval_jiter_percent",
			"e.yaml:71:11: Envoy refuses it: unknown field intervall of HealthCheck: did you mean interval?"},
		{"interval: 5s\n          interval_jitter_percent", "intervall: 5s\n          interval_jiter_percent",
			"e.yaml:72:11: Envoy refuses it: unknown field interval_jiter_percent of HealthCheck: did you mean interval_jitter_percent?"},
		{"static_resources:", "static_resources: [", "e.yaml:6:1: is not YAML: "},
		{"static_resources:", "dynamic_resources:", "e.yaml:"},
	} {
		_, err := envoy.Read(foreign.Source{Name: "e.yaml", Text: []byte(strings.Replace(string(text), c.old, c.new, 1))})
		var problems decode.Problems
		if !errors.As(err, &problems) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.new, err, c.want)
		}
	}
	for text, want := range map[string]string{
		"":                          "e.yaml:1:1: is empty",
		"- a":                       "e.yaml:1:1: must be a mapping: a bootstrap, or a /config_dump",
		"node: {id: a}":             "e.yaml:1:1: has no cluster with endpoints of its own",
		"a: 1\n---\nb: 2":           "a second document begins here",
		"a: &a [*a]":                "is too deep or too much, aliases expanded",
		strings.Repeat("x", 17<<20): "e.yaml:1:1: is larger than 16 MiB",
		strings.Repeat("[", 1<<20):  "e.yaml:1:1: is not YAML",
	} {
		if _, err := envoy.Read(foreign.Source{Name: "e.yaml", Text: []byte(text)}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20s: %v, want %s", text, err, want)
		}
	}
}

// Nothing is dropped: a key that changes nothing of what is read is listed.
func TestNothingIsDropped(t *testing.T) {
	text, err := os.ReadFile("testdata/edge.yaml")
	if err != nil {
		t.Fatal(err)
	}
	was := read(t, "testdata/edge.yaml")
	for _, c := range []struct{ old, new, key string }{
		{"      type: STRICT_DNS\n", "      type: STRICT_DNS\n      ignore_health_on_host_removal: true\n", "ignore_health_on_host_removal"},
		{"{consecutive_5xx: 7,", "{consecutive_5xx: 7, enforcing_consecutive_gateway_failure: 100,", "enforcing_consecutive_gateway_failure"},
		{"{max_connections: 200,", "{max_connections: 200, track_remaining: true,", "track_remaining"},
		{"{retry_on: \"5xx,reset\",", "{retry_on: \"5xx,reset\", rate_limited_retry_back_off: {reset_headers: [{name: a}]},", "rate_limited_retry_back_off"},
	} {
		now, err := envoy.Read(foreign.Source{Name: "edge.yaml", Text: []byte(strings.Replace(string(text), c.old, c.new, 1))})
		if err != nil {
			t.Errorf("%s: %v", c.key, err)
			continue
		}
		listed := slices.ContainsFunc(now.NotSimulated, func(x foreign.Remark) bool { return strings.HasPrefix(x.Text, c.key) })
		if len(now.NotSimulated) != len(was.NotSimulated)+1 || !listed {
			t.Errorf("%s is not listed among %v", c.key, now.NotSimulated)
		}
	}
}

// Whatever is read, it is a configuration or an error with a place.
func FuzzRead(f *testing.F) {
	for _, file := range inputs(f) {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
		f.Add(text[:len(text)/2])
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := envoy.Read(foreign.Source{Name: "f.yaml", Text: text})
		var problems decode.Problems
		if err != nil && (!errors.As(err, &problems) || len(problems) == 0 || problems[0].Place.File == "") {
			t.Fatalf("%v", err)
		}
		if err == nil && c.Balancer == nil {
			t.Fatal("neither")
		}
	})
}

// What is hashed is what the way to a cluster says; where it says nothing Envoy picks at
// random.
func TestHashing(t *testing.T) {
	text, err := os.ReadFile("testdata/edge.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for policy, want := range map[string][2]string{
		"[{header: {header_name: x-user}}]":                            {"header:x-user", "ring_hash"},
		"[{header: {header_name: ':path'}}]":                           {"path", "ring_hash"},
		"[{cookie: {name: sid, ttl: 0s}, terminal: true}]":             {"cookie:sid", "ring_hash"},
		"[{connection_properties: {source_ip: true}}]":                 {"client", "ring_hash"},
		"[{query_parameter: {name: q}}, {header: {header_name: x-a}}]": {"client", "ring_hash"},
		"[]": {"", "random"},
	} {
		c, err := envoy.Read(foreign.Source{Name: "e.yaml", Text: []byte(strings.Replace(string(text), "[{header: {header_name: x-user}}]", policy, 1))})
		if err != nil {
			t.Fatal(err)
		}
		pool := c.Balancer.Pools[c.Balancer.Index("cache")]
		if key := c.Balancer.Proxy.Key.String(); key != want[0] || pool.Algorithm.Spec.Name != want[1] {
			t.Errorf("%s: by %q with %s, want %v", policy, key, pool.Algorithm.Spec.Name, want)
		}
	}
}

package export_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"lbsim/config"
	"lbsim/config/envoy"
	"lbsim/config/export"
	"lbsim/config/foreign"
	"lbsim/config/haproxy"
	"lbsim/config/nginx"
)

func parse(t *testing.T, text string) *config.Balancer {
	t.Helper()
	b, err := config.Read("lb.yaml", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t *testing.T, product string, b *config.Balancer) (string, []export.Loss) {
	t.Helper()
	text, lost, err := export.Write(product, b)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lost {
		if l.Path == "" || l.Why == "" || !strings.Contains(text, "#   "+l.Path+": "+l.Why+"\n") {
			t.Errorf("%s: %+v is not among the comments", product, l)
		}
	}
	return text, lost
}

// The products take what is written for them.
func TestAccepted(t *testing.T) {
	for name, b := range balancers(t) {
		for product, command := range map[string]func(file, dir string) []string{
			"haproxy": func(file, _ string) []string { return []string{"-c", "-f", file} },
			"nginx":   func(file, dir string) []string { return []string{"-t", "-c", file, "-p", dir, "-e", "stderr"} },
		} {
			text, _ := write(t, product, b)
			if _, err := exec.LookPath(product); err != nil {
				t.Logf("NOT CHECKED: %s is not installed", product)
				continue
			}
			dir := t.TempDir()
			path := filepath.Join(dir, product+".conf")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			said, err := exec.Command(product, command(path, dir)...).CombinedOutput()
			switch {
			case err != nil && strings.Contains(string(said), `unknown directive "stream"`):
				t.Logf("NOT CHECKED: %s has no module for connections", product)
			case err != nil, product == "haproxy" && strings.Contains(string(said), "[WARNING]"):
				t.Errorf("%s by %s: %v\n%s\n%s", name, product, err, said, text)
			}
		}
		text, _ := write(t, "envoy", b)
		var doc struct {
			Resources struct {
				Listeners, Clusters []map[string]any
			} `yaml:"static_resources"`
		}
		if err := yaml.Unmarshal([]byte(text), &doc); err != nil || len(doc.Resources.Listeners) != 1 || len(doc.Resources.Clusters) != len(b.All()) {
			t.Errorf("%s by envoy: %v\n%s", name, err, text)
		}
	}
}

// What HAProxy can say comes back as it was.
func TestRoundTrip(t *testing.T) {
	b := balancers(t)["haproxy"]
	text, lost := write(t, "haproxy", b)
	if len(lost) > 0 {
		t.Errorf("lost: %+v", lost)
	}
	c, err := haproxy.Read(foreign.Source{Name: "haproxy.cfg", Text: []byte(text)})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	same(t, b, c.Balancer, text)
}

// What NGINX can say comes back as it was; Envoy's file is one that its reader takes.
func TestRoundTrips(t *testing.T) {
	for product, c := range map[string]struct {
		text string
		read func(foreign.Source) (*foreign.Config, error)
	}{
		"nginx": {read: nginx.Read, text: `
listen: 127.0.0.1:8093
algorithm: weighted_round_robin
timeouts: {connect: 2s, idle: 30s, header: 5s}
pools:
  api:
    algorithm: {name: least_connections, ties: smooth, max_fails: 2}
    endpoints: [{name: "10.0.0.1:80", address: "10.0.0.1:80", weight: 3}, {name: "10.0.0.2:80", address: "10.0.0.2:80"}, {name: "10.0.0.3:80", address: "10.0.0.3:80", down: true}]
    health: {passive: {rule: nginx, consecutive_failures: 2, ejection_time: 7s}}
  web:
    algorithm: {name: ring_hash, profile: nginx}
    endpoints: [{name: "10.0.1.1:80", address: "10.0.1.1:80"}, {name: "10.0.1.2:80", address: "10.0.1.2:80"}]
key: header:x-user
routes:
- {match: {path: /x}, pool: web}
- {match: {path_begins: /api/}, pool: api}
- {pool: web}
`},
		"envoy": {read: envoy.Read, text: `
listen: 127.0.0.1:8094
algorithm: round_robin
timeouts: {connect: 2s, idle: 30s, header: 5s, request: 7s}
pools:
  api:
    algorithm: {name: power_of_two, replacement: true, choices: 3}
    endpoints: [{name: "10.0.0.1:80", address: "10.0.0.1:80", zone: a}, {name: "10.0.0.2:80", address: "10.0.0.2:80", zone: b, priority: 1}]
    panic_threshold: 30%
    limits: {requests: 77}
    health: {passive: {cap: after, success_rate: {}}, active: {connect: true, timeout: 1s}}
    retries: {attempts: 3, conditions: [5xx, connect_failure, reset, timeout], methods: any, per_try_timeout: 500ms, budget: {kind: concurrent}}
  web:
    algorithm: {name: maglev}
    endpoints: [{name: "10.0.1.1:80", address: "10.0.1.1:80"}, {name: "10.0.1.2:80", address: "10.0.1.2:80", down: true}]
    panic_threshold: 50%
    limits: {requests: 5}
key: header:x-user
route_order: listed
routes:
- {name: route-1, match: {host: a.example.com, path_begins: /api/}, pool: api}
- {name: route-2, match: {host: a.example.com, method: POST, headers: {x: y}}, pool: api, mirror: {pool: web, ratio: 1%}}
- {name: route-3, match: {host: a.example.com}, pool: web}
- {name: route-4, pool: web}
`},
	} {
		b := parse(t, c.text)
		text, _ := write(t, product, b)
		again, err := c.read(foreign.Source{Name: product, Text: []byte(text)})
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if product == "envoy" {
			continue
		}
		for _, name := range []string{"api", "web"} {
			want, got := pool(b, name), pool(again.Balancer, name)
			for key := range want {
				if key == "retries" || key == "limits" {
					continue // a location always has some
				}
				if !reflect.DeepEqual(want[key], got[key]) {
					t.Errorf("%s: %s\n%s", product, difference(name+"."+key, want[key], got[key]), text)
				}
			}
		}
	}
}

func pool(b *config.Balancer, name string) map[string]any {
	return b.Document()["pools"].(map[string]any)[name].(map[string]any)
}

func same(t *testing.T, want, got *config.Balancer, text string) {
	t.Helper()
	a, b := want.Document(), got.Document()
	for key := range a {
		if !reflect.DeepEqual(a[key], b[key]) {
			t.Errorf("%s: %s\nfrom %s\n%s", key, difference(key, a[key], b[key]), key, text)
		}
	}
}

// difference finds the first place where two documents differ.
func difference(path string, a, b any) string {
	if x, ok := a.(map[string]any); ok {
		y, _ := b.(map[string]any)
		for key := range x {
			if !reflect.DeepEqual(x[key], y[key]) {
				return difference(path+"."+key, x[key], y[key])
			}
		}
	}
	return fmt.Sprintf("%s: %v, and read again %v", path, a, b)
}

// What is lost is told by the path of the setting.
func TestLost(t *testing.T) {
	b := balancers(t)["everything"]
	for product, want := range map[string][]string{
		"haproxy": {"pools.one.algorithm", "pools.one.hedge", "pools.one.limits.rates[1]", "pools.one.zones", "pools.one.retries.budget", "pools.one.endpoints[1].address", "tls", "timeouts.request"},
		"nginx":   {"pools.one.health.active", "pools.one.affinity", "pools.one.limits.queue", "pools.two.endpoints.priority", "routes./api/*.mirror", "slo"},
		"envoy":   {"pools.one.limits.rates", "pools.one.subset", "pools.two.retries", "routes./api/*.limits"},
	} {
		_, lost := write(t, product, b)
		for _, path := range want {
			found := false
			for _, l := range lost {
				found = found || l.Path == path
			}
			if !found {
				t.Errorf("%s: %s is not said to be lost: %v", product, path, lost)
			}
		}
	}
	if _, _, err := export.Write("haprxy", b); err == nil || !strings.Contains(err.Error(), "did you mean haproxy?") {
		t.Error(err)
	}
}

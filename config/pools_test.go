package config_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"lbsim/balancer"
	"lbsim/config"
)

const pooled = `
algorithm: least_connections
health: {active: {interval: 1s}}
pools:
  web: {}
  api: {algorithm: rr, retries: {attempts: 3}, endpoints: [{name: a}, {name: b}]}
routes:
  - {match: {host: "*.example.com", path_prefix: /api, method: POST, headers: {X-Canary: always}}, split: {api: 95%, web: 5%}, mirror: {pool: web, ratio: 10%}}
  - {pool: web, limits: {rates: [{rate: 5/s, per: client, burst: 9}, {rate: 60/min, per: all, rule: nginx}]}}
`

// A pool has what is written beside the pools unless it says something else; pools are
// in order of their names, however the file has them.
func TestPools(t *testing.T) {
	b, err := config.Read("lb.yaml", strings.NewReader(pooled))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := json.Marshal(b.Document())
	if err != nil {
		t.Fatal(err)
	}
	again, err := config.Read("canonical", bytes.NewReader(doc))
	if err != nil {
		t.Fatalf("%s: %v", doc, err)
	}
	c := again.Config()
	if !reflect.DeepEqual(c.Routes, b.Config().Routes) {
		t.Errorf("routes %+v", c.Routes)
	}
	api, web := c.Pools[0], c.Pools[1]
	if api.Name != "api" || api.Algorithm.String() != "round_robin" || api.Retries.Attempts != 3 || api.Health.Interval != time.Second || len(again.Pools[0].Members()) != 2 {
		t.Errorf("api: %+v", api)
	}
	if web.Name != "web" || web.Algorithm.String() != "least_connections" || web.Retries != nil || web.Health.Interval != time.Second {
		t.Errorf("web: %+v", web)
	}
	want := balancer.Route{Name: "POST *.example.com/api/* X-Canary=always",
		Match:    balancer.Match{Host: "*.example.com", PathPrefix: "/api", Method: "POST", Headers: []balancer.Header{{Name: "X-Canary", Value: "always"}}},
		Branches: []balancer.Branch{{Pool: 0, Share: 0.95}, {Pool: 1, Share: 0.05}}, Mirror: &balancer.Mirror{Pool: 1, Ratio: 0.1}}
	if !reflect.DeepEqual(c.Routes[0], want) {
		t.Errorf("got  %+v\nwant %+v", c.Routes[0], want)
	}
	if c.Routes[1].Name != "all" {
		t.Errorf("the rest is called %s", c.Routes[1].Name)
	}
	rates := []balancer.RateLimit{{Tokens: 5000, Per: 1000 * time.Second, Burst: 9, PerClient: true, Clients: 16_000},
		{Tokens: 1000, Per: 1000 * time.Second, Rule: balancer.LeakyBucket, Clients: 16_000}}
	if !reflect.DeepEqual(c.Routes[1].Rates, rates) {
		t.Errorf("limits of a route: %+v", c.Routes[1].Rates)
	}
}

func TestMistakesInPools(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"{rates: [{rate: 5/s", "{requests: 3, rates: [{rate: 5/s", "routes[1].limits.requests: unknown key: known: rates"},
		{"rates: [{rate: 5/s, per: client, burst: 9}, {rate: 60/min, per: all, rule: nginx}]", "", "routes[1].limits.rates: is missing"},
		{"  - {pool: web,", "  - {pool: wbe,", "lb.yaml:9:6: routes[1].pool: there is no pool wbe: did you mean web? (known: api, web)"},
		{"web: 5%", "web: 6%", "routes[0].split = {…}: the shares must sum to 100%, not 101%"},
		{"web: 5%", "wbe: 5%", "routes[0].split.wbe: there is no pool wbe: did you mean web?"},
		{"mirror: {pool: web", "mirror: {pool: x", "routes[0].mirror.pool: there is no pool x: known: api, web"},
		{"  - {pool: web,", "  - {pool: web, split: {api: 50%, web: 50%},", "routes[1].split: contradicts pool: give pool or split"},
		{"  - {pool: web,", "  - {match: {path: /a, path_prefix: /b}, pool: web,", "routes[1].match.path_prefix: contradicts path"},
		{"  - {pool: web,", "  - {match: {path: a}, pool: web,", "routes[1].match.path = a: must be a path that begins with /"},
		{"  - {pool: web,", "  - {match: {host: 'a.*.b'}, pool: web,", "routes[1].match.host = a.*.b: must be a host such as api.example.com, or *.example.com"},
		{"  - {pool: web,", "  - {pool: api}\n  - {pool: web,", "routes[2] = {…}: matches what routes[1] matches: give one of them a name or another match"},
		{"web: {}", "web: {algoritm: rr}", "pools.web.algoritm: unknown key: did you mean algorithm?"},
		{"web: {}", "'w b': {}", "pools.w b: must be a name of letters, digits, _ and -"},
		{"algorithm: least_connections", "algorithm: lc\nendpoints: [{name: a}]", "endpoints: contradicts pools, which have endpoints of their own"},
		{pooled[strings.Index(pooled, "routes:"):], "", "routes: is missing: which requests go to which pool, such as [{pool: api}]"},
		{pooled[strings.Index(pooled, "pools:"):strings.Index(pooled, "routes:")], "", "routes: has no meaning without pools: name them under pools"},
	} {
		if !strings.Contains(pooled, c.old) {
			t.Fatalf("no %q", c.old)
		}
		_, err := config.Read("lb.yaml", strings.NewReader(strings.Replace(pooled, c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got\n%v\nwant\n%s", c.new, err, c.want)
		}
	}
}

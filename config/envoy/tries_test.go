package envoy_test

import (
	"fmt"
	"strings"
	"testing"

	"lbsim/config/envoy"
	"lbsim/config/foreign"
	"lbsim/config/foreign/found"
)

// bootstrap is a listener with some routes to the clusters a and b.
func bootstrap(routes string) string {
	cluster := func(name, address string) string {
		return fmt.Sprintf("  - {name: %s, connect_timeout: 1s, load_assignment: {cluster_name: %s, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: %s, port_value: 80}}}}]}]}}\n", name, name, address)
	}
	const listener = `static_resources:
  listeners:
  - name: l
    address: {socket_address: {address: 0.0.0.0, port_value: 80}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: s
          http_filters: [{name: envoy.filters.http.router, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]
          route_config:
            name: r
            virtual_hosts:
            - name: h
              domains: ["*"]
              routes:
`
	return listener + strings.ReplaceAll(strings.TrimPrefix(routes, "\n"), "- ", "              - ") + "  clusters:\n" + cluster("a", "10.0.0.1") + cluster("b", "10.0.0.2")
}

// Writes are not sent again where they have routes of their own that say so.
func TestWrites(t *testing.T) {
	own := func(method, on, to string) string {
		return fmt.Sprintf(`- {match: {prefix: /, headers: [{name: ":method", string_match: {exact: %s}}]}, route: {cluster: %s, retry_policy: {retry_on: "%s"}}}
`, method, to, on)
	}
	const rest = `- {match: {prefix: /}, route: {cluster: a, retry_policy: {retry_on: "connect-failure,5xx"}}}
`
	for _, c := range []struct{ name, routes, methods, all string }{
		{"no routes of their own", rest, "any", "1"},
		{"both", own("POST", "connect-failure", "a") + own("PATCH", "connect-failure,refused-stream", "a") + rest, "idempotent", "1"},
		{"one of them", own("POST", "connect-failure", "a") + rest, "any", "2"},
		{"one of them twice", own("POST", "connect-failure", "a") + own("POST", "connect-failure", "a") + rest, "any", "2"},
		{"they are sent again", own("POST", "5xx", "a") + own("PATCH", "connect-failure", "a") + rest, "any", "3"},
		{"they go elsewhere", own("POST", "connect-failure", "b") + own("PATCH", "connect-failure", "b") + rest, "any", "3"},
		{"reads alone", own("GET", "5xx", "a"), "idempotent", "1"},
	} {
		got, err := envoy.Read(foreign.Source{Name: "e.yaml", Text: []byte(bootstrap(c.routes))})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if x := found.At(t, got, "pools.a.retries.methods"); x != c.methods {
			t.Errorf("%s: methods %s, want %s", c.name, x, c.methods)
		}
		if n := fmt.Sprint(len(got.Balancer.Routes)); n != c.all {
			t.Errorf("%s: %s routes, want %s", c.name, n, c.all)
		}
	}
}

package validate_test

import (
	"slices"
	"strings"
	"testing"

	"lbsim/config/envoy"
	"lbsim/config/foreign"
	"lbsim/studies/validate"
)

// Attempts have to fit into the time of a route that makes them, whatever time others have.
func TestTimesOfRoutes(t *testing.T) {
	const retry = `retry_policy: {retry_on: "5xx", num_retries: 3, per_try_timeout: 3s}`
	for _, c := range []struct{ name, first, second, want string }{
		{"too short", "timeout: 5s, " + retry, "timeout: 60s", "4 attempts of 3s take 12s, but a request may take 5s on its route: where they time out, 2 are made"},
		{"long enough by default", retry, "timeout: 60s, " + retry, ""},
		{"for the shortest of two", "timeout: 4s, " + retry, "timeout: 5s, " + retry, "4 attempts of 3s take 12s, but a request may take 4s on its route: where they time out, 2 are made"},
		{"long enough", "timeout: 20s, " + retry, "timeout: 60s", ""},
		{"short where nothing is tried again", "timeout: 20s, " + retry, "timeout: 2s", ""},
		{"without end elsewhere", "timeout: 5s, " + retry, "timeout: 0s", "4 attempts of 3s take 12s, but a request may take 5s on its route: where they time out, 2 are made"},
	} {
		text := `static_resources:
  listeners:
  - name: l
    address: {socket_address: {address: 0.0.0.0, port_value: 80}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: s
          route_config:
            virtual_hosts:
            - name: h
              domains: ["*"]
              routes:
              - {match: {prefix: /a}, route: {cluster: c, FIRST}}
              - {match: {prefix: /}, route: {cluster: c, SECOND}}
` + strings.TrimPrefix(cluster("lb_policy: RANDOM"), "static_resources:\n")
		text = strings.NewReplacer("FIRST", c.first, "SECOND", c.second).Replace(text)
		cfg, err := envoy.Read(foreign.Source{Name: "envoy.yaml", Text: []byte(text)})
		if err != nil {
			t.Errorf("%s: %v\n%s", c.name, err, text)
			continue
		}
		var found []string
		for _, f := range validate.Check(validate.Of("envoy.yaml", cfg, nil)).Findings {
			if f.ID == "LB010" && strings.Contains(f.Message, "attempts") {
				found = append(found, f.Message)
			}
		}
		if c.want == "" && len(found) > 0 || c.want != "" && !slices.Equal(found, []string{c.want}) {
			t.Errorf("%s: %q, want %q", c.name, found, c.want)
		}
	}
}

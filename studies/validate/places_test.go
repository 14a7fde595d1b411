package validate_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lbsim/config/foreign"
	"lbsim/config/foreign/products"
	"lbsim/studies/validate"
)

// A finding in another product's file is where that says what is wrong, be it in what holds
// for all; where nothing says it, at the pool.
func TestPlacesOfFindings(t *testing.T) {
	for _, c := range []struct {
		product, id, text string // what is wrong begins at the ⇒
	}{
		{"haproxy", "LB001", "defaults\n mode http\n timeout server 9s\n option httpchk GET /up\n⇒backend b\n server x 10.0.0.1:80\n server y 10.0.0.2:80\n"},
		{"haproxy", "LB001", "defaults\n mode http\n timeout server 9s\nbackend b\n ⇒option httpchk GET /up\n server x 10.0.0.1:80\n server y 10.0.0.2:80\n"},
		{"haproxy", "LB009", "defaults\n mode http\n ⇒timeout server 0\nbackend b\n server x 10.0.0.1:80 check\n server y 10.0.0.2:80 check\n"},
		{"haproxy", "LB009", "defaults\n mode http\n⇒backend b\n server x 10.0.0.1:80 check\n server y 10.0.0.2:80 check\n"},
		{"haproxy", "LB011", "defaults\n mode http\n timeout server 9s\n retries 5\n ⇒retry-on 503\nbackend b\n server x 10.0.0.1:80 check\n server y 10.0.0.2:80 check\n"},
		{"haproxy", "LB012", "defaults\n mode http\n timeout server 9s\n retries 2\n ⇒retry-on all-retryable-errors\nbackend b\n server x 10.0.0.1:80 check\n server y 10.0.0.2:80 check\n"},
		{"haproxy", "LB002", "defaults\n mode http\n timeout server 9s\n default-server ⇒inter 60s\nbackend b\n server x 10.0.0.1:80 check\n server y 10.0.0.2:80 check\n"},
		{"haproxy", "LB004", "defaults\n mode http\n timeout server 9s\n ⇒option tcp-check\nbackend b\n server x 10.0.0.1:80 check\n server y 10.0.0.2:80 check\n"},
		{"haproxy", "LB018", "defaults\n mode http\n timeout server 9s\nbackend b\n ⇒cookie S insert indirect\n server x 10.0.0.1:80 check cookie x\n server y 10.0.0.2:80 check cookie y\n"},
		{"envoy", "LB002", cluster("health_checks: [{interval: ⇒60s, timeout: 1s, unhealthy_threshold: 3, healthy_threshold: 2, http_health_check: {path: /up}}]")},
		{"envoy", "LB007", cluster("outlier_detection: {max_ejection_percent: ⇒0, always_eject_one_host: false}")},
		{"envoy", "LB001", strings.Replace(cluster("lb_policy: RANDOM"), "- name", "- ⇒name", 1)},
		{"nginx", "LB012", "events {}\nhttp {\n upstream u { server 10.0.0.1; server 10.0.0.2; }\n server { ⇒proxy_next_upstream error timeout non_idempotent;\n location / { proxy_pass http://u; } }\n}\n"},
	} {
		before, after, _ := strings.Cut(c.text, "⇒")
		line := strings.Count(before, "\n") + 1
		column := len(before) - strings.LastIndexByte(before, '\n')
		reader, err := products.Named(c.product)
		if err != nil {
			t.Fatal(err)
		}
		cfg, err := reader.Read(foreign.Source{Name: c.product, Text: []byte(before + after)})
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		var at []string
		for _, f := range validate.Check(validate.Of(c.product, cfg, nil)).Findings {
			if f.ID == c.id {
				at = append(at, fmt.Sprintf("%d:%d", f.Line, f.Column))
			}
		}
		if want := fmt.Sprintf("%d:%d", line, column); !slices.Contains(at, want) {
			t.Errorf("%s: %s at %v, want %s in\n%s", c.product, c.id, at, want, c.text)
		}
	}
}

// cluster is an Envoy of one cluster with something said of it.
func cluster(text string) string {
	return `static_resources:
  clusters:
  - name: c
    connect_timeout: 1s
    load_assignment:
      cluster_name: c
      endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 10.0.0.1, port_value: 80}}}}, {endpoint: {address: {socket_address: {address: 10.0.0.2, port_value: 80}}}}]}]
    ` + text + "\n"
}

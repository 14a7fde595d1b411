package validate_test

import (
	"fmt"
	"strings"
	"testing"

	"lbsim/config/foreign/products"
	"lbsim/studies/validate"
)

// Of a file that balances requests and connections both halves are looked at, unless one is
// asked for, and what is listed is what neither simulates.
func TestHalves(t *testing.T) {
	const haproxy = `defaults
    timeout server 30s
frontend web
    mode http
    bind :80
    default_backend api
frontend db
    mode tcp
    option tcplog
    bind :5432
    default_backend pg
backend api
    mode http
    balance leastconn
    compression algo gzip
    option httpchk GET /up
    server a1 10.0.1.11:8080 check
    server a2 10.0.1.12:8080 check ssl verify none
backend pg
    mode tcp
    balance leastconn
    server pg1 10.1.4.11:5432
    server pg2 10.1.4.12:5432
`
	const nginx = `events {}
stream {
  upstream pg { least_conn; server 10.1.4.11:5432 max_fails=0; server 10.1.4.12:5432 max_fails=0; }
  server { listen 5432; proxy_pass pg; }
}
http {
  upstream a { least_conn; server 10.0.0.1:80 max_fails=3; server 10.0.0.2:80 max_fails=3; }
  server { listen 80; location / { gzip on; proxy_pass http://a; proxy_next_upstream error; } }
}
`
	ignored := strings.Replace(nginx, "  upstream pg", "  # lbsim:ignore LB001 the servers never fail\n  upstream pg", 1)
	for _, c := range []struct {
		name, text, layer, found, listed string
	}{
		{"both of HAProxy", haproxy, "", "19 LB001 pg", "9 15 18 18"},
		{"its requests", haproxy, "l7", "", "7 9 10 11 15 18 18 19 21 22 23"},
		{"its connections", haproxy, "l4", "19 LB001 pg", "3 5 6 9 12 14 15 16 17 18"},
		{"both of NGINX", nginx, "", "3 LB001 default of layer l4", "1 8"},
		{"a comment in one", ignored, "", "", "1 9"},
		{"its other part is empty", "events {}\nhttp {\n  upstream a { least_conn; server 10.0.0.1:80 max_fails=3; server 10.0.0.2:80 max_fails=3; }\n  server { listen 80; location / { proxy_pass http://a; proxy_next_upstream off; } }\n}\nstream { }\n", "", "", "1 6"},
		{"can't be read", strings.Replace(nginx, "5432 max_fails=0", "5432 weight=x", 1), "", "3 LB032 ", ""},
	} {
		s, err := validate.Open(products.Request{File: "-", In: strings.NewReader(c.text), Layer: c.layer})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		r := validate.Check(s)
		var found, listed []string
		for _, f := range r.Findings {
			if f.Counts() {
				found = append(found, fmt.Sprintf("%d %s %s", f.Line, f.ID, f.Pool))
			}
		}
		for _, x := range r.NotSimulated {
			listed = append(listed, fmt.Sprint(x.Line))
		}
		if got := strings.Join(found, ", "); got != c.found {
			t.Errorf("%s: found %q, want %q", c.name, got, c.found)
			for _, f := range r.Findings {
				t.Log(f.Message)
			}
		}
		if got := strings.Join(listed, " "); c.listed != "" && got != c.listed {
			t.Errorf("%s: listed %q, want %q", c.name, got, c.listed)
		}
	}
}

package nginx

import (
	"bytes"
	"strings"
	"testing"

	"lbsim/config/foreign"
)

const upstreams = "upstream u1 { server 10.0.0.1; } upstream u2 { server 10.0.0.2; } upstream u3 { server 10.0.0.3; server 10.0.0.4; }\n"

// What configurations come to: lines of lbsim's file, and of what is not simulated.
func TestTranslation(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"a host of a variable's comes before one without, so the other paths are for it too",
			upstreams + "map $host $be { hostnames; default u1; .b.example.com u3; } server { location / { proxy_pass http://$be; } location /m { proxy_pass http://u2; } }",
			[]string{"{match: {host: b.example.com}, pool: u3}", "{match: {host: '*.b.example.com'}, pool: u3}", "- {pool: u1}",
				"{match: {path_begins: /m}, pool: u2}", "{match: {host: b.example.com, path_begins: /m}, pool: u2}", "{match: {host: '*.b.example.com', path_begins: /m}, pool: u2}"}},
		{"a variable that a condition sets",
			upstreams + "server { location / { set $x u1; if ($http_x_ver = \"2\") { set $x u2; } if ($cookie_a ~ b) { set $x u3; } proxy_pass http://$x; } }",
			[]string{`{match: {headers: {x-ver: "2"}}, pool: u2}`, "- {pool: u1}", "if ($cookie_a ~ b) {…}  a condition that routes can't have"}},
		{"what is no variable is no condition", upstreams + "server { location / { if ($http_%x@ = always) { proxy_pass http://u2; } proxy_pass http://u1; } }",
			[]string{"algorithm: {name: weighted_round_robin}", "a condition that routes can't have"}},
		{"one time-out for connecting", upstreams + "server { location /a { proxy_connect_timeout 1s; proxy_pass http://u1; } location /b { proxy_pass http://u2; } location /c { proxy_connect_timeout 2s; proxy_pass http://u3; } }",
			[]string{"timeouts: {connect: 1s,", "proxy_connect_timeout 1s;  lbsim has one time-out for connecting: this one holds for pool u2 too, where NGINX's is 60s",
				"proxy_connect_timeout 2s;  lbsim has one time-out for connecting, and takes that of the first"}},
		{"a setting of one of two locations of a pool", upstreams + "server { location /a { proxy_read_timeout 1s; proxy_pass http://u3; } location /b { proxy_pass http://u3; } }",
			[]string{"proxy_read_timeout 1s;  lbsim has one for a pool: this one holds for what the proxy_pass at f:2:85 leads to u3 too"}},
		{"a bound on the time of all attempts", upstreams + "server { location / { fastcgi_next_upstream_timeout 3s; fastcgi_pass u3; } }",
			[]string{"fastcgi_next_upstream_timeout 3s;  a bound on the time of all attempts together, which lbsim has not"}},
		{"methods", upstreams + "map $request_method $m { default u1; POST u2; } server { location / { proxy_pass http://$m; } }",
			[]string{"{match: {method: POST}, pool: u2}", "- {pool: u1}"}},
		{"one limit for all routes of a pool counts all requests together",
			upstreams + "limit_req_zone $binary_remote_addr zone=z:1m rate=30r/m; server { limit_req zone=z burst=5; location /a { proxy_pass http://u3; } location /b { proxy_pass http://u3; } }",
			[]string{"- {rule: nginx, burst: 5, clients: 8192, per: client, rate: 0.5/s}", "{match: {path_begins: /a}, pool: u3}"}},
		{"expressions that are beginnings", upstreams + `server { location ~ ^/(a|b)/ { proxy_pass http://u1; } location ~* ^/api(/|$)(.*) { proxy_pass http://u2; } location ~ ^/x$ { proxy_pass http://u3; } location ~ \.php$ { proxy_pass http://u3; } }`,
			[]string{"{path_begins: /a/}, pool: u1", "{path_begins: /b/}, pool: u1", "{path_prefix: /api}, pool: u2", "{path: /x}, pool: u3", `location ~ \.php$ {…}  routes know no expressions`}},
		{"an expression that is none, alone", upstreams + `server { location ~ \.php$ { fastcgi_pass u3; } }`,
			[]string{"algorithm: {name: weighted_round_robin, max_fails: 1}", `all that comes to this server is taken for what it has`}},
		{"an expression that is none, beside others: its pool is there without a route",
			upstreams + "upstream cache { hash $request_uri; server 10.0.0.8 max_fails=0; server 10.0.0.9 max_fails=0; }\nserver { location / { proxy_pass http://u1; } location ~* \\.(png|css)$ { proxy_read_timeout 7s; proxy_pass http://cache; } location ~ \\.php$ { fastcgi_pass u2; } }",
			[]string{"  cache:  # f:2", "{name: modulo, profile: nginx}", "per_try_timeout: 7s", "  u2:  # f:1", "routes:\n  - {pool: u1}  # f:3\nhttp:", "key: path",
				`f:3:47: location ~* \.(png|css)$ {…}  routes know no expressions: requests that match it go where a shorter path leads, in the simulation`, `f:3:124: location ~ \.php$ {…}  routes know`}},
		{"a condition that routes can't have leads to a pool, too", upstreams + "server { location / { if ($cookie_a ~ b) { proxy_pass http://u3; } proxy_pass http://u1; } }",
			[]string{"  u3:  # f:1", "routes:\n  - {pool: u1}", "proxy_pass http://u3;  behind a condition that routes can't have"}},
		{"a default that a host has not twice", upstreams + "map $host $be { default u1; b.example.com u3; }\nserver { server_name a; location / { proxy_pass http://u2; } } server { server_name b.example.com; location / { proxy_pass http://$be; } }",
			[]string{"- {pool: u2}", "{match: {host: b.example.com}, pool: u3}"}},
		{"TLS and another path", upstreams + "server { location /pay/ { proxy_pass https://10.0.0.9:8443/v1/; } location /same/ { proxy_pass http://u1/same/; } location /as-it-is { proxy_pass http://u1$request_uri; } location / { proxy_pass http://u2; } }",
			[]string{"proxy_pass https://10.0.0.9:8443/v1/;  TLS with servers, which takes no time here and is not taken over: lbsim proxy has upstream_tls",
				"proxy_pass https://10.0.0.9:8443/v1/;  another path for the request: servers are asked for /v1/ in place of /pay/", "another path for the request"}},
		{"no time for an answer", upstreams + "server { location / { proxy_read_timeout 0; proxy_pass http://u3; } }",
			[]string{"per_try_timeout: 1ms", "proxy_read_timeout 0;  with 0 nginx gives up at once on whatever has not answered yet (504): here after 1ms"}},
		{"no time for a connection", upstreams + "server { location / { proxy_connect_timeout 0; proxy_pass http://u3; } }",
			[]string{"timeouts: {connect: 1ms,", "proxy_connect_timeout 0;  with 0 nginx gives up at once on a connection that is not there yet: here after 1ms"}},
		{"where nginx itself sends requests", upstreams + "server { location / { error_page 502 = @b; proxy_pass http://u1; } location @b { proxy_pass http://u2; } location /auth { internal; proxy_pass http://u3; } }",
			[]string{"  u2:  # f:1", "  u3:  # f:1", "routes:\n  - {pool: u1}  # f:2\nhttp:", "proxy_pass http://u2;  where requests go that no route has", "proxy_pass http://u3;  where requests go that no route has"}},
		{"a case that routes can't have leads to a pool, too", upstreams + "map $cookie_x $up { default u1; new u2; none \"\"; } server { location / { set $to $up; if ($cookie_y ~ z) { set $to u3; } proxy_pass http://$to; } }",
			[]string{"  u2:  # f:1", "  u3:  # f:1", "routes:\n  - {pool: u1}  # f:2\nhttp:", "new u2;  a case that routes can't have"}},
		{"names of servers", upstreams + "server { listen 80; server_name a.example.com; location / { proxy_pass http://u1; } } server { listen 80; server_name .b.example.com ~^c; location / { proxy_pass http://u2; } }",
			[]string{"{match: {host: a.example.com}, pool: u1}", "- {pool: u1}", "{match: {host: b.example.com}, pool: u2}", "{match: {host: '*.b.example.com'}, pool: u2}", "~^c: routes know a host as a whole"}},
		{"the default server is the one that says so", upstreams + "server { server_name a; location / { proxy_pass http://u1; } } server { listen 80 default_server; location / { proxy_pass http://u2; } }",
			[]string{"{match: {host: a}, pool: u1}", "- {pool: u2}"}},
		{"retries", "upstream u { server 10.0.0.1; server 10.0.0.2; server 10.0.0.3 down; } server { location / { proxy_next_upstream error http_502 http_404 non_idempotent; proxy_next_upstream_tries 5; proxy_connect_timeout 2; proxy_read_timeout 1m30s; proxy_pass http://u; } }",
			[]string{"attempts: 2", `conditions: [connect_failure, reset, "502"]`, "methods: any", "per_try_timeout: 90s", "connect: 2s", "http_404: an answer below 500 is no failure here"}},
		{"passive checks are of the most", "upstream u { server 10.0.0.1 max_fails=3 fail_timeout=30s; server 10.0.0.2 max_fails=3 fail_timeout=30s; server 10.0.0.3; } server { location / { proxy_pass http://u; } }",
			[]string{"passive: {rule: nginx, consecutive_failures: 3, ejection_time: 30s}", "server 10.0.0.3;  max_fails: lbsim has one for all servers"}},
		{"workers that share nothing", "worker_processes 3; events {} http {" + upstreams + "server { location / { proxy_pass http://u3; } } }",
			[]string{"# frontends: 3"}},
		{"upstreams alone", upstreams, []string{"{match: {host: u1}, pool: u1}", "no proxy_pass leads to the upstreams"}},
		{"a mirror", upstreams + "server { location / { mirror /copy; proxy_pass http://u1; } location = /copy { internal; proxy_pass http://u2$request_uri; } }",
			[]string{"{pool: u1, mirror: {pool: u2, ratio: 1}}"}},
		{"sockets beside servers", upstreams + `server { location / { proxy_pass http://u1; } location /a { fastcgi_pass unix:/run/php/fpm.sock; } location /b { proxy_pass http://unix:/run/app.sock:/; } location /c { uwsgi_pass unix:///run/u.sock; } }`,
			[]string{"algorithm: {name: weighted_round_robin}", "fastcgi_pass unix:/run/php/fpm.sock;  it is a Unix socket", "proxy_pass http://unix:/run/app.sock:/;  it is a Unix socket", "uwsgi_pass unix:///run/u.sock;  it is a Unix socket"}},
		{"where it is known at run time only", upstreams + "server { location / { proxy_pass http://u1; } location /n { proxy_pass http://$arg_node; } }",
			[]string{"algorithm: {name: weighted_round_robin}", "$arg_node: where it leads is known at run time only"}},
	} {
		cfg, err := Read(foreign.Source{Name: "f", Text: []byte(c.text)})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var out bytes.Buffer
		if err := cfg.Write(&out); err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: no %q in\n%s", c.name, want, out.String())
			}
		}
		same(t, cfg, out.Bytes())
	}
}

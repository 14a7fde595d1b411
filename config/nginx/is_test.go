package nginx

import "testing"

// A file is NGINX's by its shape: a mistake in a word makes nothing else of it.
func TestIs(t *testing.T) {
	const server = " server { listen 80; location / { proxy_pass http://api; } } }"
	for _, c := range []struct {
		name, text string
		want       bool
	}{
		{"all known", "events {} http { upstream api { least_conn; server 10.0.0.1; }" + server, true},
		{"an unknown rule", "worker_processes 2; events {} http { upstream api { zone api 64k; least_con; server 10.0.0.1; }" + server, true},
		{"an unknown directive at the end", "events {} http { upstream api { server 10.0.0.1; } server { listen 80; location / { proxy_pass http://api; proxy_pas_header X; } } }", true},
		{"an unknown block", "events {} http { upstraem api { server 10.0.0.1; } }", true},
		{"one of conf.d, with a mistake first", "upstream api { least_con; server 10.0.0.1; server 10.0.0.2; }", true},
		{"lbsim's", "listen: ':80'\nalgorithm: {name: round_robin}\nendpoints: [{name: a}]\n", false},
		{"JSON", `{"listen": ":80", "upstream": {"server": ["a"]}}`, false},
		{"HAProxy's", "defaults\n  mode http\nfrontend f\n  bind :80\n  default_backend b\nbackend b\n  server a 10.0.0.1:80\n", false},
		{"a service of protobuf", "syntax = \"proto3\"; package x; message M { string name = 1; int32 index = 2; }", false},
		{"a zone of BIND", "options { directory \"/var\"; listen-on { any; }; }; zone \"a\" { type master; file \"a\"; };", false},
		{"text", "server. location; map", false},
	} {
		if got := Is("x.conf", []byte(c.text)); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

package nginx

import (
	"strings"
	"testing"

	"lbsim/config/foreign"
)

// A version that is not there is refused, with those that are.
func TestVersions(t *testing.T) {
	for text, want := range map[string]string{
		"": "1.31.5", "1.22": "1.22.1", "1.22.0": "1.22.0", "1.4": "1.4.7", "1.31.5": "1.31.5", "1.18": "1.18.0",
	} {
		if v, err := parseVersion(text); err != nil || v.String() != want {
			t.Errorf("%s: %v %v, want %s", text, v, err, want)
		}
	}
	const good = "upstream u { server 10.0.0.1; server 10.0.0.2; } server { location / { proxy_pass http://u; } }\n"
	for text, want := range map[string]string{
		"99":     "nginx 99: no such version is known: they go from 1.4.0 to 1.31.5",
		"1.99":   "from 1.4.0 to 1.31.5",
		"1.3":    "from 1.4.0 to 1.31.5",
		"1":      "from 1.4.0 to 1.31.5",
		"2.22":   "from 1.4.0 to 1.31.5",
		"1.2.3.": "from 1.4.0 to 1.31.5",
		"1.22.9": "nginx 1.22.9: no such version is known: the last of its branch is 1.22.1",
	} {
		_, err := Read(foreign.Source{Name: "f", Text: []byte(good), Version: text})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// What a version does not know is a mistake in it, and none in the one that brought it.
func TestRulesOfVersions(t *testing.T) {
	in := func(text string) string {
		return "upstream u { server 10.0.0.1; server 10.0.0.2; " + text + " } server { location / { proxy_pass http://u; } }"
	}
	at := func(text string) string {
		return "upstream u { server 10.0.0.1; server 10.0.0.2; } server { location / { " + text + " proxy_pass http://u; } }"
	}
	for _, c := range []struct{ text, from, to, want string }{
		{in("random;"), "1.15.1", "1.15.0", "f:1:48 = random;: nginx 1.15.0 does not know random: it came with 1.15.1"},
		{in("hash $uri;"), "1.7.2", "1.7", ""},
		{in("hash $uri;"), "1.7.2", "1.7.1", "does not know hash: it came with 1.7.2"},
		{in("zone u 64k;"), "1.9.0", "1.8", "does not know zone: it came with 1.9.0"},
		{in("keepalive 4; keepalive_requests 9;"), "1.15.3", "1.14", "does not know keepalive_requests: it came with 1.15.3"},
		{in("keepalive 4 local;"), "1.29.7", "1.28", "does not know keepalive local: it came with 1.29.7"},
		{"keepalive_requests 9;" + in("keepalive 4;"), "1.14", "1.4", ""}, // of clients' connections
		{at("proxy_next_upstream error non_idempotent;"), "1.9.13", "1.9.12", "does not know proxy_next_upstream non_idempotent: it came with 1.9.13"},
		{at("proxy_next_upstream_tries 2;"), "1.7.5", "1.6", "does not know proxy_next_upstream_tries: it came with 1.7.5"},
		{"limit_req_zone $binary_remote_addr zone=z:1m rate=1r/s;" + at("limit_req zone=z burst=9 delay=3;"), "1.15.7", "1.14", "does not know limit_req delay=: it came with 1.15.7"},
		{strings.Replace(at("ssl on;"), "location", "listen 443; location", 1), "1.25.0", "1.25.1", "nginx 1.25.1 has no ssl any more: 1.25.1 was the first without"},
		{"events {} stream { upstream u { random; server 10.0.0.1; server 10.0.0.2; } map $ssl_preread_server_name $n { default u; } server { listen 1; ssl_preread on; proxy_pass $n; } }", "1.15.1", "1.11.4", "nginx 1.11.4 does not know ssl_preread: it came with 1.11.5"},
		{"events {} stream { upstream u { server 10.0.0.1; } server { listen 1; proxy_pass u; } }", "1.9.0", "1.8", "does not know stream: it came with 1.9.0"},
		{"upstream u { server 10.0.0.1; server 10.0.0.2; } map $remote_port $x { sticky 1; } server { listen 1; proxy_pass u; }", "1.15.0", "1.11", ""}, // in map are values
	} {
		if _, err := Read(foreign.Source{Name: "f", Text: []byte(c.text), Version: c.from}); err != nil {
			t.Errorf("%s, %s: %v", c.text, c.from, err)
		}
		_, err := Read(foreign.Source{Name: "f", Text: []byte(c.text), Version: c.to})
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s, %s: %v, want %s", c.text, c.to, err, c.want)
		}
	}
}

// What NGINX Plus had before NGINX is no mistake, and is said.
func TestBoughtBefore(t *testing.T) {
	const text = "upstream u { zone u 64k; server a.example.com resolve max_conns=3; server 10.0.0.2; sticky cookie c; } server { location / { proxy_pass http://u; } }"
	cfg, err := Read(foreign.Source{Name: "f", Text: []byte(text), Version: "1.22"})
	if err != nil {
		t.Fatal(err)
	}
	said := ""
	for _, x := range cfg.NotSimulated {
		said += x.Place.String() + ": " + x.Why + "\n"
	}
	for _, want := range []string{
		"f:1:26: server resolve: before 1.27.3 NGINX Plus alone had it, and this is nginx 1.22",
		"f:1:85: sticky: before 1.29.6 NGINX Plus alone had it, and this is nginx 1.22",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in\n%s", want, said)
		}
	}
	if strings.Contains(said, "max_conns: before") {
		t.Error(said)
	}
}

// What no version has any more is no mistake where none was named.
func TestGone(t *testing.T) {
	const text = "server { ssl on; listen 443; location / { proxy_pass http://10.0.0.1; } }"
	cfg, err := Read(foreign.Source{Name: "f", Text: []byte(text)})
	if err != nil || !strings.Contains(cfg.NotSimulated[0].Why, "nginx has no ssl any more: 1.25.1 was the first without") {
		t.Error(cfg, err)
	}
}

// What an old version does otherwise is done so, or said.
func TestOldRules(t *testing.T) {
	const text = "upstream u { server 10.0.0.1; server 10.0.0.2; } server { location / { proxy_pass http://u; } }"
	for version, old := range map[string]bool{"1.9.12": true, "1.9.13": false, "": false} {
		cfg, err := Read(foreign.Source{Name: "f", Text: []byte(text), Version: version})
		if err != nil {
			t.Fatal(err)
		}
		if any := cfg.Balancer.All()[0].Retries.AnyMethod; any != old {
			t.Errorf("%s: any method is tried again: %v", version, any)
		}
		forgets := false
		for _, x := range cfg.NotSimulated {
			forgets = forgets || strings.HasPrefix(x.Why, "nginx before 1.11.5 forgets all failures")
		}
		if want := version != ""; forgets != want {
			t.Errorf("%s: %v", version, cfg.NotSimulated)
		}
	}
}

// The table of versions and that of directives know the same words.
func TestVersionsAreOfDirectives(t *testing.T) {
	for x := range since {
		if !isKnown(x.name) {
			t.Errorf("%s of %s is in versions.txt and not in directives.txt", x.name, x.part)
		}
	}
	if n := len(since); n < 250 {
		t.Errorf("%d directives", n)
	}
}

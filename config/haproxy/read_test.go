package haproxy_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"lbsim/config/foreign"
	"lbsim/config/foreign/found"
	"lbsim/config/haproxy"
)

func read(text, version string) (*foreign.Config, error) {
	return haproxy.Read(foreign.Source{Name: "haproxy.cfg", Text: []byte(text), Version: version})
}

// What lines of a backend become.
func TestTranslation(t *testing.T) {
	const servers = "server a 10.0.0.1:80 check\nserver b 10.0.0.2:80 check weight 3\n"
	for _, c := range []struct{ lines, path, want string }{
		{servers, "algorithm.schedule", "haproxy"},
		{"balance static-rr\n" + servers, "algorithm.schedule", "haproxy_static"},
		{"balance leastconn\n" + servers, "algorithm.key", "haproxy"},
		{"balance first\n" + servers, "algorithm.name", "first"},
		{"balance random\n" + servers, "algorithm.choices", "2"},
		{"balance random(1)\n" + servers, "algorithm.name", "random"},
		{"balance source\nhash-type consistent\n" + servers, "algorithm.table", "ring"},
		{"balance uri\n" + servers, "algorithm.name", "modulo"},
		{"balance hdr(X)\nhash-type consistent djb2\n" + servers, "algorithm.function", "djb2"},
		{"balance uri\nhash-type consistent\nhash-balance-factor 150\n" + servers, "algorithm.factor", "1.5"},
		{servers, "endpoints.1.weight", "3"},
		{servers, "endpoints.0.address", "10.0.0.1:80"},
		{"server a [::1]:80\n", "endpoints.0.address", "[::1]:80"},
		{servers, "health.active.connect", "true"},
		{servers, "health.active.trusted", "true"},
		{servers, "health.active.unhealthy", "3"},
		{"option httpchk GET /up\nhttp-check expect status 200-299\n" + servers, "health.active.path", "/up"},
		{"option httpchk GET /up\nhttp-check expect status 200-299\n" + servers, "health.active.expect", "200-299"},
		{"option httpchk\nhttp-check send meth GET uri /z hdr Host x\n" + servers, "health.active.path", "/z"},
		{"timeout check 700\n" + servers, "health.active.timeout", "0.7s"},
		{"default-server inter 5s fastinter 1s downinter 10s rise 4 fall 5 port 81\n" + servers, "health.active.transition_interval", "1s"},
		{"default-server inter 5s fastinter 1s downinter 10s rise 4 fall 5 port 81\n" + servers, "health.active.healthy", "4"},
		{servers + "server c 10.0.0.3:80 check inter 30s fall 10\n", "health.active.interval", "30s"},
		{servers + "server c 10.0.0.3:80 check inter 30s fall 10\n", "health.active.unhealthy", "10"},
		{"default-server inter 4s fall 2\n" + servers + "server c 10.0.0.3:80 check fall 5\n", "health.active.unhealthy", "5"},
		{"server c 10.0.0.3:80 check inter 1s fall 9\nserver d 10.0.0.4:80 check inter 5s\n", "health.active.unhealthy", "3"},
		{"server c 10.0.0.3:80 check inter 9s fastinter 1s\nserver d 10.0.0.4:80 check inter 5s\n", "health.active.transition_interval", "null"},
		{servers + "server c 10.0.0.3:80 inter 30s fall 10\n", "health.active.unhealthy", "3"},
		{"mode tcp\nretry-on all-retryable-errors\n" + servers, "retries.conditions", `["connect_failure"]`},
		{"default-server maxconn 50\ntimeout queue 3s\n" + servers, "limits.per_endpoint", "50"},
		{"default-server maxconn 50\ntimeout queue 3s\n" + servers, "limits.queue.timeout", "3s"},
		{"default-server slowstart 20s\n" + servers, "slow_start.window", "20s"},
		{servers + "server c 10.0.0.3:80 check backup\nserver d 10.0.0.4:80 check backup\n", "endpoints.3.priority", "2"},
		{"option allbackups\n" + servers + "server c 10.0.0.3:80 check backup\nserver d 10.0.0.4:80 check backup\n", "endpoints.3.priority", "1"},
		{servers + "server c 10.0.0.3:80 check disabled\nserver d 10.0.0.4:80 check\n", "endpoints.2.down", "true"},
		{servers + "server c 10.0.0.3:80 check weight 0\n", "endpoints.2.down", "true"},
		{"cookie SRV insert indirect maxlife 1h\nserver a 10.0.0.1:80 cookie a\n", "affinity.cookie.ttl", "3600s"},
		{"stick-table type ip size 1m expire 30m\nstick on src\n" + servers, "affinity.cookie.ttl", "1800s"},
		{"server-template web 3 app.internal:80 check\n", "endpoints.2.name", "web3"},
		{"retries 5\n" + servers, "retries.attempts", "6"},
		{"retries 5\n" + servers, "retries.redispatch", "never"},
		{"retries 5\ntimeout connect 300ms\n" + servers, "retries.backoff.connect", "0.3s"},
		{"option redispatch\n" + servers, "retries.redispatch", "null"},
		{"option redispatch\nbalance leastconn\n" + servers, "retries.redispatch", "null"},
		{"option redispatch\nbalance uri\nhash-type consistent\n" + servers, "retries.redispatch", "3"},
		{"option redispatch\nbalance uri\n" + servers, "retries.redispatch", "100"},
		{"option redispatch 2\nbalance uri\nhash-type consistent\n" + servers, "retries.redispatch", "2"},
		{"retry-on conn-failure 503 empty-response\n" + servers, "retries.conditions.1", "503"},
		{"retry-on 503\nhttp-request disable-l7-retry if { method POST PATCH }\n" + servers, "retries.methods", "idempotent"},
		{"retry-on 503\nhttp-request disable-l7-retry if METH_POST or { method PATCH }\n" + servers, "retries.methods", "idempotent"},
		{"retry-on 503\nhttp-request disable-l7-retry unless METH_GET\n" + servers, "retries.methods", "idempotent"},
		{"retry-on 503\nhttp-request disable-l7-retry if !METH_GET !METH_PUT\n" + servers, "retries.methods", "idempotent"},
		{"retry-on 503\nacl writes method POST PATCH\nhttp-request disable-l7-retry if writes\n" + servers, "retries.methods", "idempotent"},
		{"retry-on 503\nhttp-request disable-l7-retry if METH_POST\n" + servers, "retries.methods", "idempotent"},
		{"retry-on 503\nhttp-request disable-l7-retry if { method PATCH }\n" + servers, "retries.methods", "any"},
		{"retry-on 503\nhttp-request disable-l7-retry if { path /pay }\n" + servers, "retries.methods", "any"},
		{"retry-on conn-failure 503\nhttp-request disable-l7-retry\n" + servers, "retries.conditions", `["connect_failure"]`},
		{"retry-on 503\nhttp-request disable-l7-retry\n" + servers, "retries", "null"},
		{"default-server observe layer7 error-limit 50 on-error mark-down inter 500ms rise 3\n" + servers, "health.passive.consecutive_failures", "50"},
		{"default-server observe layer7 error-limit 50 on-error mark-down inter 500ms rise 3\n" + servers, "health.passive.ejection_time", "1.5s"},
		{"default-server observe layer7 on-error mark-down downinter 5s\n" + servers, "health.passive.max_ejection_time", "10s"},
		{"default-server observe layer7 on-error fail-check\n" + servers, "health.passive", "null"},
		{"default-server observe layer4 on-error mark-down\n" + servers, "health.passive", "null"},
		{"stick-table type ip size 1m store http_req_rate(10s)\nhttp-request track-sc0 src\nhttp-request deny deny_status 429 if { sc_http_req_rate(0) gt 100 }\n" + servers, "limits.rates.0.rate", "10/s"},
		{"stick-table type ip size 1m store http_req_rate(10s)\nhttp-request track-sc1 src\nhttp-request deny if { sc1_http_req_rate gt 50 }\n" + servers, "limits.rates.0.burst", "50"},
		{"stick-table type ip size 1m store http_req_rate(10s)\nhttp-request track-sc0 src\nhttp-request deny if { sc1_http_req_rate gt 50 }\n" + servers, "limits", "null"},
		{"http-request track-sc0 src table web\nstick-table type ip size 1m store gpc0,http_req_rate(1m)\nhttp-request deny if { sc_http_req_rate(0) ge 61 }\n" + servers, "limits.rates.0.rate", "1/s"},
		{"timeout server 9s\n" + servers, "retries.per_try_timeout", "9s"},
	} {
		got, err := read("defaults\nmode http\nbackend web\n"+c.lines, "2.6")
		if err != nil {
			t.Errorf("%s: %v", c.lines, err)
			continue
		}
		if x := found.At(t, got, "pools.web."+c.path); x != c.want {
			t.Errorf("%s%s: %s, want %s", c.lines, c.path, x, c.want)
		}
	}
}

// What a frontend says of repeats holds for a backend to which no other one leads.
func TestRepeatsOfFrontends(t *testing.T) {
	const back = "backend web\nretry-on 503\nserver a 10.0.0.1:80\n"
	const front = "defaults\nmode http\nfrontend www\nbind :80\ndefault_backend web\nacl writes method POST PATCH\nhttp-request disable-l7-retry if writes\n"
	for lines, want := range map[string]string{
		front + back: "idempotent",
		front + "frontend other\nbind :81\ndefault_backend web\n" + back:                                         "any",
		front + "frontend other\nbind :81\ndefault_backend api\n" + back + "backend api\nserver a 10.0.1.1:80\n": "idempotent",
	} {
		got, err := read(lines, "")
		if err != nil {
			t.Fatal(err)
		}
		if x := found.At(t, got, "pools.web.retries.methods"); x != want {
			t.Errorf("%s: %s, want %s", lines, x, want)
		}
	}
}

// Since 3.3 the algorithm of a backend that names none is another one.
func TestVersions(t *testing.T) {
	for version, want := range map[string]string{"2.6": "weighted_round_robin", "3.2": "weighted_round_robin", "3.3": "power_of_two", "3": "weighted_round_robin", "4": "power_of_two", "": "weighted_round_robin"} {
		c, err := read("backend web\nserver a 10.0.0.1:80\n", version)
		if err != nil {
			t.Fatal(err)
		}
		if got := found.At(t, c, "pools.web.algorithm.name"); got != want || c.Version == "" || c.Assumed != (version == "") {
			t.Errorf("%q: %s by the rules of %q, want %s", version, got, c.Version, want)
		}
	}
}

// Rules of frontends become routes, in their order.
func TestRoutes(t *testing.T) {
	const backends = "\nbackend web\nserver a 10.0.0.1:80\nbackend api\nserver a 10.0.0.2:80\n"
	for _, c := range []struct{ lines, path, want string }{
		{"use_backend api if { path_beg /api }", "routes.0.match.path_begins", "/api"},
		{"use_backend api if { path_beg /api }", "route_order", "listed"},
		{"acl x hdr(host) -i api.example.com\nuse_backend api if x", "routes.0.match.host", "api.example.com"},
		{"acl x hdr_end(host) -i .example.com\nuse_backend api if x", "routes.0.match.host", "*.example.com"},
		{"acl x path /a /b\nuse_backend api if x", "routes.1.match.path", "/b"},
		{"acl x path /a\nacl x path /b\nacl y method POST\nuse_backend api if x y", "routes.1.match", `{"method":"POST","path":"/b"}`},
		{"acl x path /a\nuse_backend api if x METH_GET or { hdr(x-canary) always }", "routes.1.match.headers.x-canary", "always"},
		{"use_backend api if { rand(100) lt 5 }", "routes.0.split", `{"api":0.05,"web":0.95}`},
		{"stick-table type ip size 1m store http_req_rate(2s)\nhttp-request track-sc0 src\nhttp-request deny if { sc_http_req_rate(0) gt 9 }", "routes.0.limits.rates.0.rate", "4.5/s"},
		{"use_backend api if { rand(100) ge 90 }", "routes.0.split.api", "0.1"},
	} {
		got, err := read("defaults\nmode http\nfrontend www\nbind :80\ndefault_backend web\n"+c.lines+backends, "")
		if err != nil {
			t.Errorf("%s: %v", c.lines, err)
			continue
		}
		if x := found.At(t, got, c.path); x != c.want {
			t.Errorf("%s: %s, want %s", c.lines, x, c.want)
		}
	}
}

// What has no meaning here is listed at its place, with what it is about.
func TestNotSimulated(t *testing.T) {
	for _, c := range []struct{ lines, want string }{
		{"compression algo gzip", "5:1 compression algo gzip: headers and bodies are not looked at or changed"},
		{"server a 10.0.0.1:80 ssl verify none", "5:22 ssl: TLS"},
		{"server a 10.0.0.1:80 ssl verify none", "5:26 verify none: TLS"},
		{"server a 10.0.0.1:80 maxconn 3\nserver b 10.0.0.2:80 maxconn 5", "6:22 maxconn 5: all endpoints of a pool have one limit: as maxconn 3 of line 5"},
		{".if defined(X)\noption redispatch\n.endif", "6:1 option redispatch: depends on a condition"},
		{`server b "${HAPROXY_TEST_UNSET}:80"`, "5:1 server b \"${HAPROXY_TEST_UNSET}:80\": the variable HAPROXY_TEST_UNSET has no value here; HAProxy takes it from its environment"},
		{"mode tcp\nretry-on 503", "6:1 retry-on 503: in mode tcp only connections are tried again that were not made"},
		{"server a 10.0.0.1:80 check inter 9s\nserver b 10.0.0.2:80 check fall 2", "6:28 fall 2: all endpoints of a pool are checked alike: as a of line 5, which goes down last"},
		{"option httpchk GET /", "5:1 option httpchk GET /: no server is checked: say check behind it"},
	} {
		got, err := read("defaults\nmode http\n\nbackend web\n"+c.lines+"\nserver z 10.0.0.9:80\n", "")
		if err != nil {
			t.Errorf("%s: %v", c.lines, err)
			continue
		}
		var all []string
		for _, x := range got.NotSimulated {
			all = append(all, fmt.Sprintf("%d:%d %s: %s", x.Place.Line, x.Place.Column, x.Text, x.Why))
		}
		if !strings.Contains("\n"+strings.Join(all, "\n")+"\n", "\n"+c.want+"\n") {
			t.Errorf("%s: want\n%s\ngot\n%s", c.lines, c.want, strings.Join(all, "\n"))
		}
	}
}

// Mistakes are told with line and column, and the nearest word.
func TestMistakes(t *testing.T) {
	const good = "\nbackend ok\nserver a 10.0.0.1:80\n"
	for _, c := range []struct{ text, want string }{
		{"", "haproxy.cfg:1:1: has no backend with servers that get requests"},
		{"server a 1.2.3.4:80\n", "haproxy.cfg:1:1: is outside of a section: known: acme, backend"},
		{"bakend x\n" + good, "haproxy.cfg:1:1: is outside of a section: did you mean backend?"},
		{"backend x\nbalanse roundrobin\n" + good, "haproxy.cfg:2:1: balanse is no directive of a backend: did you mean balance?"},
		{"backend x\n  balance leastcon\n  server a 1.2.3.4:80\n", "haproxy.cfg:2:11: balance leastcon: did you mean leastconn?"},
		{"backend x\nserver a 1.2.3.4:80 wieght 3\n", "haproxy.cfg:2:21: wieght is no word of a server: did you mean weight?"},
		{"backend x\nserver a 1.2.3.4:80 weight 300\n", "haproxy.cfg:2:28: weight 300: must be a whole number from 0 to 256"},
		{"backend x\nserver a 1.2.3.4:80 check inter soon\n", "haproxy.cfg:2:33: inter soon: must be a time such as 5s or 500ms"},
		{"backend x\nserver a 1.2.3.4:80 check inter\n", "haproxy.cfg:2:27: inter must be followed by a value"},
		{"backend x\ntimeout conect 5s\n" + good, "haproxy.cfg:2:9: conect is no timeout: did you mean connect?"},
		{"backend x\noption htpchk\n" + good, "haproxy.cfg:2:8: htpchk is no option: did you mean httpchk?"},
		{"frontend f\nbind :80\ndefault_backend nope\n", "haproxy.cfg:3:17: there is no backend nope: there is none"},
		{"frontend f\nbind :80\ndefault_backend wbe\nbackend web\nserver a 1.2.3.4:80\n", "haproxy.cfg:3:17: there is no backend wbe: did you mean web?"},
		{"frontend f\nuse_backend ok if is_api\n" + good, "haproxy.cfg:2:19: there is no acl is_api"},
		{"backend x from base\n" + good, "haproxy.cfg:1:1: there is no defaults section base before this"},
		{"backend x\nserver a 1.2.3.4:80\nbackend x\nserver b 1.2.3.5:80\n", "haproxy.cfg:3:1: backend x has the name of backend x of line 1"},
		{"global\n  maxcon 100\n" + good, "haproxy.cfg:2:3: maxcon is no directive of global: did you mean maxconn?"},
		{"backend x\n  description \"open\n" + good, "haproxy.cfg:2:15: the quote \" is not closed on this line"},
		{"backend x\n  description \\xZ1\n" + good, `haproxy.cfg:2:15: \x must be followed by two hexadecimal digits`},
		{"backend x\n  description \"${A\"\n" + good, "haproxy.cfg:2:16: ${ has no } that closes it"},
		{"backend x\n.endif\n" + good, "haproxy.cfg:2:1: ends no .if"},
		{"b\x00a\x00c\x00\n", "haproxy.cfg:1:2: holds an octet 0: the file is no text, or not in UTF-8"},
		{"backend x\n description caf\xe9\n" + good, "haproxy.cfg:2:17: is not in UTF-8"},
		{"backend x\nserver a 1.2.3.4:80\nserver a 1.2.3.5:80\n", "haproxy.cfg:3:8: server a has the name of the one of line 2"},
	} {
		_, err := read(c.text, "")
		switch {
		case err == nil || !strings.Contains(err.Error(), c.want):
			t.Errorf("%q: %v, want %s", c.text, err, c.want)
		}
	}
}

// A file that is too large, or far too long, ends soon, with a line.
func TestLargeFiles(t *testing.T) {
	for name, text := range map[string]string{
		"50 MB":            strings.Repeat("# nothing\n", 5_000_000),
		"unknown words":    "backend x\n" + strings.Repeat("what\n", 300_000),
		"a line of words":  "backend x\n" + strings.Repeat("w ", 300_000),
		"a line of quotes": "backend x\n" + strings.Repeat(`"`, 7_000_001),
	} {
		_, err := read(text, "")
		if err == nil || !strings.Contains(err.Error(), "haproxy.cfg:") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A folder is read in order of its files' names, each from a section of its own on; defaults
// go on to the next file.
func TestDirectory(t *testing.T) {
	root := fstest.MapFS{
		"20-backends.cfg": {Data: []byte("backend web\nserver a 10.0.0.1:80\nbogus\n")},
		"10-defaults.cfg": {Data: []byte("defaults\nmode http\nretries 7\n")},
		"README.md":       {Data: []byte("not a configuration")},
	}
	_, err := haproxy.Read(foreign.Source{Name: "conf.d", Root: root})
	if err == nil || !strings.Contains(err.Error(), "conf.d/20-backends.cfg:3:1: bogus is no directive") {
		t.Error(err)
	}
	root["20-backends.cfg"].Data = root["20-backends.cfg"].Data[:len("backend web\nserver a 10.0.0.1:80\n")]
	c, err := haproxy.Read(foreign.Source{Name: "conf.d", Root: root})
	if err != nil {
		t.Fatal(err)
	}
	if got := found.At(t, c, "pools.web.retries.attempts"); got != "8" {
		t.Error(got)
	}
	if place := c.Place("pools.web.retries.attempts").String(); place != "conf.d/10-defaults.cfg:3:1" {
		t.Error(place)
	}
}

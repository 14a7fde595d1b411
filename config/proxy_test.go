package config_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"lbsim/config"
)

const live = `
listen: 127.0.0.1:8080
algorithm: ring_hash
key: header:X-User
endpoints:
  - {name: a, address: "localhost:9001"}
  - {name: b, address: "[::1]:9002"}
tls: {certificates: [{cert: a.pem, key: a.key}], min: 1.3}
admin: {listen: "127.0.0.1:9000", token_file: token}
timeouts: {request: 30s}
http: {max_body: 1MiB, trusted_proxies: [10.0.0.0/8, 192.168.1.1]}
health: {active: {connect: true, expect: 200-299}}
affinity: {cookie: {secure: true, same_site: none, secret_file: secret}}
access_log: stdout
`

// What a proxy is told comes back from its canonical form, and has defaults.
func TestReadProxy(t *testing.T) {
	b, err := config.ReadProxy("lb.yaml", strings.NewReader(live))
	if err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(b.Document())
	again, err := config.ReadProxy("canonical", strings.NewReader(string(text)))
	if err != nil || !reflect.DeepEqual(again.Proxy, b.Proxy) {
		t.Errorf("%v; %+v came back as %+v", err, b.Proxy, again.Proxy)
	}
	if times := b.Times(); times.Request != 30*time.Second || times.Header != 10*time.Second {
		t.Errorf("%+v", times)
	}
	if h := b.Proxy.Protocol(); h.MaxBody != 1<<20 || h.Buffer != 64<<10 || len(h.TrustedProxies) != 2 {
		t.Errorf("%+v", h)
	}
	plain, err := config.Read("lb.yaml", strings.NewReader("algorithm: rr"))
	if err != nil || plain.Times().Idle != time.Minute || plain.Proxy.Protocol().Upstream != "http1" {
		t.Errorf("%v %+v", err, plain)
	}
}

// The example is good, and so is each of its lines that are commented out.
func TestExample(t *testing.T) {
	text, err := os.ReadFile("../examples/lb.yaml")
	if err != nil {
		t.Fatal(err)
	}
	all := regexp.MustCompile(`(?m)^# ([a-z_]+: \{)`).ReplaceAllString(string(text), "$1")
	for _, text := range []string{string(text), all} {
		b, err := config.ReadProxy("lb.yaml", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if full := text == all; (b.Proxy.TLS != nil && b.Proxy.UpstreamTLS != nil && b.Proxy.WAF != nil && b.Affinity != nil) != full {
			t.Errorf("%+v", b.Proxy)
		}
	}
}

// What a proxy must know, and what it can't do, is said with its line, all at once.
func TestProxyMistakes(t *testing.T) {
	files, _ := filepath.Glob("testdata/proxy/*.yaml")
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			// What is expected stands at the end, in comments.
			_, expected, _ := strings.Cut(string(text), "# expected:\n")
			want := strings.TrimSpace(strings.ReplaceAll(expected, "# ", ""))
			_, err = config.ReadProxy("lb.yaml", strings.NewReader(string(text)))
			if err == nil || err.Error() != want {
				t.Errorf("got\n%v\nwant\n%s", err, want)
			}
		})
	}
	if len(files) < 3 {
		t.Errorf("%d files", len(files))
	}
}

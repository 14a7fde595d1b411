package firewall

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"lbsim/config"
)

const own = `
SecRule REQUEST_URI "@contains /secret" "id:1,phase:1,deny,status:404"
SecRule REQUEST_HEADERS:X-Old "@streq 1" "id:2,phase:1,redirect:https://new.example/"
SecRule REQUEST_BODY "@contains needle" "id:3,phase:2,deny"
SecRule REMOTE_ADDR "@ipMatch 6.6.6.6" "id:4,phase:1,drop"
`

// What rules refuse is refused with their status, and what passes has all of its body.
func TestInspect(t *testing.T) {
	long := strings.Repeat("x", 5000)
	for _, c := range []struct {
		name, method, path, header, value, body, client string
		want                                            Verdict
	}{
		{"passes", "GET", "/", "", "", "", "1.1.1.1", Verdict{}},
		{"a path", "GET", "/secret", "", "", "", "1.1.1.1", Verdict{Rule: 1, Status: 404}},
		{"a redirect", "GET", "/", "X-Old", "1", "", "1.1.1.1", Verdict{Rule: 2, Status: 302, Location: "https://new.example/"}},
		{"a client", "GET", "/", "", "", "", "6.6.6.6", Verdict{Rule: 4, Status: 403}},
		{"a body that passes", "POST", "/", "Content-Type", "text/plain", "hay", "1.1.1.1", Verdict{}},
		{"a long body that passes", "POST", "/", "Content-Type", "text/plain", long, "1.1.1.1", Verdict{}},
		{"a body", "POST", "/", "Content-Type", "text/plain", "hay, a needle", "1.1.1.1", Verdict{Rule: 3, Status: 403}},
		{"a needle too far in", "POST", "/", "Content-Type", "text/plain", long + "needle", "1.1.1.1", Verdict{}},
		{"a call of gRPC", "POST h2", "/", "Content-Type", "application/grpc", "needle", "1.1.1.1", Verdict{}},
		{"what can't be one", "POST", "/", "Content-Type", "application/grpc", "needle", "1.1.1.1", Verdict{Rule: 3, Status: 403}},
		{"what pretends to be an upgrade", "POST", "/", "Upgrade", "x", "needle", "1.1.1.1", Verdict{Rule: 3, Status: 403}},
	} {
		f, err := New(&config.WAF{Mode: config.Block, Body: 1024}, "SecAction \"id:9,phase:1,pass,nolog,ctl:forceRequestBodyVariable=On\"\n"+own, true, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		method, h2 := strings.CutSuffix(c.method, " h2")
		r := httptest.NewRequest(method, c.path, strings.NewReader(c.body))
		if h2 {
			r.ProtoMajor, r.ProtoMinor = 2, 0
		}
		if c.header != "" {
			r.Header.Set(c.header, c.value)
		}
		v, release, err := f.Inspect(r, netip.MustParseAddr(c.client))
		if err != nil || v != c.want {
			t.Errorf("%s: %+v %v, want %+v", c.name, v, err, c.want)
		}
		if rest, err := io.ReadAll(r.Body); v.Status == 0 && (err != nil || string(rest) != c.body) {
			t.Errorf("%s: %d of %d bytes come out, %v", c.name, len(rest), len(c.body), err)
		}
		release()
	}
}

// The core rule set refuses what it is there for, lets ordinary requests pass, and only
// tells of it where it is to detect. Rules can be taken out of it.
func TestCoreRuleSet(t *testing.T) {
	for _, c := range []struct {
		name   string
		mode   config.WAFMode
		rules  string
		path   string
		status int
		logs   string
	}{
		{"ordinary", config.Block, "", "/products?id=12&sort=price", 0, ""},
		{"SQL injection", config.Block, "", "/products?id=1%27%20OR%20%271%27=%271%27%20--%20", http.StatusForbidden, "rule=942100"},
		{"script", config.Block, "", "/?q=%3Cscript%3Ealert(1)%3C/script%3E", http.StatusForbidden, "rule=941110"},
		{"a path outside", config.Block, "", "/?file=../../../../etc/passwd", http.StatusForbidden, "rule=930120"},
		{"detected alone", config.Detect, "", "/?file=../../../../etc/passwd", 0, "rule=930120"},
		{"taken out", config.Block, "SecRuleRemoveByTag attack-lfi\nSecRuleRemoveByTag attack-rce\n", "/?file=../../../../etc/passwd", 0, ""},
	} {
		var log bytes.Buffer
		f, err := New(&config.WAF{Mode: c.mode, CoreRuleSet: &config.CoreRuleSet{Paranoia: 1, Threshold: 5}}, c.rules, false, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("GET", c.path, nil)
		r.Header.Set("User-Agent", "curl/8")
		r.Header.Set("Accept", "*/*")
		v, release, err := f.Inspect(r, netip.MustParseAddr("1.1.1.1"))
		release()
		if err != nil || v.Status != c.status || !strings.Contains(log.String(), c.logs) {
			t.Errorf("%s: %+v %v\n%s", c.name, v, err, log.String())
		}
		if (v.Detected != 0) != (c.mode == config.Detect) {
			t.Errorf("%s: detected %d", c.name, v.Detected)
		}
		if c.logs == "" && log.Len() > 0 {
			t.Errorf("%s: %s", c.name, log.String())
		}
	}
}

func TestMistakes(t *testing.T) {
	if _, err := New(&config.WAF{Mode: config.Block}, "SecRul x\n", false, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "the rules: ") {
		t.Error(err)
	}
}

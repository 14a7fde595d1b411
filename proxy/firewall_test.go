package proxy

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The firewall stands before everything else: what it refuses no server sees, and no limit
// counts; a body that passes arrives whole, at copies too; a change of its rules counts at
// once, and wrong ones change nothing.
func TestFirewall(t *testing.T) {
	rules := filepath.Join(t.TempDir(), "rules.conf")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(rules, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`SecRule REQUEST_URI "@contains /secret" "id:1,phase:1,deny"`)
	seen := make(chan string, 10)
	text, _ := servers(t, func(w http.ResponseWriter, r *http.Request) {
		seen <- r.URL.Path
		_, _ = w.Write([]byte(r.FormValue("a")))
	})
	text = "algorithm: rr\nhedge: {delay: 1h}\nwaf: {core_rule_set: {}, rules: " + rules + "}\n" + text
	r := start(t, text)
	c := client(t)
	post := func(path, body string) (int, string) {
		t.Helper()
		answer, err := c.Post(r.url+path, "application/x-www-form-urlencoded", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		var got strings.Builder
		_ = answer.Write(&got)
		_, page, _ := strings.Cut(got.String(), "\r\n\r\n")
		return answer.StatusCode, page
	}
	if status, body := post("/", "a=ordinary"); status != 200 || body != "ordinary" {
		t.Errorf("%d %q", status, body)
	}
	if status, _ := post("/", "a=1%27%20OR%20%271%27=%271%27%20--%20"); status != http.StatusForbidden {
		t.Errorf("an injection: %d", status)
	}
	if status, _ := post("/secret", "a=b"); status != http.StatusForbidden {
		t.Errorf("a rule of one's own: %d", status)
	}
	if len(seen) != 1 {
		t.Errorf("the server saw %d requests", len(seen))
	}
	r.log.says(t, "firewall_rule=1")
	armed := r.settings.Load().firewall
	if err := r.Reload(read(t, text)); err != nil || r.settings.Load().firewall != armed {
		t.Error("rules that are the same were read anew", err)
	}
	write("SecRul")
	if err := r.Reload(read(t, text)); err == nil || !strings.Contains(err.Error(), "waf: the rules: ") {
		t.Error(err)
	}
	write("SecRuleEngine On")
	if err := r.Reload(read(t, text)); err != nil {
		t.Fatal(err)
	}
	if status, _ := post("/secret", "a=b"); status != 200 {
		t.Errorf("after the rule is gone: %d", status)
	}
}

package alerts

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"lbsim/config"
	"lbsim/proxy"
)

const live = `
listen: 127.0.0.1:0
algorithm: rr
waf: {core_rule_set: {}}
slo: [p99 < 250ms, mean <= 20ms, error_ratio < 0.1%%]
hedge: {delay: 0s, budget: unlimited}
pools:
  web: {algorithm: rr, limits: {requests: 1000}, endpoints: [{name: a, address: %[1]q}, {name: b, address: %[1]q}]}
  new: {algorithm: rr, hedge: {delay: 1h}, retries: {attempts: 2}, endpoints: [{name: c, address: "127.0.0.1:1"}]}
routes: [{pool: web, match: {path: /}, mirror: {pool: new}}, {pool: new}]
`

// written is the rules of a proxy's file.
func written(t *testing.T) (string, file) {
	t.Helper()
	b, err := config.ReadProxy("lb.yaml", strings.NewReader(fmt.Sprintf(live, "127.0.0.1:9")))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if missing, err := Write(&out, b, b.Proxy.SLO); err != nil || len(missing) > 0 {
		t.Fatal(missing, err)
	}
	var f file
	if err := yaml.Unmarshal(out.Bytes(), &f); err != nil {
		t.Fatal(err)
	}
	return out.String(), f
}

// scrape returns the labels of every metric that a proxy gives once it has had traffic of
// every kind.
func scrape(t *testing.T) map[string][]string {
	// The first attempt answers when the hedge is there: were it as quick as loopback allows,
	// it could be done before anybody had hedged.
	var attempts atomic.Int32
	hedged := make(chan struct{})
	backend := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if attempts.Add(1) == 2 {
			close(hedged)
		}
		select {
		case <-hedged:
		case <-r.Context().Done():
		}
	}))
	defer backend.Close()
	b, err := config.ReadProxy("lb.yaml", strings.NewReader(fmt.Sprintf(live, backend.Listener.Addr())))
	if err != nil {
		t.Fatal(err)
	}
	p, err := proxy.New(b, proxy.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	admin := p.Admin("", func() error { return nil })
	patience, stop := context.WithTimeout(t.Context(), 30*time.Second) // for a hedge that never comes
	defer stop()
	for _, path := range []string{"/", "/other", "/?file=../../etc/passwd"} {
		p.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(patience, "GET", path, nil))
	}
	w := httptest.NewRecorder()
	admin.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	labels := map[string][]string{"lbsim_events_total": {"pool", "server", "event"}} // whose first comes when somebody looks
	for line := range strings.Lines(w.Body.String()) {
		if m := regexp.MustCompile(`^([a-z_]+)(?:\{(.*)\})? `).FindStringSubmatch(line); m != nil {
			for _, l := range regexp.MustCompile(`(\w+)="`).FindAllStringSubmatch(m[2], -1) {
				labels[m[1]] = append(labels[m[1]], l[1])
			}
			labels[m[1]] = append(labels[m[1]], "instance", "job") // of Prometheus itself
		}
	}
	labels["lbsim_events_total"] = append(labels["lbsim_events_total"], "instance", "job")
	return labels
}

var (
	metricName = regexp.MustCompile(`\b(?:lbsim|process|go)_[a-z_]+|\blbsim:[a-z0-9_:]+`)
	matcher    = regexp.MustCompile(`\b([a-z_]+)(?:=~|!~|!=|=)"`)
	grouping   = regexp.MustCompile(`\b(?:by|on) \(([^)]*)\)`)
)

// Every metric that a rule or the dashboard asks for is one that the proxy gives, with the
// labels that are asked of it.
func TestNamesExist(t *testing.T) {
	known := scrape(t)
	_, f := written(t)
	var queries []string
	for _, g := range f.Groups {
		for _, r := range g.Rules {
			queries = append(queries, r.Expr)
			if r.Record != "" {
				known[r.Record] = nil
			}
		}
	}
	var board any
	if err := json.Unmarshal(Dashboard, &board); err != nil {
		t.Fatal(err)
	}
	var walk func(any)
	walk = func(x any) {
		switch x := x.(type) {
		case map[string]any:
			for key, value := range x {
				if text, ok := value.(string); ok && (key == "expr" || key == "query") {
					queries = append(queries, text)
				}
				walk(value)
			}
		case []any:
			for _, value := range x {
				walk(value)
			}
		}
	}
	walk(board)
	asked := map[string]bool{}
	for _, q := range queries {
		var labels []string
		for _, name := range metricName.FindAllString(q, -1) {
			if _, ok := known[name]; !ok {
				t.Errorf("there is no %s: %s", name, q)
			}
			asked[name] = true
			labels = append(labels, known[name]...)
		}
		for _, m := range matcher.FindAllStringSubmatch(q, -1) {
			if !slices.Contains(labels, m[1]) {
				t.Errorf("there is no label %s: %s", m[1], q)
			}
		}
		for _, m := range grouping.FindAllStringSubmatch(q, -1) {
			for _, label := range strings.Split(m[1], ", ") {
				if !slices.Contains(labels, label) {
					t.Errorf("there is no label %s: %s", label, q)
				}
			}
		}
	}
	for name := range known {
		if strings.HasPrefix(name, "lbsim_") && !asked[name] {
			t.Errorf("nobody asks for %s", name)
		}
	}
}

// What objectives and limits come to.
func TestRules(t *testing.T) {
	text, _ := written(t)
	for _, want := range []string{
		"expr: histogram_quantile(0.99, sum by (le) (rate(lbsim_request_duration_seconds_bucket[5m]))) > 0.25\n",
		"expr: sum(rate(lbsim_request_duration_seconds_sum[5m])) / sum(rate(lbsim_request_duration_seconds_count[5m])) > 0.02\n",
		"expr: lbsim:error_ratio:1h > 0.0144 and lbsim:error_ratio:5m > 0.0144\n",
		"expr: lbsim:error_ratio:3d > 0.001 and lbsim:error_ratio:6h > 0.001\n",
		`expr: sum(lbsim_in_flight{pool="web"}) > 800` + "\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the rules lack %s", want)
		}
	}
	var out bytes.Buffer
	lax, _ := config.ParseObjective("error_ratio < 20%")
	class, _ := config.ParseObjective("p95{class=read} < 20ms")
	missing, err := Write(&out, &config.Balancer{}, []config.Objective{lax, class})
	if err != nil || len(missing) != 1 || missing[0] != class.Text || strings.Count(out.String(), "LbsimErrorBudgetBurn") != 2 {
		t.Errorf("%v %v %s", missing, err, out.String())
	}
}

// Prometheus' own tool takes the rules, and they fire when they should: testdata/fires.yaml.
func TestPromtool(t *testing.T) {
	tool, err := exec.LookPath("promtool")
	if err != nil {
		t.Log("NOT CHECKED: promtool (Debian's package prometheus) is not installed")
		return
	}
	text, _ := written(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "rules.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	fires, err := os.ReadFile("testdata/fires.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "fires.yaml"), fires, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"check", "rules", "rules.yaml"}, {"test", "rules", "fires.yaml"}} {
		c := exec.Command(tool, args...)
		c.Dir = dir
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
}

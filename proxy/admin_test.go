package proxy

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"lbsim/config"
)

// ask calls the admin API and returns the status and the body.
func ask(h http.Handler, method, path, token string) (int, string) {
	w, r := httptest.NewRecorder(), httptest.NewRequest(method, path, nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func TestAdmin(t *testing.T) {
	text, _ := servers(t, named("a"), named("b"))
	r := start(t, "algorithm: weighted_round_robin\n"+text)
	c := client(t)
	h := r.Admin("", func() error { return errors.New("lb.yaml:1:1: wrong") })
	for _, x := range []struct {
		method, path string
		status       int
		holds        string
	}{
		{"GET", "/servers", 200, `"name": "b"`},
		{"POST", "/servers/default/a/drain", 200, `"draining"`},
		{"GET", "/health", 200, `"default": 1`},
		{"POST", "/servers/default/b/drain", 200, `"draining"`},
		{"GET", "/health", 503, `"default": 0`},
		{"POST", "/servers/default/a/enable", 200, `"ready": true`},
		{"POST", "/servers/default/b/enable", 200, `"ready": true`},
		{"POST", "/servers/default/a/weight?to=3", 200, `"weight": 3`},
		{"POST", "/servers/default/a/weight?to=-1", 400, "must be a weight"},
		{"POST", "/servers/default/z/drain", 400, "there is no server z in a pool default"},
		{"GET", "/servers/default/a/drain", 405, ""},
		{"GET", "/config", 200, `"algorithm": `},
		{"POST", "/reload", 400, "lb.yaml:1:1: wrong"},
	} {
		if status, body := ask(h, x.method, x.path, ""); status != x.status || !strings.Contains(body, x.holds) {
			t.Errorf("%s %s: %d %s", x.method, x.path, status, body)
		}
	}
	counts := map[string]int{}
	for range 40 {
		_, body := get(t, c, r.url)
		counts[body]++
	}
	if counts["a"] != 30 {
		t.Errorf("weights 3 and 1: %v", counts)
	}
	r.settle(t)
	r.log.until(t, "both drains", func(log string) bool { return strings.Count(log, "msg=draining") == 2 })
	_, scraped := ask(h, "GET", "/metrics", "")
	for _, want := range []string{`lbsim_requests_total{class="2xx",pool="default",server="a"} 30`, `lbsim_request_duration_seconds_count{pool="default",server="b"} 10`,
		`lbsim_ready{pool="default",server="a"} 1`, `lbsim_events_total{event="draining",pool="default",server="a"} 1`} {
		if !strings.Contains(scraped, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	guarded := r.Admin("0123456789abcdef", func() error { return nil })
	for _, token := range []string{"", "0123456789abcdeg", "0123456789abcdef0"} {
		if status, _ := ask(guarded, "GET", "/servers", token); status != http.StatusUnauthorized {
			t.Errorf("%q: %d", token, status)
		}
	}
	if status, _ := ask(guarded, "POST", "/reload", "0123456789abcdef"); status != http.StatusOK {
		t.Errorf("with the token: %d", status)
	}
}

// The access log has the decision.
func TestAccessLog(t *testing.T) {
	text, _ := servers(t, named("a"))
	log := &lines{}
	p, err := New(read(t, "algorithm: lc\n"+text), Options{Log: slog.New(slog.DiscardHandler), Access: slog.New(slog.NewJSONHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	p.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "http://x/y?secret=1", nil))
	var line struct {
		Path, Server, Algorithm, Pool string
		Status, Attempts, Bytes       int
	}
	if err := json.Unmarshal([]byte(log.String()), &line); err != nil {
		t.Fatal(err)
	}
	if line.Path != "/y" || line.Server != "a" || line.Algorithm != "least_connections" || line.Pool != "default" || line.Status != 200 || line.Attempts != 1 || line.Bytes != 1 {
		t.Errorf("%s", log)
	}
}

// A service from its first configuration to its end: a reload that is refused says all
// that is wrong, and the socket of the admin API is only its owner's.
func TestService(t *testing.T) {
	text, _ := servers(t, named("a"))
	dir := t.TempDir()
	socket := filepath.Join(dir, "admin.sock")
	good := "algorithm: rr\nadmin: {listen: \"unix:" + socket + "\"}\n" + text
	files := make(chan string, 4)
	files <- good
	log := &lines{}
	reload := make(chan os.Signal)
	s := Service{Log: slog.New(slog.NewTextHandler(log, nil)), Reload: reload, Load: func() (*config.Balancer, error) {
		return config.ReadProxy("lb.yaml", strings.NewReader("listen: 127.0.0.1:0\n"+<-files))
	}}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	log.says(t, "msg=listening")
	info, err := os.Stat(socket)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatal(info, err)
	}
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}
	defer transport.CloseIdleConnections()
	answer, err := (&http.Client{Transport: transport}).Get("http://admin/servers")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(answer.Body)
	answer.Body.Close()
	if !strings.Contains(string(body), `"name": "a"`) {
		t.Errorf("%s", body)
	}
	files <- "algoritm: rr\nlayer: l5\n"
	reload <- syscall.SIGHUP
	log.says(t, "did you mean algorithm")
	log.says(t, "lb.yaml:3:8")
	files <- strings.Replace(good, "rr", "lc", 1)
	reload <- syscall.SIGHUP
	log.says(t, "msg=reloaded")
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(socket); err == nil {
		t.Error("the socket is still there")
	}
}

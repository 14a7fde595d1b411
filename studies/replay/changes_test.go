package replay

import (
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"lbsim/config"
	"lbsim/proxy"
	"lbsim/proxy/recording"
)

// A server that was drained is drained for other algorithms too, also where another one has
// its slot in the end.
func TestChangesAreOfTheirTime(t *testing.T) {
	addresses := map[string]string{}
	for _, name := range []string{"a", "b", "c"} {
		s := httptest.NewServer(answers(200))
		t.Cleanup(s.Close)
		addresses[name] = s.Listener.Addr().String()
	}
	read := func(names ...string) *config.Balancer {
		text := "listen: 127.0.0.1:0\nalgorithm: least_connections\nendpoints:\n"
		for _, name := range names {
			text += fmt.Sprintf("  - {name: %s, address: %q}\n", name, addresses[name])
		}
		cfg, err := config.ReadProxy("lb.yaml", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return cfg
	}
	path := filepath.Join(t.TempDir(), "live.lbsim")
	w, err := recording.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := proxy.New(read("a", "b"), proxy.Options{Log: slog.New(slog.DiscardHandler), Recorder: w})
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(p)
	ask := func(n int) {
		for range n {
			answer, err := front.Client().Get(front.URL)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
		}
	}
	ask(10)
	if err := p.Drain("default", "b"); err != nil {
		t.Fatal(err)
	}
	ask(20)
	if err := p.Reload(read("a", "c")); err != nil {
		t.Fatal(err)
	}
	ask(10)
	front.Close()
	p.Close()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := Run(Question{File: path, Algorithms: []string{"round_robin"}})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, s := range r.Results[1].Servers {
		got[s.Name] = s.Attempts
	}
	if got["a"] != 30 || got["b"] != 5 || got["c"] != 5 {
		t.Errorf("%v", got)
	}
}

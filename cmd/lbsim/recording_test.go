package main

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"lbsim/config"
	"lbsim/proxy"
	"lbsim/proxy/recording"
)

// recorded CONFIG FILE sends 60 requests through a proxy with that configuration, whose
// addresses A and B are servers, and records it.
func recorded(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	for _, name := range []string{"A", "B"} {
		s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		ts.Defer(s.Close)
		text = strings.ReplaceAll(text, `"`+name+`"`, `"`+s.Listener.Addr().String()+`"`)
	}
	cfg, err := config.ReadProxy(args[0], strings.NewReader(text))
	ts.Check(err)
	w, err := recording.Create(ts.MkAbs(args[1]))
	ts.Check(err)
	p, err := proxy.New(cfg, proxy.Options{Log: slog.New(slog.DiscardHandler), Recorder: w})
	ts.Check(err)
	front := httptest.NewServer(p)
	for range 60 {
		answer, err := front.Client().Get(front.URL)
		ts.Check(err)
		_, _ = io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
	}
	front.Close()
	p.Close()
	ts.Check(w.Close())
}

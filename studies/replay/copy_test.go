package replay

import (
	"io"
	"testing"

	"lbsim/balancer"
	"lbsim/proxy"
	"lbsim/proxy/recording"
)

// copyWith writes a recording again, with entries changed.
func copyWith(t *testing.T, path string, w *recording.Writer, change func(n int, e *recording.Entry)) {
	t.Helper()
	r, err := recording.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cfg, err := r.Header.Balancer()
	if err != nil {
		t.Fatal(err)
	}
	w.Begin(cfg, r.Header.Seed)
	for n := 0; ; n++ {
		e := recording.Entry{}
		if err := r.Next(&e); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		change(n, &e)
		call, err := e.Call()
		if err != nil {
			t.Fatal(err)
		}
		request := &balancer.Request{Handle: e.Handle}
		if e.Kind == proxy.Start {
			if request, err = e.Request.Balancers(e.Handle); err != nil {
				t.Fatal(err)
			}
		}
		call.Request = *request
		w.Record(call)
		w.Decided(e.Decision)
		w.Happened(e.Events)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

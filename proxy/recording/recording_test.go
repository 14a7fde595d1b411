package recording

import (
	"errors"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"lbsim/balancer"
	"lbsim/config"
	"lbsim/proxy"
)

// No test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func balancerFile(t *testing.T) *config.Balancer {
	t.Helper()
	cfg, err := config.ReadProxy("lb.yaml", strings.NewReader("listen: 127.0.0.1:0\nalgorithm: rr\nendpoints: [{name: a, address: \"10.0.0.1:80\", weight: 2}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// What is written is read again, and what a balancer is told of a request is all there.
func TestComesBack(t *testing.T) {
	path, cfg := filepath.Join(t.TempDir(), "live.lbsim"), balancerFile(t)
	w, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	asked := balancer.Request{ID: 7, Handle: 7, Idempotent: true, Cookie: balancer.Cookie{Endpoint: "a", Expires: 9},
		About: &balancer.Attributes{Host: "x", Headers: []balancer.Header{{Name: "A", Value: "b"}}}}
	asked.Client, asked.Key, asked.HasKey = netip.MustParseAddr("::1"), 12, true
	sent := balancer.Decision{Kind: balancer.Send, Ticket: balancer.Ticket{Slot: 1, Gen: 2, At: 3}}
	w.Begin(cfg, 42)
	w.Record(&proxy.Call{Kind: proxy.Start, At: 5, Request: asked})
	w.Decided(sent)
	w.Happened([]balancer.Event{{At: 5, Kind: balancer.Ejected, Slot: 1}})
	w.Happened([]balancer.Event{{At: 5, Kind: balancer.ProbeDue}})
	w.Record(&proxy.Call{Kind: proxy.Configure, At: 6, File: cfg})
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("there is something before the end: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if read, err := r.Header.Balancer(); err != nil || r.Header.Seed != 42 || !reflect.DeepEqual(read.Endpoints, cfg.Endpoints) {
		t.Errorf("%+v, %v", r.Header, err)
	}
	var first, second, third Entry
	if err := errors.Join(r.Next(&first), r.Next(&second)); err != nil {
		t.Fatal(err)
	}
	if first.Decision != sent || first.At != 5 || len(first.Events) != 2 || first.Events[1].Kind != balancer.ProbeDue {
		t.Errorf("%+v", first)
	}
	if got, err := first.Request.Balancers(first.Handle); err != nil || !reflect.DeepEqual(*got, asked) {
		t.Errorf("%+v, %v", got, err)
	}
	if call, err := second.Call(); err != nil || call.Kind != proxy.Configure || call.Config.Pools[0].Algorithm.String() != "round_robin" || call.Config.Pools[0].Drain == nil {
		t.Errorf("%+v, %v", call, err)
	}
	if err := r.Next(&third); err != io.EOF {
		t.Error(err)
	}
}

// A recording that can't be whole leaves nothing behind.
func TestNothingOrWhole(t *testing.T) {
	dir := t.TempDir()
	if _, err := Create(filepath.Join(dir, "nowhere", "live.lbsim")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if _, err := Create(dir); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Error(err)
	}
	w, err := Create(filepath.Join(dir, "live.lbsim"))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err == nil || !strings.Contains(err.Error(), "no proxy began") {
		t.Error(err)
	}
	// A full disk, a file that is closed: that is told at once, the proxy works on, and the end
	// tells, too.
	if w, err = Create(filepath.Join(dir, "live.lbsim")); err != nil {
		t.Fatal(err)
	}
	w.file.Close()
	w.Begin(balancerFile(t), 1)
	record := func(i int) {
		w.Record(&proxy.Call{Kind: proxy.Wake, At: 1})
		w.Decided(balancer.Decision{Ticket: balancer.Ticket{Slot: int32(i)}})
	}
	for i, lost := 0, false; !lost; i++ {
		record(i)
		select {
		case <-w.Lost():
			lost = true
		default:
		}
	}
	for i := range 2 * ahead { // nobody waits for a writer that is no more
		record(i)
	}
	if err := w.Close(); !errors.Is(err, fs.ErrClosed) {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("%v, %v", left, err)
	}
}

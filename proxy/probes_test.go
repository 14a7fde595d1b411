package proxy

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

// healthServer is a server of gRPC's health service, as google.golang.org/grpc is one for
// this call.
func healthServer(t testing.TB, serve http.HandlerFunc) (address string) {
	s := httptest.NewUnstartedServer(serve)
	s.Config.Protocols = new(http.Protocols)
	s.Config.Protocols.SetUnencryptedHTTP2(true)
	s.Start()
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// A server is well that says SERVING of what it was asked for, and nothing else passes.
func TestGRPCHealth(t *testing.T) {
	const frame = "\x00\x00\x00\x00"
	answer := func(body, status string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			said, _ := io.ReadAll(r.Body)
			// A HealthCheckRequest of the specification, in the bytes of protobuf.
			if want := []byte("\x00\x00\x00\x00\x0b\x0a\x09shop.Cart"); r.Method != "POST" || r.URL.Path != "/grpc.health.v1.Health/Check" || r.ProtoMajor != 2 ||
				r.Header.Get("Content-Type") != "application/grpc" || r.Header.Get("Te") != "trailers" || r.Header.Get("Grpc-Timeout") == "" || !bytes.Equal(said, want) {
				t.Errorf("asked %s %s %v %q", r.Method, r.URL, r.Header, said)
			}
			w.Header().Set("Content-Type", "application/grpc+proto")
			w.Header().Set("Trailer", "Grpc-Status")
			io.WriteString(w, body)
			w.Header().Set("Grpc-Status", status)
		}
	}
	for _, c := range []struct {
		name  string
		serve http.HandlerFunc
		well  bool
	}{
		{"serving", answer(frame+"\x02\x08\x01", "0"), true},
		{"serving, and more that nobody knows", answer(frame+"\x07\x08\x01\x12\x03abc", "0"), true},
		{"not serving", answer(frame+"\x02\x08\x02", "0"), false},
		{"unknown, which is left out", answer(frame+"\x00", "0"), false},
		{"a status", answer("", "5"), false},
		{"a status after a message", answer(frame+"\x02\x08\x01", "14"), false},
		{"cut short", answer(frame+"\x02\x08", "0"), false},
		{"no varint", answer(frame+"\x02\x08\xff", "0"), false},
		{"no field", answer(frame+"\x01\xff", "0"), false},
		{"compressed", answer("\x01\x00\x00\x00\x02\x08\x01", "0"), false},
		{"not gRPC", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, frame+"\x02\x08\x01") }, false},
		{"not found", http.NotFound, false},
		{"no answer in the time", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			timeout := "5s"
			if c.name == "no answer in the time" {
				timeout = "30ms"
			}
			r := start(t, fmt.Sprintf("algorithm: rr\nhealth: {active: {grpc: true, service: shop.Cart, interval: 5s, timeout: %s}}\nendpoints: [{name: a, address: %q}]\n", timeout, healthServer(t, c.serve)))
			want := "msg=down"
			if c.well {
				want = "msg=up"
			}
			r.log.says(t, want)
		})
	}
}

// Checks ask at the port that they are told, whatever the endpoint's, and those that a
// connection is enough for take a server down that takes none, in time.
func TestChecksOfConnections(t *testing.T) {
	text, _ := tcpServers(t, echo)
	dead := nobody(t)
	for _, c := range []struct{ name, health, text, want string }{
		{"taken", "connect: true", text, "msg=up"},
		{"refused", "connect: true", fmt.Sprintf("endpoints: [{name: a, address: %q}]\n", dead), "msg=down"},
		{"HTTP that nobody speaks", "path: /healthz", text, "msg=down"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := start(t, "layer: l4\nalgorithm: rr\nhealth: {active: {"+c.health+", interval: 5s, timeout: 2s}}\n"+c.text)
			r.log.says(t, c.want)
		})
	}
	_, port, _ := net.SplitHostPort(healthServer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/grpc")
		w.Header().Set("Trailer", "Grpc-Status")
		io.WriteString(w, "\x00\x00\x00\x00\x02\x08\x01")
		w.Header().Set("Grpc-Status", "0")
	}))
	r := start(t, fmt.Sprintf("layer: l4\nalgorithm: rr\nhealth: {active: {grpc: true, port: %s, interval: 5s}}\nendpoints: [{name: a, address: %q}]\n", port, dead))
	r.log.says(t, "msg=up")
}

// A connection that is neither taken nor refused is given up when the time of the check is
// over.
func TestCheckOfConnectionInTime(t *testing.T) {
	hangs := func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	r := start(t, "layer: l4\nalgorithm: rr\nhealth: {active: {connect: true, interval: 5s, timeout: 30ms}}\nendpoints: [{name: a, address: \"192.0.2.1:1\"}]\n", Options{Dial: hangs})
	r.log.says(t, "msg=down")
}

// A reload that brings health checks carries the first ones out, too, however soon they come:
// one that was forgotten would count as failed when its time is over.
func TestReloadBringsHealthChecks(t *testing.T) {
	text, _ := servers(t, named("a"), named("b"))
	without := "algorithm: rr\n" + text
	with := "health: {active: {path: /, interval: 1h, timeout: 1h}}\n" + without
	r := start(t, without)
	for range 50 {
		if err := r.Reload(read(t, with)); err != nil {
			t.Fatal(err)
		}
		r.log.until(t, "all are checked", func(string) bool { return !r.unchecked() })
		if err := r.Reload(read(t, without)); err != nil {
			t.Fatal(err)
		}
	}
}

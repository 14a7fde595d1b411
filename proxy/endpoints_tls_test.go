package proxy

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Endpoints are spoken to with TLS, in HTTP/2 where they have it; each side proves who it
// is, and one that can't gets no traffic. A reload brings another certificate.
func TestTLSToEndpoints(t *testing.T) {
	dir, trust := t.TempDir(), x509.NewCertPool()
	certify(t, dir, "server", "server.example", trust)
	certify(t, dir, "other", "other.example", x509.NewCertPool())
	certify(t, dir, "proxy", "proxy.example", trust)
	serve := func(name string) *httptest.Server {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, r.Proto, " ", r.TLS.PeerCertificates[0].DNSNames[0])
		}))
		pair, err := tls.LoadX509KeyPair(filepath.Join(dir, name+".pem"), filepath.Join(dir, name+".key"))
		if err != nil {
			t.Fatal(err)
		}
		s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, ClientCAs: trust, ClientAuth: tls.RequireAndVerifyClientCert}
		s.EnableHTTP2 = true
		s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
		s.StartTLS()
		t.Cleanup(s.Close)
		return s
	}
	good, bad := serve("server"), serve("other")
	for _, upstream := range []string{"http1", "h2"} {
		text := fmt.Sprintf(`algorithm: rr
http: {upstream: %s}
upstream_tls: {ca: %[2]s/server.pem, cert: %[2]s/proxy.pem, key: %[2]s/proxy.key, name: server.example}
health: {active: {path: /, interval: 1m, timeout: 10s, unhealthy: 1}}
endpoints: [{name: good, address: %[3]q}, {name: bad, address: %[4]q}]
`, upstream, dir, good.Listener.Addr(), bad.Listener.Addr())
		r := start(t, text)
		r.Warm(t.Context())
		want := map[string]string{"http1": "HTTP/1.1 proxy.example", "h2": "HTTP/2.0 proxy.example"}[upstream]
		for range 4 {
			if status, body := get(t, client(t), r.url); status != 200 || body != want {
				t.Errorf("%s: %d %s", upstream, status, body)
			}
		}
		if r.ready() != 1 {
			t.Errorf("%s: %d are ready", upstream, r.ready())
		}
		if err := r.Reload(read(t, strings.ReplaceAll(text, "/server.pem", "/missing.pem"))); err == nil || !strings.Contains(err.Error(), "upstream_tls.ca") {
			t.Error(err)
		}
	}
}

// An endpoint that takes a connection and never answers the handshake has not taken it in
// time: it is a connect failure, tried elsewhere, and nobody goes on waiting for it.
func TestHandshakeHangs(t *testing.T) {
	dir, trust := t.TempDir(), x509.NewCertPool()
	certify(t, dir, "server", "server.example", trust)
	good := httptest.NewUnstartedServer(named("good"))
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, "server.pem"), filepath.Join(dir, "server.key"))
	if err != nil {
		t.Fatal(err)
	}
	good.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	good.StartTLS()
	t.Cleanup(good.Close)
	gone := make(chan bool)
	hangs, _ := tcpServers(t, func(c *net.TCPConn) {
		_, _ = io.Copy(io.Discard, c)
		gone <- true
	})
	r := start(t, fmt.Sprintf("algorithm: rr\ntimeouts: {connect: 2s}\nretries: {attempts: 2, conditions: [connect_failure], backoff: {base: 0s}, budget: unlimited}\nupstream_tls: {ca: %s/server.pem, name: server.example}\n", dir)+
		hangs+fmt.Sprintf("  - {name: good, address: %q}\n", good.Listener.Addr()))
	if status, body := get(t, client(t), r.url); status != 200 || body != "good" {
		t.Errorf("%d %s", status, body)
	}
	select {
	case <-gone:
	case <-time.After(10 * time.Second):
		t.Error("the connection is still there")
	}
}

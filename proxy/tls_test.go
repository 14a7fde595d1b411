package proxy

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lbsim/config"
)

// certify writes a certificate for a name, with its key, and has a pool trust it.
func certify(t *testing.T, dir, file, name string, trust *x509.CertPool) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, _ := x509.ParseCertificate(der)
	trust.AddCert(cert)
	private, _ := x509.MarshalPKCS8PrivateKey(key)
	os.WriteFile(filepath.Join(dir, file+".pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600)
	os.WriteFile(filepath.Join(dir, file+".key"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600)
}

// A client gets the certificate of the name it asks for, HTTP/2 if it wants it, and after
// a reload the new one. TLS 1.1 is refused.
func TestTLS(t *testing.T) {
	dir, trust := t.TempDir(), x509.NewCertPool()
	certify(t, dir, "one", "one.example", trust)
	certify(t, dir, "two", "two.example", trust)
	text, _ := servers(t, shows)
	text = fmt.Sprintf("algorithm: rr\ntls: {certificates: [{cert: %[1]s/one.pem, key: %[1]s/one.key}, {cert: %[1]s/two.pem, key: %[1]s/two.key}]}\n", dir) + text
	r := start(t, text)
	ask := func(name string, version uint16) (*http.Response, error) {
		return askTLS(r.addr, &tls.Config{RootCAs: trust, ServerName: name, MaxVersion: version})
	}
	for _, name := range []string{"one.example", "two.example"} {
		answer, err := ask(name, 0)
		if err != nil || answer.ProtoMajor != 2 || answer.TLS.PeerCertificates[0].DNSNames[0] != name {
			t.Fatal(name, answer, err)
		}
	}
	if _, err := ask("one.example", tls.VersionTLS11); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
	before, _ := os.ReadFile(filepath.Join(dir, "one.pem"))
	certify(t, dir, "one", "one.example", trust)
	if err := r.Reload(read(t, text)); err != nil {
		t.Fatal(err)
	}
	answer, err := ask("one.example", 0)
	if err != nil {
		t.Fatal(err)
	}
	if block, _ := pem.Decode(before); bytes.Equal(block.Bytes, answer.TLS.PeerCertificates[0].Raw) {
		t.Error("the old certificate is still served")
	}
	os.WriteFile(filepath.Join(dir, "one.key"), []byte("broken"), 0o600)
	if err := r.Reload(read(t, text)); err == nil || !strings.Contains(err.Error(), "tls.certificates[0]") {
		t.Errorf("%v", err)
	}
	if _, err := ask("one.example", 0); err != nil {
		t.Error("after a reload that was refused:", err)
	}
}

// askTLS asks on a connection of its own.
func askTLS(addr string, c *tls.Config) (*http.Response, error) {
	transport := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: c}
	defer transport.CloseIdleConnections()
	answer, err := (&http.Client{Transport: transport}).Get("https://" + addr)
	if err == nil {
		answer.Body.Close()
	}
	return answer, err
}

// Clients are asked for a certificate, which must be there or may be missing; a wrong one
// is refused either way. Who it was stands in the access log.
func TestClientCertificates(t *testing.T) {
	dir, trust := t.TempDir(), x509.NewCertPool()
	for _, name := range []string{"server", "known", "stranger"} {
		certify(t, dir, name, name+".example", trust)
	}
	pair := func(name string) tls.Certificate {
		c, err := tls.LoadX509KeyPair(filepath.Join(dir, name+".pem"), filepath.Join(dir, name+".key"))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	text, _ := servers(t, named("a"))
	for _, optional := range []bool{false, true} {
		r := start(t, fmt.Sprintf("algorithm: rr\ntls: {certificates: [{cert: %[1]s/server.pem, key: %[1]s/server.key}], clients: {ca: %[1]s/known.pem, optional: %[2]v}}\n", dir, optional)+text)
		for _, c := range []struct {
			shows string
			good  bool
		}{{"", optional}, {"known", true}, {"stranger", false}} {
			own := &tls.Config{RootCAs: trust, ServerName: "server.example"}
			if c.shows != "" { // whatever the server says that it takes
				own.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { p := pair(c.shows); return &p, nil }
			}
			if _, err := askTLS(r.addr, own); (err == nil) != c.good {
				t.Errorf("optional %v, shows %q: %v", optional, c.shows, err)
			}
		}
		r.log.says(t, `client_certificate="CN=known.example"`)
	}
}

// What is changed on disk is served without anybody saying so: the configuration itself,
// and a certificate that was put in the place of another. A broken one changes nothing.
func TestReloadOnChange(t *testing.T) {
	dir, trust := t.TempDir(), x509.NewCertPool()
	certify(t, dir, "one", "one.example", trust)
	text, _ := servers(t, named("a"))
	file := filepath.Join(dir, "lb.yaml")
	write := func(name, text string) { // as an editor does
		t.Helper()
		if err := os.WriteFile(name+".new", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(name+".new", name); err != nil {
			t.Fatal(err)
		}
	}
	good := fmt.Sprintf("listen: 127.0.0.1:0\nalgorithm: rr\ntls: {certificates: [{cert: %[1]s/one.pem, key: %[1]s/one.key}]}\n", dir) + text
	write(file, good)
	log := &lines{}
	s := Service{Log: slog.New(slog.NewTextHandler(log, nil)), File: file, Load: func() (*config.Balancer, error) {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return config.ReadProxy(file, f)
	}}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	log.says(t, "msg=listening")
	_, address, _ := strings.Cut(log.String(), "msg=listening address=")
	address, _, _ = strings.Cut(address, " ")
	reloads := func(n int) {
		t.Helper()
		log.until(t, fmt.Sprint(n, " reloads"), func(log string) bool { return strings.Count(log, "msg=reloaded") == n })
	}
	write(file, strings.Replace(good, "rr", "lc", 1))
	reloads(1)
	certify(t, dir, "two", "one.example", trust)
	if err := os.Rename(filepath.Join(dir, "two.key"), filepath.Join(dir, "one.key")); err != nil { // at once with the next for whoever waits for quiet
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "two.pem"), filepath.Join(dir, "one.pem")); err != nil {
		t.Fatal(err)
	}
	reloads(2)
	renewed, _ := os.ReadFile(filepath.Join(dir, "one.pem"))
	block, _ := pem.Decode(renewed)
	answer, err := askTLS(address, &tls.Config{RootCAs: trust, ServerName: "one.example"})
	if err != nil || !bytes.Equal(answer.TLS.PeerCertificates[0].Raw, block.Bytes) {
		t.Error("the old certificate is still served", err)
	}
	write(file, "algoritm: rr\n")
	log.says(t, "did you mean algorithm")
	if _, err := askTLS(address, &tls.Config{RootCAs: trust, ServerName: "one.example"}); err != nil {
		t.Error(err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

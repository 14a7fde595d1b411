package haproxy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"lbsim/config/foreign"
	"lbsim/config/foreign/parity"
	"lbsim/config/haproxy"
)

// installed reports whether HAProxy is here, and says so where it is not.
func installed(t *testing.T) bool {
	t.Helper()
	return parity.Installed(t, "haproxy")
}

// header is what every configuration of these tests begins with. One thread, because
// threads finish requests in any order; the listener is the test's, so that a request waits
// for HAProxy to begin and nobody has to look whether it has.
const header = `global
    nbthread 1
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    option httpclose
    option http-no-delay
frontend clients
    bind fd@3
    default_backend servers
backend servers
`

// start starts HAProxy and lbsim's balancer with a backend of these lines.
func start(t *testing.T, backend string, held map[string]chan struct{}) *parity.Pair {
	t.Helper()
	p := &parity.Pair{T: t, Product: "HAProxy"}
	run(p, header+p.Serve(backend, held))
	return p
}

// run starts both with a configuration.
func run(p *parity.Pair, text string) {
	p.T.Helper()
	file := filepath.Join(p.T.TempDir(), "haproxy.cfg")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		p.T.Fatal(err)
	}
	p.Predict(haproxy.Read(foreign.Source{Name: "haproxy.cfg", Text: []byte(text), Version: "2.6"}))
	p.Run(exec.Command("haproxy", "-db", "-f", file), parity.Listen(p.T))
}

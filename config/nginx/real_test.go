package nginx_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lbsim/config/foreign"
	"lbsim/config/foreign/parity"
	"lbsim/config/nginx"
)

// installed reports whether NGINX is here, and says so where it is not.
func installed(t *testing.T) bool {
	t.Helper()
	return parity.Installed(t, "nginx")
}

// frame is the configuration around an upstream. One process, because each has a balancer
// of its own; the listener is the test's, so that a request waits for NGINX to begin and
// nobody has to look whether it has.
const frame = `daemon off;
worker_processes 1;
pid DIR/pid;
error_log stderr crit;
events { worker_connections 1024; }
http {
	access_log off;
	client_body_temp_path DIR/body; proxy_temp_path DIR/proxy; fastcgi_temp_path DIR/fastcgi; uwsgi_temp_path DIR/uwsgi; scgi_temp_path DIR/scgi;
	keepalive_timeout 0;
	upstream servers {
UPSTREAM
	}
	server {
		listen LISTEN;
		location / { proxy_buffering off; proxy_pass http://servers; }
	}
}
`

// start starts NGINX, which inherits the listener as one does whose program is replaced, and
// lbsim's balancer with an upstream of these lines.
func start(t *testing.T, upstream string, held map[string]chan struct{}) *parity.Pair {
	t.Helper()
	p, listener := &parity.Pair{T: t, Product: "NGINX"}, parity.Listen(t)
	text := strings.NewReplacer("DIR", t.TempDir(), "LISTEN", listener.Addr().String(), "UPSTREAM", p.Serve(upstream, held)).Replace(frame)
	file := filepath.Join(t.TempDir(), "nginx.conf")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Predict(nginx.Read(foreign.Source{Name: "nginx.conf", Text: []byte(text), Version: "1.22"}))
	command := exec.Command("nginx", "-c", file, "-e", "stderr")
	command.Env = append(os.Environ(), "NGINX=3;")
	p.Run(command, listener)
	return p
}

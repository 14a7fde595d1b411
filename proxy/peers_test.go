package proxy

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// peers are proxies in processes of their own: how each is started, with its file in a
// folder, an address to listen on, and an endpoint, three times, as in BenchmarkRequest.
var peers = []struct {
	name, command string
	args          []string // DIR is the folder
	file          string   // with ADDRESS and its PORT, ENDPOINT and DIR
}{
	{"nginx", "nginx", []string{"-p", "DIR", "-c", "DIR/file"}, `daemon off; worker_processes 2; pid DIR/pid; error_log stderr crit; events { worker_connections 1024; }
http { access_log off; keepalive_requests 100000000; client_body_temp_path DIR/b; proxy_temp_path DIR/p; fastcgi_temp_path DIR/f; uwsgi_temp_path DIR/u; scgi_temp_path DIR/s;
 upstream u { least_conn; server ENDPOINT; server ENDPOINT; server ENDPOINT; keepalive 64; keepalive_requests 100000000; }
 server { listen ADDRESS; location / { proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header X-Forwarded-For $remote_addr; proxy_next_upstream error http_503; } } }
`},
	{"haproxy", "haproxy", []string{"-db", "-f", "DIR/file"}, `global
 nbthread 2
defaults
 mode http
 option forwardfor
 timeout client 60s
 timeout server 60s
 timeout connect 5s
 retries 2
listen l
 bind ADDRESS
 balance leastconn
 http-reuse always
 server a ENDPOINT check
 server b ENDPOINT check
 server c ENDPOINT check
`},
	{"caddy", "caddy", []string{"run", "--adapter", "caddyfile", "--config", "DIR/file"}, `{
 admin off
 auto_https off
}
http://:PORT {
 bind 127.0.0.1
 reverse_proxy ENDPOINT ENDPOINT ENDPOINT {
  lb_policy least_conn
  lb_try_duration 1s
  fail_duration 10s
 }
}
`},
	{"plain", "", nil, "ENDPOINT"},
	{"lbsim", "", nil, `
algorithm: least_connections
health: {active: {interval: 1s}, passive: {}}
retries: {attempts: 3, conditions: [connect_failure, reset, "503"]}
limits: {requests: 10000}
endpoints: [{name: a, address: "ENDPOINT"}, {name: b, address: "ENDPOINT"}, {name: c, address: "ENDPOINT"}]
`},
}

// The environment that makes the test binary one of the peers.
const peerName, peerFile, peerAddress = "LBSIM_PEER", "LBSIM_PEER_FILE", "LBSIM_PEER_ADDRESS"

// servePeer is a proxy of Go, until somebody ends it.
func servePeer(name string) {
	text, err := os.ReadFile(os.Getenv(peerFile))
	if err != nil {
		panic(err)
	}
	l, err := net.Listen("tcp", os.Getenv(peerAddress))
	if err != nil {
		panic(err)
	}
	if name == "plain" {
		target := &url.URL{Scheme: "http", Host: string(text)}
		panic(http.Serve(l, &httputil.ReverseProxy{Rewrite: func(pr *httputil.ProxyRequest) { pr.SetURL(target); pr.SetXForwarded() },
			Transport: &http.Transport{MaxIdleConnsPerHost: mostIdle}, BufferPool: buffers{}}))
	}
	p, err := New(read(new(testing.B), string(text)), Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		panic(err)
	}
	p.Warm(context.Background())
	panic(p.NewServer().Serve(l))
}

// Processor time of a proxy's process for a request: 13 bytes, keep-alive, 32 connections,
// no access log. Client and server are in this process and don't count. The Makefile runs
// it in rounds, so that a machine that becomes slower for a while slows all.
func BenchmarkPeers(b *testing.B) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello, world\n") }))
	b.Cleanup(backend.Close)
	for _, peer := range peers {
		b.Run(peer.name, func(b *testing.B) {
			if _, err := exec.LookPath(peer.command); peer.command != "" && err != nil {
				b.Logf("NOT MEASURED: %s is not installed", peer.command)
				return
			}
			dir := b.TempDir()
			free, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			addr, file := free.Addr().String(), filepath.Join(dir, "file")
			free.Close()
			_, port, _ := net.SplitHostPort(addr)
			text := strings.NewReplacer("ADDRESS", addr, "ENDPOINT", backend.Listener.Addr().String(), "DIR", dir, "PORT", port).Replace(peer.file)
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				b.Fatal(err)
			}
			c := exec.Command(os.Args[0])
			if peer.command != "" {
				c = exec.Command(peer.command, strings.Split(strings.ReplaceAll(strings.Join(peer.args, " "), "DIR", dir), " ")...)
			}
			c.Env = append(os.Environ(), peerName+"="+peer.name, peerFile+"="+file, peerAddress+"="+addr, "HOME="+dir)
			if err := c.Start(); err != nil {
				b.Fatal(err)
			}
			defer func() {
				_ = c.Process.Signal(os.Interrupt)
				_ = c.Wait()
			}()
			conns := make([]net.Conn, 32)
			for i := range conns {
				conns[i] = reach(b, addr)
				defer conns[i].Close()
				exchanges(b, conns[i], 20)
			}
			began := processTime(b, c.Process.Pid)
			b.ResetTimer()
			var all sync.WaitGroup
			for i, conn := range conns {
				all.Go(func() { exchanges(b, conn, (b.N+i)/len(conns)) })
			}
			all.Wait()
			b.StopTimer()
			b.ReportMetric(float64((processTime(b, c.Process.Pid)-began).Nanoseconds())/float64(b.N), "cpu-ns/op")
		})
	}
}

// reach connects to a process that is about to listen.
func reach(b *testing.B, addr string) net.Conn {
	var err error
	for range 200 {
		var c net.Conn
		if c, err = net.Dial("tcp", addr); err == nil {
			return c
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.Fatal(err)
	return nil
}

// exchanges sends requests, one after the other.
func exchanges(b *testing.B, c net.Conn, n int) {
	br := bufio.NewReader(c)
	for range n {
		if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"); err != nil {
			b.Error(err)
			return
		}
		answer, err := http.ReadResponse(br, nil)
		if err != nil || answer.StatusCode != http.StatusOK {
			b.Error(answer, err)
			return
		}
		if n, err := io.Copy(io.Discard, answer.Body); n != 13 || err != nil {
			b.Errorf("%d bytes, %v", n, err)
			return
		}
	}
}

// processTime is what a process and its children have used (Linux: in hundredths of a
// second).
func processTime(b *testing.B, pid int) (all time.Duration) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Fatal(err)
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	for _, field := range fields[11:13] {
		ticks, _ := strconv.Atoi(field)
		all += time.Duration(ticks) * 10 * time.Millisecond
	}
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", pid))
	for _, child := range strings.Fields(string(children)) {
		id, _ := strconv.Atoi(child)
		all += processTime(b, id)
	}
	return all
}

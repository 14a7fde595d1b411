package proxy

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"testing"
	"time"
)

// shows answers with the header that came.
func shows(w http.ResponseWriter, r *http.Request) {
	r.Header.Set("Host", r.Host)
	json.NewEncoder(w).Encode(r.Header)
}

// X-Forwarded headers say who the client was; what a client says of itself is believed
// only where it is trusted. What is between two neighbours goes no further.
func TestHeaders(t *testing.T) {
	text, _ := servers(t, shows)
	for _, c := range []struct {
		name, http string
		sent, want map[string]string
	}{
		{"a stranger", "", map[string]string{"X-Forwarded-For": "1.2.3.4", "X-Forwarded-Proto": "https", "Forwarded": "for=1.2.3.4"},
			map[string]string{"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "example.com", "Host": "example.com", "Forwarded": ""}},
		{"a proxy that is trusted", "http: {trusted_proxies: [127.0.0.0/8, 10.0.0.0/8]}\n", map[string]string{"X-Forwarded-For": "6.6.6.6, 1.2.3.4, 10.1.1.1", "X-Forwarded-Proto": "https"},
			map[string]string{"X-Forwarded-For": "6.6.6.6, 1.2.3.4, 10.1.1.1, 127.0.0.1", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "example.com"}},
		{"a stranger, by RFC 7239", "http: {forwarded: rfc7239}\n", map[string]string{"X-Forwarded-For": "1.2.3.4", "Forwarded": "for=1.2.3.4"},
			map[string]string{"X-Forwarded-For": "", "Forwarded": `for=127.0.0.1;host="example.com";proto=http`}},
		{"a trusted proxy, by RFC 7239", "http: {forwarded: rfc7239, trusted_proxies: [127.0.0.0/8, \"2001:db8::/32\"]}\n",
			map[string]string{"Forwarded": `for=6.6.6.6;by="a,b;c\"", For=1.2.3.4:99;proto=https, for="[2001:db8::1]:7"`, "X-Forwarded-For": "9.9.9.9"},
			map[string]string{"Forwarded": `for=6.6.6.6;by="a,b;c\"", For=1.2.3.4:99;proto=https, for="[2001:db8::1]:7", for=127.0.0.1;host="example.com";proto=http`, "X-Forwarded-For": ""}},
		{"hop by hop", "", map[string]string{"Connection": "X-Mine, close", "X-Mine": "1", "Keep-Alive": "5", "Proxy-Authorization": "x", "Te": "gzip", "X-Other": "2"},
			map[string]string{"X-Mine": "", "Keep-Alive": "", "Proxy-Authorization": "", "Te": "", "Connection": "", "X-Other": "2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := start(t, "algorithm: rr\n"+c.http+text)
			q, _ := http.NewRequest("GET", r.url, nil)
			q.Host = "example.com"
			for name, value := range c.sent {
				q.Header.Set(name, value)
			}
			answer, err := client(t).Do(q)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			var got http.Header
			json.NewDecoder(answer.Body).Decode(&got)
			for name, want := range c.want {
				if got.Get(name) != want {
					t.Errorf("%s: got %q, want %q", name, got.Get(name), want)
				}
			}
			if strings.Contains(c.http, "trusted") { // the first from the right that is not
				r.log.says(t, "client=1.2.3.4")
			}
		})
	}
}

// An answer comes as it is made, not when it is complete, with its trailers and with what
// came before it (103).
func TestStreamsWithTrailers(t *testing.T) {
	more := make(chan bool)
	text, _ := servers(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", "</x.css>")
		w.WriteHeader(http.StatusEarlyHints)
		w.Header().Set("Trailer", "Grpc-Status")
		io.WriteString(w, "first\n")
		http.NewResponseController(w).Flush()
		<-more
		io.WriteString(w, "second\n")
		w.Header().Set("Grpc-Status", "0")
		w.Header().Set(http.TrailerPrefix+"Grpc-Message", "fine")
	})
	r := start(t, "algorithm: rr\n"+text)
	for _, h2 := range []bool{false, true} {
		c := client(t)
		if h2 {
			p := new(http.Protocols)
			p.SetUnencryptedHTTP2(true)
			c.Transport = &http.Transport{Protocols: p}
		}
		hints := 0
		q, _ := http.NewRequest("GET", r.url, nil)
		q = q.WithContext(httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got1xxResponse: func(code int, _ textproto.MIMEHeader) error { hints++; return nil }}))
		answer, err := c.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		br := bufio.NewReader(answer.Body)
		if line, err := br.ReadString('\n'); line != "first\n" {
			t.Errorf("%q %v", line, err)
		}
		more <- true
		rest, _ := io.ReadAll(br)
		answer.Body.Close()
		if string(rest) != "second\n" || answer.Trailer.Get("Grpc-Status") != "0" || answer.Trailer.Get("Grpc-Message") != "fine" || hints != 1 {
			t.Errorf("HTTP/2 %v: %q, trailers %v, %d hints", h2, rest, answer.Trailer, hints)
		}
		c.CloseIdleConnections()
	}
}

// gRPC is HTTP/2 on both sides: a call whose two directions run at the same time, with
// trailers at its end.
func TestBothDirectionsAtOnce(t *testing.T) {
	backend := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("the server is spoken to in %s", r.Proto)
		}
		w.Header().Set("Content-Type", "application/grpc")
		w.Header().Set("Trailer", "Grpc-Status")
		http.NewResponseController(w).Flush()
		for s := bufio.NewScanner(r.Body); s.Scan(); {
			fmt.Fprintf(w, "%s!\n", s.Text())
			http.NewResponseController(w).Flush()
		}
		w.Header().Set("Grpc-Status", "0")
	}))
	backend.Config.Protocols = new(http.Protocols)
	backend.Config.Protocols.SetUnencryptedHTTP2(true)
	backend.Start()
	t.Cleanup(backend.Close)
	r := start(t, fmt.Sprintf("algorithm: rr\nhttp: {upstream: h2c}\nretries: {attempts: 2}\nendpoints: [{name: a, address: %q}]\n", backend.Listener.Addr()))
	c := client(t)
	p := new(http.Protocols)
	p.SetUnencryptedHTTP2(true)
	c.Transport = &http.Transport{Protocols: p}
	t.Cleanup(c.CloseIdleConnections)
	in, out := io.Pipe()
	q, _ := http.NewRequest("POST", r.url+"/echo.Echo/Say", in)
	q.Header.Set("Te", "trailers")
	answer, err := c.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	br := bufio.NewReader(answer.Body)
	for i := range 3 {
		fmt.Fprintf(out, "%d\n", i)
		if line, err := br.ReadString('\n'); line != fmt.Sprintf("%d!\n", i) {
			t.Fatalf("%q %v", line, err)
		}
	}
	out.Close()
	if rest, err := io.ReadAll(br); len(rest) > 0 || err != nil || answer.Trailer.Get("Grpc-Status") != "0" {
		t.Errorf("%q %v %v", rest, err, answer.Trailer)
	}
}

// A call of gRPC that the proxy itself refuses is told so in gRPC's way.
func TestRefusesInGRPC(t *testing.T) {
	for status, want := range map[int]string{400: "13", 403: "7", 404: "12", 408: "4", 413: "8", 429: "14", 502: "14", 503: "14", 504: "4", 500: "2"} {
		x, w, r := &exchange{}, httptest.NewRecorder(), httptest.NewRequest("POST", "/echo.Echo/Say", nil)
		r.Header.Set("Content-Type", "application/grpc+proto")
		x.refuse(w, r, status)
		if w.Code != 200 || w.Header().Get("Grpc-Status") != want || w.Header().Get("Content-Type") != "application/grpc" || x.status != status {
			t.Errorf("%d: %d, grpc-status %s, want %s", status, w.Code, w.Header().Get("Grpc-Status"), want)
		}
	}
}

// raw sends bytes and returns the status of each answer until the connection is closed.
func raw(t *testing.T, addr, text string) (statuses []int) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	io.WriteString(c, text)
	c.(*net.TCPConn).CloseWrite()
	br := bufio.NewReader(c)
	for {
		answer, err := http.ReadResponse(br, nil)
		if err != nil {
			return statuses
		}
		io.Copy(io.Discard, answer.Body)
		statuses = append(statuses, answer.StatusCode)
	}
}

// What two readers might understand differently is refused, and a server never sees a
// second request in what was sent as one.
func TestSmuggling(t *testing.T) {
	paths := make(chan string, 100)
	text, _ := servers(t, func(w http.ResponseWriter, r *http.Request) {
		paths <- r.URL.Path
		io.Copy(io.Discard, r.Body)
	})
	r := start(t, "algorithm: rr\nretries: {attempts: 2}\nhttp: {max_header: 8KiB}\n"+text)
	const head = "POST / HTTP/1.1\r\nHost: x\r\n"
	for _, c := range []struct {
		name, text string
		want       int
	}{
		{"two lengths", head + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400},
		{"two lengths in one", head + "Content-Length: 3, 4\r\n\r\nabcd", 400},
		{"a signed length", head + "Content-Length: +3\r\n\r\nabc", 400},
		{"chunked, but not last", head + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 501},
		{"an unknown coding", head + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501},
		{"a blank before the colon", head + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400},
		{"a bad chunk length", head + "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n", 400},
		{"a chunk too short", head + "Transfer-Encoding: chunked\r\n\r\n5\r\nabc\r\n0\r\n\r\n", 400},
		{"a body cut off", head + "Content-Length: 10\r\n\r\nabc", 400},
		{"chunks cut off", head + "Transfer-Encoding: chunked\r\n\r\n5\r\nabc", 400},
		{"a line feed in a header", "GET / HTTP/1.1\r\nHost: x\r\nX-A: b\x00c\r\n\r\n", 400},
		{"no host", "GET / HTTP/1.1\r\n\r\n", 400},
		{"two hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400},
		{"a header too long", "GET / HTTP/1.1\r\nHost: x\r\nX-A: " + strings.Repeat("a", 20_000) + "\r\n\r\n", 431},
	} {
		got := raw(t, r.addr, c.text)
		if len(got) != 1 || got[0] != c.want {
			t.Errorf("%s: got %v, want %d", c.name, got, c.want)
		}
	}
	if len(paths) > 7 { // those whose body broke off, or whose length was not wrong at once
		t.Errorf("the server saw %d requests", len(paths))
	}
}

// Of a length beside chunks the chunks count, as RFC 9112 (6.3) allows, and the server is
// told of nothing else: what follows them is a request of its own for everybody.
func TestLengthBesideChunks(t *testing.T) {
	seen := make(chan string, 10)
	text, _ := servers(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		seen <- fmt.Sprintf("%s %q %d %s", r.URL.Path, body, r.ContentLength, r.Header.Get("Content-Length"))
	})
	r := start(t, "algorithm: rr\n"+text)
	c, err := net.Dial("tcp", r.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	io.WriteString(c, "POST /one HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\nGET /two HTTP/1.1\r\nHost: x\r\n\r\n")
	br := bufio.NewReader(c)
	for _, want := range []string{`/one "ab" -1 `, `/two "" 0 `} {
		answer, err := http.ReadResponse(br, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if got := <-seen; got != want || answer.StatusCode != 200 {
			t.Errorf("%d: got %s, want %s", answer.StatusCode, got, want)
		}
	}
}

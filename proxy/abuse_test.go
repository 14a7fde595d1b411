package proxy

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// Requests that are cancelled in bulk on one connection of HTTP/2, as in the rapid reset
// attack, leave nothing under way, and others are served meanwhile.
func TestResetsInBulk(t *testing.T) {
	text, _ := servers(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			<-r.Context().Done()
		}
	})
	r := start(t, "algorithm: lc\nretries: {attempts: 2}\n"+text)
	p := new(http.Protocols)
	p.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: p}
	defer transport.CloseIdleConnections()
	c := &http.Client{Transport: transport}
	var all sync.WaitGroup
	for range 500 {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
			defer cancel()
			q, _ := http.NewRequestWithContext(ctx, "GET", r.url+"/slow", nil)
			if answer, err := c.Do(q); err == nil {
				answer.Body.Close()
			}
		})
	}
	if status, _ := get(t, client(t), r.url); status != 200 {
		t.Errorf("meanwhile: %d", status)
	}
	all.Wait()
	r.settle(t)
}

// A thousand connections on which nothing comes cost little and go at their time.
func TestIdleConnections(t *testing.T) {
	text, _ := servers(t, named("a"))
	r := start(t, "algorithm: rr\ntimeouts: {idle: 1s, header: 1s}\n"+text)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var all []net.Conn
	for i := range 1000 {
		c, err := net.Dial("tcp", r.addr)
		if err != nil {
			t.Logf("NOT CHECKED: only %d connections: %v", i, err)
			return
		}
		defer c.Close()
		if i%2 == 0 {
			io.WriteString(c, "GET / HT") // half a header
		}
		all = append(all, c)
	}
	if status, _ := get(t, client(t), r.url); status != 200 {
		t.Errorf("meanwhile: %d", status)
	}
	runtime.ReadMemStats(&after)
	if each := int64(after.HeapInuse+after.StackInuse-before.HeapInuse-before.StackInuse) / 1000; each > 64<<10 {
		t.Errorf("%d bytes for each", each)
	}
	for _, c := range all {
		c.SetReadDeadline(time.Now().Add(10 * time.Second))
		if _, err := io.Copy(io.Discard, c); err != nil {
			t.Fatal("it is not closed:", err)
		}
	}
}

// A client that sends its body slowly, or not at all, holds its own request up and is told
// so when the time of the request is over; one that does not read its answer is let go.
func TestSlowClients(t *testing.T) {
	text, _ := servers(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Write(make([]byte, 8<<20))
	})
	r := start(t, "algorithm: rr\ntimeouts: {request: 200ms}\nretries: {attempts: 2}\n"+text)
	c, err := net.Dial("tcp", r.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	fmt.Fprint(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nab")
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || answer.StatusCode != http.StatusRequestTimeout {
		t.Error(answer, err)
	}
	deaf, err := net.Dial("tcp", r.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	fmt.Fprint(deaf, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	r.log.says(t, "method=GET")
	r.settle(t)
	if log := r.log.String(); !strings.Contains(log, "status=200") {
		t.Errorf("the answer had not begun: the case was not exercised: %s", log)
	}
}

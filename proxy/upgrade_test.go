package proxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestUpgrade(t *testing.T) {
	text, _ := servers(t, echoes)
	r := start(t, "algorithm: lc\n"+text)
	c, br := upgrade(t, r.addr)
	for range 3 {
		fmt.Fprint(c, "hello\n")
		if line, err := br.ReadString('\n'); line != "hello\n" {
			t.Fatalf("%q %v", line, err)
		}
	}
	if s := r.State()[0].Servers[0]; s.InFlight != 1 {
		t.Errorf("%d in flight", s.InFlight)
	}
	c.Close()
	r.settle(t)
}

// The time of a request is over with its answer: what an upgraded connection carries then
// may take as long as it likes.
func TestUpgradeOutlivesRequest(t *testing.T) {
	text, _ := servers(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hangs" {
			<-r.Context().Done()
			return
		}
		echoes(w, r)
	})
	r := start(t, "algorithm: rr\ntimeouts: {request: 2s}\n"+text)
	c, br := upgrade(t, r.addr)
	defer c.Close()
	if status, _ := get(t, client(t), r.url+"/hangs"); status != 504 { // it began later, and its time is over
		t.Fatal(status)
	}
	fmt.Fprint(c, "hello\n")
	if line, err := br.ReadString('\n'); line != "hello\n" {
		t.Errorf("%q %v", line, err)
	}
}

// A server that switches to a protocol that nobody asked for has answered badly: that is
// tried elsewhere or told the client, and nothing of it stays under way.
func TestUnaskedSwitch(t *testing.T) {
	switches := func(protocol, connection string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			c, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				return
			}
			defer c.Close()
			fmt.Fprintf(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: %s\r\nUpgrade: %s\r\n\r\n", connection, protocol)
			_, _ = io.Copy(io.Discard, c)
		}
	}
	for _, c := range []struct {
		name, asked string
		bad         http.HandlerFunc
		more        string
	}{
		{"nobody asked", "", switches("echo", "Upgrade"), ""},
		{"for another one", "websocket", switches("echo", "Upgrade"), ""},
		{"not said of the connection", "echo", switches("echo", "close"), ""},
		{"where copies may be sent", "", switches("echo", "Upgrade"), "hedge: {delay: 1h}\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, _ := servers(t, c.bad)
			two, _ := servers(t, c.bad, named("b"))
			for _, x := range []struct {
				text string
				want int
			}{
				{text, 502},
				{"retries: {attempts: 2, backoff: {base: 0s}, budget: unlimited}\n" + two, 200},
			} {
				r := start(t, "algorithm: rr\n"+c.more+x.text)
				q, _ := http.NewRequest("GET", r.url, nil)
				if c.asked != "" {
					q.Header = http.Header{"Connection": {"Upgrade"}, "Upgrade": {c.asked}}
				}
				answer, err := client(t).Do(q)
				if err != nil {
					t.Fatal(err)
				}
				answer.Body.Close()
				if answer.StatusCode != x.want {
					t.Errorf("%d, want %d", answer.StatusCode, x.want)
				}
				r.settle(t)
			}
		})
	}
}

// A connection that was upgraded is ended when the time to drain is over.
func TestShutdownEndsUpgraded(t *testing.T) {
	text, _ := servers(t, echoes)
	r := start(t, "algorithm: rr\ndrain: {timeout: 50ms}\n"+text)
	c, br := upgrade(t, r.addr)
	defer c.Close()
	if err := r.down(); err == nil || !strings.Contains(err.Error(), "was ended") {
		t.Errorf("%v", err)
	}
	if _, err := br.ReadByte(); err == nil {
		t.Error("it still speaks")
	}
}

// echoes upgrades a connection and says back what it hears.
func echoes(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Upgrade") != "echo" {
		http.Error(w, "what?", http.StatusBadRequest)
		return
	}
	c, brw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer c.Close()
	fmt.Fprint(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
	io.Copy(c, brw)
}

func upgrade(t *testing.T, addr string) (net.Conn, *bufio.Reader) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	c.SetDeadline(time.Now().Add(10 * time.Second))
	fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
	br := bufio.NewReader(c)
	answer, err := http.ReadResponse(br, nil)
	if err != nil || answer.StatusCode != 101 {
		t.Fatal(answer, err)
	}
	return c, br
}

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
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// simulated is a proxy in a bubble of synctest, where time passes when everybody waits.
// Servers are functions at the other end of a pipe; each says on which instant it was
// asked.
type simulated struct {
	*Proxy
	log   *lines
	began time.Time
}

// bubble makes a proxy whose endpoint of each name is answered by its function, which
// gets the time since the beginning; "" is no connection.
func bubble(t *testing.T, text string, answer func(name string, at time.Duration, r *http.Request) (status int, after time.Duration)) *simulated {
	s := &simulated{log: &lines{}, began: time.Now()}
	dial := func(ctx context.Context, _, address string) (net.Conn, error) {
		near, far := net.Pipe()
		go func() {
			defer far.Close()
			br := bufio.NewReader(far)
			for {
				r, err := http.ReadRequest(br)
				if err != nil {
					return
				}
				status, after := answer(strings.TrimSuffix(address, ":80"), time.Since(s.began), r)
				time.Sleep(after)
				if _, err := fmt.Fprintf(far, "HTTP/1.1 %d x\r\nContent-Length: 0\r\n\r\n", status); err != nil {
					return
				}
			}
		}()
		return near, nil
	}
	p, err := New(read(t, text), Options{Log: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{})), Seed: 1, Dial: dial})
	if err != nil {
		t.Fatal(err)
	}
	s.Proxy = p
	return s
}

// ask sends a request and returns the status and how long it took.
func (s *simulated) ask(method, body string) (int, time.Duration) {
	began := time.Now()
	w := httptest.NewRecorder()
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	s.ServeHTTP(w, httptest.NewRequest(method, "/", in))
	return w.Code, time.Since(began)
}

const ab = "endpoints: [{name: a, address: \"a:80\"}, {name: b, address: \"b:80\"}]\n"

// Checks go at their interval, take a server down after so many that failed and bring it
// up after so many that passed: at the instants that the settings say.
func TestChecksOnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := bubble(t, "algorithm: rr\nhealth: {active: {path: /healthz, interval: 2s, timeout: 500ms, healthy: 2, unhealthy: 3}}\n"+ab,
			func(name string, at time.Duration, r *http.Request) (int, time.Duration) {
				if r.URL.Path != "/healthz" {
					t.Errorf("asked for %s", r.URL.Path)
				}
				if name == "a" && at > 9*time.Second && at < 30*time.Second {
					return 500, 0
				}
				return 200, 0
			})
		defer s.Close()
		is := func(at time.Duration, want int) {
			t.Helper()
			time.Sleep(at - time.Since(s.began))
			synctest.Wait()
			n := 0
			for _, x := range s.State()[0].Servers {
				if x.Ready {
					n++
				}
			}
			if n != want {
				t.Errorf("at %v %d are ready, want %d", at, n, want)
			}
		}
		// Checks at 0, 2, 4 …: those at 10, 12 and 14 s fail, those at 30 and 32 pass.
		is(time.Second, 2)
		is(13*time.Second, 2)
		is(14*time.Second+time.Millisecond, 1)
		is(31*time.Second, 1)
		is(32*time.Second+time.Millisecond, 2)
	})
}

// The time of an attempt, of a request, and in the queue.
func TestTimesHold(t *testing.T) {
	for _, c := range []struct {
		name, text string
		status     int
		took       time.Duration
	}{
		{"one attempt", "retries: {attempts: 1, per_try_timeout: 300ms}\n", 504, 300 * time.Millisecond},
		{"two attempts", "retries: {attempts: 2, conditions: [timeout], per_try_timeout: 300ms, backoff: {base: 0s}}\n", 504, 600 * time.Millisecond},
		{"the request", "timeouts: {request: 450ms}\nretries: {attempts: 3, conditions: [timeout], per_try_timeout: 300ms, backoff: {base: 0s}}\n", 504, 450 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := bubble(t, "algorithm: rr\n"+c.text+ab, func(string, time.Duration, *http.Request) (int, time.Duration) { return 200, time.Minute })
				defer s.Close()
				if status, took := s.ask("GET", ""); status != c.status || took != c.took {
					t.Errorf("%d after %v, want %d after %v", status, took, c.status, c.took)
				}
				synctest.Wait()
				time.Sleep(2 * time.Minute) // the servers notice
			})
		})
	}
}

// Who waits in the queue goes when there is room, or is told so when its time is over.
func TestQueueOnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := bubble(t, "algorithm: rr\nlimits: {requests: 1, queue: {size: 5, timeout: 150ms}}\n"+ab,
			func(string, time.Duration, *http.Request) (int, time.Duration) { return 200, 100 * time.Millisecond })
		defer s.Close()
		type result struct {
			status int
			took   time.Duration
		}
		results := make(chan result, 3)
		for range 3 {
			go func() { status, took := s.ask("GET", ""); results <- result{status, took} }()
			synctest.Wait()
		}
		want := [3]result{{200, 100 * time.Millisecond}, {503, 150 * time.Millisecond}, {200, 200 * time.Millisecond}}
		if got := [3]result{<-results, <-results, <-results}; got != want {
			t.Errorf("%v, want %v", got, want)
		}
	})
}

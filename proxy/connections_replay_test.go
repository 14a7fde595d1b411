package proxy

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"lbsim/balancer"
)

// waits is a tape that says when somebody has had to wait in the queue.
type waits struct {
	tape
	full chan struct{}
	say  func()
}

func newWaits() *waits {
	w := &waits{full: make(chan struct{})}
	w.say = sync.OnceFunc(func() { close(w.full) })
	return w
}

func (w *waits) Decided(d balancer.Decision) {
	w.tape.Decided(d)
	if d.Kind == balancer.Queued {
		w.say()
	}
}

// Whatever was decided about many connections at once, with servers that refuse and break
// off, queues, drains and reloads, one balancer decides again from the log of its calls.
// Each of these happens for certain: every sixteenth connection to a server is refused,
// ten of twenty that say something are reset, and the clients' first ones stay open until
// one of them has had to wait.
func TestReplayOfConnections(t *testing.T) {
	const clients, each = 64, 12
	var turn, dials atomic.Int64
	flaky := func(c *net.TCPConn) {
		if n, _ := c.Read(make([]byte, 1)); n == 1 && turn.Add(1)/10%2 == 0 {
			c.SetLinger(0)
			return
		}
		io.Copy(io.Discard, c)
	}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		if dials.Add(1)%16 == 0 {
			return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
		}
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}
	text, _ := tcpServers(t, flaky, flaky, flaky)
	text = `
layer: l4
health: {active: {connect: true, interval: 20ms, timeout: 5s}, passive: {consecutive_failures: 1, interval: 50ms, ejection_time: 30ms, max_ejected: 50%}}
retries: {attempts: 3, backoff: {base: 1ms}, budget: unlimited}
limits: {requests: 4, queue: {size: 64, timeout: 5s}}
` + text
	for _, algorithm := range []string{"least_connections", "maglev\nkey: client"} {
		t.Run(algorithm[:6], func(t *testing.T) {
			log, text := newWaits(), "algorithm: "+algorithm+text
			r := start(t, text, Options{Recorder: log, Seed: 7, Dial: dial})
			r.Warm(t.Context())
			var all sync.WaitGroup
			for id := range clients {
				all.Go(func() {
					for i := range each {
						c, err := net.Dial("tcp", r.addr)
						if err != nil && !errors.Is(err, syscall.ECONNRESET) { // reset already
							t.Error(err)
							return
						}
						if err == nil {
							io.WriteString(c, "x")
							<-log.full
							c.(*net.TCPConn).CloseWrite()
							io.Copy(io.Discard, c)
							c.Close()
						}
						switch {
						case id == 0 && i%10 == 3:
							_ = r.guard.drain("default", "c")
						case id == 0 && i%10 == 6:
							_ = r.guard.enable("default", "c")
						case id == 1 && i%10 == 5:
							if err := r.Reload(read(t, text)); err != nil {
								t.Error(err)
							}
						}
					}
				})
			}
			all.Wait()
			if err := r.down(); err != nil {
				t.Error(err)
			}
			log.play(t, read(t, text), 7)
			log.mustHave(t, clients*each/2)
		})
	}
}

// Of flows as of connections.
func TestReplayOfFlows(t *testing.T) {
	const clients = 64
	endpoints, all := udpServers(t, "a", "b", "c")
	all[0].Close()
	text := "health: {passive: {consecutive_failures: 3, interval: 20ms, ejection_time: 20ms, max_ejected: 50%}}\ntimeouts: {idle: 50ms}\n" + endpoints
	log := &tape{}
	r := startFlows(t, text, Options{Recorder: log, Seed: 7})
	var running sync.WaitGroup
	for range clients {
		c := r.flow(t)
		running.Go(func() {
			for range 5 {
				_ = c.SetReadDeadline(time.Now().Add(5 * time.Millisecond)) // some are lost
				io.WriteString(c, "x")
				c.Read(make([]byte, 9))
			}
		})
	}
	running.Wait()
	if err := r.down(); err != nil {
		t.Error(err)
	}
	log.play(t, readFlows(t, text), 7)
	ends := map[balancer.Outcome]int{}
	for _, c := range log.calls {
		if c.Kind == Finish {
			ends[c.Outcome]++
		}
	}
	if ends[balancer.Unreachable] < 1 || ends[balancer.OK] < 1 {
		t.Errorf("%v: the case was not exercised", ends)
	}
}

// mustHave asserts that what a test of connections is about has happened.
func (r *tape) mustHave(t *testing.T, connections int) {
	t.Helper()
	kinds, ends, decided, happened := map[CallKind]int{}, map[balancer.Outcome]int{}, map[balancer.DecisionKind]int{}, map[balancer.EventKind]int{}
	for i := range r.calls {
		kinds[r.calls[i].Kind]++
		if r.calls[i].Kind == Finish {
			ends[r.calls[i].Outcome]++
		}
		decided[r.decisions[i].Kind]++
	}
	for _, e := range r.events {
		happened[e.Kind]++
	}
	if kinds[Start] < connections || kinds[ProbeDone] < 4 || kinds[Drain] < 1 || kinds[Configure] < 1 ||
		ends[balancer.Unreachable] < 1 || ends[balancer.Reset] < 1 || decided[balancer.WaitUntil] < 1 || decided[balancer.Queued] < 1 ||
		happened[balancer.Ejected] < 1 || happened[balancer.Granted] < 1 {
		t.Errorf("calls %v, ends %v, decisions %v, events %v: the case was not exercised", kinds, ends, decided, happened)
	}
}

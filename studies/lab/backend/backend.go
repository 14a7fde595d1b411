// Package backend is a server for real that behaves as a scenario's server model says:
// workers, a bounded queue, service times, and what can go wrong. It sleeps where the
// model works, so that many servers fit on one machine.
package backend

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"lbsim/clock"
	"lbsim/random"
	"lbsim/sim"
	"lbsim/studies/lab/alarm"
	"lbsim/workloads"
)

// Headers of requests and answers.
const (
	DemandHeader = "X-Lbsim-Demand" // of a request: seconds of service at speed 1; else it is drawn
	ClassHeader  = "X-Lbsim-Class"  // of a request: the class that it is drawn of; else that is drawn too
	NeedsHeader  = "X-Lbsim-Needs"  // of a request: none, where it needs nothing of what the server depends on
	ServerHeader = "X-Lbsim-Server" // of an answer: who answers
	WaitHeader   = "X-Lbsim-Wait"   // of an answer: seconds until service began
)

// HealthPath is where a server is asked how it is: 200 where it is well. It takes no
// worker. It is asked deeply, of what the server depends on, with ?deep=1.
const HealthPath = "/healthz"

// Options are what a server is told.
type Options struct {
	Server    sim.Server  // workers, queue, discipline and speed
	Classes   []sim.Class // what is drawn where a request does not say
	DependsOn string      // the URL of what it needs: no answer of 2xx there fails its requests; "": nothing
	Deep      bool        // its health checks ask that, too, whoever asks
	Seed      uint64
	Log       *slog.Logger
}

// Server is a running server.
type Server struct {
	o       Options
	mix     *workloads.Mix // nil: one class
	needs   *http.Client
	now     func() clock.Time
	alarm   *alarm.Alarm
	working sync.WaitGroup

	mu      sync.Mutex
	station station
	fault   Fault
	resume  chan struct{} // closed when it hangs no longer
	timer   *time.Timer   // ends a fault
	draws   random.Source
	address string
	http    *http.Server // nil while nobody listens
	closed  bool         // takes nothing new
	ended   bool         // and nothing is there any more
	counts  Counts
}

// Counts are what a server has seen so far.
type Counts struct {
	Requests uint64 // that reached it, health checks not among them
	Status   map[int]uint64
	Checks   uint64 // health checks
	InFlight int
}

var (
	errCrashed = errors.New("the server crashed")
	errClosed  = errors.New("the server ended")
)

// New returns a server that does not listen yet. Close ends it.
func New(o Options) (*Server, error) {
	a, err := alarm.New()
	if err != nil {
		return nil, err
	}
	s := &Server{o: o, alarm: a, draws: random.New(o.Seed, "backend "+o.Server.Name, 0), resume: make(chan struct{}),
		needs: &http.Client{Timeout: time.Second}, fault: Fault{Kind: sim.Restore},
		counts: Counts{Status: map[int]uint64{}}}
	start := time.Now()
	s.now = func() clock.Time { return clock.Time(time.Since(start)) }
	s.station = station{workers: o.Server.Workers, room: o.Server.Queue, shared: o.Server.Discipline == sim.PS, speed: o.Server.Speed, slow: 1}
	if len(o.Classes) > 1 {
		var shares []float64
		for _, c := range o.Classes {
			shares = append(shares, c.Share)
		}
		if s.mix, err = workloads.NewMix(shares); err != nil {
			a.Close()
			return nil, err
		}
	}
	s.working.Go(s.follow)
	return s, nil
}

// follow ends services when they are due, until the alarm is closed.
func (s *Server) follow() {
	for s.alarm.Wait() {
		s.mu.Lock()
		s.station.advance(s.now())
		s.arm()
		s.mu.Unlock()
	}
}

// arm sets the alarm for the next end. The caller holds the lock.
func (s *Server) arm() {
	if at, ok := s.station.next(); ok && !s.ended {
		s.alarm.Set(at.Sub(s.station.now))
	}
}

// Listen begins to serve at an address; with port 0 at one that is free.
func (s *Server) Listen(address string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.address = address
	return s.listen()
}

func (s *Server) listen() error {
	l, err := net.Listen("tcp", s.address)
	if err != nil {
		return err
	}
	s.address = l.Addr().String() // where it was free it stays
	server := &http.Server{Handler: s.handler(), ReadHeaderTimeout: 10 * time.Second, Protocols: new(http.Protocols),
		ErrorLog: slog.NewLogLogger(s.o.Log.Handler(), slog.LevelDebug)}
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetUnencryptedHTTP2(true)
	s.http = server
	s.working.Go(func() { _ = server.Serve(l) }) // until it is closed
	return nil
}

// Address is where it listens, or did.
func (s *Server) Address() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.address
}

// Counts returns what it has seen so far.
func (s *Server) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.counts
	c.Status = map[int]uint64{}
	for status, n := range s.counts.Status {
		c.Status[status] = n
	}
	c.InFlight = len(s.station.serving) + len(s.station.waiting)
	return c
}

// Close takes no new requests and waits until those that run have ended, or ctx is done:
// then they are cut.
func (s *Server) Close(ctx context.Context) error {
	s.mu.Lock()
	server := s.http
	s.http, s.closed = nil, true
	s.end()
	s.mu.Unlock()
	var err error
	if server != nil {
		if err = server.Shutdown(ctx); err != nil {
			server.Close()
			err = fmt.Errorf("what was still under way was cut: %w", err)
		}
	}
	s.mu.Lock()
	s.station.fail(s.now(), errClosed)
	s.ended = true
	s.mu.Unlock()
	s.alarm.Close()
	s.needs.CloseIdleConnections()
	s.working.Wait()
	return err
}

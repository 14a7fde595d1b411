// Package sim is the modelled world: clients, network and servers as a
// discrete-event simulation that drives package balancer in virtual time.
//
// A run is a function of its model, seed and replication, and of nothing else.
// Its events are typed and ordered by time and sequence; once its buffers have
// grown it allocates nothing, and its memory grows with servers and requests in
// flight, not with requests simulated.
package sim

import (
	"errors"
	"fmt"

	"lbsim/clock"
)

// Options are what may differ between two runs of one model.
type Options struct {
	Seed        uint64
	Replication uint64
	Queue       Queue // which event queue; the results are the same
	// Stop is asked now and then whether to give up; nil: never.
	Stop func() bool
	// OnRequest is called for every request when it is over, in order of time;
	// nil: not at all. The record is valid during the call only.
	OnRequest func(*Record)
	// Sample is called at each instant of SampleAt, which ascend.
	SampleAt []clock.Time
	Sample   func(v View)

	general bool // never take the short way
}

// ErrStopped is returned by Run when Options.Stop asked for it.
var ErrStopped = errors.New("sim: stopped")

// Run simulates m once. The result is complete or nil. Run checks itself: that
// every request is accounted for, and that the time-integral of the number in
// system is the sum of the times in system, to the nanosecond; a violation is an
// error that names the two sides.
func Run(m *Model, o Options) (*Result, error) {
	e, err := newEngine(m, o)
	if err != nil {
		return nil, err
	}
	if err := e.run(); err != nil {
		return nil, err
	}
	if err := e.check(); err != nil {
		return nil, fmt.Errorf("sim: self-check failed: %w", err)
	}
	return e.result(), nil
}

// Record is one request's story.
type Record struct {
	ID       uint64 // in order of arrival, from 0
	Arrival  clock.Time
	Wait     clock.Time // until service began
	Latency  clock.Time // until it was over
	Demand   float64    // seconds at speed 1, of the attempt that was answered or came last
	Class    int
	Server   int // of the last attempt; -1: none
	Client   int // -1: nobody in particular
	Key      uint64
	HasKey   bool
	Attempts int
	Outcome  Outcome
	Status   int
	Measured bool // arrived in the measured window
}

// Outcome is how a request ended for its client.
type Outcome uint8

const (
	Completed  Outcome = iota
	Failed             // answered with an error by a server
	Rejected           // refused by the balancer or by a full server
	TimedOut           // the client gave up
	Unfinished         // the run ended first
)

// String returns the word used in results.
func (o Outcome) String() string {
	return [...]string{"completed", "failed", "rejected", "timed_out", "unfinished"}[o]
}

// View is a look at a running world.
type View struct{ e *engine }

// Now returns the instant.
func (v View) Now() clock.Time { return v.e.now }

// InSystem returns how many requests are between their client's send and last
// byte.
func (v View) InSystem() int { return int(v.e.inSystem) }

// Arrived returns how many requests have arrived.
func (v View) Arrived() uint64 { return v.e.arrived }

// Servers returns how many servers there are, those added later included.
func (v View) Servers() int { return len(v.e.servers) }

// AtServer returns how many requests a server has, in service and waiting.
func (v View) AtServer(i int) int { s := &v.e.servers[i]; return int(s.busy + s.waiting) }

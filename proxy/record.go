package proxy

import (
	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/config"
)

// Recorder keeps the log of a guard: every call of its balancer, in order. Played back on
// a balancer of the same configuration and seed the log gives every decision and every
// event again. It is called under the lock, so it should be quick.
type Recorder interface {
	Begin(cfg *config.Balancer, seed uint64) // before all calls: what the balancer is told
	Record(c *Call)                          // it is about to be made
	Decided(d balancer.Decision)             // what came of it
	Happened(events []balancer.Event)        // meanwhile; the slice is not the recorder's
}

// CallKind says which call it is.
type CallKind uint8

const (
	Start CallKind = iota
	Finish
	Cancel
	ProbeDone
	Wake
	SetEndpoints
	Drain
	Undrain
	Configure
	Hedge
	Overdue
	Won
)

// Call is a call of a balancer with its arguments.
type Call struct {
	Kind      CallKind
	At        clock.Time
	Request   balancer.Request // as it was before
	Ticket    balancer.Ticket
	Outcome   balancer.Outcome
	Probe     balancer.ProbeTicket
	Result    balancer.ProbeResult
	Pool      balancer.PoolID
	Slot      int32
	Endpoints []balancer.Endpoint
	Config    balancer.Config
	File      *config.Balancer // of a Configure: what Config was made of
}

// Repeat makes the call on a balancer and returns what it decides.
func (c *Call) Repeat(lb *balancer.Balancer) (d balancer.Decision) {
	r := c.Request
	return c.RepeatFor(lb, &r)
}

// RepeatFor is Repeat with a request of the caller's, which the balancer changes.
func (c *Call) RepeatFor(lb *balancer.Balancer, r *balancer.Request) (d balancer.Decision) {
	switch c.Kind {
	case Start:
		d = lb.Start(c.At, r)
	case Finish:
		d = lb.Finish(c.At, r, c.Ticket, c.Outcome)
	case Hedge:
		d = lb.Hedge(c.At, r)
	case Overdue:
		d = lb.Overdue(c.At, r, c.Ticket)
	case Won:
		lb.Won(c.At, r)
	case Cancel:
		lb.Cancel(c.At, r)
	case ProbeDone:
		lb.ProbeDone(c.At, c.Probe, c.Result)
	case Wake:
		lb.Wake(c.At)
	case SetEndpoints:
		lb.SetEndpoints(c.At, c.Pool, c.Endpoints)
	case Drain:
		lb.Drain(c.At, c.Pool, c.Slot)
	case Undrain:
		lb.Undrain(c.At, c.Pool, c.Slot)
	case Configure:
		_ = lb.Configure(c.At, c.Config, false) // what was refused is refused again
	}
	return d
}

// Package recording keeps what a proxy's balancer saw and decided in a file, and reads it
// again. The file is a gzipped stream of Go's encoding/gob: a Header, then an Entry for
// every call of the balancer.
package recording

import (
	"encoding/json"
	"fmt"
	"strings"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/config"
	"lbsim/proxy"
)

// format is what a file calls itself.
const format = "lbsim.recording/v1"

// Header begins a recording.
type Header struct {
	Format string
	Seed   uint64 // of the balancer's chance
	Config []byte // the configuration in its canonical form, as JSON
}

// Entry is a call of the balancer and what came of it.
type Entry struct {
	Kind    proxy.CallKind
	At      clock.Time
	Handle  uint64   // of the request
	Final   bool     // no further attempt of it can follow
	Request *Request // of a Start

	Ticket    balancer.Ticket
	Outcome   balancer.Outcome
	Probe     balancer.ProbeTicket
	Result    balancer.ProbeResult
	Pool      balancer.PoolID
	Slot      int32
	Endpoints []balancer.Endpoint
	Config    []byte // of a Configure

	Decision balancer.Decision
	Events   []balancer.Event
}

// Request is what a balancer is told of a request when it comes.
type Request struct {
	ID         uint64
	Client     []byte // the address; empty: unknown
	Key        uint64
	HasKey     bool
	Cookie     balancer.Cookie
	Idempotent bool
	Priority   balancer.Priority
	About      *balancer.Attributes
	Copied     bool            // of a mirror's copy
	Pool       balancer.PoolID // where that goes
}

// entryOf is a call as it is written.
func entryOf(c *proxy.Call) Entry {
	e := Entry{Kind: c.Kind, At: c.At, Handle: c.Request.Handle, Final: c.Request.Final, Ticket: c.Ticket, Outcome: c.Outcome,
		Probe: c.Probe, Result: c.Result, Pool: c.Pool, Slot: c.Slot, Endpoints: c.Endpoints}
	if c.File != nil {
		e.Config = document(c.File)
	}
	if c.Kind == proxy.Start {
		r := &c.Request
		e.Request = &Request{ID: r.ID, Key: r.Key, HasKey: r.HasKey, Cookie: r.Cookie, Idempotent: r.Idempotent,
			Priority: r.Priority, About: r.About, Copied: r.Copied, Pool: r.Pool}
		e.Request.Client, _ = r.Client.MarshalBinary() // it never fails
	}
	return e
}

// Balancers returns the request as it is told a balancer.
func (r *Request) Balancers(handle uint64) (*balancer.Request, error) {
	q := &balancer.Request{ID: r.ID, Handle: handle, Cookie: r.Cookie, Idempotent: r.Idempotent, Priority: r.Priority, About: r.About, Copied: r.Copied}
	if r.Copied {
		q.Pool = r.Pool
	}
	q.Key, q.HasKey = r.Key, r.HasKey
	if err := q.Client.UnmarshalBinary(r.Client); err != nil {
		return nil, fmt.Errorf("request %d: %w", r.ID, err)
	}
	return q, nil
}

// Call returns the call of an entry, but for its request.
func (e *Entry) Call() (*proxy.Call, error) {
	c := &proxy.Call{Kind: e.Kind, At: e.At, Ticket: e.Ticket, Outcome: e.Outcome, Probe: e.Probe, Result: e.Result,
		Pool: e.Pool, Slot: e.Slot, Endpoints: e.Endpoints}
	if e.Config != nil {
		var err error
		if c.File, err = read(e.Config); err != nil {
			return nil, err
		}
		c.Config = proxy.Told(c.File)
	}
	return c, nil
}

// Balancer returns the configuration with which a recording begins.
func (h *Header) Balancer() (*config.Balancer, error) { return read(h.Config) }

func document(cfg *config.Balancer) []byte {
	text, err := json.Marshal(cfg.Document())
	if err != nil {
		panic("recording: " + err.Error()) // a document is of JSON's types
	}
	return text
}

func read(text []byte) (*config.Balancer, error) {
	return config.ReadProxy("the recording's configuration", strings.NewReader(string(text)))
}

package balancer

import (
	"time"

	"lbsim/algorithms"
	"lbsim/clock"
)

// Request is a request as a balancer sees it. It belongs to the driver, which
// hands the same one to Start and to every Finish of its attempts. Of one that is
// tried again or hedged the balancer counts Attempt and notes Tried.
type Request struct {
	ID     uint64 // of the driver: what is drawn about the request belongs to it; where there are retries or routes
	Handle uint64 // of the driver: an Event about the request carries it

	// Which retries, by their generation, count so many attempts under way, and it as a
	// retry: settings that change in between count neither twice nor never. The balancer's
	// own, as hedged is.
	countedBy, retriedBy uint32
	hedged

	Pool       PoolID   // where there are routes Start sets it, and Route
	MirrorTo   PoolID   // out of Start, where it is Mirrored
	SetCookie  bool     // out: the answer must carry Cookie
	Idempotent bool     // to do it twice is to do it once; where there are retries
	Priority   Priority // where there are limits
	Admitted   bool     // out: the rate limits have let it through, at once or in a while
	Copied     bool     // it is a mirror's copy: it goes to Pool, and has no route
	Mirrored   bool     // out of Start: a copy of it is to go to MirrorTo, by a Start with Copied
	Final      bool     // no attempt can follow: some of the answer has gone out, or what was sent is not there to be sent again
	counted    uint8    // the balancer's own

	algorithms.Request

	// What is above, and the request's beginning, is a cache line, which is all that most
	// requests touch.
	Route  int32       // out: of Config.Routes; -1: none matched
	place  uint64      // where it waits, and the place's generation
	About  *Attributes // what routes look at; nil: nothing is known
	Cookie Cookie      // the affinity cookie that came with it; the zero Cookie when none
	_      [24]byte    // so that in an array each begins a line
}

// Reset makes r another request, as a zero one is but for what the driver sets where it
// is asked: Client, Key, Cookie and About.
func (r *Request) Reset(id, handle uint64) {
	r.ID, r.Handle = id, handle
	r.countedBy, r.retriedBy, r.hedged = 0, 0, hedged{}
	r.Pool, r.MirrorTo = 0, 0
	r.SetCookie, r.Idempotent, r.Priority, r.Admitted, r.Copied, r.Mirrored, r.Final, r.counted = false, false, 0, false, false, false, false, 0
	r.HasKey, r.Attempt = false, 0
	r.Tried.Clear()
}

// Cookie is the content of an affinity cookie.
type Cookie struct {
	Endpoint string
	Expires  clock.Time
}

// inForce reports whether a cookie came and holds.
func (c *Cookie) inForce(now clock.Time) bool { return c.Endpoint != "" && now < c.Expires }

// Ticket names an attempt. It is a value: a late Finish for an endpoint that has
// left does no harm.
type Ticket struct {
	Pool PoolID
	Slot int32
	Gen  uint32
	At   clock.Time // when it was sent
}

// ProbeTicket names a probe.
type ProbeTicket struct {
	Ticket
	Health  bool // a health check: Failed is all that its result need say
	Deep    bool // of what the endpoint depends on, too
	Connect bool // a connection and no more
}

// ProbeResult is a probe's outcome.
type ProbeResult struct {
	Failed   bool
	Latency  time.Duration // the server's own estimate at its present load
	InFlight int32         // the server's own count
}

// Decision is what the driver has to carry out. It fits into registers: it is
// made twice for every request.
type Decision struct {
	Kind   DecisionKind
	Reason Reason // of a Reject
	Ticket Ticket // of a Send; of a WaitUntil its At alone
}

// DecisionKind says what to do with a request.
type DecisionKind uint8

const (
	Finished  DecisionKind = iota // nothing more: the attempt's outcome is the request's
	Send                          // send it, under the ticket
	Queued                        // keep it: an event will say when it may go
	WaitUntil                     // keep it, and call Start again at Ticket.At
	Reject                        // answer it with an error
	Await                         // nothing: another attempt of it is in flight
)

// Reason says why a request is rejected.
type Reason uint8

const (
	NoReason     Reason = iota
	NoEndpoint          // none is ready: 503
	AffinityLost        // the endpoint that its cookie names is gone or not ready, and affinity is strict: 503
	RateLimited         // too many requests of its pool in a time: 429
	Shed                // what matters more needs the room: 503
	Overflow            // too many in flight: 503
	QueueFull           // too many in flight, and too many wait: 503
	QueueTimeout        // it has waited too long: 503, as HAProxy says
	NoRoute             // none matches: 404
	RouteLimited        // too many requests of its route in a time: 429
)

// Status returns the HTTP status that tells a client of the reason.
func (r Reason) Status() int {
	switch r {
	case NoReason:
		return 500
	case RateLimited, RouteLimited:
		return 429
	case NoRoute:
		return 404
	}
	return 503
}

// Reasons is how many there are.
const Reasons = int(RouteLimited) + 1

// String returns the word used in results.
func (r Reason) String() string {
	return [...]string{"", "no_endpoint", "affinity_lost", "rate_limited", "shed", "overflow", "queue_full", "queue_timeout", "no_route", "route_limited"}[r]
}

// Event is something that a balancer did or wants done.
type Event struct {
	At    clock.Time
	Kind  EventKind
	Pool  PoolID
	Slot  int32       // but of a panic or a hedge
	Probe ProbeTicket // of a ProbeDue
	Until clock.Time  // of an Ejected or a Draining: when its time is over
	First bool        // of an Up or a Down: of the endpoint's first check
	Level int32       // of a panic: the priority level's

	Handle uint64 // of a HedgeDue, a Granted or a Rejected: the request
	Ticket Ticket // of a Granted
	Cookie Cookie // of a Granted: what the answer must carry; the zero Cookie: none
	Reason Reason // of a Rejected

	noted noted // of a Granted
}

// noted is what a balancer keeps in a request that is under way.
type noted struct {
	tried algorithms.Tried
	hedged
}

// Note gives a request that was Granted what its balancer noted of it meanwhile. The
// driver calls it before it sends the request.
func (e *Event) Note(r *Request) {
	r.Tried, r.hedged = e.noted.tried, e.noted.hedged
	if e.Cookie.Endpoint != "" {
		r.Cookie = e.Cookie
	}
}

// EventKind says what an event is.
type EventKind uint8

const (
	ProbeDue   EventKind = iota // send a probe, answer with ProbeDone
	Up                          // health checks pass
	Down                        // health checks fail
	Ejected                     // answers were too bad
	Restored                    // the ejection is over
	PanicBegan                  // too few are fit: all are used
	PanicEnded
	Draining  // takes no new work
	Drained   // has nothing in flight any more
	DrainOver // the time to drain is over: the driver ends what is in flight
	Undrained // takes work again
	Granted   // who waited may go
	Rejected  // who waited may not
	HedgeDue  // call Hedge, if the request is still under way
)

// String returns the event in a word or two.
func (k EventKind) String() string {
	return [...]string{"probe", "up", "down", "ejected", "restored", "panic", "panic_over",
		"draining", "drained", "drain_over", "undrained", "granted", "rejected", "hedge"}[k]
}

package replay

import (
	"fmt"
	"io"
	"slices"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/proxy"
	"lbsim/proxy/recording"
)

// story is a request as it was recorded.
type story struct {
	at       clock.Time
	handle   uint64
	asked    *recording.Request
	attempts []attempt
}

// attempt is one that was recorded.
type attempt struct {
	server  int32
	at      clock.Time
	took    clock.Time
	outcome balancer.Outcome
	ticket  balancer.Ticket
	open    bool
}

// check is a health check that was recorded.
type check struct {
	at     clock.Time
	result balancer.ProbeResult
}

// known is what was learnt of a recording by playing it back.
type known struct {
	recording *recording.Reader
	start     clock.Time
	calls     int
	titles    []string // of pools
	cast      *cast
	tally     tally
	stories   []*story
	checks    [][]check // by server, in order of when they were due
	changes   []change
}

// span is how long the recording is.
func (k *known) span() clock.Time { return k.tally.last - k.start }

// change is one of endpoints, a drain or one of settings, as it was recorded.
type change struct {
	*recording.Entry
	server int32 // of a drain: whose slot it was then
}

// again plays a recording back on the balancer that it began with. Memory grows with the
// requests: their stories are what other algorithms meet.
type again struct {
	*known
	lb   *balancer.Balancer
	live map[uint64]*underway
}

// underway is a request that is not over.
type underway struct {
	request *balancer.Request
	story   *story
	tried   bool
	over    bool // but for copies under way
}

// playAgain plays a recording back. The error is a *Difference where the balancer decides
// otherwise.
func playAgain(r *recording.Reader) (*known, error) {
	cfg, err := r.Header.Balancer()
	if err != nil {
		return nil, err
	}
	told := proxy.Told(cfg)
	a := &again{known: &known{recording: r, cast: newCast(len(told.Pools))}, live: map[uint64]*underway{}}
	for _, p := range told.Pools {
		a.titles = append(a.titles, p.Name)
	}
	if a.lb, err = proxy.NewBalancer(told, r.Header.Seed); err != nil {
		return nil, err
	}
	for {
		e := &recording.Entry{}
		if err := r.Next(e); err == io.EOF {
			return a.known, nil
		} else if err != nil {
			return nil, fmt.Errorf("after %d calls: %w", a.calls, err)
		}
		if a.calls++; a.calls == 1 {
			a.start = e.At
		}
		if err := a.play(e); err != nil {
			return nil, err
		}
	}
}

// play makes one call again.
func (a *again) play(e *recording.Entry) error {
	call, err := e.Call()
	if err != nil {
		return fmt.Errorf("call %d: %w", a.calls, err)
	}
	a.tally.now(e.At)
	x, err := a.whose(e)
	if err != nil {
		return fmt.Errorf("call %d: %w", a.calls, err)
	}
	d := call.RepeatFor(a.lb, x.request)
	if d != e.Decision {
		return a.differ(e, describe(e.Decision), describe(d))
	}
	events := a.lb.AppendEvents(nil)
	if !slices.EqualFunc(events, e.Events, sameEvent) {
		return a.differ(e, list(e.Events), list(events))
	}
	a.note(e, x, d)
	for i := range events {
		a.happened(&events[i])
	}
	return nil
}

// whose finds the request that a call is about.
func (a *again) whose(e *recording.Entry) (*underway, error) {
	switch e.Kind {
	case proxy.Start, proxy.Finish, proxy.Cancel, proxy.Hedge, proxy.Overdue, proxy.Won:
	default:
		return &underway{request: &balancer.Request{}}, nil
	}
	x := a.live[e.Handle]
	if x == nil {
		if e.Request == nil {
			return nil, fmt.Errorf("nothing is known of request %d", e.Handle)
		}
		r, err := e.Request.Balancers(e.Handle)
		if err != nil {
			return nil, err
		}
		s := &story{at: e.At, handle: e.Handle, asked: e.Request}
		x = &underway{request: r, story: s}
		a.live[e.Handle] = x
		a.stories = append(a.stories, s)
		a.tally.requests++
	}
	x.request.Final = e.Final
	return x, nil
}

// note keeps what a call says of the recording.
func (a *again) note(e *recording.Entry, x *underway, d balancer.Decision) {
	switch e.Kind {
	case proxy.SetEndpoints:
		a.cast.set(a.lb, a.titles[e.Pool], e.Pool, e.Endpoints)
		a.changes = append(a.changes, change{Entry: e})
	case proxy.Drain, proxy.Undrain:
		a.changes = append(a.changes, change{e, a.cast.slots[e.Pool][e.Slot]})
	case proxy.Configure:
		a.changes = append(a.changes, change{Entry: e})
	case proxy.ProbeDone:
		a.checked(e)
	case proxy.Cancel:
		a.over(x)
	case proxy.Start, proxy.Hedge, proxy.Overdue:
		a.decided(x, d, balancer.OK)
	case proxy.Finish:
		a.ended(x, e)
		a.decided(x, d, e.Outcome)
	}
}

// ended notes the end of an attempt.
func (a *again) ended(x *underway, e *recording.Entry) {
	for i := range x.story.attempts {
		if t := &x.story.attempts[i]; t.open && t.ticket == e.Ticket {
			t.open, t.took, t.outcome = false, e.At-t.at, e.Outcome
			a.tally.ended(t.server)
			return
		}
	}
}

// over notes that nothing more becomes of a request, but for copies that are still under
// way.
func (a *again) over(x *underway) {
	x.over = true
	if !slices.ContainsFunc(x.story.attempts, func(t attempt) bool { return t.open }) {
		delete(a.live, x.story.handle)
	}
}

// decided notes what became of a request.
func (a *again) decided(x *underway, d balancer.Decision, o balancer.Outcome) {
	switch d.Kind {
	case balancer.Send:
		a.sent(x, d.Ticket)
	case balancer.Finished:
		if !x.over {
			a.tally.over(o)
		}
		a.over(x)
	case balancer.Reject:
		a.tally.rejected++
		a.over(x)
	}
}

func (a *again) sent(x *underway, t balancer.Ticket) {
	server := a.cast.at(t)
	x.story.attempts = append(x.story.attempts, attempt{server: server, at: a.tally.last, ticket: t, open: true})
	a.tally.sent(server, x.tried)
	x.tried = true
}

// happened is what the balancer did by itself.
func (a *again) happened(e *balancer.Event) {
	a.tally.saw(e)
	if e.Kind != balancer.Granted && e.Kind != balancer.Rejected {
		return
	}
	x := a.live[e.Handle]
	if x == nil {
		return
	}
	if e.Kind == balancer.Rejected {
		a.tally.rejected++
		delete(a.live, e.Handle)
		return
	}
	e.Note(x.request)
	a.sent(x, e.Ticket)
}

// checked keeps a health check under its server.
func (a *again) checked(e *recording.Entry) {
	if !e.Probe.Health || int(e.Probe.Slot) >= len(a.cast.slots[e.Probe.Pool]) {
		return
	}
	server := a.cast.at(e.Probe.Ticket)
	for int(server) >= len(a.checks) {
		a.checks = append(a.checks, nil)
	}
	a.checks[server] = append(a.checks[server], check{e.Probe.At, e.Result})
}

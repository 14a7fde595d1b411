package sim

import (
	"lbsim/clock"
	"lbsim/random"
	"lbsim/workloads"
)

// persistence is clients who try again by themselves. A request stays one request,
// from its first send on; each attempt of its client goes to a frontend anew, which
// knows nothing of those before.
type persistence struct {
	rules        *workloads.ClientRetries // nil: clients take what they get
	backoffDraws random.Index             // by request and attempt of the client
	choiceDraws  random.Index             // of the frontend, likewise
}

func (e *engine) buildPersistence() {
	if c := e.m.Clients; c != nil && c.Retries != nil {
		e.rules = c.Retries
		e.backoffDraws, e.choiceDraws = e.index("client back-off"), e.index("client frontends")
	}
}

// expire starts the clock of a client who waits so long and no longer in all.
func (e *engine) expire(ref int32, r *request) {
	if e.rules.Deadline > 0 {
		e.after(r.arrived+clock.FromSeconds(e.rules.Deadline), expired, ref, r.gen)
	}
}

// comesBack lets the client of a request that came to nothing wait and try again. It
// reports false where the client takes it as it is.
func (e *engine) comesBack(ref int32, r *request, how Outcome) bool {
	c, x := e.rules, &e.stories[ref]
	switch {
	case how == Rejected && !c.Rejected, how == Failed && !c.Failed, how == TimedOut && !c.TimedOut,
		c.Attempts > 0 && int(x.sends) >= c.Attempts:
		return false
	}
	at := e.now
	if c.Backoff != nil {
		e.own = e.backoffDraws.At(x.id, uint64(x.sends))
		at += clock.FromSeconds(c.Backoff.Sample(&e.own))
	}
	if c.Deadline > 0 && at >= r.arrived+clock.FromSeconds(c.Deadline) {
		return false
	}
	if r.state != atBalancer {
		ref = e.moveOn(ref)
		r, x = &e.slab[ref], &e.stories[ref]
	}
	r.gen++ // what is still said to the attempt that is over finds nobody
	x.sends++
	x.before += uint32(e.attemptsOf(ref, r))
	r.attempts = 0
	if r.flags&measured != 0 {
		e.classes[r.class].resent++
	}
	e.after(at, comeBack, ref, r.gen)
	return true
}

// moveOn gives a request another place in the slab and leaves the one that a server or
// a message still holds to them.
func (e *engine) moveOn(ref int32) int32 {
	to := e.twin(ref)
	from, r := &e.slab[ref], &e.slab[to]
	if e.parties != nil {
		e.parties[to].sent = e.parties[ref].sent
	}
	if e.keeps {
		e.queries[to] = e.queries[ref]
	}
	from.flags |= orphan
	r.state, r.flags = atBalancer, r.flags&^there
	return to
}

// sendAgain is a client's further attempt.
func (e *engine) sendAgain(ref int32, r *request) {
	x := &e.stories[ref]
	if e.fronts > 1 {
		e.own = e.choiceDraws.At(x.id, uint64(x.sends))
		r.frontend = uint16(e.own.IntN(e.fronts))
	}
	if e.redraws != nil {
		e.redraw(ref, r, 1)
	}
	e.present(ref, r, x.id|uint64(x.sends-1)<<sendShift)
}

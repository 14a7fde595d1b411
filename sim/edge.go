package sim

import (
	"lbsim/balancer"
	"lbsim/random"
	"lbsim/workloads"
)

// edge is where clients meet balancers: the frontends, what they need to know of
// a request, and what clients remember between requests.
type edge struct {
	frontends []*balancer.Balancer // the clients', then one for each tier
	fronts    int                  // how many are the clients'
	inForce   *balancer.Config     // what those were told last
	drainable bool                 // balancers drain, at least for a time
	pools     []poolEdge
	edges     []int32 // place in pools by server; nil where there is one pool
	slotOf    []int32 // slot by server, in its pool; -1: not a member
	members   []balancer.Endpoint
	memberIDs []int32 // servers, parallel to members
	serverOf  []int32 // of the first pool
	query     balancer.Request
	queries   []balancer.Request // by request, where balancers are to remember something of it; else nil, and query serves all
	keeps     bool               // queries are kept
	fetched   balancer.PoolID    // read from a query long before it is needed, so that its line is there by then
	mirrors   bool               // balancers send copies of requests
	repeats   []bool             // by class: its requests are idempotent
	events    []balancer.Event
	following bool // events are being carried out

	needsClient bool
	needsKey    bool
	keyText     []byte // scratch, where the algorithm hashes a key's text; nil otherwise
	sticky      bool
	describes   bool // one of the three
	straight    bool // a request goes straight to its server, and nothing need be told of it
	plain       bool // nor does a balancer remember anything of it
	reports     bool // servers announce that they are idle
	announce    random.Source
	cookies     []balancer.Cookie // by client
	switchboard *switchboard      // of layer 4; nil otherwise
	abandons    bool              // servers go on working for clients who have left
	roamDraws   random.Index
	errorDraws  random.Index // who meets an error of a server, by request and attempt
	checkDraws  random.Index // which health checks a flaky server fails
	patience    workloads.Distribution
}

func (e *engine) buildEdge() error {
	e.inForce, e.drainable = &e.m.Balancer, e.m.Drains()
	e.announce = e.stream("idle reports")
	e.errorDraws, e.checkDraws = e.index("errors"), e.index("failed checks")
	family := e.index("balancer")
	for f := range e.fronts {
		seed := family.At(uint64(f), 0)
		lb, err := balancer.New(e.toldAt(f, &e.m.Balancer), random.NewIndex(seed.Uint64(), "pools", 0))
		if err != nil {
			return err
		}
		e.frontends = append(e.frontends, lb)
	}
	family = e.index("callers' balancers")
	for i := range e.m.Tiers {
		seed := family.At(uint64(i), 0)
		lb, err := balancer.New(e.m.Tiers[i].Balancer, random.NewIndex(seed.Uint64(), "pools", 0))
		if err != nil {
			return err
		}
		e.frontends = append(e.frontends, lb)
	}
	e.mirrors = e.m.mirroring()
	e.askFrontends()
	if err := e.m.checkSettings(); err != nil {
		return err
	}
	if c := e.m.Clients; c != nil {
		e.patience = c.Patience
		e.abandons = c.OnTimeout == workloads.Abandon
		e.roamDraws = e.index("roaming")
		if e.sticky {
			e.cookies = make([]balancer.Cookie, c.Count)
		}
		if e.m.Balancer.Layer == balancer.L4 {
			e.switchboard = newSwitchboard(c.Count, max(c.Connections, 1))
		}
	}
	e.slotOf = make([]int32, len(e.servers))
	e.straight = e.switchboard == nil && e.path == nil && !e.describes && e.rules == nil && !e.topology.torn
	e.plain = e.straight && !e.keeps
	for i := range e.m.Servers {
		e.members = append(e.members, e.m.endpoint(i))
		e.memberIDs = append(e.memberIDs, int32(i))
	}
	e.tellMembers(news{members: e.members, ids: e.memberIDs, fresh: e.memberIDs})
	return nil
}

// dispatch asks a balancer where a request goes.
func (e *engine) dispatch(ref int32, r *request) {
	if !e.plain {
		e.dispatchFar(ref, r)
		return
	}
	frontend := r.frontend
	lb := e.frontends[frontend]
	if d := lb.Start(e.now, &e.query); d.Kind == balancer.Send {
		r.assign(d.Ticket, e.serverOf[d.Ticket.Slot])
		e.reach(ref, r)
	} else {
		e.carryOut(ref, r, d, balancer.OK)
	}
	if lb.Events() {
		e.followUp(int32(frontend))
	}
}

// dispatchFar is dispatch where there is more to it: connections, a network, or
// something that the balancer must be told of the request.
func (e *engine) dispatchFar(ref int32, r *request) {
	if e.switchboard != nil {
		e.dispatchOnConnection(ref, r)
		return
	}
	if e.topology.torn && !e.elsewhere(ref, r) {
		e.reject(ref, r, balancer.NoEndpoint)
		return
	}
	if e.describes {
		e.describe(ref, e.queryOf(ref))
	}
	frontend := int32(r.frontend)
	lb := e.frontends[frontend]
	q := e.queryOf(ref)
	d := lb.Start(e.now, q)
	if e.apart && int(frontend) < e.fronts {
		e.named(q)
	}
	if q.SetCookie && r.flags&shadow == 0 {
		e.keepCookie(ref, q)
	}
	copied := int32(noRequest)
	if e.mirrors && q.Mirrored {
		copied = e.mirror(ref) // before the request can be over, so that there is something to copy
		r = &e.slab[ref]
	}
	e.carryOut(ref, r, d, balancer.OK)
	if lb.Events() {
		e.followUp(frontend)
	} else if e.parties != nil {
		e.hasten(frontend)
	}
	if copied != noRequest {
		e.dispatch(copied, &e.slab[copied])
	}
}

// queryOf returns the request as its balancer sees it.
func (e *engine) queryOf(ref int32) *balancer.Request {
	if e.keeps {
		return &e.queries[ref]
	}
	return &e.query
}

// carryOut does what a balancer decided about a request whose last attempt, if
// there was one, ended with o.
func (e *engine) carryOut(ref int32, r *request, d balancer.Decision, o balancer.Outcome) {
	switch d.Kind {
	case balancer.Send:
		e.attempt(ref, r, d.Ticket)
	case balancer.Finished:
		how, status := outcomeOf(o)
		e.over(ref, r, how, status)
	case balancer.Reject:
		e.reject(ref, r, d.Reason)
	case balancer.WaitUntil:
		e.after(d.Ticket.At, resume, ref, r.gen)
	case balancer.Queued:
		e.hold(ref, r)
	}
}

// attempt sends a request on its way to a server.
func (e *engine) attempt(ref int32, r *request, t balancer.Ticket) {
	pool := e.edgeTo(int32(r.frontend), t.Pool)
	r.assign(t, pool.serverOf[t.Slot])
	if r.flags&aCall == 0 {
		e.bucket.attempts++
	}
	if e.parties != nil {
		e.enumerate(ref, r)
	}
	if e.redraws != nil && r.attempts > 1 {
		e.redraw(ref, r, r.attempts)
	}
	if pool.tryLane >= 0 {
		e.sendAttempt(pool.tryLane, tryTimeout, ref, r, balancer.OK)
	}
	if l := e.laneTo(r); l >= 0 {
		e.sendAttempt(l, toServer, ref, r, balancer.OK)
		return
	}
	if e.topology.torn && !e.crosses(&laneEntry{kind: toServer, ref: ref, gen: r.gen, attempt: r.attempts}, r) {
		return
	}
	e.countCopy(r)
	e.reach(ref, r)
}

// answered is the end of an attempt as the balancer sees it.
func (e *engine) answered(ref int32, r *request, o balancer.Outcome) {
	if o != balancer.OK {
		e.failedAt(r, o)
	}
	r.state = atBalancer
	lb, frontend := e.frontends[r.frontend], int32(r.frontend)
	if e.plain {
		e.conclude(ref, r, lb.Finish(e.now, &e.query, r.ticket(0), o), o)
	} else {
		e.answeredFar(ref, r, o)
	}
	if lb.Events() {
		e.followUp(frontend)
	}
}

// answeredFar is answered where there is more to it.
func (e *engine) answeredFar(ref int32, r *request, o balancer.Outcome) {
	if e.parties == nil {
		e.conclude(ref, r, e.settle(ref, r, o), o)
		return
	}
	frontend := int32(r.frontend)
	e.answeredAmong(ref, r, o)
	e.hasten(frontend)
}

// conclude carries out what follows from the end of a request's only attempt.
func (e *engine) conclude(ref int32, r *request, d balancer.Decision, o balancer.Outcome) {
	if d.Kind == balancer.Finished && o == balancer.OK {
		e.complete(ref, r)
	} else {
		e.carryOut(ref, r, d, o)
	}
}

// settle tells the balancer that an attempt is over.
func (e *engine) settle(ref int32, r *request, o balancer.Outcome) balancer.Decision {
	if e.switchboard != nil {
		e.endOnConnection(e.stories[ref].conn, o)
		return balancer.Decision{Kind: balancer.Finished}
	}
	q := e.queryOf(ref)
	t := r.ticket(q.Pool)
	if e.path != nil && r.flags&there != 0 {
		if l := e.laneTo(r); l >= 0 {
			t.At -= e.delays[l] // it reached the server that long after it was sent
		}
	}
	return e.frontends[r.frontend].Finish(e.now, q, t, o)
}

package sim

import (
	"math"

	"lbsim/clock"
	"lbsim/random"
	"lbsim/workloads"
)

// arrivals is where requests come from: an arrival process, a trace, or users in
// a closed loop. What is drawn here never depends on what balancers decide, so all
// variants of a comparison meet the same arrivals and the same work.
type arrivals struct {
	next struct { // the open loop's next arrival
		at  due
		seq uint64
	}
	process   workloads.Process
	ahead     ahead // of the open loop
	pacing    pacing
	record    int // of the trace
	arrived   uint64
	horizon   clock.Time     // the model's
	most      uint64         // requests that may arrive
	mix       *workloads.Mix // nil when there is one class
	services  []workloads.Distribution
	drawsRest bool // requests have a key, a client or a choice of frontend

	gapDraws, classDraws, demandDraws random.Source
	keyDraws, clientDraws, edgeDraws  random.Source
	patienceDraws                     random.Index

	userDraws random.Index  // of a closed loop, by user and turn
	own       random.Source // of one turn or one request; a law that draws from a local one would move it to the heap
	turns     []uint64      // by user
}

// nobody is who asks where a model has no clients or no users.
const nobody = -1

// arrival is a request as drawn.
type arrival struct {
	demand   float64 // nanoseconds at speed 1
	key      uint64
	client   int32
	user     int32
	class    uint16
	frontend uint16
}

func (e *engine) buildArrivals() {
	e.gapDraws, e.classDraws, e.demandDraws = e.stream("arrivals"), e.stream("classes"), e.stream("demands")
	e.keyDraws, e.clientDraws, e.edgeDraws = e.stream("keys"), e.stream("clients"), e.stream("frontends")
	e.patienceDraws, e.userDraws = e.index("patience"), e.index("users")
	e.drawsRest = e.m.Keys != nil || e.m.Clients != nil || e.fronts > 1
	e.horizon, e.most = e.m.Horizon, math.MaxUint64
	if e.m.Requests > 0 {
		e.most = e.m.Requests
	}
	var shares []float64
	for _, c := range e.m.Classes {
		shares = append(shares, c.Share)
		e.services = append(e.services, c.Service)
	}
	if len(shares) > 1 {
		mix, err := workloads.NewMix(shares)
		if err != nil {
			panic(err) // Model.check looked at them
		}
		e.mix = mix
	}
	e.next.at = ^due(0)
	switch {
	case e.m.Arrivals != nil:
		e.process = e.m.Arrivals()
		for i := range e.ahead.asked {
			e.ahead.asked[i] = arrival{client: nobody, user: nobody}
		}
		e.drawAhead()
		e.expect(e.ahead.at[0])
	case e.m.Trace != nil:
		e.nextRecord()
	case e.m.Closed != nil:
		e.turns = make([]uint64, e.m.Closed.Users)
		for user := range e.turns {
			e.startThinking(int32(user))
		}
	}
}

// drawnAtOnce is how many requests of an open loop are drawn at a time.
const drawnAtOnce = 64

// ahead is an open loop's next requests. Drawn one by one, each would keep the
// processor waiting for the instant that decides what happens next; drawn together
// they overlap. What is drawn stays the same.
type ahead struct {
	taken  int
	at     [drawnAtOnce]clock.Time
	demand [drawnAtOnce]float64 // seconds
	asked  [drawnAtOnce]arrival // all but the demand
}

// drawAhead draws the open loop's next requests.
func (e *engine) drawAhead() {
	x := &e.ahead
	x.taken = 0
	workloads.Instants(e.process, &e.gapDraws, x.at[:])
	if e.pacing.factor != 0 {
		e.pacing.stretch(x.at[:])
	}
	if e.mix == nil {
		workloads.Samples(e.services[0], &e.demandDraws, x.demand[:])
	} else {
		for i := range x.asked {
			class := e.mix.Choose(&e.classDraws)
			x.asked[i].class = uint16(class)
			x.demand[i] = e.services[class].Sample(&e.demandDraws)
		}
	}
	if e.drawsRest {
		for i := range x.asked {
			e.drawRest(&x.asked[i], &e.keyDraws, &e.clientDraws, &e.edgeDraws)
		}
	}
}

// expect makes at the open loop's next arrival, if the run goes on until then.
func (e *engine) expect(at clock.Time) {
	if at >= e.horizon || e.arrived >= e.most {
		e.next.at = ^due(0)
		e.noMoreArrivals()
		return
	}
	e.next.at, e.next.seq = due(at), e.nextSeq()
}

func (e *engine) nextRecord() {
	if e.record == len(e.m.Trace.Records) {
		e.expect(clock.Never)
		return
	}
	e.expect(e.m.Trace.Records[e.record].At)
}

// arrive lets the open loop's next request in.
func (e *engine) arrive() {
	if e.process == nil {
		e.arriveRecorded()
		return
	}
	x := &e.ahead
	a := &x.asked[x.taken]
	a.demand = x.demand[x.taken] * 1e9
	e.admit(a)
	if x.taken++; x.taken == drawnAtOnce {
		e.drawAhead()
	}
	e.expect(x.at[x.taken])
}

// drawRest draws what only some models have.
func (e *engine) drawRest(a *arrival, keys, clients, edge *random.Source) {
	if e.m.Keys != nil {
		a.key = uint64(e.m.Keys.Key(keys))
	}
	if e.m.Clients != nil {
		a.client = int32(e.m.Clients.Choose(clients))
	}
	if e.fronts > 1 {
		a.frontend = uint16(edge.IntN(e.fronts))
	}
}

func (e *engine) arriveRecorded() {
	x := &e.m.Trace.Records[e.record]
	a := arrival{client: nobody, user: nobody, class: uint16(x.Class), demand: x.Service * 1e9}
	e.drawRest(&a, &e.keyDraws, &e.clientDraws, &e.edgeDraws)
	a.key = x.Key
	if e.m.Clients != nil && x.Client >= 0 {
		a.client = x.Client % int32(e.m.Clients.Count)
	}
	e.admit(&a)
	e.record++
	e.nextRecord()
}

// startThinking lets a user of the closed loop think before the next request.
func (e *engine) startThinking(user int32) {
	e.own = e.userDraws.At(uint64(user), 2*e.turns[user])
	at := e.now + clock.FromSeconds(e.m.Closed.Think.Sample(&e.own))
	if at < e.m.Horizon {
		e.after(at, think, user, 0)
	}
}

// ask lets a user send a request. What is asked belongs to the user and the turn,
// whenever it happens to be sent.
func (e *engine) ask(user int32) {
	if e.arrived >= e.most {
		return
	}
	e.own = e.userDraws.At(uint64(user), 2*e.turns[user]+1)
	e.turns[user]++
	a := arrival{client: nobody, user: user}
	if e.mix != nil {
		a.class = uint16(e.mix.Choose(&e.own))
	}
	a.demand = e.services[a.class].Sample(&e.own) * 1e9
	e.drawRest(&a, &e.own, &e.own, &e.own)
	if e.m.Clients != nil {
		a.client = user % int32(e.m.Clients.Count)
	}
	e.admit(&a)
	if e.arrived == e.most {
		e.noMoreArrivals()
	}
}

package sim

import (
	"lbsim/clock"
	"lbsim/random"
	"lbsim/workloads"
)

// arrivals is where requests come from: an arrival process, a trace, or users in
// a closed loop. What is drawn here never depends on what balancers decide, so all
// variants of a comparison meet the same arrivals and the same work.
type arrivals struct {
	next struct { // the open loop's next arrival
		at  clock.Time
		key eventKey
	}
	process   workloads.Process
	record    int // of the trace
	arrived   uint64
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
	e.drawsRest = e.m.Keys != nil || e.m.Clients != nil || len(e.frontends) > 1
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
	e.next.at, e.next.key = clock.Never, ^eventKey(0)
	switch {
	case e.m.Arrivals != nil:
		e.process = e.m.Arrivals()
		e.nextOpen()
	case e.m.Trace != nil:
		e.nextRecord()
	case e.m.Closed != nil:
		e.turns = make([]uint64, e.m.Closed.Users)
		for user := range e.turns {
			e.startThinking(int32(user))
		}
	}
}

// expect makes at the open loop's next arrival, if the run goes on until then.
func (e *engine) expect(at clock.Time, ok bool) {
	if !ok || at >= e.m.Horizon || e.m.Requests > 0 && e.arrived >= e.m.Requests {
		e.next.at, e.next.key = clock.Never, ^eventKey(0)
		e.noMoreArrivals()
		return
	}
	e.next.at, e.next.key = at, keyOf(maxSources-1, e.nextSeq())
}

func (e *engine) nextOpen() { e.expect(e.process.Next(&e.gapDraws)) }

func (e *engine) nextRecord() {
	if e.record == len(e.m.Trace.Records) {
		e.expect(clock.Never, false)
		return
	}
	e.expect(e.m.Trace.Records[e.record].At, true)
}

// arrive lets the open loop's next request in.
func (e *engine) arrive() {
	if e.process == nil {
		e.arriveRecorded()
		return
	}
	a := arrival{client: -1, user: -1}
	if e.mix != nil {
		a.class = uint16(e.mix.Choose(&e.classDraws))
	}
	a.demand = e.services[a.class].Sample(&e.demandDraws) * 1e9
	if e.drawsRest {
		e.drawRest(&a, &e.keyDraws, &e.clientDraws, &e.edgeDraws)
	}
	e.admit(&a)
	e.nextOpen()
}

// drawRest draws what only some models have.
func (e *engine) drawRest(a *arrival, keys, clients, edge *random.Source) {
	if e.m.Keys != nil {
		a.key = uint64(e.m.Keys.Key(keys))
	}
	if e.m.Clients != nil {
		a.client = int32(e.m.Clients.Choose(clients))
	}
	if len(e.frontends) > 1 {
		a.frontend = uint16(edge.IntN(len(e.frontends)))
	}
}

func (e *engine) arriveRecorded() {
	x := &e.m.Trace.Records[e.record]
	a := arrival{client: -1, user: -1, class: uint16(x.Class), demand: x.Service * 1e9}
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
	if e.m.Requests > 0 && e.arrived >= e.m.Requests {
		return
	}
	e.own = e.userDraws.At(uint64(user), 2*e.turns[user]+1)
	e.turns[user]++
	a := arrival{client: -1, user: user}
	if e.mix != nil {
		a.class = uint16(e.mix.Choose(&e.own))
	}
	a.demand = e.services[a.class].Sample(&e.own) * 1e9
	e.drawRest(&a, &e.own, &e.own, &e.own)
	if e.m.Clients != nil {
		a.client = user % int32(e.m.Clients.Count)
	}
	e.admit(&a)
	if e.m.Requests > 0 && e.arrived == e.m.Requests {
		e.noMoreArrivals()
	}
}

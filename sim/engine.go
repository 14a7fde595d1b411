package sim

import (
	"fmt"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/random"
)

// engine is a run in progress. Its files are its parts: arrivals, requests,
// frontends, servers, network, acts and the measurements.
type engine struct {
	m   *Model
	o   Options
	now clock.Time
	seq uint64

	agenda  agenda
	sources sources

	arrivals
	requests
	fleet
	lives
	scalers []scaler
	caches
	sessions
	dependencies
	topology topology
	edge
	persistence
	hedging
	calling
	messages
	lifecycle
	measures

	express *express // the short way, while it is taken
}

// source kinds after the workers, which come first.
type sourceKind uint8

const (
	fromLane sourceKind = iota
	fromTimers
	fromWake
	fromAct
	fromWindow
	fromTick
	fromSample
	fromScaler
	fromNews
)

// sources maps event sources to what they are: source workers+i is of kind[i],
// with the argument arg[i].
type sources struct {
	workers int32
	kind    []sourceKind
	arg     []int32
	at      [fromNews + 1]int32 // the first source of each kind
}

func (s *sources) add(k sourceKind, n int) {
	s.at[k] = s.workers + int32(len(s.kind))
	for i := range n {
		s.kind = append(s.kind, k)
		s.arg = append(s.arg, int32(i))
	}
}

func newEngine(m *Model, o Options) (*engine, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	e := &engine{m: m, o: o}
	e.fronts = max(m.Frontends, 1)
	e.keeps, e.preempts = e.keeping(), m.preempts()
	e.buildHedging()
	e.buildCalls()
	e.tells = e.describing() || m.torn() || e.erring() || e.preempts || o.OnRequest != nil || m.Clients != nil || m.Keys != nil || m.Closed != nil ||
		e.parties != nil || e.redraws != nil || e.calls != nil || len(m.Balancer.Routes) > 0
	e.take() // noRequest
	e.buildPersistence()
	e.buildFleet()
	e.buildMessages()
	e.buildTopology()
	e.sources.workers = int32(len(e.workers))
	e.sources.add(fromLane, len(e.lanes))
	e.sources.add(fromTimers, 1)
	e.sources.add(fromWake, e.fronts+len(m.Tiers))
	e.sources.add(fromAct, 1)
	e.sources.add(fromWindow, 1)
	e.sources.add(fromTick, 1)
	e.sources.add(fromSample, 1)
	e.sources.add(fromScaler, len(m.Autoscalers))
	e.sources.add(fromNews, 1)
	total := len(e.workers) + len(e.sources.kind)
	if total >= maxSources-1 {
		return nil, fmt.Errorf("sim: %d workers are more than the %d that a run can hold", len(e.workers), maxSources-64)
	}
	e.agenda = newAgenda(total, o.Queue)
	e.buildMeasures()
	if err := e.buildEdge(); err != nil {
		return nil, err
	}
	e.buildSessions()
	e.buildArrivals()
	e.armActs()
	e.armSample()
	e.buildScalers()
	e.buildExpress()
	return e, nil
}

// stream returns the run's stream of the given name.
func (e *engine) stream(name string) random.Source {
	return random.New(e.o.Seed, name, e.o.Replication)
}

// index returns the run's family of streams of the given name.
func (e *engine) index(name string) random.Index {
	return random.NewIndex(e.o.Seed, name, e.o.Replication)
}

// nextSeq numbers the events as they are made.
func (e *engine) nextSeq() uint64 {
	e.seq++
	return e.seq
}

// schedule puts a source's event at the instant at.
func (e *engine) schedule(source int32, at clock.Time) {
	e.seq++
	e.agenda.set(source, at, e.seq)
}

// askStopEvery is how many events pass between two looks at Options.Stop: about
// a millisecond's worth.
const askStopEvery = 1 << 15

// run lets events happen until none is left or the time to drain is over.
func (e *engine) run() error {
	for e.carryOn(askStopEvery) {
		if e.o.Stop != nil && e.o.Stop() {
			return ErrStopped
		}
	}
	e.finish()
	return nil
}

// carryOn lets the next n events happen and reports whether there were so many.
func (e *engine) carryOn(n int) bool {
	if e.express != nil {
		n = e.proceedPlainly(n)
	}
	for ; n > 0; n-- {
		if !e.step() {
			return false
		}
	}
	return true
}

// step lets the next event happen and reports whether there was one to happen.
func (e *engine) step() bool {
	at, source := e.agenda.at, e.agenda.first
	if e.next.at < at || e.next.at == at && e.next.seq < e.agenda.seqs[source] {
		e.now = clock.Time(e.next.at)
		e.arrive()
		return true
	}
	if at > due(e.deadline) || e.windowClosed && e.inSystem == 0 {
		return false
	}
	e.now = clock.Time(at)
	if source < e.sources.workers {
		e.depart(source)
	} else {
		e.happen(source)
	}
	return true
}

// happen carries out an event that is not a departure.
func (e *engine) happen(source int32) {
	i := source - e.sources.workers
	switch arg := e.sources.arg[i]; e.sources.kind[i] {
	case fromLane:
		e.laneDue(arg)
	case fromTimers:
		e.timerDue()
	case fromWake:
		e.wakeDue(arg)
	case fromAct:
		e.actDue()
	case fromWindow:
		e.windowDue()
	case fromTick:
		e.tickDue()
	case fromSample:
		e.sampleDue()
	case fromScaler:
		e.scalerDue(int(arg))
	case fromNews:
		e.newsDue()
	}
}

// outcomeOf translates what a balancer is told into what a client sees.
func outcomeOf(o balancer.Outcome) (Outcome, int) {
	switch o {
	case balancer.OK:
		return Completed, o.Status()
	case balancer.Refused:
		return Rejected, o.Status()
	case balancer.TimedOut, balancer.Cancelled, balancer.TooSlow:
		return TimedOut, o.Status()
	}
	return Failed, o.Status()
}

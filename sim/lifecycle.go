package sim

import (
	"time"

	"lbsim/clock"
)

// WarmUp is how a server gets faster after it has begun to listen: compilers, caches
// and connections have to get warm. Its speed is the declared one times
//
//	Share + (1 - Share)·t/Time
//
// after t, in a hundred steps.
type WarmUp struct {
	Time  time.Duration // > 0
	Share float64       // of the speed at first, in (0, 1)
}

// warmSteps is how many steps a warm-up has.
const warmSteps = 100

// lifecycle is how servers come and go.
type lifecycle struct {
	processes []process // by server; nil until the first of them begins or ends
	news      []news    // on their way to the balancers, in order of time
	newsMade  uint64    // news made so far
	newsTold  uint64    // news that all balancers know
	ended     []drainEnd
	cuts      uint64 // measured attempts that the end of a drain or of a process cut
	deploy    *deploy
	queued    []*deploy // that wait for it
	spans     []Span
	marks     []Mark
}

// process is what runs on a server.
type process struct {
	slow    float64    // how many times as long service takes, by an act; 0: once
	share   float64    // of its speed, while it gets warm; 0: all
	listens clock.Time // since when
	up      bool       // it has listened since its start, and nobody is about to stop it
	gen     uint32     // moves with every start, so that what an earlier one waits for is dropped
	drains  bool       // takes no new work
	gone    bool       // for good
	awaits  int32      // balancers that have not drained it
	then    afterwards // what comes after
	known   uint64     // the news of it as a member
}

// afterwards is what a server does once it is drained.
type afterwards uint8

const (
	stays    afterwards = iota // until it is restored
	restarts                   // as another version
	leaves                     // for good
)

// processOf returns a server's.
func (e *engine) processOf(id int32) *process {
	if e.processes == nil {
		e.processes = make([]process, len(e.servers))
	}
	return &e.processes[id]
}

// launch starts servers that were not there, or had left. Balancers hear of them when
// they start or when they listen, as the model says.
func (e *engine) launch(ids []int32) {
	var ready []int32
	for _, id := range ids {
		if e.start(id) {
			ready = append(ready, id)
		}
	}
	if len(ready) > 0 {
		e.welcome(ready)
	}
}

// start starts a server with nothing in its memory and reports whether balancers hear of
// it at once.
func (e *engine) start(id int32) bool {
	e.forget(id)
	return e.boot(id) || e.m.Network.Announce == Started
}

// boot starts a server's process and reports whether it listens at once.
func (e *engine) boot(id int32) bool {
	x := e.processOf(id)
	x.gen++
	x.drains, x.gone, x.up, x.share = false, false, false, 0
	if e.servers[id].hangs() {
		e.crash(id) // a new process has nothing of the old one
	}
	d := e.m.Server(int(id))
	if d.StartUp > 0 {
		e.servers[id].more().fault = starting
		if e.lives.lives[id].stage != inService {
			e.move(id, booting)
		}
		e.after(e.now.Add(d.StartUp), listening, id, x.gen)
		return false
	}
	e.listen(id)
	return true
}

// listen lets a server take requests from now on.
func (e *engine) listen(id int32) {
	s, x := &e.servers[id], e.processOf(id)
	if s.extra != nil {
		s.extra.fault = sound
	}
	x.listens, x.up = e.now, true
	if w := e.m.Server(int(id)).WarmUp; w != nil {
		x.share = w.Share
		e.after(e.now.Add(w.Time/warmSteps), warming, id, x.gen)
		e.repace(id)
	}
	if e.reports && s.busy == 0 {
		e.tellIdle(id, s)
	}
}

// processDue is a timer of a server's process.
func (e *engine) processDue(x timer) {
	l := e.processOf(x.ref)
	switch {
	case l.gen != x.gen:
		return
	case x.kind == warming:
		e.getWarmer(x.ref, l)
		return
	case x.kind == stopping:
		e.stopDue(x.ref)
		return
	}
	if e.servers[x.ref].extra.fault != starting {
		return // it crashed before
	}
	e.listen(x.ref)
	if !e.isMember(x.ref) {
		e.welcome([]int32{x.ref})
	}
	e.proceed()
}

// getWarmer takes a warm-up one step further.
func (e *engine) getWarmer(id int32, l *process) {
	w := e.m.Server(int(id)).WarmUp
	t := e.now.Sub(l.listens)
	l.share = w.Share + float64((1-w.Share)*min(1, float64(t)/float64(w.Time)))
	if t >= w.Time {
		l.share = 0
	} else {
		e.after(min(e.now.Add(w.Time/warmSteps), l.listens.Add(w.Time)), warming, id, l.gen)
	}
	e.repace(id)
}

// restore makes a server what it was declared to be: one that crashed starts again, one
// that drained takes work.
func (e *engine) restore(id int32) {
	x, d := e.processOf(id), e.m.Server(int(id))
	if s := &e.servers[id]; !e.gone(id) && s.extra != nil && s.extra.fault == crashed && (d.StartUp > 0 || d.WarmUp != nil) {
		drains := x.drains
		e.forget(id)
		e.boot(id)
		x.drains = drains // its balancers go on with that
	} else {
		e.repair(id)
	}
	if x.drains && x.then == stays { // one that is to leave, or to start anew, goes on with it
		e.takeBack(id)
	}
	x.slow = 0
	e.repace(id)
}

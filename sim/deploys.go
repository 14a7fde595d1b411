package sim

import (
	"slices"
	"time"

	"lbsim/clock"
)

// DeployPlan replaces servers by another version of them.
type DeployPlan struct {
	// Batch is how many are replaced at a time, at least 1: each stops, starts anew and
	// is ready before the next batch begins. 0: all new ones start beside the old ones,
	// which leave when the new ones are ready (blue-green).
	Batch int
	Drain bool          // servers are drained before they stop, else what they have is cut
	Grace time.Duration // without Drain: how long a server goes on after it was announced to leave
	Pause time.Duration // after a batch is ready, before the next one, or before the old ones leave
}

// deploy is a deploy under way.
type deploy struct {
	*DeployPlan
	act    int
	old    []int32 // that are still to be replaced
	fresh  []int32 // blue-green: the new ones
	batch  []int32 // those that are being replaced
	number int     // of the batch, from 1
	phase  deployPhase
}

type deployPhase uint8

const (
	replacing deployPhase = iota // the batch, or the new ones, are not ready
	pausing
	closing // the old ones of a blue-green deploy are leaving
)

// Span is the time that an act of the timeline takes.
type Span struct {
	Act      int // index into Model.Acts
	From, To clock.Time
	Done     bool // else the run ended first, and To is its end
}

// Mark is a step of something that takes time.
type Mark struct {
	At     clock.Time
	Act    int
	Number int // of a deploy's batch, from 1; 0: the end
}

// deployDue begins a deploy, or lets it wait for the one before.
func (e *engine) deployDue(act int) {
	a := &e.m.Acts[act]
	d := &deploy{DeployPlan: a.Deploy, act: act, old: narrow(a.Servers), fresh: e.nextAdded(len(a.Add))}
	e.queued = append(e.queued, d)
	if e.deploy == nil {
		e.nextDeploy()
	}
}

func (e *engine) nextDeploy() {
	if e.deploy = nil; len(e.queued) == 0 {
		return
	}
	d := e.queued[0]
	e.queued = e.queued[1:]
	e.deploy = d
	e.spans = append(e.spans, Span{Act: d.act, From: e.now})
	if d.Batch > 0 {
		e.nextBatch()
		return
	}
	d.batch = d.fresh
	e.launch(d.fresh)
	e.proceed()
}

// nextBatch begins to replace the next servers, of those that are still there.
func (e *engine) nextBatch() {
	d := e.deploy
	d.phase, d.batch = replacing, nil
	for len(d.old) > 0 && len(d.batch) < d.Batch {
		if e.isMember(d.old[0]) {
			d.batch = append(d.batch, d.old[0])
		}
		d.old = d.old[1:]
	}
	if len(d.batch) == 0 {
		e.endDeploy()
		return
	}
	d.number++
	e.marks = append(e.marks, Mark{At: e.now, Act: d.act, Number: d.number})
	e.stopOld(d.batch, restarts)
	e.proceed()
}

// stopOld lets servers end: drained, after a time of grace, or at once.
func (e *engine) stopOld(ids []int32, then afterwards) {
	d := e.deploy
	for _, id := range ids {
		e.processOf(id).up = false // this process is not what the deploy waits for
	}
	for _, id := range ids {
		x := e.processOf(id)
		if d.Drain {
			e.drain(id, then)
			continue
		}
		e.leaveOpen(id, d.Grace > 0)
		x.then = then
		if d.Grace > 0 {
			e.after(e.now.Add(d.Grace), stopping, id, x.gen)
		} else {
			e.stopDue(id)
		}
	}
}

// leaveOpen takes a server out of the membership; one that has a time of grace goes on
// to take what comes.
func (e *engine) leaveOpen(id int32, open bool) {
	e.dismiss(id)
	if s := &e.servers[id]; open && s.extra != nil && s.extra.fault == closed {
		s.extra.fault = sound
	}
}

// stopDue ends a process that was not drained.
func (e *engine) stopDue(id int32) {
	x := e.processOf(id)
	then := x.then
	x.then = stays
	if then == restarts && !x.gone {
		e.restart(id)
	} else {
		e.stop(id)
	}
	e.proceed()
}

// stop ends a server's process, and what it has with it.
func (e *engine) stop(id int32) {
	for _, ref := range e.heldBy(id) {
		if r := &e.slab[ref]; r.state == waiting || r.state == serving {
			e.countCut(r)
		}
	}
	e.crash(id)
}

// restart starts a server's process anew.
func (e *engine) restart(id int32) {
	e.stop(id)
	e.launch([]int32{id})
}

// proceed takes a deploy as far as it can go.
func (e *engine) proceed() {
	d := e.deploy
	switch {
	case d == nil || d.phase == pausing:
	case d.phase == closing:
		for _, id := range d.old {
			if e.isMember(id) {
				return
			}
		}
		e.endDeploy()
	case !slices.ContainsFunc(d.batch, func(id int32) bool { return !e.ready(id) }):
		d.phase = pausing
		if d.Pause > 0 && len(d.old) > 0 {
			e.after(e.now.Add(d.Pause), paused, 0, uint32(d.act))
			return
		}
		e.goOn()
	}
}

// goOn follows a batch that is ready.
func (e *engine) goOn() {
	d := e.deploy
	if d.Batch > 0 {
		e.nextBatch()
		return
	}
	d.phase, d.number = closing, d.number+1
	e.marks = append(e.marks, Mark{At: e.now, Act: d.act, Number: d.number})
	d.old = slices.DeleteFunc(d.old, func(id int32) bool { return !e.isMember(id) })
	e.stopOld(d.old, leaves)
	e.proceed()
}

// ready reports whether a server listens and every balancer takes it for fit, or it has
// left for good.
func (e *engine) ready(id int32) bool {
	x := e.processOf(id)
	if x.gone {
		return true // nobody waits for it
	}
	if !x.up || x.known > e.newsTold || e.slotOf[id] < 0 || !e.isMember(id) {
		return false
	}
	first, end, pool := e.frontsOf(e.edgeOf(id))
	for _, lb := range e.frontends[first:end] {
		if !lb.Takes(pool, e.slotOf[id]) {
			return false
		}
	}
	return true
}

func (e *engine) endDeploy() {
	last := &e.spans[len(e.spans)-1]
	last.To, last.Done = e.now, true
	e.marks = append(e.marks, Mark{At: e.now, Act: e.deploy.act})
	e.nextDeploy()
}

// allSpans ends the span of a deploy that the run's end has overtaken.
func (e *engine) allSpans() []Span {
	if e.deploy != nil {
		e.spans[len(e.spans)-1].To = e.now
	}
	return e.spans
}

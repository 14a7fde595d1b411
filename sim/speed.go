package sim

import (
	"math"

	"lbsim/clock"
)

// lasting rounds nanoseconds to whole ones; what lasts too long never ends.
func lasting(ns float64) clock.Time {
	if ns >= math.MaxInt64/2 {
		return math.MaxInt64 / 2
	}
	return clock.Time(ns + 0.5)
}

// setSlowness changes how fast a server works, for what is in service too.
func (e *engine) setSlowness(id int32, slowness float64) {
	s := &e.servers[id]
	if s.extra != nil && s.extra.sharing != nil {
		e.catchUp(s)
		s.slowness = slowness
		e.rearm(s)
		return
	}
	if s.hangs() {
		s.slowness = slowness
		return
	}
	first := e.records[id].first
	for w := first; w < first+e.records[id].workers; w++ {
		if e.workers[w].ref >= 0 && e.agenda.pending(w) != clock.Never {
			left := float64(e.agenda.pending(w) - e.now)
			e.schedule(w, e.now+lasting(left/s.slowness*slowness))
		}
	}
	s.slowness = slowness
}

// repace lets a server work as fast as it is declared, warm and not slowed down.
func (e *engine) repace(id int32) {
	slowness := 1 / e.m.Server(int(id)).Speed
	x := e.processOf(id)
	if x.slow > 0 {
		slowness = x.slow / e.m.Server(int(id)).Speed
	}
	if x.share > 0 {
		slowness /= x.share
	}
	e.setSlowness(id, slowness)
}

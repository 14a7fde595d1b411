package sim

import "lbsim/clock"

// armActs makes the next act of the timeline an event.
func (e *engine) armActs() {
	at := clock.Never
	if e.acted < len(e.m.Acts) {
		at = e.m.Acts[e.acted].At
	}
	e.schedule(e.sources.at[fromAct], at)
}

// actDue changes the world. What an act does at the very end of an interval of the timeline
// belongs to the next one.
func (e *engine) actDue() {
	if e.interval > 0 && e.agenda.pending(e.sources.at[fromTick]) == e.now {
		e.tickDue()
	}
	a := e.m.Acts[e.acted]
	e.acted++
	ids := narrow(a.Servers)
	switch a.Kind {
	case Slow:
		for _, id := range ids {
			e.processOf(id).slow = a.Factor
			e.repace(id)
		}
	case Restore:
		for _, id := range ids {
			e.restore(id)
		}
	case Crash:
		for _, id := range ids {
			e.crash(id)
		}
	case Hang:
		for _, id := range ids {
			e.hang(id)
		}
	case Errors, Flaky:
		for _, id := range ids {
			e.err(id, a.Ratio, a.Status, a.Kind == Flaky)
		}
	case LoseZone:
		e.loseZone(&a)
	case Partition:
		e.part(&a)
	case RestoreZone:
		e.findZone(a.Zone)
		for _, id := range ids {
			e.restore(id)
		}
	case DependencyDown:
		e.lose(a.Dependency, a.Status, a.After)
	case DependencyUp:
		e.regain(a.Dependency)
	case Configure:
		e.configure(&a)
	case Rate:
		e.pace(a.Factor)
	case Add:
		e.launch(e.nextAdded(len(a.Add)))
	case Remove, Leave:
		e.retire(ids)
	case Return:
		e.launch(ids)
	case Drain:
		for _, id := range ids {
			e.drain(id, stays)
		}
	case Deploy:
		e.deployDue(e.acted - 1)
	}
	e.armActs()
}

// nextAdded returns the next n of the servers that acts add.
func (e *engine) nextAdded(n int) (ids []int32) {
	for range n {
		ids = append(ids, int32(e.m.firstAdded()+e.added))
		e.added++
	}
	return ids
}

// armSample makes the next instant at which somebody looks an event.
func (e *engine) armSample() {
	at := clock.Never
	if e.sampled < len(e.o.SampleAt) {
		at = e.o.SampleAt[e.sampled]
	}
	e.schedule(e.sources.at[fromSample], at)
}

func (e *engine) sampleDue() {
	e.sampled++
	e.o.Sample(View{e})
	e.armSample()
}

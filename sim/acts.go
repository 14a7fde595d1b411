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
	switch a.Kind {
	case Slow:
		for _, id := range a.Servers {
			e.processOf(int32(id)).slow = a.Factor
			e.repace(int32(id))
		}
	case Restore:
		for _, id := range a.Servers {
			e.restore(int32(id))
		}
	case Crash:
		for _, id := range a.Servers {
			e.crash(int32(id))
		}
	case Hang:
		for _, id := range a.Servers {
			e.hang(int32(id))
		}
	case Errors, Flaky:
		for _, id := range a.Servers {
			e.err(int32(id), a.Ratio, a.Status, a.Kind == Flaky)
		}
	case LoseZone:
		e.loseZone(&a)
	case Partition:
		e.part(&a)
	case RestoreZone:
		e.findZone(a.Zone)
		for _, id := range a.Servers {
			e.restore(int32(id))
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
		var ids []int
		for range a.Add {
			ids = append(ids, e.m.firstAdded()+e.added)
			e.added++
		}
		e.launch(ids)
	case Remove, Leave:
		e.retire(narrow(a.Servers))
	case Return:
		e.launch(a.Servers)
	case Drain:
		for _, id := range a.Servers {
			e.drain(int32(id), stays)
		}
	case Deploy:
		e.deployDue(e.acted - 1)
	}
	e.armActs()
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

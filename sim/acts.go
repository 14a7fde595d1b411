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

// actDue changes the world.
func (e *engine) actDue() {
	a := e.m.Acts[e.acted]
	e.acted++
	switch a.Kind {
	case Slow:
		for _, id := range a.Servers {
			e.setSlowness(id, a.Factor/e.m.Server(id).Speed)
		}
	case Restore:
		for _, id := range a.Servers {
			e.repair(int32(id))
			e.setSlowness(id, 1/e.m.Server(id).Speed)
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
		e.welcome(ids)
	case Remove, Leave:
		for _, id := range a.Servers {
			e.dismiss(int32(id))
		}
		e.publish()
	case Return:
		for _, id := range a.Servers {
			e.forget(int32(id))
		}
		e.welcome(a.Servers)
	}
	e.armActs()
}

// welcome takes servers into the membership.
func (e *engine) welcome(ids []int) {
	for _, id := range ids {
		e.move(int32(id), inService)
		e.members = append(e.members, e.m.endpoint(id))
		e.memberIDs = append(e.memberIDs, int32(id))
	}
	e.publish()
	for _, id := range ids {
		if s := &e.servers[id]; e.reports && s.busy == 0 {
			e.tellIdle(int32(id), s)
		}
	}
}

// dismiss takes a server out of the membership.
func (e *engine) dismiss(id int32) {
	for i, member := range e.memberIDs {
		if member == id {
			e.move(id, draining)
			if e.switchboard != nil {
				e.hangUpOn(e.slotOf[id])
			}
			e.members = append(e.members[:i], e.members[i+1:]...)
			e.memberIDs = append(e.memberIDs[:i], e.memberIDs[i+1:]...)
			return
		}
	}
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

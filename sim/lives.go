package sim

import "lbsim/clock"

// stage is where a server is in its life.
type stage uint8

const (
	absent    stage = iota
	booting         // being provisioned: paid for, and nobody knows it yet
	inService       // balancers know it, whatever they think of it
	draining        // balancers have forgotten it; it finishes what it has, then it is gone
)

// life is when a server was there, within the measured window.
type life struct {
	stage    stage
	since    clock.Time // when its stage began
	up, paid clock.Time // of stages that ended
}

// lives is who is there when.
type lives struct {
	lives  []life // by server
	varies bool   // servers come or go

	numbers [draining + 1]int        // servers by stage
	areas   [draining + 1]clock.Time // their integrals over the open interval of the timeline
	counted clock.Time               // until when
}

// Life is how long a server was there within the measured window, in seconds.
type Life struct {
	Up   float64 // from when it first served until its last request was done
	Paid float64 // with its provisioning
}

// Fleet is how many servers there were in an interval of the timeline, on average.
type Fleet struct {
	Up     float64 // known to the balancers
	Wanted float64 // with those that are being provisioned
}

// buildLives lets the servers of the beginning serve.
func (e *engine) buildLives() {
	e.lives.lives = make([]life, len(e.servers))
	for i := range e.m.Servers {
		e.lives.lives[i].stage = inService
	}
	e.numbers[inService] = len(e.m.Servers)
	e.numbers[absent] = len(e.servers) - len(e.m.Servers)
	e.varies = e.m.Varies()
}

// Varies reports whether servers come or go.
func (m *Model) Varies() bool {
	for _, a := range m.Acts {
		switch a.Kind {
		case Add, Remove, Leave, Return, Deploy:
			return true
		}
	}
	return len(m.Autoscalers) > 0
}

// move takes a server to another stage of its life.
func (e *engine) move(id int32, to stage) {
	e.integrateFleet()
	e.outlive(id)
	x := &e.lives.lives[id]
	e.numbers[x.stage]--
	e.numbers[to]++
	x.stage, x.since = to, e.now
	if to == draining {
		e.servers[id].more().left = e.now
	}
}

// gone reports whether a server is absent, or drained.
func (e *engine) gone(id int32) bool {
	s := &e.servers[id]
	switch e.lives.lives[id].stage {
	case absent:
		return true
	case draining:
		return s.busy+s.waiting == 0
	}
	return false
}

// outlive counts a server's stage until now or, of one that has drained, until its
// last request was done. Nothing is done at that instant, so nobody has to notice it.
func (e *engine) outlive(id int32) {
	x := &e.lives.lives[id]
	until := e.now
	if x.stage == draining && e.gone(id) {
		until = e.servers[id].extra.left
	}
	span := max(min(until, e.windowEnd)-max(x.since, e.warmUp), 0)
	switch x.stage {
	case booting:
		x.paid += span
	case inService, draining:
		x.paid += span
		x.up += span
	}
}

// integrateFleet brings the integrals of the numbers of servers up to now.
func (e *engine) integrateFleet() {
	for i, n := range e.numbers {
		e.areas[i] += clock.Time(n) * (e.now - e.counted)
	}
	e.counted = e.now
}

// closeFleet ends an interval of the timeline; nil where the servers are always the
// same.
func (e *engine) closeFleet(span clock.Time) *Fleet {
	if !e.varies {
		return nil
	}
	e.integrateFleet()
	up := float64(e.areas[inService]) / float64(span)
	f := &Fleet{Up: up, Wanted: up + float64(e.areas[booting])/float64(span)}
	e.areas = [draining + 1]clock.Time{}
	return f
}

// livesOf returns how long each server was there; nil where all were all the time.
func (e *engine) livesOf() []Life {
	if !e.varies {
		return nil
	}
	all := make([]Life, len(e.servers))
	for i := range all {
		e.outlive(int32(i))
		x := &e.lives.lives[i]
		all[i] = Life{Up: x.up.Seconds(), Paid: x.paid.Seconds()}
	}
	return all
}

// isMember reports whether a server is among those that are announced to balancers.
func (e *engine) isMember(id int32) bool { return e.lives.lives[id].stage == inService }

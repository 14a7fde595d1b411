package sim

import "lbsim/balancer"

// dependencies is what servers depend on and is down now: a database, a payment
// service. Each is a bit.
type dependencies struct {
	down    uint64
	answers [maxDependencies]balancer.Outcome // how requests fail that need it
	needs   []bool                            // by class: its requests use their server's dependencies
}

// maxDependencies is how many dependencies a model may have.
const maxDependencies = 64

func (e *engine) buildDependencies() {
	for _, c := range e.m.Classes {
		e.dependencies.needs = append(e.dependencies.needs, !c.Independent)
	}
}

// lose takes a dependency down. What servers have by then they still answer.
func (e *engine) lose(dependency, status int) {
	e.down |= 1 << dependency
	e.answers[dependency] = balancer.Answered(status)
}

// misses says how an attempt fails that has reached a server, for want of what the
// server depends on; OK where it lacks nothing.
func (e *engine) misses(r *request, s *server) balancer.Outcome {
	lacks := s.extra.dependsOn & e.down
	if lacks == 0 || !e.dependencies.needs[r.class] {
		return balancer.OK
	}
	dependency := 0
	for lacks>>dependency&1 == 0 {
		dependency++
	}
	return e.answers[dependency]
}

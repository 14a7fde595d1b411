package sim

import (
	"math/bits"
	"slices"
	"time"

	"lbsim/balancer"
)

// dependencies is what servers depend on and is down now: a database, a payment
// service. Each is a bit.
type dependencies struct {
	down    uint64
	refuse  uint64                            // those of down that servers find out about at once
	answers [MaxDependencies]balancer.Outcome // how requests fail that need it
	waits   [MaxDependencies]time.Duration    // what a worker spends on that
}

// MaxDependencies is how many dependencies a model may have.
const MaxDependencies = 64

// lose takes a dependency down. What servers have by then they still answer, but for
// those in queues where a worker has to try.
func (e *engine) lose(dependency, status int, after time.Duration) {
	e.regain(dependency)
	e.down |= 1 << dependency
	if after == 0 {
		e.refuse |= 1 << dependency
	}
	e.answers[dependency], e.waits[dependency] = balancer.Answered(status), after
}

// regain ends that a dependency is down. Who waits for it already waits in vain.
func (e *engine) regain(dependency int) {
	e.down &^= 1 << dependency
	e.refuse &^= 1 << dependency
}

// misses says how an attempt fails that has reached a server, for want of what the
// server knows to be down; OK where it lacks nothing of that.
func (e *engine) misses(r *request, s *server) balancer.Outcome {
	lacks := s.extra.dependsOn & e.refuse &^ e.m.Classes[r.class].Without
	if lacks == 0 {
		return balancer.OK
	}
	return e.answers[bits.TrailingZeros64(lacks)]
}

// waitInVain notes how the request fails that worker w begins with, for want of what it
// has to wait for, and returns the demand, in nanoseconds at speed 1, that lets it wait
// as long; 0 where it lacks nothing.
func (e *engine) waitInVain(w int32, r *request, s *server) float64 {
	o := &s.extra.lacks[w-e.records[r.server].first]
	lacks := s.extra.dependsOn & e.down &^ (e.refuse | e.m.Classes[r.class].Without)
	if lacks == 0 {
		*o = balancer.OK
		return 0
	}
	dependency := bits.TrailingZeros64(lacks)
	*o = e.answers[dependency]
	return float64(e.waits[dependency]) / s.slowness
}

// waitsInVain reports whether some of the dependencies ever keep workers waiting.
func (m *Model) waitsInVain(dependsOn uint64) bool {
	return dependsOn != 0 && slices.ContainsFunc(m.Acts, func(a Act) bool {
		return a.Kind == DependencyDown && a.After > 0 && dependsOn>>a.Dependency&1 != 0
	})
}

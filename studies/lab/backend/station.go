package backend

import (
	"math"
	"slices"
	"time"

	"lbsim/clock"
	"lbsim/sim"
)

// station is the workers of a server and its queue, as package sim has them, in nominal
// time: a service begins at the instant at which the one before ended, not when somebody
// came to look, so that late timers make an answer late and no queue longer. Time is an
// argument and never decreases.
type station struct {
	workers int
	room    int     // places to wait; sim.Unlimited
	shared  bool    // processor sharing: all are served at once
	speed   float64 // seconds of demand that a worker does in a second
	slow    float64 // service takes so many times as long as declared
	hung    bool    // nothing goes on

	now     clock.Time
	serving []*job // in order of beginning
	waiting []*job // in order of arrival
}

// job is a request at its server.
type job struct {
	left  float64 // nanoseconds of demand that are still to be done
	came  clock.Time
	begun clock.Time
	ended chan end // holds one: how it ended
}

// end is how a job ended: when, or with why it did not.
type end struct {
	at  clock.Time
	why error
}

// rate is how much demand each of those in service loses in a nanosecond: n share the
// workers evenly, and nobody has more than one.
func (s *station) rate() float64 {
	if s.hung {
		return 0
	}
	return s.speed / s.slow * math.Min(1, float64(s.workers)/float64(max(1, len(s.serving))))
}

// next returns when the first of those in service will be done.
func (s *station) next() (at clock.Time, ok bool) {
	rate := s.rate()
	if rate == 0 || len(s.serving) == 0 {
		return clock.Never, false
	}
	wait := s.serving[s.first()].left / rate
	if wait > math.MaxInt64/4 {
		return clock.Never, false
	}
	return s.now.Add(time.Duration(math.Ceil(wait))), true
}

// first returns who in service will be done first, of several who began first.
func (s *station) first() int {
	first := 0
	for i, j := range s.serving {
		if j.left < s.serving[first].left {
			first = i
		}
	}
	return first
}

// advance lets everything happen that is due by now, each at its own instant.
func (s *station) advance(now clock.Time) {
	for {
		at, ok := s.next()
		if !ok || at > now {
			s.work(now)
			return
		}
		i := s.first()
		j := s.serving[i]
		s.work(at)
		s.serving = slices.Delete(s.serving, i, i+1)
		s.turn()
		j.ended <- end{at: at}
	}
}

// work moves on to an instant at or before the next end.
func (s *station) work(to clock.Time) {
	did := float64(to-s.now) * s.rate()
	for _, j := range s.serving {
		j.left = math.Max(0, j.left-did)
	}
	s.now = to
}

// turn gives idle workers what waits.
func (s *station) turn() {
	for len(s.waiting) > 0 && (s.shared || len(s.serving) < s.workers) && !s.hung {
		j := s.waiting[0]
		s.waiting = slices.Delete(s.waiting, 0, 1)
		j.begun = s.now
		s.serving = append(s.serving, j)
	}
}

// arrive takes a request that came at now, and reports false where the server is full.
// One that hangs takes everything, as a listening socket does.
func (s *station) arrive(now clock.Time, j *job) bool {
	s.advance(now)
	idle := s.shared || len(s.serving) < s.workers
	if !s.hung && !idle && s.room != sim.Unlimited && len(s.waiting) >= s.room {
		return false
	}
	j.came = now
	s.waiting = append(s.waiting, j)
	s.turn()
	return true
}

// leave takes a request away whose client has gone.
func (s *station) leave(now clock.Time, j *job) {
	s.advance(now)
	is := func(o *job) bool { return o == j }
	s.serving, s.waiting = slices.DeleteFunc(s.serving, is), slices.DeleteFunc(s.waiting, is)
	s.turn()
}

// fail ends everything that is there.
func (s *station) fail(now clock.Time, why error) {
	s.advance(now)
	all := append(s.serving, s.waiting...)
	s.serving, s.waiting = nil, nil
	for _, j := range all {
		j.ended <- end{now, why}
	}
}

// set changes how fast it works, for what is in service too: a factor that services take
// longer, or not at all.
func (s *station) set(now clock.Time, slow float64, hung bool) {
	s.advance(now)
	s.slow, s.hung = slow, hung
	s.turn()
}

package compare

import (
	"math"
	"slices"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/sim"
)

// aftermath is what came of a failure, in seconds and requests; NaN where that is not
// known.
type aftermath struct {
	// detect is the time from the failure to the first event by which a balancer takes
	// out a server that failed, or that it does not reach any more.
	detect float64
	// recover is the time from the failure to the end of the last interval of the
	// timeline in which more than tolerated of what ended did so without an answer,
	// before the next act; 0 where there is no such interval.
	recover float64
	// failed and saved are the requests that ended without an answer, and those that were
	// answered by another attempt than their first, in the intervals of the timeline from
	// the failure on.
	failed, saved float64
	// peak is the greatest number of attempts for a request in such an interval; of those
	// with fewer than enough requests none is looked at.
	peak float64
}

// enough is how many requests an interval must have for its attempts to say something.
const enough = 20

// tolerated is the share of requests without an answer that is no failure any more.
const tolerated = 0.01

// nothingKnown is the aftermath of nothing.
func nothingKnown() aftermath {
	unknown := math.NaN()
	return aftermath{unknown, unknown, unknown, unknown, unknown}
}

// failure is what fails, or becomes slower than declared, at an instant.
type failure struct {
	sim.Act           // the first of the acts that break something, with the words of all
	acts    []sim.Act // all of that instant
}

// failuresOf returns the failures of a timeline, one an instant.
func failuresOf(acts []sim.Act) []failure {
	var failures []failure
	for _, a := range acts {
		if !fails(a) && !(a.Kind == sim.Slow && a.Factor > 1) {
			continue
		}
		last := len(failures) - 1
		if last < 0 || failures[last].At < a.At {
			failures = append(failures, failure{a, []sim.Act{a}})
			continue
		}
		x := &failures[last]
		if !fails(x.Act) {
			x.Kind = a.Kind
		}
		x.Servers = slices.Concat(x.Servers, a.Servers)
		x.Label += ", " + a.Label
		x.acts = append(x.acts, a)
	}
	return failures
}

func fails(a sim.Act) bool {
	return slices.Contains([]sim.ActKind{sim.Crash, sim.Hang, sim.Errors, sim.Flaky, sim.DependencyDown, sim.LoseZone, sim.Partition}, a.Kind)
}

// firstFailure returns the first by which something fails or, where nothing does, becomes
// slower; -1 without either.
func firstFailure(failures []failure) int {
	if i := slices.IndexFunc(failures, func(f failure) bool { return fails(f.Act) }); i >= 0 {
		return i
	}
	return min(0, len(failures)-1)
}

// aftermathOf follows a failure until the next one.
func aftermathOf(m *sim.Model, r *sim.Result, a *failure, next clock.Time) aftermath {
	x := nothingKnown()
	x.detect = detected(m, a, r, next)
	if r.Interval > 0 {
		until := m.Horizon
		if i := slices.IndexFunc(m.Acts, func(b sim.Act) bool { return b.At > a.At }); i >= 0 {
			until = m.Acts[i].At // what happens at the same instant belongs to the failure
		}
		x.recover = recovered(a.At, r, until.Seconds())
		x.suffered(m, r, a.At, next)
	}
	return x
}

// trialOf follows all that a timeline does from an instant to the end of the run. Whatever
// server a balancer takes out is a detection.
func trialOf(m *sim.Model, r *sim.Result, since clock.Time) aftermath {
	x := nothingKnown()
	for _, h := range r.Happened {
		if h.At >= since && (h.Kind == balancer.Down || h.Kind == balancer.Ejected) {
			x.detect = h.At.Sub(since).Seconds()
			break
		}
	}
	if r.Interval > 0 {
		x.recover = recovered(since, r, m.Horizon.Seconds())
		x.suffered(m, r, since, clock.Never)
	}
	return x
}

// suffered adds up what there was from the failure on until the next one, whose is the
// interval in which it comes.
func (x *aftermath) suffered(m *sim.Model, r *sim.Result, at, next clock.Time) {
	x.failed = 0
	tries := m.TriesAgain()
	if tries {
		x.saved = 0
	}
	for i, y := range r.Timeline {
		end := clock.Time(i+1) * r.Interval
		if end <= at || end > next {
			continue
		}
		x.failed += float64(y.Failed)
		if !tries {
			continue
		}
		x.saved += float64(y.Saved)
		if y.Offered >= enough {
			if a := float64(y.Attempts) / float64(y.Offered); !(a <= x.peak) {
				x.peak = a
			}
		}
	}
}

func detected(m *sim.Model, f *failure, r *sim.Result, next clock.Time) float64 {
	for i := range r.Happened {
		h := &r.Happened[i]
		if h.At < f.At || h.At >= next || h.Kind != balancer.Down && h.Kind != balancer.Ejected {
			continue
		}
		if slices.ContainsFunc(f.acts, func(a sim.Act) bool { return m.Concerns(&a, h) }) {
			return h.At.Sub(f.At).Seconds()
		}
	}
	return math.NaN()
}

// recovered looks at the intervals that end before until. If the last of them is
// bad, nothing has recovered; without any nobody can say.
func recovered(failed clock.Time, r *sim.Result, until float64) float64 {
	at, step := failed.Seconds(), r.Interval.Seconds()
	took, still := 0.0, true
	for i, x := range r.Timeline {
		from := float64(i) * step
		if from+step <= at || from+step > until {
			continue
		}
		ended := float64(x.Completed + x.Failed)
		if still = float64(x.Failed) > float64(tolerated*ended); still {
			took = from + step - at
		}
	}
	if still {
		return math.NaN()
	}
	return took
}

package compare

import (
	"math"
	"slices"

	"lbsim/balancer"
	"lbsim/sim"
	"lbsim/studies/result"
)

// recovery is how a run's first failure, or first deploy, went, in seconds; NaN where that
// is not known.
type recovery struct {
	// detect is the time from the failure to the first event by which a balancer takes
	// out a server that failed.
	detect float64
	// recover is the time from the failure to the end of the last interval of the
	// timeline in which more than tolerated of what ended did so without an answer,
	// before the next act; 0 where there is no such interval.
	recover float64
	// deploy is how long the first deploy took.
	deploy float64
	cut    float64 // attempts that ended with a drain's time, or with a deploy's process
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

// recoveryOf follows the first act that breaks servers.
func recoveryOf(m *sim.Model, r *sim.Result) recovery {
	unknown := math.NaN()
	x := recovery{detect: unknown, recover: unknown, deploy: deployTime(r), cut: unknown, failed: unknown, saved: unknown, peak: unknown}
	if len(r.Spans) > 0 || m.Drains() {
		x.cut = float64(r.Cut)
	}
	i := firstFailure(m.Acts)
	if i < 0 {
		return x
	}
	until := m.Horizon
	for _, a := range m.Acts[i:] { // what happens at the same instant belongs to the failure
		if a.At > m.Acts[i].At {
			until = a.At
			break
		}
	}
	x.detect = detected(m.Acts[i], r)
	if r.Interval > 0 {
		x.recover = recovered(m.Acts[i], r, until.Seconds())
		x.suffered(m, r, m.Acts[i].At.Seconds())
	}
	return x
}

// firstFailure returns the first act by which something fails or, where nothing does,
// becomes slower than declared; -1 without either.
func firstFailure(acts []sim.Act) int {
	fails := func(a sim.Act) bool {
		return slices.Contains([]sim.ActKind{sim.Crash, sim.Hang, sim.Errors, sim.Flaky, sim.DependencyDown, sim.LoseZone, sim.Partition}, a.Kind)
	}
	if i := slices.IndexFunc(acts, fails); i >= 0 {
		return i
	}
	return slices.IndexFunc(acts, func(a sim.Act) bool { return a.Kind == sim.Slow && a.Factor > 1 })
}

// suffered adds up what there was from the failure on.
func (x *recovery) suffered(m *sim.Model, r *sim.Result, at float64) {
	x.failed = 0
	tries := m.TriesAgain()
	if tries {
		x.saved = 0
	}
	step := r.Interval.Seconds()
	for i, y := range r.Timeline {
		end := float64(i+1) * step
		if end < at {
			continue
		}
		x.failed += float64(y.Failed) // what the failure cuts at an interval's end is that interval's
		if !tries || end == at {
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

func detected(a sim.Act, r *sim.Result) float64 {
	for _, h := range r.Happened {
		if h.At < a.At || h.Kind != balancer.Down && h.Kind != balancer.Ejected {
			continue
		}
		for _, id := range a.Servers {
			if h.Server == id {
				return h.At.Sub(a.At).Seconds()
			}
		}
	}
	return math.NaN()
}

// recovered looks at the intervals that begin before until. If the last of them is
// bad, nothing has recovered.
func recovered(a sim.Act, r *sim.Result, until float64) float64 {
	at, step := a.At.Seconds(), r.Interval.Seconds()
	took, still := 0.0, false
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

// recovery is a variant's: nothing where any replication does not know it.
func (s *study) recovery(v int) result.Recovery {
	return result.Recovery{
		Detect:       s.estimate(v, false, func(r *replicate) float64 { return r.recovery.detect }),
		Recover:      s.estimate(v, false, func(r *replicate) float64 { return r.recovery.recover }),
		Deploy:       s.estimate(v, false, func(r *replicate) float64 { return r.recovery.deploy }),
		Cut:          s.estimate(v, false, func(r *replicate) float64 { return r.recovery.cut }),
		Failed:       s.estimate(v, false, func(r *replicate) float64 { return r.recovery.failed }),
		Saved:        s.estimate(v, false, func(r *replicate) float64 { return r.recovery.saved }),
		Peak:         s.estimate(v, false, func(r *replicate) float64 { return r.recovery.peak }),
		SessionsLost: s.estimate(v, false, func(r *replicate) float64 { return r.all.sessionsLost }),
	}
}

// happened is what a balancer did about its servers in the first replication, as
// events: other replications differ in their instants.
func happened(m *sim.Model, happenings []sim.Happening) []result.Event {
	var events []result.Event
	for _, h := range happenings {
		e := result.Event{At: h.At.Seconds(), Kind: h.Kind.String(), Detail: "balancer, first replication"}
		if h.Server >= 0 {
			e.Server = m.Server(h.Server).Name
		}
		events = append(events, e)
	}
	return events
}

// ofFirst keeps what the first of several balancers did, as much as a timeline lists.
func ofFirst(happenings []sim.Happening) []sim.Happening {
	var kept []sim.Happening
	for _, h := range happenings {
		if h.Frontend == 0 && len(kept) < maxEvents {
			kept = append(kept, h)
		}
	}
	return kept
}

// maxEvents is how many events of a balancer a timeline lists.
const maxEvents = 200

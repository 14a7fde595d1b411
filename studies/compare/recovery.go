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
}

// tolerated is the share of requests without an answer that is no failure any more.
const tolerated = 0.01

// recoveryOf follows the first act that breaks servers.
func recoveryOf(m *sim.Model, r *sim.Result) recovery {
	x := recovery{detect: math.NaN(), recover: math.NaN(), deploy: deployTime(r), cut: math.NaN()}
	if len(r.Spans) > 0 || slices.ContainsFunc(m.Balancer.Pools, func(p balancer.PoolConfig) bool { return p.Drain != nil }) {
		x.cut = float64(r.Cut)
	}
	for i, a := range m.Acts {
		if a.Kind != sim.Crash && a.Kind != sim.Hang && a.Kind != sim.Errors && a.Kind != sim.DependencyDown {
			continue
		}
		until := m.Horizon
		if i+1 < len(m.Acts) {
			until = m.Acts[i+1].At
		}
		x.detect = detected(a, r)
		if r.Interval > 0 {
			x.recover = recovered(a, r, until.Seconds())
		}
		break
	}
	return x
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

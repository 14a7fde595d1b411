package compare

import (
	"math"

	"lbsim/clock"
	"lbsim/sim"
	"lbsim/studies/result"
)

// recovery is how a run's failures, or its first deploy, went; NaN where that is not
// known.
type recovery struct {
	aftermath             // of the first failure and all that came later
	each      []aftermath // of each of failuresOf alone
	deploy    float64     // how long the first deploy took, in seconds
	cut       float64     // attempts that ended with a drain's time, or with a deploy's process
}

// recoveryOf follows the acts that break servers.
func recoveryOf(v *Variant, r *sim.Result) recovery {
	m := v.Model
	x := recovery{aftermath: nothingKnown(), deploy: deployTime(r), cut: math.NaN()}
	if len(r.Spans) > 0 || m.Drains() {
		x.cut = float64(r.Cut)
	}
	failures := failuresOf(m.Acts)
	for i := range failures {
		next := clock.Never
		if i+1 < len(failures) {
			next = failures[i+1].At
		}
		x.each = append(x.each, aftermathOf(m, r, &failures[i], next))
	}
	if i := firstFailure(failures); i >= 0 {
		x.detect, x.recover = x.each[i].detect, x.each[i].recover
		if r.Interval > 0 {
			x.suffered(m, r, failures[i].At, clock.Never)
		}
	}
	if v.Since > 0 {
		x.aftermath = trialOf(m, r, v.Since)
	}
	return x
}

// recovery is a variant's: nothing where any replication does not know it.
func (s *study) recovery(v int) result.Recovery {
	of := func(figure func(*replicate) float64) result.Estimate { return s.estimate(v, false, figure) }
	x := result.Recovery{
		Detect:       of(func(r *replicate) float64 { return r.recovery.detect }),
		Recover:      of(func(r *replicate) float64 { return r.recovery.recover }),
		Deploy:       of(func(r *replicate) float64 { return r.recovery.deploy }),
		Cut:          of(func(r *replicate) float64 { return r.recovery.cut }),
		Failed:       of(func(r *replicate) float64 { return r.recovery.failed }),
		Saved:        of(func(r *replicate) float64 { return r.recovery.saved }),
		Peak:         of(func(r *replicate) float64 { return r.recovery.peak }),
		SessionsLost: of(func(r *replicate) float64 { return r.all.sessionsLost }),
	}
	m := s.models[v]
	for i, a := range failuresOf(m.Acts) {
		x.Events = append(x.Events, result.Failure{
			At: a.At.Seconds(), Kind: a.Kind.String(), Server: actServers(m, a.Act), Detail: a.Label,
			Detect:  of(func(r *replicate) float64 { return r.recovery.each[i].detect }),
			Recover: of(func(r *replicate) float64 { return r.recovery.each[i].recover }),
			Failed:  of(func(r *replicate) float64 { return r.recovery.each[i].failed }),
			Saved:   of(func(r *replicate) float64 { return r.recovery.each[i].saved }),
			Peak:    of(func(r *replicate) float64 { return r.recovery.each[i].peak }),
		})
	}
	return x
}

// happened is what a balancer did about its servers in the first replication, as
// events: other replications differ in their instants.
func happened(m *sim.Model, happenings []sim.Happening) []result.Event {
	var events []result.Event
	for _, h := range happenings {
		e := result.Event{At: h.At.Seconds(), Kind: h.Kind.String(), Detail: result.ByBalancer}
		if h.Server >= 0 {
			e.Server = m.Server(h.Server).Name
		} else if len(m.Balancer.Pools)+len(m.Tiers) > 1 {
			e.Pool = m.PoolName(h.Pool)
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

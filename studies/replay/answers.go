package replay

import (
	"cmp"
	"slices"

	"lbsim/balancer"
	"lbsim/clock"
)

// record is how a server answered, by when it was asked.
type record struct {
	at       []clock.Time
	attempts []attempt
	usual    clock.Time // mean time of a good answer
}

// recordsOf sorts what servers answered by when they were asked.
func recordsOf(k *known) []record {
	all := make([]record, len(k.cast.servers))
	for _, s := range k.stories {
		for _, a := range s.attempts {
			if !a.open {
				all[a.server].attempts = append(all[a.server].attempts, a)
			}
		}
	}
	for i := range all {
		r := &all[i]
		slices.SortStableFunc(r.attempts, func(a, b attempt) int { return cmp.Compare(a.at, b.at) })
		good := clock.Time(0)
		for _, a := range r.attempts {
			r.at = append(r.at, a.at)
			if a.outcome == balancer.OK {
				r.usual += a.took
				good++
			}
		}
		if good > 0 {
			r.usual /= good
		}
	}
	return all
}

// answer is how a server answers a request at an instant: as it did where it is the one
// that the request was sent to. Else, where the last request that it was sent until then
// failed, this one does too; and where not the request takes as long as it took.
func (r *record) answer(server int32, at clock.Time, s *story) (took clock.Time, o balancer.Outcome) {
	took = r.usual
	for _, a := range s.attempts {
		if a.open {
			continue
		}
		if a.server == server {
			return a.took, a.outcome
		}
		if a.outcome == balancer.OK || a.outcome == balancer.Cancelled {
			took, o = a.took, a.outcome
		}
	}
	i, _ := slices.BinarySearchFunc(r.at, at, func(a, b clock.Time) int { return cmp.Compare(a, b) })
	if i > 0 && r.attempts[i-1].outcome.Status() >= 500 {
		return r.attempts[i-1].took, r.attempts[i-1].outcome
	}
	return took, o
}

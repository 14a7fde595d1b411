package workloads

import (
	"fmt"

	"lbsim/clock"
	"lbsim/random"
)

// Step sets the rate, a second, from an instant in seconds on.
type Step struct{ At, Rate float64 }

// Steps is a Poisson process whose rate changes at given instants and stays in
// between. Each arrival spends one exponential number of mean 1 on the rate's
// integral, which carries over a change of rate: exact, and as cheap as Poisson.
type Steps struct {
	now   instant
	steps []step
	next  int // the step that is to come
	gap   float64
}

type step struct {
	at  clock.Time
	gap float64 // mean, ns; +Inf at rate 0
}

// NewSteps returns the process of the given steps: the first at 0, instants
// rising, rates >= 0. After the last its rate lasts; if that is 0 arrivals end.
func NewSteps(steps []Step) (*Steps, error) {
	s := &Steps{}
	if len(steps) == 0 || steps[0].At != 0 {
		return nil, &ParameterError{Name: "steps", Rule: "the first must be at 0"}
	}
	for i, st := range steps {
		if err := first(nonNegative("at", st.At), nonNegative("rate", st.Rate)); err != nil {
			return nil, fmt.Errorf("steps[%d]: %w", i, err)
		}
		if i > 0 && st.At <= steps[i-1].At {
			return nil, fmt.Errorf("steps[%d]: %w", i, broken("at", st.At, "must be > %v, the step before", steps[i-1].At))
		}
		s.steps = append(s.steps, step{clock.FromSeconds(st.At), second / st.Rate})
	}
	s.next, s.gap = 1, s.steps[0].gap
	return s, nil
}

func (s *Steps) Next(src *random.Source) (clock.Time, bool) {
	due := src.Exponential()
	for s.next < len(s.steps) {
		span := s.now.until(s.steps[s.next].at)
		if float64(due*s.gap) < span {
			break
		}
		due = max(0, due-span/s.gap)
		s.now.jump(s.steps[s.next].at)
		s.gap = s.steps[s.next].gap
		s.next++
	}
	return s.now.advance(due * s.gap)
}

// MeanRate returns the rate if there is but one step, else 0.
func (s *Steps) MeanRate() float64 {
	if s.Stationary() {
		return second / s.steps[0].gap
	}
	return 0
}
func (s *Steps) Stationary() bool { return len(s.steps) == 1 }

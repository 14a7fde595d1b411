package sim

import (
	"testing"

	"lbsim/clock"
)

// A run goes on after its horizon until the requests under way are done, and those
// alone: the window ends at the horizon, though a dozen servers are busy then.
func TestRunEndsAfterItsHorizon(t *testing.T) {
	for _, warmUp := range []clock.Time{0, clock.FromSeconds(10)} {
		m := farm(100, "least_connections")
		m.WarmUp, m.Horizon = warmUp, clock.FromSeconds(100)
		r, err := Run(m, Options{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		o := r.Classes[0].Outcomes
		if r.End != m.Horizon || r.Ended <= m.Horizon || r.InSystem < 70 || o.Completed != o.Offered || o.Offered < 7000 {
			t.Errorf("warm-up %v: window to %v, last event at %v, %v in system, %+v", warmUp, r.End, r.Ended, r.InSystem, o)
		}
	}
}
